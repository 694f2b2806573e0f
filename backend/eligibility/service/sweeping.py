"""What the clock does to contests: the desk hears of what is due and late, and dates move with the calendar."""

from dataclasses import replace

from backend.calendars import service as calendars
from backend.clocks import rules as clock_rules
from backend.clocks.model import Clock, Queue
from backend.common import sweeping
from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.common.mongo import Retry, atomic
from backend.eligibility import store, texts
from backend.eligibility.model import Contest
from backend.eligibility.service.contesting import OFFICERS, record, tell_officers, tell_person
from schemas.notices import DeskNoticeKind, NoticeKind
from schemas.terms import ContestState, Role


def queues(deps: Deps, actor: Actor) -> tuple[Queue, ...]:
    """What waits for the caller's role."""
    if actor.role not in OFFICERS:
        return ()
    count, overdue, nearest = store.count_contests(deps.db, deps.now())
    return (Queue("contests", texts.QUEUE, count, overdue, nearest),)


def remind_due(deps: Deps, actor: Actor) -> int:
    """Remind the desk of every contest whose last day is near."""
    actor.require(Role.SYSTEM)
    found = store.contests_to_tell(deps.db, deps.now(), reached="remind_at", told="reminded_at")
    return sweeping.each(found, lambda one: _remind(deps, contest_id=one))


def flag_overdue(deps: Deps, actor: Actor) -> int:
    """Tell the desk of every contest that is late."""
    actor.require(Role.SYSTEM)
    found = store.contests_to_tell(deps.db, deps.now(), reached="due_at", told="overdue_at")
    return sweeping.each(found, lambda one: _flag(deps, actor, contest_id=one))


def recompute_clocks(deps: Deps, actor: Actor) -> int:
    """Work every open clock out anew under the calendar of now; both sides are told of a date that moved."""
    actor.require(Role.SYSTEM)
    return sweeping.each(store.open_contests(deps.db), lambda one: _recompute(deps, actor, contest_id=one))


@atomic
def _remind(deps: Deps, *, contest_id: str) -> bool:
    before = _open(deps, contest_id)
    due = [clock for clock in before.clocks if clock_rules.due_soon(clock, deps.now())] if before else []
    if before is None or not due:
        return False
    _put(deps, before, {clock.name: clock_rules.remind(clock, deps.now()) for clock in due})
    for clock in due:
        _tell_desk(deps, before, DeskNoticeKind.CASE_DUE_SOON, clock)
    return True


@atomic
def _flag(deps: Deps, actor: Actor, *, contest_id: str) -> bool:
    before = _open(deps, contest_id)
    late = (
        [clock for clock in before.clocks if clock_rules.newly_overdue(clock, deps.now())] if before else []
    )
    if before is None or not late:
        return False
    _put(deps, before, {clock.name: clock_rules.flag(clock, deps.now()) for clock in late})
    for clock in late:
        _tell_desk(deps, before, DeskNoticeKind.CASE_OVERDUE, clock)
        record(deps, actor, before, "eligibility.contest_overdue", clock=clock.name)
    return True


@atomic
def _recompute(deps: Deps, actor: Actor, *, contest_id: str) -> bool:
    """The calendar is read with the case, in one snapshot: an older one, read before, would move the date back."""
    before = _open(deps, contest_id)
    if before is None:
        return False
    calendar = calendars.calendar(deps)
    pairs = [(clock, clock_rules.recomputed(clock, deps.now(), calendar)) for clock in before.clocks]
    changed = {after.name: after for clock, after in pairs if after is not clock}
    if not changed:
        return False
    _put(deps, before, changed)
    moved = [(clock, after) for clock, after in pairs if after.due_on != clock.due_on]
    for clock, after in moved:
        days = {"clock": after.label.text, "from_on": clock.due_on, "to_on": after.due_on}
        tell_person(deps, before, NoticeKind.CONTEST_CLOCK_MOVED, **days)
        tell_officers(deps, before, DeskNoticeKind.CLOCK_MOVED, **days)
        record(deps, actor, before, "eligibility.contest_clock_moved", to_on=str(after.due_on))
    return bool(moved)


def _open(deps: Deps, contest_id: str) -> Contest | None:
    found = store.find_contest(deps.db, contest_id)
    return found if found is not None and found.state is ContestState.OPEN else None


def _put(deps: Deps, before: Contest, changed: dict[str, Clock]) -> None:
    after = replace(before, clocks=tuple(changed.get(clock.name, clock) for clock in before.clocks))
    if not store.put_contest(deps.db, before, after):
        raise Retry(before.id)


def _tell_desk(deps: Deps, found: Contest, kind: DeskNoticeKind, clock: Clock) -> None:
    tell_officers(deps, found, kind, clock=clock.label.text, due_on=clock.due_on)
