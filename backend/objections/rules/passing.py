"""What time alone does to a case. Reading applies it, and so does every use case before its own move; a sweep only writes
it down and tells everybody, so nothing waits for one."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from backend.clocks import rules as clocks
from backend.clocks.model import Clock, Limit
from backend.common.workdays import Calendar
from backend.objections.model import Chore, Event, Objection, Wanted
from backend.objections.rules.clocks import RESIDENTS, clocked, due_at, running
from backend.objections.rules.moves import FINAL, LIVE, move
from schemas.terms import ObjectionAct as Act
from schemas.terms import ObjectionOutcome as Outcome
from schemas.terms import ObjectionState as State
from schemas.terms import Role

SYSTEM_ID = "system:objections"
REMIND = "remind"


@dataclass(frozen=True)
class Step:
    """What is due of itself at `at`; `clock` is the one that ran out."""

    act: Act
    at: datetime
    clock: Clock


def next_step(case: Objection, at: datetime) -> Step | None:
    """The earliest thing that had to happen by `at` and has not been written down."""
    due = [one for one in _steps(case) if one.at <= at]
    return min(due, key=lambda one: (one.at, one.act is not Act.FALL_DUE), default=None)


def passed(case: Objection, due: Step, calendar: Calendar, limits: Mapping[str, Limit]) -> Objection:
    """The case after what was due of itself, at the instant it was due, whenever that is noticed."""
    line = Event(due.at, due.act, case.state, Role.SYSTEM, SYSTEM_ID, clock=due.clock.name)
    moved = move(clocked(case, due.act, due.at, calendar, limits), line)
    if moved is None:
        raise AssertionError(f"{due.act} of {case.state} is no move")
    if due.act is Act.FALL_DUE:
        late = tuple(clocks.flag(c, due.at) if c == due.clock else c for c in moved.clocks)
        moved = replace(moved, clocks=late)
    if due.act is Act.SUSPEND:
        moved = replace(moved, suspended_at=due.at)
    if due.act is Act.CLOSE:
        moved = replace(moved, closed_at=due.at, outcome=moved.outcome or Outcome.UPHELD)
    return refreshed(moved)


def as_of(case: Objection, at: datetime, calendar: Calendar, limits: Mapping[str, Limit]) -> Objection:
    """The case as it stands at `at`, whether or not a sweep has run."""
    while (due := next_step(case, at)) is not None:
        case = passed(case, due, calendar, limits)
    return case


def is_wanted(case: Objection, wanted: Wanted) -> bool:
    """Whether the case as it stands belongs in the list; the store asks the same of what is written down."""
    return (
        wanted.state in (None, case.state)
        and wanted.unit_code in (None, case.unit_code)
        and (wanted.overdue_at is None or case.due_at <= wanted.overdue_at)
        and (not wanted.forwarded or case.forwarded_at is not None)
    )


def bereft(case: Objection) -> Objection:
    """The case when its record was deleted by another way: nothing is suspended, nor will be."""
    return refreshed(replace(case, record_gone=True, suspended_at=None))


def ended(case: Objection, at: datetime, calendar: Calendar, limits: Mapping[str, Limit]) -> Objection:
    """The live case closed at `at`, because its record has left the database: there is nothing left to judge."""
    line = Event(at, Act.CLOSE, case.state, Role.SYSTEM, SYSTEM_ID)
    moved = move(clocked(case, Act.CLOSE, at, calendar, limits), line)
    if moved is None:
        raise AssertionError(f"{case.state} is not live")
    return refreshed(replace(moved, outcome=Outcome.REMOVED, closed_at=at, suspended_at=None))


def refreshed(case: Objection) -> Objection:
    """With everything that is worked out from the rest: what the indexes hold."""
    open_key = f"{case.subject_id}:{case.record_id}" if case.state in LIVE else None
    due = due_at(case) if case.state in LIVE else due_at(replace(case, clocks=()))
    return replace(case, open_key=open_key, due_at=due, chores=tuple(chores(case)))


def chores(case: Objection) -> Iterator[Chore]:
    """What the sweeps must look at, and from when."""
    if case.state in FINAL:
        return
    for one in _steps(case):
        yield Chore(one.act.value, one.at)
    for clock in running(case):
        if clock.remind_at is not None and clock.reminded_at is None and clock.overdue_at is None:
            yield Chore(REMIND, clock.remind_at)


def _steps(case: Objection) -> Iterator[Step]:
    for clock in running(case):
        if clock.due_at is None:
            continue
        if clock.name not in RESIDENTS and clock.overdue_at is None:
            yield Step(Act.FALL_DUE, clock.due_at, clock)
        act = _at_the_end_of(case, clock)
        if act is not None:
            yield Step(act, clock.due_at, clock)


def _at_the_end_of(case: Objection, clock: Clock) -> Act | None:
    if case.state is State.SUPPLEMENT_REQUESTED and clock.name == "supplement":
        return Act.GO_ON
    if case.state is State.UPHELD and clock.name == "dissent":
        return Act.CLOSE
    if case.state is State.FORWARDED and clock.name == "finding":
        return None if case.suspended_at or case.record_gone else Act.SUSPEND
    return None
