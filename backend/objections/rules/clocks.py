"""What each move does to the clocks of a case (DOMAIN 3), and what the clocks say about it."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from backend.clocks import rules as clocks
from backend.clocks.model import Clock, Limit
from backend.common.workdays import Calendar
from backend.objections.model import NEVER, Objection
from schemas.terms import ClockState, MoveCause
from schemas.terms import ObjectionAct as Act
from schemas.terms import ObjectionState as State

# Whoever must meet them: these two are the resident's, and nobody here is late when they end.
RESIDENTS = frozenset({"supplement", "dissent"})
AT_SUBMISSION = ("mark", "compare", "decide", "forward")
_TICK = timedelta(milliseconds=1)

_STARTS = {Act.FORWARD: "finding", Act.REQUEST_SUPPLEMENT: "supplement", Act.UPHOLD: "dissent"}
_MEETS = {
    (Act.MARK, State.SUBMITTED): "mark",
    (Act.COMPARE, State.MARKED): "compare",
    (Act.FORWARD, State.COMPARING): "forward",
    (Act.CORRECT, State.COMPARING): "decide",
    (Act.CORRECT, State.FORWARDED): "finding",
    (Act.UPHOLD, State.FORWARDED): "finding",
    (Act.ADD_EVIDENCE, State.SUPPLEMENT_REQUESTED): "supplement",
    (Act.DISSENT, State.UPHELD): "dissent",
}
# What has not begun where a case stands, and may: if the desk forwards it, and if the provider upholds the record.
_COMES = {
    State.SUBMITTED: ("finding", "dissent"),
    State.MARKED: ("finding", "dissent"),
    State.COMPARING: ("finding", "dissent"),
    State.FORWARDED: ("dissent",),
}
# After these nothing that still runs is owed any more.
_ENDS = frozenset({Act.FORWARD, Act.CORRECT, Act.UPHOLD, Act.DISSENT, Act.WITHDRAW, Act.CLOSE})


def opened(limits: Mapping[str, Limit], at: datetime, calendar: Calendar, set_code: str) -> tuple[Clock, ...]:
    """The clocks that begin when an objection is received."""
    return tuple(clocks.start(limits[name], at, calendar, set_code) for name in AT_SUBMISSION)


def clocked(
    case: Objection, act: Act, at: datetime, calendar: Calendar, limits: Mapping[str, Limit]
) -> Objection:
    """The case, still in the state it moves from, with its clocks as they are after `act`."""
    case = _met(case, _MEETS.get((act, case.state)), at)
    if act is Act.GO_ON:
        case = _each(case, lambda c: clocks.stop(c, at) if c.name == "supplement" else c)
    if act in (Act.ADD_EVIDENCE, Act.GO_ON) and case.state is State.SUPPLEMENT_REQUESTED:
        over = act is Act.GO_ON
        received_at = at - _TICK if over else at
        cause = MoveCause.SUPPLEMENT_OVER if over else MoveCause.RESUMED
        case = _each(case, lambda c: clocks.resume(c, received_at, calendar, cause))
    if act is Act.REQUEST_SUPPLEMENT:
        case = _each(case, lambda c: clocks.pause(c, at, calendar))
    if act in _ENDS:
        case = _each(case, lambda c: clocks.stop(c, at) if c.is_open else c)
    if act in _STARTS:
        begun = clocks.start(limits[_STARTS[act]], at, calendar, case.limits_code)
        case = replace(case, clocks=(*case.clocks, begun))
    return case


def coming(state: State, limits: Mapping[str, Limit]) -> tuple[Limit, ...]:
    """The limits that may still begin from `state` on, in their order."""
    return tuple(limits[name] for name in _COMES.get(state, ()))


def running(case: Objection) -> list[Clock]:
    return [clock for clock in case.clocks if clock.state is ClockState.RUNNING]


def due_at(case: Objection) -> datetime:
    """The nearest end of a running clock that somebody here must meet."""
    return min((c.due_at for c in running(case) if c.name not in RESIDENTS and c.due_at), default=NEVER)


def suspends_at(case: Objection, calendar: Calendar) -> datetime | None:
    """From when the record leaves every query if nobody does anything more: the end of the provider's time (Measures 30).

    While a supplement is awaited that is when the provider's clock would end if none came.
    """
    finding, supplement = case.clock("finding"), case.clock("supplement")
    if (
        finding is None
        or not finding.is_open
        or case.state not in (State.FORWARDED, State.SUPPLEMENT_REQUESTED)
    ):
        return None
    if finding.state is ClockState.PAUSED and supplement is not None and supplement.due_at is not None:
        return clocks.resume(finding, supplement.due_at - _TICK, calendar).due_at
    return finding.due_at


def changed(case: Objection, at: datetime, calendar: Calendar) -> tuple[Objection, list[tuple[Clock, Clock]]]:
    """The case by the calendar of now, and each clock whose last day moved: before and after."""
    after = _each(case, lambda c: clocks.recomputed(c, at, calendar) if c.is_open else c)
    pairs = zip(case.clocks, after.clocks, strict=True)
    return after, [(old, new) for old, new in pairs if old.due_on != new.due_on]


def reminded(case: Objection, at: datetime) -> tuple[Objection, list[Clock]]:
    """The case with every clock told that is near its end and has not been, and those clocks."""
    near = [c for c in running(case) if c.reminded_at is None and clocks.due_soon(c, at)]
    return _each(case, lambda c: clocks.remind(c, at) if c in near else c), near


def _met(case: Objection, name: str | None, at: datetime) -> Objection:
    if name is None:
        return case
    return _each(case, lambda c: clocks.meet(c, at) if c.name == name and c.is_open else c)


def _each(case: Objection, turn: Callable[[Clock], Clock]) -> Objection:
    return replace(case, clocks=tuple(turn(clock) for clock in case.clocks))
