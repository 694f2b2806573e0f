"""An objection: one person's case against one record, with its clocks, and a line for everything that happened to it."""

from dataclasses import dataclass
from datetime import UTC, datetime

from backend.clocks.model import Clock, Limit, ShownClock
from backend.evidence.model import ShownEvidence
from backend.records.service import ShownRecord, UnitName
from schemas.terms import (
    ObjectionAct,
    ObjectionGround,
    ObjectionOutcome,
    ObjectionState,
    Role,
)
from schemas.text import Text

NEVER = datetime(9999, 12, 31, tzinfo=UTC)
"""Where an index wants an instant and there is none."""
TURNS = (ObjectionAct.GO_ON, ObjectionAct.CLOSE)
"""What time alone does that changes where a case stands, or when it is due; all else that it does only tells of it."""


@dataclass(frozen=True)
class Event:
    """One line of the timeline: what was done, when, by whom, and where the case stood after it.

    `note_sealed` are the words that came with it (the statement, what to supplement, the reason, the finding); both sides read
    them. `key_mac` is the keyed hash of the `Idempotency-Key` it was asked under, so that asking again does not do it again.
    """

    at: datetime
    act: ObjectionAct
    state: ObjectionState
    role: Role
    actor_id: str
    actor_name: str | None = None
    unit_code: str | None = None
    note_sealed: bytes | None = None
    clock: str | None = None
    key_mac: bytes | None = None


@dataclass(frozen=True)
class Chore:
    """What time alone will ask of the case, and from when: how the sweeps find it."""

    what: str
    at: datetime


@dataclass(frozen=True)
class Objection:
    """A case. It holds no word of the record, and the person's own words sealed.

    `open_key` (person and record) exists while no second case may be opened beside this one; an index keeps it single.
    `version` counts the writes, each of which is a compare-and-set on it. `returns_to` is where the case goes on after a
    supplement. `suspended_at`: since when the provider's silence keeps the record out of every query (Measures 30).
    `record_gone`: the record was deleted by another way, so that silence has nothing to suspend any more.
    `due_at` (the nearest end of a clock that somebody here must meet) and `chores` are worked out with every write.
    """

    id: str
    subject_id: str
    account_id: str
    record_id: str
    unit_code: str
    ground: ObjectionGround
    statement_sealed: bytes
    state: ObjectionState
    submitted_at: datetime
    limits_code: str
    clocks: tuple[Clock, ...] = ()
    events: tuple[Event, ...] = ()
    officer_id: str | None = None
    officer_name: str | None = None
    returns_to: ObjectionState | None = None
    forwarded_at: datetime | None = None
    suspended_at: datetime | None = None
    record_gone: bool = False
    outcome: ObjectionOutcome | None = None
    closed_at: datetime | None = None
    open_key: str | None = None
    key_mac: bytes | None = None
    version: int = 1
    due_at: datetime = NEVER
    chores: tuple[Chore, ...] = ()

    def clock(self, name: str) -> Clock | None:
        """The newest clock of this name."""
        return next((clock for clock in reversed(self.clocks) if clock.name == name), None)


@dataclass(frozen=True)
class Wanted:
    """What a list of a desk asks for; `overdue_at`: what was due by then; `forwarded`: what has reached its unit."""

    state: ObjectionState | None = None
    unit_code: str | None = None
    overdue_at: datetime | None = None
    forwarded: bool = False


@dataclass(frozen=True)
class Line:
    """A line of the timeline as it is read; `note` is None without words, or without proof of who reads."""

    at: datetime
    act: ObjectionAct
    state: ObjectionState
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
    """A case as somebody reads it. `record`, `statement`, notes and `subject` are None for a reader who may not see them now.
    `coming` are the limits that have not begun and may, from here on."""

    id: str
    record_id: str
    unit: UnitName
    ground: ObjectionGround
    state: ObjectionState
    outcome: ObjectionOutcome | None
    submitted_at: datetime
    closed_at: datetime | None
    suspended_at: datetime | None
    officer_name: str | None
    clocks: tuple[ShownClock, ...]
    timeline: tuple[Line, ...]
    evidence: tuple[ShownEvidence, ...]
    may: tuple[ObjectionAct, ...]
    statement: str | None = None
    record: ShownRecord | None = None
    subject: Person | None = None
    coming: tuple[Limit, ...] = ()

    @property
    def ground_label(self) -> Text:
        return self.ground.label

    @property
    def state_label(self) -> Text:
        return self.state.label

    @property
    def outcome_label(self) -> Text | None:
        return self.outcome.label if self.outcome else None


@dataclass(frozen=True)
class Candidate:
    """One of the own records that may be objected to, and the live case about it, if there is one."""

    record: ShownRecord
    open_id: str | None


@dataclass(frozen=True)
class Listed:
    """A case in a list of the desk: nothing of the record or the person."""

    id: str
    record_id: str
    unit: UnitName
    ground: ObjectionGround
    state: ObjectionState
    submitted_at: datetime
    officer_name: str | None
    mine: bool
    suspended_at: datetime | None
    due_at: datetime | None
    overdue: bool
    clocks: tuple[ShownClock, ...]

    @property
    def ground_label(self) -> Text:
        return self.ground.label

    @property
    def state_label(self) -> Text:
        return self.state.label
