"""The table of transitions: docs/objections.svg is drawn from it, and a test holds that it still is (DOMAIN 4)."""

from dataclasses import dataclass, replace

from backend.objections.model import Event, Objection
from schemas.terms import ObjectionAct as Act
from schemas.terms import ObjectionState as State
from schemas.terms import Role

# A resident may withdraw while it is open; the record is marked as long as the case is live.
OPEN = frozenset(
    {State.SUBMITTED, State.MARKED, State.COMPARING, State.SUPPLEMENT_REQUESTED, State.FORWARDED}
)
LIVE = OPEN | {State.CORRECTED, State.UPHELD}
MOST_ADDITIONS = 30
"""What a person may add of the own accord; what the desk asks for may always be brought. A case is one document."""
FINAL = frozenset({State.DISSENTED, State.WITHDRAWN, State.CLOSED})


@dataclass(frozen=True)
class Transition:
    """`act` leads from `source` to `target`, and who may do it; a case that stays where it is has the same of both."""

    source: State
    act: Act
    target: State
    by: Role


_CITIZEN, _OFFICER, _PROVIDER, _SYSTEM = Role.CITIZEN, Role.CASE_OFFICER, Role.PROVIDER, Role.SYSTEM
_AT_THE_DESK = (State.COMPARING, State.FORWARDED)

TRANSITIONS = (
    Transition(State.SUBMITTED, Act.MARK, State.MARKED, _SYSTEM),
    Transition(State.MARKED, Act.COMPARE, State.COMPARING, _OFFICER),
    Transition(State.COMPARING, Act.CORRECT, State.CORRECTED, _OFFICER),
    Transition(State.COMPARING, Act.FORWARD, State.FORWARDED, _OFFICER),
    Transition(State.FORWARDED, Act.CORRECT, State.CORRECTED, _PROVIDER),
    Transition(State.FORWARDED, Act.UPHOLD, State.UPHELD, _PROVIDER),
    Transition(State.FORWARDED, Act.SUSPEND, State.FORWARDED, _SYSTEM),
    Transition(State.CORRECTED, Act.CLOSE, State.CLOSED, _SYSTEM),
    Transition(State.UPHELD, Act.CLOSE, State.CLOSED, _SYSTEM),
    Transition(State.UPHELD, Act.DISSENT, State.DISSENTED, _CITIZEN),
    *(Transition(s, Act.REQUEST_SUPPLEMENT, State.SUPPLEMENT_REQUESTED, _OFFICER) for s in _AT_THE_DESK),
    *(Transition(State.SUPPLEMENT_REQUESTED, Act.ADD_EVIDENCE, s, _CITIZEN) for s in _AT_THE_DESK),
    *(Transition(State.SUPPLEMENT_REQUESTED, Act.GO_ON, s, _SYSTEM) for s in _AT_THE_DESK),
    *(Transition(s, Act.ADD_EVIDENCE, s, _CITIZEN) for s in (State.MARKED, *_AT_THE_DESK)),
    *(Transition(s, Act.TAKE_OVER, s, _OFFICER) for s in (*_AT_THE_DESK, State.SUPPLEMENT_REQUESTED)),
    *(Transition(s, Act.WITHDRAW, State.WITHDRAWN, _CITIZEN) for s in State if s in OPEN),
    # The record was deleted: there is nothing left to judge.
    *(Transition(s, Act.CLOSE, State.CLOSED, _SYSTEM) for s in State if s in OPEN),
    *(Transition(s, Act.FALL_DUE, s, _SYSTEM) for s in State if s in OPEN),
    *(Transition(s, Act.MOVE_CLOCK, s, _SYSTEM) for s in State if s in LIVE and s is not State.CORRECTED),
)


def step(case: Objection, act: Act, by: Role) -> State | None:
    """Where `act` leads this case, or None where it is no legal move of `by`; after a supplement it goes on where it was."""
    wanted = (case.state, act, by)
    targets = [one.target for one in TRANSITIONS if (one.source, one.act, one.by) == wanted]
    if len(targets) > 1:
        return case.returns_to if case.returns_to in targets else None
    return targets[0] if targets else None


def move(case: Objection, event: Event) -> Objection | None:
    """The case after the event, with its line on the timeline; None where the move is not legal."""
    target = step(case, event.act, event.role)
    if target is None:
        return None
    moved = replace(case, state=target, events=(*case.events, replace(event, state=target)))
    if target is State.SUPPLEMENT_REQUESTED and case.state is not target:
        return replace(moved, returns_to=case.state)
    return moved if target is State.SUPPLEMENT_REQUESTED else replace(moved, returns_to=None)


def may_add(case: Objection) -> bool:
    """Whether the person may add something more: far beyond what anybody needs, but not without end."""
    added = sum(event.act is Act.ADD_EVIDENCE for event in case.events)
    return case.state is State.SUPPLEMENT_REQUESTED or added < MOST_ADDITIONS
