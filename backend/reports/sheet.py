"""The report as people see it on paper and on a page: its words around the records, and how templates write dates.

The templates are in `backend/pages/templates/report`: `_body.html` serves the page and the print document.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from functools import lru_cache
from html import escape
from io import BytesIO
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import segno
from jinja2 import Environment
from markupsafe import Markup

from backend.catalogue.model import LegalBasis
from backend.common.clock import SHANGHAI, shanghai_date
from backend.grades.model import Reason
from backend.records.service import ShownRecord
from backend.reports.model import Report
from backend.reports.texts import QUERY_ARTICLE
from backend.reports.words import WORDS
from schemas.base import said, speaking
from schemas.terms import Nature
from schemas.text import Text

_INSTANT = timedelta(milliseconds=1)
_MONTHS = "January February March April May June July August September October November December".split()

SHORT = 36
"""So long may a value be to stand beside another one on paper."""
_LABELS = tuple(
    {name: text[half] for name, text in vars(WORDS).items() if isinstance(text, Text)} for half in (0, 1)
)


def furnish(environment: Environment) -> None:
    """What the report's templates need of a Jinja environment, beside the `report` and its `qr`; ways of writing dates that it
    has already stay."""
    filters = {
        "say": said,
        "fill": _fill,
        "on_day": day,
        "at_moment": moment,
        "created": created,
        "last_day": last_day,
        "numbered": numbered,
        "grouped": grouped,
        "laid_out": laid_out,
        "as_list": as_list,
        "picture_address": picture_address,
    }
    environment.filters |= filters | environment.filters
    environment.globals |= {"words": WORDS}


def numbered(report: Report) -> dict[str, int]:
    """The number of each record in this report, by its id: what reasons and marks refer to."""
    shown = (record for section in report.sections for record in section.records)
    return {record.id: number for number, record in enumerate(shown, 1)}


class SharedReason(NamedTuple):
    """A reason that holds for several records in the same words."""

    text: Text
    article: Text | None
    decisive: bool
    about: tuple[tuple[int, str], ...]
    """Number and id of each, in order."""


def grouped(reasons: Iterable[Reason], numbers: Mapping[str, int]) -> list[SharedReason]:
    """Each sentence once, with the numbers of all records that it is about."""
    found: dict[tuple[Text, Text | None, bool], list[tuple[int, str]]] = {}
    for one in reasons:
        about = found.setdefault((one.text, one.article, one.decisive), [])
        if one.record_id is not None and one.record_id in numbers:
            about.append((numbers[one.record_id], one.record_id))
    return [SharedReason(*said_once, tuple(sorted(about))) for said_once, about in found.items()]


Line = tuple[str, str]
"""What something is called, and what it is."""


class Laid(NamedTuple):
    """A record in the reader's words, so that a template only places them: `kinds` are what a page shows as badges, `brief` is
    who and when, `facts` are the other short ones, `until` says when it is forgotten, `origin` what it rests on and where it came
    from."""

    kinds: list[Line]
    brief: list[Line]
    facts: list[Line]
    long: list[Line]
    until: list[Line]
    origin: list[Line]


def laid_out(one: ShownRecord) -> Laid:
    to_say = 1 if speaking() == "en" else 0
    label = _LABELS[to_say]
    kinds = [(label["openness"], one.openness_label[to_say])]
    if one.severity is not None:
        kinds.insert(0, (label["severity"], one.severity.label[to_say]))
    details = [(detail.label[to_say], detail.text[to_say]) for detail in one.content]
    brief = [
        (label["provider"], one.unit.name[to_say]),
        (label["occurred_on"], day(one.occurred_on)),
        (label["ended_on"], day(one.ended_on) if one.ended_on else label["not_ended"]),
    ]
    if one.public_until:
        brief.append((label["public_until"], last_day(one.public_until)))
    facts = [
        (label["item"], one.item_title[to_say]),
        (label["category"], one.category_label[to_say]),
        (label["doc_no"], one.doc_no),
        *(line for line in details if len(line[1]) <= SHORT),
    ]
    long = [line for line in details if len(line[1]) > SHORT]
    return Laid(kinds, brief, facts, long, _until(one, label, to_say), _origin(one, label, to_say))


def as_list(lines: Iterable[Line], kind: str = "") -> Markup:
    """The lines as a list of terms. A report has hundreds: a template takes four times as long over each."""
    whole = "".join(
        [
            f'<div class="pair"><dt>{_kept(label)}</dt><dd>{text if text.isalnum() else escape(text)}</dd></div>'
            for label, text in lines
        ]
    )
    return Markup(f'<dl class="pairs{kind}">{whole}</dl>')  # noqa: S704  # every text in it is escaped above


@lru_cache(maxsize=1024)
def _kept(label: str) -> str:
    """A label of ours or of the catalogue, escaped."""
    return escape(label)


def _until(one: ShownRecord, label: Mapping[str, str], to_say: int) -> list[Line]:
    if one.query_until:
        forgotten = label["forgotten"].format(article=QUERY_ARTICLE[to_say])
        lines = [(label["query_until"], last_day(one.query_until) + forgotten)]
    else:
        lines = [(label["query_until"], label["no_end"])]
    if one.nature is Nature.ADVERSE:
        text, earliest_on = one.restoration.text[to_say], one.restoration.earliest_on
        if earliest_on:
            text = label["restoration_from"].format(day=day(earliest_on), text=text)
        lines.append((label["restoration"], text))
    return lines


def _origin(one: ShownRecord, label: Mapping[str, str], to_say: int) -> list[Line]:
    lines = []
    if one.legal_basis:
        lines.append((label["basis"], _cited(one.legal_basis, label["semicolon"])))
    source = one.source
    came = label["source_is"].format(
        unit=one.unit.name[to_say], batch=source.batch_id, line=source.line, at=moment(source.received_at)
    )
    lines.append((label["source"], came))
    lines.extend((label["changes"], f"{moment(each.at)} {each.reason[to_say]}") for each in one.changes)
    lines.append((label["record_id"], one.id))
    return lines


@lru_cache(maxsize=1024)
def _cited(basis: tuple[LegalBasis, ...], between: str) -> str:
    return between.join(f"{one.document}{one.article}" for one in basis)


@lru_cache(maxsize=4096)
def _day(value: date, english: bool) -> str:
    if english:
        return f"{value.day} {_MONTHS[value.month - 1]} {value.year}"
    return f"{value.year}年{value.month}月{value.day}日"


def day(value: date) -> str:
    return _day(value, speaking() == "en")


def moment(value: datetime) -> str:
    here = value.astimezone(SHANGHAI)
    return f"{day(here.date())} {here:%H:%M}"


def created(value: datetime) -> str:
    """As the document's own description has it."""
    return value.astimezone(SHANGHAI).isoformat(timespec="seconds")


def last_day(until: datetime) -> str:
    """The end of the last day on which something is shown, from the first instant at which it no longer is."""
    return said(WORDS.end_of_day).format(day=day(shanghai_date(until - _INSTANT)))


def qr_code(url: str) -> Markup:
    """As SVG that stands in the document itself."""
    drawn = segno.make(url, error="m", micro=False).svg_inline(
        scale=4, border=0, omitsize=True, title=said(WORDS.qr)
    )
    return Markup(drawn)  # noqa: S704  # drawn by us: a path and a sentence of ours


def picture_address(verify_url: str) -> str:
    """Where a page finds that QR code as a picture."""
    whole = urlsplit(verify_url)
    return f"{whole.path}/qr.svg?{whole.query}"


@lru_cache(maxsize=64)
def qr_picture(url: str) -> bytes:
    """The same as a picture of its own, with its quiet zone: drawing one takes longer than a whole report, so a page leaves it to
    who wants to see it, and the last few are kept."""
    kept = BytesIO()
    segno.make(url, error="m", micro=False).save(kept, kind="svg", scale=4, border=4, light="#fff")
    return kept.getvalue()


def _fill(text: Text, /, **values: Any) -> str:
    """The sentence with values put in; autoescaping comes after."""
    return said(text).format(**values)
