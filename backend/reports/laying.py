"""A record in the reader's words, and how a report writes dates and lists of terms."""

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from functools import lru_cache
from html import escape
from typing import NamedTuple

from markupsafe import Markup

from backend.catalogue.model import LegalBasis
from backend.common.clock import shanghai_date
from backend.records.service import ShownRecord
from backend.reports.texts import QUERY_ARTICLE
from backend.reports.words import WORDS
from schemas import days
from schemas.base import said, speaking
from schemas.terms import Nature
from schemas.text import Text

marked = re.compile("[&<>\"']").search
"""Whether a text has a character that means something in a page; most have none."""
_INSTANT = timedelta(milliseconds=1)

SHORT = 36
"""So long may a value be to stand beside another one on paper."""
_LABELS = tuple(
    {name: text[half] for name, text in vars(WORDS).items() if isinstance(text, Text)} for half in (0, 1)
)


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
    details = [
        (detail.label[to_say], day(detail.on) if detail.on else detail.text[to_say]) for detail in one.content
    ]
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
    return Markup(pairs(lines, kind))  # noqa: S704  # every text in it is escaped below


def pairs(lines: Iterable[Line], kind: str = "") -> str:
    """The same as plain text, every text in it escaped."""
    whole = "".join(
        [f"{_term(label)}{escape(text) if marked(text) else text}</dd></div>" for label, text in lines]
    )
    return f'<dl class="pairs{kind}">{whole}</dl>'


@lru_cache(maxsize=1024)
def _term(label: str) -> str:
    """A label of ours or of the catalogue, as far as its value."""
    return f'<div class="pair"><dt>{escape(label)}</dt><dd>'


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


def day(value: date) -> str:
    return said(days.day(value))


def moment(value: datetime) -> str:
    return said(days.moment(value))


def last_day(until: datetime) -> str:
    """The end of the last day on which something is shown, from the first instant at which it no longer is."""
    return said(days.end_of(shanghai_date(until - _INSTANT)))
