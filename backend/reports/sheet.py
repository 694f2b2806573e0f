"""The report as people see it on paper and on a page: its words around the records, and how templates write dates.

The templates are in `backend/pages/templates/report`: `_body.html` serves the page and the print document.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import lru_cache
from io import BytesIO
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

import segno
from jinja2 import Environment
from markupsafe import Markup

from backend.common.clock import SHANGHAI
from backend.grades.model import Reason
from backend.reports.cards import as_cards, as_items, as_looks
from backend.reports.laying import as_list, day, laid_out, last_day, moment
from backend.reports.model import Report
from backend.reports.words import WORDS
from schemas.base import said
from schemas.text import Text


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
        "as_cards": as_cards,
        "as_items": as_items,
        "as_looks": as_looks,
        "picture_address": picture_address,
        "code_in": code_in,
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


def created(value: datetime) -> str:
    """As the document's own description has it."""
    return value.astimezone(SHANGHAI).isoformat(timespec="seconds")


def qr_code(url: str, title: Text = WORDS.qr) -> Markup:
    """As SVG that stands in the document itself; `title` says where it leads."""
    drawn = segno.make(url, error="m", micro=False).svg_inline(
        scale=4, border=0, omitsize=True, title=said(title)
    )
    return Markup(drawn)  # noqa: S704  # drawn by us: a path and a sentence of ours


def code_in(verify_url: str) -> str:
    """The verification code by itself, for who types it rather than scans it."""
    return parse_qs(urlsplit(verify_url).query)["code"][0]


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
