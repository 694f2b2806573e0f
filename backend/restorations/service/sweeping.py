"""What the worker does by the clock. A sweep narrows by an index; the use case of a single case decides again, so running it
twice, in two processes, or after a kill changes nothing more."""

from backend.calendars import service as calendars
from backend.clocks import rules as clock_rules
from backend.clocks.model import Clock
from backend.common import sweeping
from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.common.mongo import atomic
from backend.restorations import rules, store
from backend.restorations.model import Restoration
from backend.restorations.service import moving
from schemas.notices import DeskNoticeKind, NoticeKind
from schemas.terms import RestorationAct, Role


def flag_overdue(deps: Deps, actor: Actor) -> int:
    """Tell both sides of what is past its end and not done; how many cases."""
    found = store.ids_to_flag(deps.db, deps.now())
    return sweeping.each(found, lambda one: flag(deps, actor, restoration_id=one))


def remind_due(deps: Deps, actor: Actor) -> int:
    """Remind whoever must act of what is due within a working day; how many cases."""
    found = store.ids_to_remind(deps.db, deps.now())
    return sweeping.each(found, lambda one: remind(deps, actor, restoration_id=one))


def recompute_clocks(deps: Deps, actor: Actor) -> int:
    """Work the clocks of every open case out anew that rest on another table than today's; how many cases moved."""
    found = store.ids_with_stale_clock(deps.db, calendars.calendar(deps).is_stale)
    return sweeping.each(found, lambda one: recompute(deps, actor, restoration_id=one))


@atomic
def flag(deps: Deps, actor: Actor, *, restoration_id: str) -> bool:
    """Note and tell the clocks of one case that are past their end, each once; false when none is."""
    actor.require(Role.SYSTEM)
    case = _open(deps, restoration_id)
    if case is None or not (late := rules.overdue(case, deps.now())):
        return False
    for clock in late:
        case = rules.with_clock(
            _noted(deps, case, RestorationAct.FALL_DUE, clock), clock_rules.flag(clock, deps.now())
        )
    moving.save(deps, moving.BY_ITSELF, case, "restorations.flag")
    for clock in late:
        due_on = moving.due_on(case, clock.name)
        moving.tell_whoever_must(deps, case, clock, DeskNoticeKind.CASE_OVERDUE, due_on=due_on)
        said = {"clock": clock.label.text, "due_on": due_on}
        moving.tell_resident(deps, case, NoticeKind.RESTORATION_OVERDUE, **said)
    return True


@atomic
def remind(deps: Deps, actor: Actor, *, restoration_id: str) -> bool:
    """Remind of the clocks of one case that are near their end, each once; false when none is."""
    actor.require(Role.SYSTEM)
    case = _open(deps, restoration_id)
    if case is None or not (near := rules.due_soon(case, deps.now())):
        return False
    for clock in near:
        case = rules.with_clock(case, clock_rules.remind(clock, deps.now()))
    moving.save(deps, moving.BY_ITSELF, case, "restorations.remind")
    for clock in near:
        due_on = moving.due_on(case, clock.name)
        moving.tell_whoever_must(deps, case, clock, DeskNoticeKind.CASE_DUE_SOON, due_on=due_on)
    return True


@atomic
def recompute(deps: Deps, actor: Actor, *, restoration_id: str) -> bool:
    """One case by the calendar of now: every clock that moved is on the timeline and both sides are told of old and new day.

    False when no day moved, though the clocks may be certain now.
    """
    actor.require(Role.SYSTEM, Role.DATA_STEWARD, Role.ADMIN)
    before = _open(deps, restoration_id)
    if before is None:
        return False
    case = rules.recomputed(before, deps.now(), calendars.calendar(deps))
    if case is before:
        return False
    moved = list(rules.dates_moved(before, case))
    for _, clock in moved:
        case = _noted(deps, case, RestorationAct.MOVE_CLOCK, clock)
    moving.save(deps, moving.BY_ITSELF, case, "restorations.recompute")
    for old, new in moved:
        _tell_moved(deps, case, old, new)
    return bool(moved)


def _open(deps: Deps, restoration_id: str) -> Restoration | None:
    case = store.find(deps.db, restoration_id)
    return case if case is not None and case.state in rules.OPEN else None


def _noted(deps: Deps, case: Restoration, act: RestorationAct, clock: Clock) -> Restoration:
    """The case with a line on its timeline about one of its clocks."""
    return rules.moved(case, moving.event(deps, moving.BY_ITSELF, case, act, clock=clock.name))


def _tell_moved(deps: Deps, case: Restoration, old: Clock, new: Clock) -> None:
    said = {"clock": new.label.text, "from_on": old.due_on, "to_on": new.due_on}
    moving.tell_resident(deps, case, NoticeKind.RESTORATION_CLOCK_MOVED, **said)
    moving.tell_officers(deps, case, DeskNoticeKind.CLOCK_MOVED, **said)
    if rules.is_providers(case, new):
        moving.tell_provider(deps, case, DeskNoticeKind.CLOCK_MOVED, **said)
