"""What time does to cases that one desk answers: it hears of what is due and late, and dates move with the calendar.

A sweep narrows by an index; the case is read again in a transaction of its own and written by compare-and-set, so that
running twice, in two processes, or after a kill changes nothing more. Each of these is the system's to do.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any, Generic, Protocol, TypeVar

from backend.calendars import service as calendars
from backend.clocks import rules
from backend.clocks.model import Clock
from backend.common import sweeping
from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.common.mongo import Retry, atomic
from schemas.notices import DeskNoticeKind
from schemas.terms import Role


class Case(Protocol):
    """A frozen dataclass with the clocks of a case."""

    @property
    def id(self) -> str: ...
    @property
    def clocks(self) -> tuple[Clock, ...]: ...


C = TypeVar("C", bound=Case)


@dataclass(frozen=True)
class Desk(Generic[C]):
    """A kind of case as its feature knows it: where the open ones lie, and who hears of them.

    `to_tell` finds those with a clock whose instant (`remind_at`, `due_at`) has come and whose mark is not set; `put` is false
    when somebody was faster; `record` writes `overdue` or `clock_moved` into the log.
    """

    find_open: Callable[[Deps, str], C | None]
    put: Callable[[Deps, C, C], bool]
    to_tell: Callable[[Deps, str, str], Iterable[str]]
    open_ids: Callable[[Deps], Iterable[str]]
    tell_desk: Callable[..., None]
    tell_moved: Callable[..., None]
    record: Callable[..., None]


def remind_due(deps: Deps, actor: Actor, desk: Desk[C]) -> int:
    """Remind the desk of every case whose last day is near."""
    actor.require(Role.SYSTEM)
    found = desk.to_tell(deps, "remind_at", "reminded_at")
    return sweeping.each(found, lambda one: _remind(deps, desk, case_id=one))


def flag_overdue(deps: Deps, actor: Actor, desk: Desk[C]) -> int:
    """Tell the desk of every case that is late."""
    actor.require(Role.SYSTEM)
    found = desk.to_tell(deps, "due_at", "overdue_at")
    return sweeping.each(found, lambda one: _flag(deps, actor, desk, case_id=one))


def recompute_clocks(deps: Deps, actor: Actor, desk: Desk[C]) -> int:
    """Work every open clock out anew under the calendar of now; both sides are told of a date that moved."""
    actor.require(Role.SYSTEM)
    return sweeping.each(desk.open_ids(deps), lambda one: _recompute(deps, actor, desk, case_id=one))


@atomic
def _remind(deps: Deps, desk: Desk[C], *, case_id: str) -> bool:
    case = desk.find_open(deps, case_id)
    due = [clock for clock in case.clocks if rules.due_soon(clock, deps.now())] if case else []
    if case is None or not due:
        return False
    _put(deps, desk, case, {clock.name: rules.remind(clock, deps.now()) for clock in due})
    for clock in due:
        _tell(deps, desk, case, DeskNoticeKind.CASE_DUE_SOON, clock)
    return True


@atomic
def _flag(deps: Deps, actor: Actor, desk: Desk[C], *, case_id: str) -> bool:
    case = desk.find_open(deps, case_id)
    late = [clock for clock in case.clocks if rules.newly_overdue(clock, deps.now())] if case else []
    if case is None or not late:
        return False
    _put(deps, desk, case, {clock.name: rules.flag(clock, deps.now()) for clock in late})
    for clock in late:
        _tell(deps, desk, case, DeskNoticeKind.CASE_OVERDUE, clock)
        desk.record(deps, actor, case, "overdue", clock=clock.name)
    return True


@atomic
def _recompute(deps: Deps, actor: Actor, desk: Desk[C], *, case_id: str) -> bool:
    """The calendar is read with the case, in one snapshot: an older one, read before, would move the date back."""
    case = desk.find_open(deps, case_id)
    if case is None:
        return False
    calendar = calendars.calendar(deps)
    pairs = [(clock, rules.recomputed(clock, deps.now(), calendar)) for clock in case.clocks]
    changed = {after.name: after for clock, after in pairs if after is not clock}
    if not changed:
        return False
    _put(deps, desk, case, changed)
    moved = [(clock, after) for clock, after in pairs if after.due_on != clock.due_on]
    for clock, after in moved:
        days: dict[str, Any] = {"from_on": clock.due_on, "to_on": after.due_on}
        desk.tell_moved(deps, case, clock=after.label.text, **days)
        desk.tell_desk(deps, case, DeskNoticeKind.CLOCK_MOVED, clock=after.label.text, **days)
        told = {name: str(day) for name, day in days.items()}
        desk.record(deps, actor, case, "clock_moved", clock=clock.name, **told)
    return bool(moved)


def _put(deps: Deps, desk: Desk[C], case: C, changed: dict[str, Clock]) -> None:
    clocks = tuple(changed.get(clock.name, clock) for clock in case.clocks)
    if not desk.put(deps, case, replace(case, clocks=clocks)):  # type: ignore[type-var]  # a dataclass, as `Case` says
        raise Retry(case.id)


def _tell(deps: Deps, desk: Desk[C], case: C, kind: DeskNoticeKind, clock: Clock) -> None:
    desk.tell_desk(deps, case, kind, clock=clock.label.text, due_on=clock.due_on)
