"""What the worker does by the clock. A sweep narrows by an index; the use case of a single case decides again under the same
rule, so running it twice, in two processes, or after a kill changes nothing more."""

from collections.abc import Callable, Iterable
from dataclasses import replace

from backend.calendars import service as calendars
from backend.clocks.model import Clock
from backend.common import sweeping
from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.common.mongo import atomic
from backend.objections import rules, store, texts
from backend.objections.model import Event, Objection
from backend.objections.service import agreeing, moving, telling
from schemas.notices import DeskNoticeKind, NoticeKind
from schemas.terms import ObjectionAct, Role


def remind_due(deps: Deps, actor: Actor) -> int:
    """Remind whoever must act of what is due within a working day; how many cases were told of."""
    return _each(deps, actor, _with(deps, rules.REMIND), remind)


def flag_overdue(deps: Deps, actor: Actor) -> int:
    """Tell the desk what is past its end and not done."""
    return _each(deps, actor, _with(deps, ObjectionAct.FALL_DUE), settle)


def suspend_silent(deps: Deps, actor: Actor) -> int:
    """Write down that a silent provider's record is out of every query, which it is from the instant itself."""
    return _each(deps, actor, _with(deps, ObjectionAct.SUSPEND), settle)


def end_supplements(deps: Deps, actor: Actor) -> int:
    """Go on with the cases whose supplement did not come in time."""
    return _each(deps, actor, _with(deps, ObjectionAct.GO_ON), settle)


def close_upheld(deps: Deps, actor: Actor) -> int:
    """Close what was upheld and not dissented from in time; the mark goes."""
    return _each(deps, actor, _with(deps, ObjectionAct.CLOSE), settle)


def recompute_clocks(deps: Deps, actor: Actor) -> int:
    """Work the clocks of every live case out anew that rest on another table than today's; how many cases moved."""
    stale = store.ids_with_stale_clock(deps.db, calendars.calendar(deps).is_stale)
    return _each(deps, actor, stale, recompute)


@atomic
def settle(deps: Deps, actor: Actor, *, objection_id: str) -> bool:
    """Write down what time has done to one case; false when there is nothing."""
    actor.require(Role.SYSTEM)
    case = store.find(deps.db, objection_id)
    return case is not None and moving.settled(deps, case).version > case.version


@atomic
def remind(deps: Deps, actor: Actor, *, objection_id: str) -> bool:
    """Remind of the clocks of one case that are near their end, each once; false when none is."""
    actor.require(Role.SYSTEM)
    case = store.find(deps.db, objection_id)
    if case is None:
        return False
    case, near = rules.reminded(moving.settled(deps, case), deps.now())
    if not near:
        return False
    for clock in near:
        _remind_of(deps, case, clock)
    moving.save(deps, moving.BY_ITSELF, rules.refreshed(case), "objections.remind")
    return True


@atomic
def recompute(deps: Deps, actor: Actor, *, objection_id: str) -> bool:
    """One case by the calendar of now: every move of a clock is on the timeline with its old and new day, and both sides
    are told. False when no day moved, though the clocks may be certain now."""
    actor.require(Role.SYSTEM, Role.DATA_STEWARD, Role.ADMIN)
    found = store.find(deps.db, objection_id)
    if found is None:
        return False
    before = moving.settled(deps, found)
    by = moving.terms(deps, before.limits_code)
    case, changed = rules.changed(before, by.now, by.calendar)
    if case == before or before.state in rules.FINAL:
        return False
    for _, clock in changed:
        case = _noted(deps, case, clock)
    case = _in_queries_again(deps, case)
    moving.save(deps, moving.BY_ITSELF, rules.refreshed(case), "objections.recompute")
    agreeing.agree(deps, case)
    for old, new in changed:
        _tell_moved(deps, case, old, new)
    return bool(changed)


def _with(deps: Deps, what: str) -> Iterable[str]:
    return store.ids_with_chore(deps.db, what, deps.now())


def _each(deps: Deps, actor: Actor, ids: Iterable[str], use_case: Callable[..., bool]) -> int:
    return sweeping.each(ids, lambda one: use_case(deps, actor, objection_id=one))


def _remind_of(deps: Deps, case: Objection, clock: Clock) -> None:
    due_on = moving.due_on(case, clock.name)
    if clock.name in rules.RESIDENTS:
        said = {"clock": clock.label.text, "due_on": due_on}
        telling.resident(deps, case, NoticeKind.OBJECTION_DUE_SOON, **said)
    else:
        telling.whoever_must(deps, case, clock, DeskNoticeKind.CASE_DUE_SOON, due_on=due_on)


def _noted(deps: Deps, case: Objection, clock: Clock) -> Objection:
    line = Event(
        deps.now(), ObjectionAct.MOVE_CLOCK, case.state, Role.SYSTEM, moving.BY_ITSELF.id, clock=clock.name
    )
    return rules.move(case, line) or case


def _in_queries_again(deps: Deps, case: Objection) -> Objection:
    """The published calendar gives a provider more time after all."""
    clock = case.clock("finding")
    if case.suspended_at is None or clock is None or clock.due_at is None or clock.due_at <= deps.now():
        return case
    return replace(agreeing.release(deps, case, texts.MOVED), suspended_at=None)


def _tell_moved(deps: Deps, case: Objection, old: Clock, new: Clock) -> None:
    said = {"clock": new.label.text, "from_on": old.due_on, "to_on": new.due_on}
    telling.resident(deps, case, NoticeKind.OBJECTION_CLOCK_MOVED, **said)
    telling.officers(deps, case, DeskNoticeKind.CLOCK_MOVED, **said)
    if new.name == "finding":
        telling.provider(deps, case, DeskNoticeKind.CLOCK_MOVED, **said)
