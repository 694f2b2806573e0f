"""The legal clock on a case: a limit with its article, the days counted, and every move of its end with the cause."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from schemas.terms import ClockState, DayUnit, MoveCause, SourceMark
from schemas.text import Text


class IllegalMove(Exception):
    """Asked of a clock what its limit or its state does not allow; the case's own rules should have said no before."""


@dataclass(frozen=True)
class Words:
    """A `Text` as it is stored with a clock, so that a later amendment never rewords an old case."""

    zh: str
    en: str

    @property
    def text(self) -> Text:
        return Text(self.zh, self.en)


@dataclass(frozen=True)
class Limit:
    """One time limit of a place: `days` of `unit`, from when, by which article, and how well that is known.

    `days` 0 means at once: on the same day. `extension_days`: how many more an approver may grant, once; None: none.
    """

    name: str
    label: Text
    days: int
    unit: DayUnit
    runs_from: Text
    basis: Text
    source_mark: SourceMark
    extension_days: int | None = None


@dataclass(frozen=True)
class LimitSet:
    """The limits of one place by name; `code` is stored with every clock that was started under it."""

    code: str
    label: Text
    limits: Mapping[str, Limit]


@dataclass(frozen=True)
class Move:
    """One change of a clock's due day; None stands for a clock that is paused and has none."""

    at: datetime
    cause: MoveCause
    from_on: date | None
    to_on: date | None
    calendar_version: str

    @property
    def cause_label(self) -> Text:
        return self.cause.label


@dataclass(frozen=True)
class Clock:
    """A running limit as it lies in the document of its case.

    `due_on` is the last day, `due_at` 24:00 of it in Shanghai (both None while paused); `counted_days` are the days of
    the limit in order, those used before a pause included, and `used_days` says how many these are. `remind_at` is the
    instant from which no more than one counted day is left. What is shown is stored, so that both sides see the same.
    """

    name: str
    label: Words
    limit_days: int
    unit: DayUnit
    basis: Words
    source_mark: SourceMark
    set_code: str
    started_at: datetime
    due_on: date | None
    due_at: datetime | None
    counted_days: tuple[date, ...]
    calendar_version: str
    provisional: bool
    state: ClockState = ClockState.RUNNING
    remind_at: datetime | None = None
    ended_at: datetime | None = None
    paused_at: datetime | None = None
    used_days: int = 0
    extended_days: int = 0
    extended_by_id: str | None = None
    moves: tuple[Move, ...] = ()
    reminded_at: datetime | None = None
    overdue_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        return self.state in (ClockState.RUNNING, ClockState.PAUSED)


@dataclass(frozen=True)
class ShownClock:
    """A clock as both sides see it at one instant: `overdue` still runs past its end, `late` was met past it.

    `days_left`: how many of its days are still to come after the day of that instant; None where it does not run, or runs late.
    """

    name: str
    label: Text
    state: ClockState
    started_at: datetime
    due_on: date | None
    due_at: datetime | None
    article: Text
    source_mark: SourceMark
    limit_days: int
    unit: DayUnit
    extended_days: int
    counted_days: tuple[date, ...]
    calendar_version: str
    provisional: bool
    paused_at: datetime | None
    ended_at: datetime | None
    overdue: bool
    late: bool
    moves: tuple[Move, ...]
    days_left: int | None = None

    @property
    def state_label(self) -> Text:
        return self.state.label


@dataclass(frozen=True)
class CaseTally:
    """Cases of a period: how many came in, and how many ended how, in time and late."""

    submitted: int
    in_time: Mapping[str, int]
    late: Mapping[str, int]


@dataclass(frozen=True)
class Outlook:
    """What would run if a case were opened now, by the calendar of now, and what may follow it."""

    clocks: tuple[ShownClock, ...]
    coming: tuple[Limit, ...]


@dataclass(frozen=True)
class Queue:
    """One queue of the desk: how many cases wait, how many are past their time, and when the first of all is or was due."""

    name: str
    label: Text
    count: int
    overdue: int
    nearest_due_at: datetime | None
