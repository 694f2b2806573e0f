"""What happened to the records of the resident who has every sort: played by the use cases, on the days it happened.

The resident acts at a service window, so that no account is made for them: whoever signs in as them finds the cases. A
play that was cut short goes on where it stopped; a case that somebody has moved by hand since is left alone.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol

from backend.audit import service as audit
from backend.calendars import service as calendars
from backend.common.actor import Actor
from backend.common.clock import SHANGHAI, shanghai_date
from backend.common.deps import Deps
from backend.demo.model import Fate
from backend.demo.rules import cast
from backend.objections import service as objections
from backend.records.model import Record
from backend.restorations import service as restorations
from backend.staff import service as staff
from schemas.terms import (
    Channel,
    Level,
    ObjectionGround,
    ObjectionState,
    ProofOutcome,
    RestorationState,
    Role,
)

OPENING = 45
"""How many days before the city was founded the records of the play came in."""
_AT_TEN = time(10, 0, tzinfo=SHANGHAI)
_PROVEN_FOR = timedelta(minutes=10)
_OBJECTS = "本人认为该信息与事实不符，相关款项已按期缴纳。"
_STATES = "核查结论未采纳本人提供的缴款凭证，本人仍有异议。"
_PLEDGE = "本人已履行全部义务，承诺今后守法诚信。"


class Case(Protocol):
    """What an objection and a restoration have in common."""

    @property
    def id(self) -> str: ...

    @property
    def record_id(self) -> str: ...

    @property
    def state(self) -> str: ...


@dataclass(frozen=True)
class _Day:
    """A day of the play: the deps of that day, the record it is about, and who acts."""

    deps: Deps
    record: Record

    def resident(self) -> Actor:
        """The person the record is about, who has just been recognised at a service window."""
        return Actor(
            f"window:{self.record.subject_id}",
            Role.CITIZEN,
            Channel.COUNTER,
            subject_id=self.record.subject_id,
            level=Level.VERIFIED,
            verified_until=self.deps.now() + _PROVEN_FOR,
        )

    def officer(self) -> Actor:
        return self._staff(Role.CASE_OFFICER)

    def provider(self) -> Actor:
        return self._staff(Role.PROVIDER, self.record.unit_code)

    def _staff(self, role: Role, unit: str | None = None) -> Actor:
        """The cast's member of staff with this role, for providers of this unit."""
        part = next(part for part in cast.staff() if (part.role, part.unit) == (role, unit))
        found = staff.find(self.deps, username=part.username)
        return Actor(found.id, role, Channel.CONSOLE, name=found.name, unit=found.unit)


_Moves = Mapping[str, tuple[int, Callable[[_Day, str], Case]]]


@dataclass(frozen=True)
class _Script:
    """A case: when it began (in days before the founding; None: now), how, and its moves by the state they start from,
    each with its working day after the beginning."""

    begun: int | None
    known: Callable[[_Day], Sequence[Case]]
    begin: Callable[[_Day], Case]
    moves: _Moves


@dataclass(frozen=True)
class Stage:
    """The city's deps and the day it was founded."""

    deps: Deps
    actor: Actor
    founded_on: date

    def opening(self) -> Deps:
        """As it was when the records came in; now, where the log of those days is closed already."""
        then = _at_ten(self.founded_on - timedelta(days=OPENING))
        return self.deps if self._is_closed(then) else _on(self.deps, then)

    def play(self, record: Record, fate: Fate) -> None:
        """Bring the record where its fate says, or as far as it still can be brought."""
        script = _SCRIPTS[fate]
        begun = self._begun(script)
        if self._is_closed(begun):
            return
        day = _Day(_on(self.deps, begun), record)
        known = (case for case in script.known(day) if case.record_id == record.id)
        case = next(known, None) or script.begin(day)
        while (step := script.moves.get(case.state)) is not None:
            on, move = step
            due = calendars.calendar(self.deps).due(shanghai_date(begun), on)
            case = move(_Day(_on(self.deps, _at_ten(due.on)), record), case.id)
        if fate is Fate.SUSPENDED:
            objections.suspend_silent(self.deps, self.actor)

    def _begun(self, script: _Script) -> datetime:
        if script.begun is None:
            return self.deps.now()
        return _at_ten(self.founded_on - timedelta(days=script.begun))

    def _is_closed(self, then: datetime) -> bool:
        closed = audit.closed_until(self.deps)
        return closed is not None and then < closed


def _at_ten(day: date) -> datetime:
    return datetime.combine(day, _AT_TEN).astimezone(UTC)


def _on(deps: Deps, then: datetime) -> Deps:
    return replace(deps, now=lambda: then)


def _objections(day: _Day) -> Sequence[Case]:
    return objections.mine(day.deps, day.resident(), limit=100).items


def _object(day: _Day) -> Case:
    ground = ObjectionGround.ERROR_OR_OMISSION
    return objections.submit(
        day.deps, day.resident(), record_id=day.record.id, ground=ground, statement=_OBJECTS
    )


def _compare(day: _Day, case_id: str) -> Case:
    return objections.compare(day.deps, day.officer(), objection_id=case_id)


def _forward(day: _Day, case_id: str) -> Case:
    return objections.forward(
        day.deps, day.officer(), objection_id=case_id, note="与报送数据一致，请核查原始文书。"
    )


def _uphold(day: _Day, case_id: str) -> Case:
    explanation = "经核查原始文书，所报信息属实。"
    return objections.find_upheld(day.deps, day.provider(), objection_id=case_id, explanation=explanation)


def _dissent(day: _Day, case_id: str) -> Case:
    return objections.dissent(day.deps, day.resident(), objection_id=case_id, statement=_STATES)


def _restorations(day: _Day) -> Sequence[Case]:
    return restorations.mine(day.deps, day.resident(), limit=100).items


def _apply(day: _Day) -> Case:
    return restorations.apply(day.deps, day.resident(), record_id=day.record.id, pledge=_PLEDGE)


def _accept(day: _Day, case_id: str) -> Case:
    return restorations.accept(day.deps, day.officer(), restoration_id=case_id)


def _prove(day: _Day, case_id: str) -> Case:
    return restorations.prove(
        day.deps,
        day.provider(),
        restoration_id=case_id,
        outcome=ProofOutcome.RESTORED,
        explanation="义务已全部履行，同意修复。",
        document_no="沪税信修〔演示〕1号",
    )


_FORWARDED: _Moves = {ObjectionState.MARKED: (1, _compare), ObjectionState.COMPARING: (2, _forward)}
_DISSENTED: _Moves = {ObjectionState.FORWARDED: (5, _uphold), ObjectionState.UPHELD: (6, _dissent)}
_RESTORED: _Moves = {RestorationState.SUBMITTED: (2, _accept), RestorationState.ACCEPTED: (5, _prove)}
_SCRIPTS = {
    Fate.CONTESTED: _Script(None, _objections, _object, {}),
    Fate.SUSPENDED: _Script(24, _objections, _object, _FORWARDED),
    Fate.DISSENTED: _Script(30, _objections, _object, {**_FORWARDED, **_DISSENTED}),
    Fate.HIDDEN: _Script(28, _restorations, _apply, _RESTORED),
}
