"""When restoration may be asked for, which move is legal for whom, and what each does to the clocks."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime
from enum import Enum

from backend.clocks import rules as clock_rules
from backend.clocks.model import Clock, Limit
from backend.common.workdays import Calendar
from backend.records import rules as record_rules
from backend.records.model import Record
from backend.restorations.model import NEVER, Event, Restoration
from schemas.terms import ClockState, RestorationAct, RestorationState, Role

ACCEPT, FEEDBACK, HIDE = "restoration_accept", "restoration_feedback", "hide"

OPEN = frozenset({RestorationState.SUBMITTED, RestorationState.ACCEPTED})
_MOVES: dict[tuple[RestorationState, RestorationAct, Role], RestorationState] = {
    (RestorationState.SUBMITTED, RestorationAct.ACCEPT, Role.CASE_OFFICER): RestorationState.ACCEPTED,
    (RestorationState.SUBMITTED, RestorationAct.DECLINE, Role.CASE_OFFICER): RestorationState.DECLINED,
    (RestorationState.SUBMITTED, RestorationAct.WITHDRAW, Role.CITIZEN): RestorationState.WITHDRAWN,
    (RestorationState.ACCEPTED, RestorationAct.RESTORE, Role.PROVIDER): RestorationState.RESTORED,
    (RestorationState.ACCEPTED, RestorationAct.REFUSE, Role.PROVIDER): RestorationState.REFUSED,
    (RestorationState.ACCEPTED, RestorationAct.WITHDRAW, Role.CITIZEN): RestorationState.WITHDRAWN,
    # The record was deleted: there is nothing left to restore.
    (RestorationState.SUBMITTED, RestorationAct.CLOSE, Role.SYSTEM): RestorationState.CLOSED,
    (RestorationState.ACCEPTED, RestorationAct.CLOSE, Role.SYSTEM): RestorationState.CLOSED,
}
# Which clocks an act meets; whatever still runs when a case is over is stopped.
_MEETS = {
    RestorationAct.ACCEPT: (ACCEPT,),
    RestorationAct.DECLINE: (ACCEPT, FEEDBACK),
    RestorationAct.RESTORE: (FEEDBACK,),
    RestorationAct.REFUSE: (FEEDBACK,),
}


class Hindrance(Enum):
    """Why restoration cannot be asked for."""

    NOT_ADVERSE = "not_adverse"
    NOT_ENDED = "not_ended"
    TOO_EARLY = "too_early"


def hindrance(record: Record, today: date) -> Hindrance | None:
    """What keeps the restoration of this record from being asked for today, if anything (NDRC Order 36).

    Without a severity no shortest time is set; the deciding unit's own rules then say, so the unit answers.
    """
    found = record_rules.restoration(record)
    if found is record_rules.NOT_ADVERSE:
        return Hindrance.NOT_ADVERSE
    if record.ended_on is None or record.ended_on > today:
        return Hindrance.NOT_ENDED
    return Hindrance.TOO_EARLY if found.earliest_on is not None and today < found.earliest_on else None


def coming(state: RestorationState, limits: Mapping[str, Limit]) -> tuple[Limit, ...]:
    """The limit that may still begin: once the restoration is proved, the record leaves."""
    return (limits[HIDE],) if state in OPEN else ()


def step(case: Restoration, act: RestorationAct, role: Role) -> RestorationState | None:
    """Where `act` of this role leads from here; None when it is no legal move."""
    return _MOVES.get((case.state, act, role))


def moves(case: Restoration, role: Role) -> tuple[RestorationAct, ...]:
    """What this role can do now."""
    return tuple(act for state, act, by in _MOVES if state is case.state and by is role)


def opens_for(case: Restoration, officer_id: str) -> bool:
    """Whether this officer has the evidence to work on: before anybody has decided each, then the one who accepted it."""
    if case.state is RestorationState.SUBMITTED:
        return True
    by = {one.actor_id for one in case.events if one.act is RestorationAct.ACCEPT}
    return case.state is RestorationState.ACCEPTED and officer_id in by


def opened(accept: Limit, feedback: Limit, at: datetime, calendar: Calendar, code: str) -> tuple[Clock, ...]:
    """Both limits run from the application (General Office of the State Council 2025 no. 22)."""
    return tuple(clock_rules.start(limit, at, calendar, code) for limit in (accept, feedback))


def moved(case: Restoration, event: Event) -> Restoration:
    """The case after an event, its clocks met or stopped as the act says."""
    after = replace(case, state=event.state, events=(*case.events, event))
    met = _MEETS.get(event.act, ())
    clocks = tuple(clock_rules.meet(one, event.at) if one.name in met else one for one in case.clocks)
    if event.state not in OPEN:
        clocks = tuple(clock_rules.stop(one, event.at) for one in clocks)
        after = replace(after, closed_at=event.at, open_key=None)
    return refreshed(replace(after, clocks=clocks))


def refreshed(case: Restoration) -> Restoration:
    """With the nearest instants of the running clocks, by which lists and sweeps find the case."""
    running = [one for one in case.clocks if one.state is ClockState.RUNNING]
    unflagged = [one for one in running if one.overdue_at is None]
    return replace(
        case,
        due_at=min((one.due_at for one in running if one.due_at), default=NEVER),
        flag_at=min((one.due_at for one in unflagged if one.due_at), default=NEVER),
        remind_at=min(
            (one.remind_at for one in unflagged if one.remind_at and not one.reminded_at), default=NEVER
        ),
    )


def overdue(case: Restoration, at: datetime) -> tuple[Clock, ...]:
    """Clocks that are past their end and were not told of."""
    return tuple(one for one in case.clocks if clock_rules.newly_overdue(one, at))


def due_soon(case: Restoration, at: datetime) -> tuple[Clock, ...]:
    return tuple(one for one in case.clocks if clock_rules.due_soon(one, at))


def recomputed(case: Restoration, at: datetime, calendar: Calendar) -> Restoration:
    """The running clocks under the calendar of now; the same case when nothing is new."""
    clocks = tuple(clock_rules.recomputed(one, at, calendar) for one in case.clocks)
    return case if clocks == case.clocks else refreshed(replace(case, clocks=clocks))


def dates_moved(before: Restoration, after: Restoration) -> Iterator[tuple[Clock, Clock]]:
    """Old and new of each clock that has another last day."""
    return (
        (old, new) for old, new in zip(before.clocks, after.clocks, strict=True) if old.due_on != new.due_on
    )


def with_clock(case: Restoration, clock: Clock) -> Restoration:
    """The case with `clock` in place of the one of its name."""
    kept = tuple(clock if one.name == clock.name else one for one in case.clocks)
    return refreshed(replace(case, clocks=kept if case.clock(clock.name) else (*kept, clock)))


def is_providers(case: Restoration, clock: Clock) -> bool:
    """Whether the provider's unit has to meet this clock, rather than the officers."""
    return clock.name == FEEDBACK and case.state is RestorationState.ACCEPTED
