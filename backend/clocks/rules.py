"""How a clock starts, stops and moves. Pure: the case stores what comes out, in the same write as its own change.

The end follows from facts alone: when it started, how many days, when it was paused and resumed, what was granted. A
pause begins with the day after it was asked for and ends with the day the supplement is received (Civil Code 201: the
first day of a period is not counted), so the day of the pause is used up and the day of receipt is not. Where nothing
was left, one day is given. A rule with nothing to do gives the same clock back: it may be applied to every clock of a
case, and twice.
"""

from dataclasses import replace
from datetime import date, datetime

from backend.clocks.model import Clock, IllegalMove, Limit, Move, Words
from backend.common.clock import shanghai_date
from backend.common.periods import end_of
from backend.common.workdays import DAY, Calendar, Due, days_between
from schemas.terms import ClockState, DayUnit, MoveCause


def start(limit: Limit, at: datetime, calendar: Calendar, set_code: str) -> Clock:
    """A clock for `limit` that begins with what happened at `at`; that day is not counted."""
    clock = Clock(
        name=limit.name,
        label=Words(*limit.label),
        limit_days=limit.days,
        unit=limit.unit,
        basis=Words(*limit.basis),
        source_mark=limit.source_mark,
        set_code=set_code,
        started_at=at,
        due_on=None,
        due_at=None,
        counted_days=(),
        calendar_version="",
        provisional=False,
    )
    return _ending(clock, _due(clock, calendar), calendar)


_RESUMING = frozenset({MoveCause.RESUMED, MoveCause.SUPPLEMENT_OVER})


def pause(clock: Clock, at: datetime, calendar: Calendar) -> Clock:
    """Stop counting while a supplement is awaited; a clock past its end goes on being late."""
    if clock.state is not ClockState.RUNNING or is_overdue(clock, at):
        return clock
    paused = replace(clock, state=ClockState.PAUSED, paused_at=at, due_on=None, due_at=None, remind_at=None)
    moved = _moved(paused, at, MoveCause.PAUSED, clock.due_on)
    used, looked_at = _used(moved, calendar)
    return replace(
        moved,
        counted_days=used,
        used_days=len(used),
        calendar_version=calendar.describe(looked_at),
        provisional=calendar.is_guess(looked_at),
        reminded_at=None,
    )


def resume(clock: Clock, at: datetime, calendar: Calendar, cause: MoveCause = MoveCause.RESUMED) -> Clock:
    """Count on with what was left; `at` is when the supplement was received, or when waiting for it ended, as `cause` says."""
    if clock.state is not ClockState.PAUSED:
        return clock
    running = _moved(replace(clock, state=ClockState.RUNNING, paused_at=None), at, cause, clock.due_on)
    return _arrived(_ending(running, _due(running, calendar), calendar))


def extend(clock: Clock, limit: Limit, at: datetime, calendar: Calendar, by_id: str) -> Clock:
    """Add the limit's extension, once, before the end, in the name of the approver `by_id`.

    Raises `IllegalMove` when the limit knows no extension, it was granted already, nobody approves, the clock is not
    running, or its end has passed.
    """
    if limit.extension_days is None or clock.extended_days or not by_id:
        raise IllegalMove("an extension must be in the limit, is granted once, and has an approver")
    if clock.state is not ClockState.RUNNING or is_overdue(clock, at):
        raise IllegalMove("only a clock that runs and is not late can be extended")
    longer = replace(clock, extended_days=limit.extension_days, extended_by_id=by_id, reminded_at=None)
    longer = _moved(longer, at, MoveCause.EXTENDED, clock.due_on)
    return _arrived(_ending(longer, _due(longer, calendar), calendar))


def recomputed(clock: Clock, at: datetime, calendar: Calendar) -> Clock:
    """The same facts under the tables of today; a paused clock is worked out anew when it goes on.

    A table that comes late makes nobody late: an end that was ahead and now lies behind becomes today's, or the next
    working day's.
    """
    if clock.state is not ClockState.RUNNING:
        return clock
    due = _due(clock, calendar)
    if due.version == clock.calendar_version:
        return clock
    today = shanghai_date(at)
    if due.on < today and not is_overdue(clock, at):
        due = replace(due, on=calendar.next_workday(today))
    if due.on == clock.due_on:
        return _ending(clock, due, calendar)
    moved = _moved(clock, at, MoveCause.CALENDAR, clock.due_on)
    moved = _arrived(_ending(replace(moved, reminded_at=None), due, calendar))
    return moved if is_overdue(moved, at) else replace(moved, overdue_at=None)


def meet(clock: Clock, at: datetime) -> Clock:
    """What the limit was for is done."""
    return replace(clock, state=ClockState.MET, ended_at=at) if clock.is_open else clock


def stop(clock: Clock, at: datetime) -> Clock:
    """What the limit was for is not needed any more: withdrawn, or the case took another way."""
    return replace(clock, state=ClockState.STOPPED, ended_at=at) if clock.is_open else clock


def remind(clock: Clock, at: datetime) -> Clock:
    """Note that whoever must act was reminded."""
    return replace(clock, reminded_at=at)


def flag(clock: Clock, at: datetime) -> Clock:
    """Note that the desk was told it is overdue."""
    return replace(clock, overdue_at=at)


def is_overdue(clock: Clock, at: datetime) -> bool:
    """Whether it still runs and its last day is over: 24:00 itself is too late."""
    return clock.state is ClockState.RUNNING and clock.due_at is not None and clock.due_at <= at


def newly_overdue(clock: Clock, at: datetime) -> bool:
    """Whether it is overdue and nobody was told yet."""
    return is_overdue(clock, at) and clock.overdue_at is None


def late(clock: Clock) -> bool:
    """Whether what it was for was done after its end."""
    return (
        clock.state is ClockState.MET
        and clock.due_at is not None
        and clock.due_at <= (clock.ended_at or clock.due_at)
    )


def due_soon(clock: Clock, at: datetime) -> bool:
    """Whether a reminder is due: it runs, nobody was reminded, and the last working day before its end has begun."""
    if clock.state is not ClockState.RUNNING or clock.reminded_at is not None or is_overdue(clock, at):
        return False
    return clock.remind_at is not None and clock.remind_at <= at


def days_left(clock: Clock, at: datetime) -> int | None:
    """How many of its days come after the day of `at`; 0 on the last one. None where none runs, or all are over."""
    if clock.state is not ClockState.RUNNING or clock.due_on is None or is_overdue(clock, at):
        return None
    today = shanghai_date(at)
    return sum(day > today for day in (*clock.counted_days[:-1], clock.due_on))


def _due(clock: Clock, calendar: Calendar) -> Due:
    """Where the facts of a running clock end."""
    used, looked_at = _used(clock, calendar)
    since, paused_on = _begins(clock)
    left = clock.limit_days + clock.extended_days - len(used)
    if left <= 0 and paused_on is not None:
        left = 0 if since == paused_on else 1
    due = _count(calendar, clock.unit, since, left)
    if not left and paused_on is not None:
        due = replace(due, on=calendar.next_workday(since))
    looked_at += tuple(days_between(since, due.on))
    return Due(due.on, used + due.counted, calendar.is_guess(looked_at), calendar.describe(looked_at))


def _count(calendar: Calendar, unit: DayUnit, since: date, days: int) -> Due:
    return (calendar.due if unit is DayUnit.WORKING else calendar.due_by_calendar)(since, days)


def _used(clock: Clock, calendar: Calendar) -> tuple[tuple[date, ...], tuple[date, ...]]:
    """The days that were counted before the pauses, and all that were looked at for them."""
    since = shanghai_date(clock.started_at)
    looked_at: list[date] = []
    for move in clock.moves:
        if move.cause is MoveCause.PAUSED:
            looked_at += days_between(since, shanghai_date(move.at))
        elif move.cause in _RESUMING:
            since = shanghai_date(move.at)
    counted = [day for day in looked_at if clock.unit is DayUnit.CALENDAR or calendar.is_workday(day)]
    return tuple(counted[: clock.limit_days + clock.extended_days]), tuple(looked_at)


def _begins(clock: Clock) -> tuple[date, date | None]:
    """The day after which it counts now, and the day of the pause before that."""
    resumed = [move.at for move in clock.moves if move.cause in _RESUMING]
    paused = [move.at for move in clock.moves if move.cause is MoveCause.PAUSED]
    if not resumed:
        return shanghai_date(clock.started_at), None
    return shanghai_date(resumed[-1]), shanghai_date(paused[-1])


def _ending(clock: Clock, due: Due, calendar: Calendar) -> Clock:
    return replace(
        clock,
        due_on=due.on,
        due_at=end_of(due.on),
        remind_at=end_of(calendar.last_workday_before(due.on) - DAY),
        counted_days=due.counted,
        calendar_version=due.version,
        provisional=due.provisional,
    )


def _moved(clock: Clock, at: datetime, cause: MoveCause, from_on: date | None) -> Clock:
    """With the move begun; where it leads and by which calendar is filled in by `_arrived`."""
    return replace(clock, moves=(*clock.moves, Move(at, cause, from_on, None, clock.calendar_version)))


def _arrived(clock: Clock) -> Clock:
    *before, last = clock.moves
    arrived = replace(last, to_on=clock.due_on, calendar_version=clock.calendar_version)
    return replace(clock, moves=(*before, arrived))
