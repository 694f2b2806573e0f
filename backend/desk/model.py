"""What a desk sees across the features: its queues, and what a new calendar moved."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from backend.calendars.model import YearView
from backend.clocks.model import Queue
from backend.common.actor import Actor
from backend.common.clock import shanghai_date
from backend.common.deps import Deps
from schemas.terms import CaseKind, Role
from schemas.text import Text

_LAST_INSTANT = timedelta(milliseconds=1)


@dataclass(frozen=True)
class Cases:
    """One kind of case: the queues of it that a caller sees, and the working out anew of its open clocks; None: it has none."""

    kind: CaseKind
    queues: Callable[[Deps, Actor], tuple[Queue, ...]]
    recompute_clocks: Callable[[Deps, Actor], int] | None


@dataclass(frozen=True)
class ShownQueue:
    """A queue with the day its first case is (or was) due on; `nearest_due_at` is 24:00 of that day."""

    name: str
    label: Text
    count: int
    overdue: int
    nearest_due_at: datetime | None

    @property
    def nearest_due_on(self) -> date | None:
        return None if self.nearest_due_at is None else shanghai_date(self.nearest_due_at - _LAST_INSTANT)


@dataclass(frozen=True)
class Desk:
    """Everything that waits for the caller's role (for providers: their unit)."""

    role: Role
    unit: str | None
    queues: tuple[ShownQueue, ...]
    unread_notices: int

    @property
    def role_label(self) -> Text:
        return self.role.label


@dataclass(frozen=True)
class Beside:
    """Another case about the same record: where it stands, and nothing of the record or the person."""

    kind: CaseKind
    id: str
    state_label: Text
    submitted_at: datetime


@dataclass(frozen=True)
class Moved:
    """How many cases of a kind got another date; not `finished`: some are left to the worker."""

    kind: CaseKind
    count: int
    finished: bool

    @property
    def label(self) -> Text:
        return self.kind.label


@dataclass(frozen=True)
class PutYear:
    """A year's table as it stands now, and the cases whose dates moved by it; `moved` is None where it was only checked."""

    year: YearView
    moved: tuple[Moved, ...] | None
