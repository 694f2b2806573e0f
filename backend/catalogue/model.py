"""The published catalogue: who provides which kinds of item, what each holds, how open it is and for how long."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from types import MappingProxyType

from schemas.terms import (
    Category,
    FieldType,
    ForbiddenKind,
    Nature,
    Openness,
    Severity,
    SubjectKind,
    UnitKind,
)
from schemas.text import Text


@dataclass(frozen=True)
class Unit:
    """An information provider; `id` is its code. `source` tells where the demonstration data has it from."""

    id: str
    name_zh: str
    name_en: str
    kind: UnitKind
    source: str = ""

    @cached_property
    def name(self) -> Text:
        return Text(self.name_zh, self.name_en)


@dataclass(frozen=True)
class Choice:
    """One value of a choice field and its words."""

    value: str
    zh: str
    en: str

    @property
    def label(self) -> Text:
        return Text(self.zh, self.en)


@dataclass(frozen=True)
class FieldSpec:
    """One field of an item's content. `max_length` counts characters of a text; `future`: a date that may lie ahead, as the end
    of a licence or a ban does, where every other date tells of what has happened. `minimum`: the least a number may be, None
    without one; `not_before`: the date field of the same item that this date may not precede, as the end of a period may not
    its beginning."""

    name: str
    type: FieldType
    label_zh: str
    label_en: str
    required: bool = False
    max_length: int = 200
    choices: tuple[Choice, ...] = ()
    future: bool = False
    minimum: int | None = None
    not_before: str | None = None

    @cached_property
    def label(self) -> Text:
        return Text(self.label_zh, self.label_en)

    @cached_property
    def words(self) -> Mapping[str, Text]:
        """What its choices are called."""
        return {choice.value: choice.label for choice in self.choices}


@dataclass(frozen=True)
class LegalBasis:
    """Why the item may be collected: the document and, where it has them, the article."""

    document: str
    article: str = ""


@dataclass(frozen=True)
class ConsentTerms:
    """What lets an item hold income, deposits and the like: the warning shown and the written consent (Reg. 14)."""

    kinds: tuple[ForbiddenKind, ...]
    warning_zh: str
    warning_en: str


@dataclass(frozen=True)
class CatalogueItem:
    """One kind of record that may be collected (Measures 15); `id` is year, version and code.

    `query_years`: years of the query period after the act has ended, None without limit (Reg. 35, Meas. 27).
    `display_months`: months on public pages from the document's date, None without limit or, for a restricted item,
    because it is never on them. `withdrawable`: the subject may have it dropped (good deeds, Meas. 27). `disclosed`: an
    administrative licence or penalty, to be published within seven working days of its decision (双公示); `decided_in` is the
    field that holds that day, the document's date; None where the item has none, so that nobody can tell whether it came in
    time, and display counts from the day it happened. `lasts`: what it tells of can last (arrears until they are paid, an
    entry in a list until it is taken out); an item that does not say so tells of what ends with itself, so that nothing
    adverse is shown for ever because a cell was left empty. `weight`: share among the demonstration records of its subject
    kind. `source`: where the demonstration data has it from.
    """

    id: str
    code: str
    year: int
    version: int
    title_zh: str
    title_en: str
    unit_code: str
    subject_kind: SubjectKind
    nature: Nature
    category: Category
    openness: Openness
    severity: Severity | None
    query_years: int | None
    display_months: int | None
    withdrawable: bool
    basis: tuple[LegalBasis, ...]
    fields: tuple[FieldSpec, ...]
    consent: ConsentTerms | None = None
    weight: int = 0
    source: str = ""
    disclosed: bool = False
    decided_in: str | None = None
    lasts: bool = False

    @property
    def title(self) -> Text:
        return Text(self.title_zh, self.title_en)

    @property
    def momentary(self) -> bool:
        """An adverse act or event that ends with itself: its five years run from the day it happened (Regulation 35)."""
        return self.nature is Nature.ADVERSE and not self.lasts


@dataclass(frozen=True)
class ProvidedItem(CatalogueItem):
    """An item together with the unit that provides it."""

    unit: Unit | None = None


@dataclass(frozen=True)
class Release:
    """One publication of a year's catalogue; `id` is year and version, `digest` covers every item in it."""

    id: str
    year: int
    version: int
    items: int
    digest: str
    published_at: datetime
    published_by: str


@dataclass(frozen=True)
class Problem:
    """Why something is refused, without repeating what was written. `where` is the field, unit or item it is about.

    `reason` is for programs: `unknown_field`, `missing_field`, `wrong_type`, `too_long`, `forbidden`, ... ; `kind` and
    `article` are filled for what the law forbids.
    """

    reason: str
    where: str
    text: Text
    kind: ForbiddenKind | None = None
    article: str | None = None


@dataclass(frozen=True)
class Catalogue:
    """A release with its items by code and every known unit by code."""

    release: Release
    items: Mapping[str, CatalogueItem] = field(default_factory=lambda: MappingProxyType({}))
    units: Mapping[str, Unit] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True)
class Listing:
    """Items of a release chosen by a reader, every unit, and what was published before."""

    release: Release
    items: tuple[CatalogueItem, ...]
    units: tuple[Unit, ...]
    releases: tuple[Release, ...]

    @property
    def year(self) -> int:
        return self.release.year

    @property
    def version(self) -> int:
        return self.release.version

    @property
    def published_at(self) -> datetime:
        return self.release.published_at

    @property
    def digest(self) -> str:
        return self.release.digest
