"""A credit record: one fact about one subject from one provider, with its windows, marks, source and history."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any

from schemas.terms import Category, Nature, Openness, RecordMark, RippleCause, Severity

BEFORE_ALL = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Mark:
    """A note shown on the record: contested while a case runs, dissent after it (Regulation 36, Measures 30).

    The database keeps the person's `statement` sealed in `statement_sealed`; `service.opened` turns it into the other.
    `until`: the instant from which the mark is gone without anybody taking it off, judged when it is read.
    """

    kind: RecordMark
    since: datetime
    case_id: str | None = None
    statement: str | None = None
    statement_sealed: bytes | None = None
    until: datetime | None = None


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
    not ended), judged whenever it is read. `ended_on`: None while it lasts; what is adverse and cannot last ended on the day
    it happened, where the provider named no other. `text_sealed` holds number, title and content instead of the plain fields
    when the provider's words carry the person's own name. `suspended_at`: out of every query while a provider is silent
    (Measures 30); `suspends_at`: the instant from which it is so without anybody doing anything, judged when it is read.
    `hidden_at`: out of the query interface after expiry or restoration (Regulation 38). `superseded`: the digests of
    rows that a decided correction has replaced, so that the same old row handed in again undoes nothing. `document_on`: the
    date of the decision document, which lies in the content and may be sealed there; None where the record names none.
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
    suspends_at: datetime | None = None
    superseded: tuple[bytes, ...] = ()
    document_on: date | None = None

    @property
    def dated_on(self) -> date:
        """The document's date, or the day on which it happened: from here display and the earliest restoration count."""
        return self.document_on or self.occurred_on


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
    suspends_at: datetime | None = None


@dataclass(frozen=True)
class Correction:
    """What is to be put right in a record; what is None stays as it is.

    `content` names single fields of the catalogue item: the others stay, and a field named with None is taken out.
    `not_ended`: the act has not ended after all, which `ended_on` alone could not say.
    """

    title: str | None = None
    doc_no: str | None = None
    occurred_on: date | None = None
    ended_on: date | None = None
    not_ended: bool = False
    content: Mapping[str, Any] | None = None


class Burial(StrEnum):
    """Why a key is not free although no record has it."""

    ERASED = "erased"
    WITHDRAWN = "withdrawn"
    RENUMBERED = "renumbered"


@dataclass(frozen=True)
class Tombstone:
    """What lies in a record's place in the same collection, under the same unique index: not a word of it, only what keeps
    an import from bringing it back, even one that runs at the same moment (docs/adr/0013).

    `hidden_at` keeps it out of every query for records; `record_id` is the opaque id that the record had or has. A record
    whose document number was corrected leaves one of its old number, with the digests of the rows it knew (`superseded`).
    """

    id: str
    subject_id: str
    key: str
    tombstone: Burial
    hidden_at: datetime
    record_id: str
    superseded: tuple[bytes, ...] = ()


@dataclass(frozen=True)
class Ripple:
    """A change of a record on its way to the decisions that used it; `done` names who has judged again.

    `waiting` until every consumer has; a partial index holds the waiting ones only.
    """

    id: str
    record_id: str
    subject_id: str
    what: RippleCause
    at: datetime
    done: tuple[str, ...] = ()
    waiting: bool = True


@dataclass(frozen=True)
class Batch:
    """One file of one unit; the same file handed in again is the same batch."""

    id: str
    unit_code: str
    begun_at: datetime
    finished_at: datetime | None = None


@dataclass(frozen=True)
class Standing:
    """What an import needs to know of a record that is there already, or of the tombstone in its place."""

    id: str
    digest: bytes = b""
    batch_id: str = ""
    line: int = 0
    received_at: datetime = BEFORE_ALL
    superseded: tuple[bytes, ...] = ()
    tombstone: Burial | None = None
