"""Random walks of legal and illegal moves, time and sweeps, on the real database; after every step the promises hold."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from backend.calendars import service as calendars
from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.common.documents import from_document
from backend.common.errors import Kind, ServiceError
from backend.objections import rules, service
from backend.objections.model import Objection
from backend.objections.service import moving
from backend.records.model import Record
from backend.reports import service as reports
from schemas.terms import Channel, ClockState, ObjectionAct, RecordMark, Role
from schemas.terms import ObjectionState as State
from tests.backend.objections.test_moves import LEGAL
from tests.backend.objections.test_sweeps import SWEEPS
from tests.backend.objections.town import WORKER, Town, make_town
from tests.support import world
from tests.support.calendars import DAYS_OF_2027
from tests.support.world import Clock

MOVES = (
    "compare", "take_over", "request_supplement", "forward", "decide", "decide_hidden", "find_corrected",
    "find_upheld", "add_evidence", "withdraw", "dissent",
)  # fmt: skip
STEWARD = Actor("d1", Role.DATA_STEWARD, Channel.CONSOLE, "s-d1", name="吴管理")
# Late in December, so that clocks run into a year without a table.
BEGIN = datetime(2026, 12, 28, 2, tzinfo=UTC)
STEPS = 14
MORE = 60
ONWARD = {"compare", "forward", "request_supplement", "find_upheld", "find_corrected"}


class Walk(RuleBasedStateMachine):
    """Two records of one person and whatever becomes of them."""

    make: Callable[[], tuple[Town, Clock]]
    acts: set[ObjectionAct]

    def __init__(self) -> None:
        super().__init__()
        self.town, self.clock = type(self).make()
        self.records = [self.town.record(), self.town.record()]
        self.before: dict[str, Objection] = {}
        self.read: list[Objection] | None = None
        self.table_is_in, self.gone = False, 0

    @rule(place=st.integers(0, 1))
    def submit(self, place: int) -> None:
        self._try(lambda: self.town.submit(self.records[place]))

    @precondition(lambda self: self._cases())
    @rule(move=st.sampled_from(MOVES), newest=st.booleans())
    def move(self, move: str, newest: bool) -> None:
        cases = self._cases()
        self._try(self.town.moves(cases[-1 if newest else 0].id)[move])

    @rule(seed=st.integers(0, 10**6))
    def go_on(self, seed: int) -> None:
        """Random moves alone seldom get far: a few of those that are legal where the case stands, with time between."""
        self.gone += 1
        chance = Random(1_000 * seed + self.gone)
        for _ in range(10):
            live = [case for case in self._cases() if case.state in rules.LIVE]
            if not live:
                self._try(lambda: self.town.submit(self.records[0]))
                continue
            legal = sorted(move for move, state in LEGAL if state is live[-1].state and move in MOVES)
            onward = [move for move in legal if move in ONWARD]
            if legal and chance.random() < 0.7:
                ways = onward if onward and chance.random() < 0.7 else legal
                self._try(self.town.moves(live[-1].id)[chance.choice(ways)])
            else:
                self.wait_until_something_is_due(chance.random() < 0.5)
            if self._is_with_its_provider() and chance.random() < 0.3:
                self.stay_silent()
            if chance.random() < 0.3:
                self.sweep(chance.randrange(len(SWEEPS)))
            if not self.table_is_in and chance.random() < 0.15:
                self.publish_the_year()
            self.one_live_case_a_record()
            self.nothing_moves_without_a_recorded_cause()
            self.the_record_agrees_with_its_case()

    @rule(hours=st.sampled_from([1, 14, 30, 100, 400]))
    def wait(self, hours: int) -> None:
        self.clock.advance(hours=hours)

    @precondition(lambda self: self._is_with_its_provider())
    @rule()
    def stay_silent(self) -> None:
        """The provider says nothing until everything is due."""
        self.wait_until_something_is_due(True)
        self.sweep(SWEEPS.index(service.suspend_silent))

    @rule(last=st.booleans())
    def wait_until_something_is_due(self, last: bool) -> None:
        due = sorted(c.at for case in self._cases() for c in case.chores if c.at > self.clock())
        self.clock.set((due or [self.clock() + timedelta(hours=1)])[-1 if last else 0])

    @rule(which=st.integers(0, len(SWEEPS) - 1))
    def sweep(self, which: int) -> None:
        self.read = None
        SWEEPS[which](self.town.deps, WORKER)
        assert SWEEPS[which](self.town.deps, WORKER) == 0

    @precondition(lambda self: not self.table_is_in)
    @rule()
    def publish_the_year(self) -> None:
        self.read = None
        calendars.put_year(self.town.deps, STEWARD, **DAYS_OF_2027)
        service.recompute_clocks(self.town.deps, STEWARD)
        self.table_is_in = True

    @invariant()
    def one_live_case_a_record(self) -> None:
        live = [case.record_id for case in self._cases() if case.state in rules.LIVE]
        assert len(live) == len(set(live))

    @invariant()
    def nothing_moves_without_a_recorded_cause(self) -> None:
        for case in self._cases():
            known = self.before.get(case.id)
            if known is not None:
                self._followed(known, case)
            self.before[case.id] = case

    @invariant()
    def a_contested_record_is_marked_in_every_report(self) -> None:
        report = reports.mine(self.town.deps, self.town.resident)
        shown = {r.id: {m.kind for m in r.marks} for s in report.sections for r in s.records}
        for case in self._cases():
            if case.state in rules.LIVE and case.record_id in shown:
                assert RecordMark.CONTESTED in shown[case.record_id]
        noted = {(one.record_id, one.kind) for one in report.annotations}
        assert noted == {(ident, kind) for ident, kinds in shown.items() for kind in kinds}

    @invariant()
    def the_record_agrees_with_its_case(self) -> None:
        for record in self.records:
            self._agrees(self.town.kept(record.id))

    def _agrees(self, record: Record) -> None:
        cases = [case for case in self._cases() if case.record_id == record.id]
        live = next((case for case in cases if case.state in rules.LIVE), None)
        contested = [mark.case_id for mark in record.marks if mark.kind is RecordMark.CONTESTED]
        assert contested == ([live.id] if live else [])
        dissented = [mark.case_id for mark in record.marks if mark.kind is RecordMark.DISSENTED]
        assert dissented == [case.id for case in cases if case.state is State.DISSENTED]
        if live is None:
            assert (record.suspended_at, record.suspends_at) == (None, None)
            return
        planned = rules.suspends_at(live, moving.terms(self.town.deps).calendar)
        held = live.suspended_at is not None
        assert (record.suspended_at, record.suspends_at) == (live.suspended_at, None if held else planned)
        now = moving.as_of(self.town.deps, live)
        assert (now.suspended_at is not None) == self._is_out(record)

    def _is_out(self, record: Record) -> bool:
        at = self.clock()
        return record.suspended_at is not None or (
            record.suspends_at is not None and record.suspends_at <= at
        )

    def _followed(self, known: Objection, case: Objection) -> None:
        if known.state in rules.FINAL:
            assert case == known, "what is over is over"
        assert case.events[: len(known.events)] == known.events
        state = known.state
        for event in case.events[len(known.events) :]:
            ways = {(t.source, t.act, t.target) for t in rules.TRANSITIONS if t.by is event.role}
            assert (state, event.act, event.state) in ways
            self.acts.add(event.act)
            state = event.state
        assert state is case.state
        for old, new in zip(known.clocks, case.clocks, strict=False):
            assert new.moves[: len(old.moves)] == old.moves
            if new.due_on != old.due_on:
                assert len(new.moves) > len(old.moves)
            if old.state in (ClockState.MET, ClockState.STOPPED):
                assert replace(new, overdue_at=old.overdue_at) == old

    def _is_with_its_provider(self) -> bool:
        return any(case.state is State.FORWARDED for case in self._cases())

    def _cases(self) -> list[Objection]:
        """As they lie in the database; read anew after whatever may write, for most of the time goes into reading them."""
        if self.read is None:
            found = self.town.deps.db["objections"].find({}, sort=[("_id", 1)])
            self.read = [from_document(Objection, document) for document in found]
        return self.read

    def _try(self, work: Callable[[], Any]) -> None:
        """A move that is not legal is refused in words, and never with a fault."""
        refusal: ServiceError | None = None
        self.read = None
        try:
            work()
        except ServiceError as error:
            refusal = error
        assert refusal is None or refusal.kind in (Kind.CONFLICT, Kind.NOT_FOUND, Kind.INVALID), (
            refusal.reason
        )


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_whatever_is_tried_the_promises_hold(deps: Deps, clock: Clock) -> None:
    def make() -> tuple[Town, Clock]:
        world.empty(deps)
        clock.set(BEGIN)
        return make_town(deps), clock

    acts: set[ObjectionAct] = set()
    walk = type("WalkHere", (Walk,), {"make": staticmethod(make), "acts": acts})
    run_state_machine_as_test(
        walk,
        settings=settings(
            max_examples=10,
            stateful_step_count=STEPS,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    every_act = set(ObjectionAct) - {
        ObjectionAct.SUBMIT,
        ObjectionAct.MARK,
    }  # these two are a case's beginning
    for seed in range(MORE):
        if acts >= every_act:
            break
        _guided(walk(), seed)
    assert acts >= every_act, "the walks got everywhere"


def _guided(walk: Walk, seed: int) -> None:
    """One more walk of legal moves: ids are by chance, so no fixed number of walks is sure to try every act."""
    for number in range(3):
        walk.go_on(STEPS * seed + number)
        walk.a_contested_record_is_marked_in_every_report()
