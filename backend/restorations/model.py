"""An application to have an adverse record restored: one person's case, with its clocks and a line for all that happened."""

from dataclasses import dataclass
from datetime import UTC, datetime

from backend.clocks.model import Clock, Limit, ShownClock
from backend.evidence.model import ShownEvidence
from backend.records.service import ShownRecord, UnitName
from schemas.terms import RestorationAct, RestorationState, Role
from schemas.text import Text

NEVER = datetime(9999, 12, 31, tzinfo=UTC)
"""Where an index wants an instant and there is none."""


@dataclass(frozen=True)
class Event:
    """One line of the timeline; `note_sealed` are the words that came with it, which both sides read."""

    at: datetime
    act: RestorationAct
    state: RestorationState
    role: Role
    actor_id: str
    unit_code: str | None = None
    note_sealed: bytes | None = None
    clock: str | None = None


@dataclass(frozen=True)
class Restoration:
    """A case. It holds no word of the record, and the person's own words (`pledge`) sealed.

    `open_key` (person and record) exists while it is open; an index keeps it single. `version` counts the writes, each of
    which is a compare-and-set on it. `key_mac` is the keyed hash of the `Idempotency-Key` it was asked under. `document_no`
    is the provider's proof's. `due_at`, `remind_at` and `flag_at` are the nearest instants of its running clocks for lists
    and sweeps, worked out with every write.
    """

    id: str
    subject_id: str
    account_id: str
    record_id: str
    unit_code: str
    pledge_sealed: bytes
    state: RestorationState
    submitted_at: datetime
    clocks: tuple[Clock, ...] = ()
    events: tuple[Event, ...] = ()
    closed_at: datetime | None = None
    document_no: str | None = None
    removal_id: str | None = None
    open_key: str | None = None
    key_mac: bytes | None = None
    version: int = 1
    due_at: datetime = NEVER
    remind_at: datetime = NEVER
    flag_at: datetime = NEVER

    def clock(self, name: str) -> Clock | None:
        return next((clock for clock in self.clocks if clock.name == name), None)


@dataclass(frozen=True)
class Line:
    """A line of the timeline as it is read; `note` is None without words, or without proof of who reads."""

    at: datetime
    act: RestorationAct
    state: RestorationState
    by: Text
    note: str | None
    clock: str | None

    @property
    def label(self) -> Text:
        return self.act.label

    @property
    def state_label(self) -> Text:
        return self.state.label


@dataclass(frozen=True)
class Person:
    """Whose record it is, for the officer and the provider: the number is never whole."""

    name: str
    number_masked: str


@dataclass(frozen=True)
class Shown:
    """A case as somebody reads it. `record`, `pledge`, notes and `subject` are None for a reader who may not see them now.
    `coming` are the limits that have not begun and may, from here on."""

    id: str
    record_id: str
    unit: UnitName
    state: RestorationState
    submitted_at: datetime
    closed_at: datetime | None
    document_no: str | None
    removal_id: str | None
    clocks: tuple[ShownClock, ...]
    timeline: tuple[Line, ...]
    evidence: tuple[ShownEvidence, ...]
    may: tuple[RestorationAct, ...]
    pledge: str | None = None
    record: ShownRecord | None = None
    subject: Person | None = None
    coming: tuple[Limit, ...] = ()

    @property
    def state_label(self) -> Text:
        return self.state.label


@dataclass(frozen=True)
class Candidate:
    """One of the own adverse records: why restoration cannot be asked for now, if so, and the open case about it."""

    record: ShownRecord
    why_not: Text | None
    open_id: str | None


@dataclass(frozen=True)
class Listed:
    """A case in a list of the desk: nothing of the record or the person."""

    id: str
    record_id: str
    unit: UnitName
    state: RestorationState
    submitted_at: datetime
    due_at: datetime | None
    overdue: bool
    clocks: tuple[ShownClock, ...]

    @property
    def state_label(self) -> Text:
        return self.state.label
