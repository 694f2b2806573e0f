"""A credit record: one fact about one subject from one provider, with its windows, marks, source and history."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from schemas.terms import Category, Nature, Openness, RecordMark, Severity


@dataclass(frozen=True)
class Mark:
    """A note shown on the record: contested while a case runs, dissent after it (Regulation 36, Measures 30)."""

    kind: RecordMark
    since: datetime
    case_id: str | None = None
    statement: str | None = None


@dataclass(frozen=True)
class Source:
    """Where the record came from: provider unit, batch and line of its file, when it was received."""

    unit_code: str
    batch_id: str
    line: int
    received_at: datetime


@dataclass(frozen=True)
class Change:
    """One change of the record and why; the subject sees it (Regulation 34)."""

    at: datetime
    what: str
    reason_zh: str
    reason_en: str


@dataclass(frozen=True)
class Record:
    """One record of a subject.

    `key` identifies the fact at its provider (unit, item, subject, document number), so that the same file twice
    changes nothing; `digest` covers the row's content, so that a corrected row is told from a repeated one.
    `public_until` and `query_until` are the first instants at which it is no longer shown (None: no limit, or the act has
    not ended), judged whenever it is read. `text_sealed` holds number, title and content instead of the plain fields when the
    provider's words carry the person's own name. `suspended_at`: out of every query while a provider is silent
    (Measures 30). `hidden_at`: out of the query interface after expiry or restoration (Regulation 38).
    """

    id: str
    key: str
    digest: bytes
    subject_id: str
    item_code: str
    catalogue_year: int
    unit_code: str
    nature: Nature
    category: Category
    openness: Openness
    severity: Severity | None
    doc_no: str
    title: str
    occurred_on: date
    ended_on: date | None
    content: dict[str, Any]
    text_sealed: bytes | None
    public_until: datetime | None
    query_until: datetime | None
    source: Source
    changes: tuple[Change, ...] = ()
    marks: tuple[Mark, ...] = ()
    suspended_at: datetime | None = None
    hidden_at: datetime | None = None


@dataclass(frozen=True)
class Outline:
    """A record without its words: enough to judge whether it may be shown, and to count it."""

    nature: Nature
    category: Category
    openness: Openness
    public_until: datetime | None
    query_until: datetime | None
    suspended_at: datetime | None = None
    hidden_at: datetime | None = None


@dataclass(frozen=True)
class Batch:
    """One file of one unit; the same file handed in again is the same batch."""

    id: str
    unit_code: str
    begun_at: datetime
    finished_at: datetime | None = None


@dataclass(frozen=True)
class Standing:
    """What an import needs to know of a record that is there already."""

    id: str
    digest: bytes
    batch_id: str
    line: int
    received_at: datetime
