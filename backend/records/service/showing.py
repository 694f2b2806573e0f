"""A record as its subject reads it: with the catalogue's titles, labels and legal basis, and the unit's name."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from backend.catalogue import service as catalogue
from backend.catalogue.model import CatalogueItem, FieldSpec, LegalBasis, Unit
from backend.common.deps import Deps
from backend.common.errors import Kind, ServiceError
from backend.records import rules
from backend.records.model import Change, Mark, Record, Source
from backend.records.rules import Restoration
from backend.records.service.words import opened
from schemas.terms import Category, FieldType, Nature, Openness, RecordMark, Severity
from schemas.text import Text


class UnitName(NamedTuple):
    code: str
    name: Text


def unit_name(deps: Deps, code: str) -> UnitName:
    """The unit of a code; one that the catalogue does not know (any more) is called by its code."""
    return _unit_name(code, catalogue.units_by_code(deps).get(code))


def _unit_name(code: str, unit: Unit | None) -> UnitName:
    return UnitName(code, unit.name if unit else Text(code, code))


class Detail(NamedTuple):
    """One field of a record's content: its name, its label, the value as stored, and the value in words; `type` is None where the
    catalogue does not name the field."""

    name: str
    label: Text
    value: Any
    text: Text
    type: FieldType | None = None

    @property
    def on(self) -> date | None:
        """The day that stands there, where the catalogue says that one does; `text` keeps it as YYYY-MM-DD."""
        if self.type is not FieldType.DATE:
            return None
        try:
            return date.fromisoformat(self.value)
        except (TypeError, ValueError):  # whatever was taken in when the catalogue asked for something else
            return None


@dataclass(frozen=True)
class ShownChange:
    at: datetime
    what: str
    reason: Text


@dataclass(frozen=True)
class ShownMark:
    kind: RecordMark
    label: Text
    since: datetime
    case_id: str | None
    statement: str | None


class ShownRecord(NamedTuple):
    """`title` are the provider's words; `item_title` is the catalogue's name of this kind of record; `withdrawable`: a good
    deed that its subject may have dropped (Measures 27)."""

    id: str
    item_code: str
    item_title: Text
    title: str
    nature: Nature
    category: Category
    openness: Openness
    severity: Severity | None
    unit: UnitName
    doc_no: str
    occurred_on: date
    ended_on: date | None
    content: tuple[Detail, ...]
    legal_basis: tuple[LegalBasis, ...]
    source: Source
    changes: tuple[ShownChange, ...]
    marks: tuple[ShownMark, ...]
    public_until: datetime | None
    query_until: datetime | None
    restoration: Restoration
    withdrawable: bool

    @property
    def category_label(self) -> Text:
        return self.category.label

    @property
    def openness_label(self) -> Text:
        return self.openness.label

    @property
    def severity_label(self) -> Text | None:
        return self.severity.label if self.severity else None

    @property
    def earliest_restoration_on(self) -> date | None:
        return self.restoration.earliest_on


def show(deps: Deps, records: Iterable[Record]) -> tuple[ShownRecord, ...]:
    """The records in the same order, words opened. The look must be written down before this is handed out."""
    held = [opened(deps, record) for record in records]
    items = {year: _items(deps, year) for year in {record.catalogue_year for record in held}}
    units = catalogue.units_by_code(deps) if held else {}
    return tuple(_shown(r, items[r.catalogue_year].get(r.item_code), units.get(r.unit_code)) for r in held)


def _items(deps: Deps, year: int) -> Mapping[str, CatalogueItem]:
    """A record stays readable when its year's catalogue is missing: it is shown with its own words alone."""
    try:
        return catalogue.items_by_code(deps, year=year)
    except ServiceError as error:
        if error.kind is not Kind.NOT_FOUND:
            raise
        return {}


def _shown(record: Record, item: CatalogueItem | None, unit: Unit | None) -> ShownRecord:
    return ShownRecord(
        id=record.id,
        item_code=record.item_code,
        item_title=item.title if item else Text(record.title, record.title),
        title=record.title,
        nature=record.nature,
        category=record.category,
        openness=record.openness,
        severity=record.severity,
        unit=_unit_name(record.unit_code, unit),
        doc_no=record.doc_no,
        occurred_on=record.occurred_on,
        ended_on=record.ended_on,
        content=_details(record.content, item.fields if item else ()),
        legal_basis=item.basis if item else (),
        source=record.source,
        changes=tuple(map(_change, record.changes)),
        marks=tuple(map(_mark, record.marks)),
        public_until=record.public_until,
        query_until=record.query_until,
        restoration=rules.restoration(record),
        withdrawable=rules.withdrawable(record, item),
    )


def _change(change: Change) -> ShownChange:
    return ShownChange(change.at, change.what, Text(change.reason_zh, change.reason_en))


def _mark(mark: Mark) -> ShownMark:
    return ShownMark(mark.kind, mark.kind.label, mark.since, mark.case_id, mark.statement)


def _details(content: Mapping[str, Any], specs: tuple[FieldSpec, ...]) -> tuple[Detail, ...]:
    """In the catalogue's order; what the catalogue does not name comes last, under its own name."""
    named = [
        Detail(s.name, s.label, content[s.name], rules.worded(s.type, content[s.name], s.words), s.type)
        for s in specs
        if s.name in content
    ]
    if len(named) == len(content):
        return tuple(named)
    known = {detail.name for detail in named}
    rest = [_unnamed(name, value) for name, value in content.items() if name not in known]
    return (*named, *rest)


def _unnamed(name: str, value: Any) -> Detail:
    words = str(value)
    return Detail(name, Text(name, name), value, Text(words, words))
