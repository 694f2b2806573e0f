"""What holds for a clock whatever happens to it: a random walk, and the marks beside its end."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from backend.clocks import rules, service
from backend.clocks.model import Clock, IllegalMove, Limit
from backend.common.clock import shanghai_date
from backend.common.documents import from_document, to_document
from backend.common.periods import end_of
from backend.common.workdays import Calendar, YearTable
from schemas.terms import ClockState, DayUnit, MoveCause, SourceMark
from schemas.text import Text
from tests.support.world import START

ENDED = (ClockState.MET, ClockState.STOPPED)
NEW_YEARS = [date(2027, 1, day) for day in range(1, 8)]


def limit(days: int, unit: DayUnit = DayUnit.WORKING, extension: int | None = None) -> Limit:
    words = Text("期限", "Limit")
    return Limit("limit", words, days, unit, words, words, SourceMark.SERVICE, extension)


class Walk(RuleBasedStateMachine):
    """One clock over the winter of 2026, through pauses, an extension and tables that come and are corrected."""

    def __init__(self) -> None:
        super().__init__()
        self.versions = 0
        self.calendar = Calendar({})

    @initialize(
        days=st.integers(1, 20),
        unit=st.sampled_from(DayUnit),
        extension=st.sampled_from([None, 3]),
        day=st.integers(0, 60),
    )
    def begin(self, days: int, unit: DayUnit, extension: int | None, day: int) -> None:
        self.limit = limit(days, unit, extension)
        self.at = datetime(2026, 11, 20, 3, tzinfo=UTC) + timedelta(days=day)
        self.clock = rules.start(self.limit, self.at, self.calendar, "here")
        self.before = self.clock

    @rule(hours=st.integers(0, 90))
    def wait(self, hours: int) -> None:
        self.at += timedelta(hours=hours)
        self._to(self.clock)

    @rule()
    def pause(self) -> None:
        late = rules.is_overdue(self.clock, self.at)
        self._to(rules.pause(self.clock, self.at, self.calendar))
        if self.before.state is ClockState.RUNNING:
            assert (self.clock.state is ClockState.PAUSED) is not late
        assert rules.pause(self.clock, self.at, self.calendar) is self.clock

    @rule()
    def resume(self) -> None:
        self._to(rules.resume(self.clock, self.at, self.calendar))
        if self.before.state is ClockState.PAUSED:
            assert not rules.is_overdue(self.clock, self.at), (
                "whoever must act has at least what is left of today"
            )
            same_day = shanghai_date(self.before.paused_at) == shanghai_date(self.at)
            assert same_day or self.clock.due_on > shanghai_date(self.at)
        assert rules.resume(self.clock, self.at, self.calendar) is self.clock

    @rule(approver=st.sampled_from(["", "chief"]))
    def extend(self, approver: str) -> None:
        try:
            self._to(rules.extend(self.clock, self.limit, self.at, self.calendar, approver))
        except IllegalMove:
            return
        assert (self.clock.extended_days, self.clock.extended_by_id) == (3, "chief")
        assert not self.before.extended_days
        assert self.clock.due_on >= self.before.due_on

    @rule(off=st.sets(st.sampled_from(NEW_YEARS)), on=st.booleans())
    def announce(self, off: set[date], on: bool) -> None:
        """The holidays of 2027, and again, corrected; sometimes with a make-up day in the December before."""
        self.versions += 1
        made_up = frozenset({date(2026, 12, 27)} if on else ())
        self.calendar = Calendar({2027: YearTable(2027, frozenset(off), made_up, f"staff-{self.versions}")})

    @rule()
    def recompute(self) -> None:
        was_late = rules.is_overdue(self.clock, self.at)
        self._to(rules.recomputed(self.clock, self.at, self.calendar))
        assert rules.recomputed(self.clock, self.at, self.calendar) is self.clock
        assert was_late or not rules.is_overdue(self.clock, self.at), "no table makes anybody late"

    @rule()
    @precondition(lambda self: self.clock.state is ClockState.RUNNING)
    def remind(self) -> None:
        if rules.due_soon(self.clock, self.at):
            self._to(rules.remind(self.clock, self.at))
            assert not rules.due_soon(self.clock, self.at)

    @rule(met=st.booleans())
    @precondition(lambda self: len(self.clock.moves) > 3)
    def end(self, met: bool) -> None:
        self._to((rules.meet if met else rules.stop)(self.clock, self.at))

    @invariant()
    def the_end_never_moves_without_a_cause(self) -> None:
        new = self.clock.moves[len(self.before.moves) :]
        assert self.clock.moves[: len(self.before.moves)] == self.before.moves
        assert len(new) <= 1
        if self.clock.due_on != self.before.due_on:
            assert [(move.from_on, move.to_on) for move in new] == [(self.before.due_on, self.clock.due_on)]
            assert new[0].at == self.at

    @invariant()
    def the_moves_make_a_chain(self) -> None:
        for one, following in zip(self.clock.moves, self.clock.moves[1:], strict=False):
            assert one.to_on == following.from_on
        if self.clock.moves:
            assert self.clock.moves[-1].to_on == self.clock.due_on

    @invariant()
    def what_has_ended_stays_as_it_is(self) -> None:
        if self.before.state in ENDED:
            assert self.clock is self.before

    @invariant()
    def its_parts_agree(self) -> None:
        paused = self.clock.state is ClockState.PAUSED
        assert self.clock.state in ENDED or (self.clock.paused_at is not None) is paused
        assert self.clock.due_at == (end_of(self.clock.due_on) if self.clock.due_on else None)
        if paused:
            assert self.clock.due_on is None
        if self.clock.state is ClockState.RUNNING:
            self._counts_its_days()
        assert self.clock.provisional is ("provisional" in self.clock.calendar_version)
        assert from_document(Clock, to_document(self.clock)) == self.clock

    def _counts_its_days(self) -> None:
        clock = self.clock
        days = clock.limit_days + clock.extended_days
        assert len(clock.counted_days) in (days, days + 1), "one day is given where a pause left none"
        assert list(clock.counted_days) == sorted(set(clock.counted_days))
        assert shanghai_date(clock.started_at) not in clock.counted_days
        assert clock.counted_days[-1] <= clock.due_on

    def _to(self, clock: Clock) -> None:
        self.before, self.clock = self.clock, clock


Walk.TestCase.settings = settings(max_examples=100, stateful_step_count=25, deadline=None)
TestWalk = Walk.TestCase


def test_a_reminder_is_due_from_the_last_working_day_before_the_end() -> None:
    clock = rules.start(limit(5), datetime(2026, 9, 30, 2, tzinfo=UTC), Calendar({}), "here")
    assert clock.due_on == date(2026, 10, 13)
    monday = end_of(date(2026, 10, 11))
    assert not rules.due_soon(clock, monday - timedelta(milliseconds=1))
    assert rules.due_soon(clock, monday)
    assert rules.due_soon(clock, clock.due_at - timedelta(milliseconds=1))
    assert not rules.due_soon(clock, clock.due_at), "then it is overdue"
    assert not rules.due_soon(rules.remind(clock, monday), monday)


def test_a_last_working_day_before_the_holidays_is_the_day_to_remind() -> None:
    clock = rules.start(limit(1), datetime(2026, 9, 30, 2, tzinfo=UTC), Calendar({}), "here")
    assert clock.due_on == date(2026, 10, 8)
    assert rules.due_soon(clock, clock.started_at)


def test_a_new_end_is_reminded_of_again() -> None:
    start = datetime(2026, 12, 28, 2, tzinfo=UTC)
    clock = rules.remind(rules.start(limit(5), start, Calendar({}), "here"), start)
    longer = YearTable(2027, frozenset(NEW_YEARS), frozenset(), "staff-1")
    moved = rules.recomputed(clock, start, Calendar({2027: longer}))
    assert (moved.due_on, moved.reminded_at) == (date(2027, 1, 11), None)


def test_overdue_begins_at_midnight_and_is_flagged_once() -> None:
    clock = rules.start(limit(2), START, Calendar({}), "here")
    assert clock.due_at == datetime(2026, 11, 24, 16, tzinfo=UTC)
    assert not rules.is_overdue(clock, clock.due_at - timedelta(milliseconds=1))
    assert rules.is_overdue(clock, clock.due_at)
    assert rules.flag(clock, clock.due_at).overdue_at == clock.due_at
    assert not rules.is_overdue(rules.meet(clock, clock.due_at), clock.due_at), "late, but done"
    assert rules.late(rules.meet(clock, clock.due_at))


def test_a_table_that_gives_more_time_takes_the_flag_back() -> None:
    start = datetime(2026, 12, 28, 2, tzinfo=UTC)
    clock = rules.start(limit(5), start, Calendar({}), "here")
    late = rules.flag(clock, clock.due_at)
    longer = YearTable(2027, frozenset(NEW_YEARS), frozenset(), "staff-1")
    assert rules.recomputed(late, clock.due_at, Calendar({2027: longer})).overdue_at is None


def test_what_is_shown_says_what_is_true_now() -> None:
    clock = rules.start(service.limits()["decide"], START, Calendar({}), "shanghai")
    shown = service.shown(clock, clock.due_at)
    assert (shown.overdue, shown.late, shown.state_label.zh) == (True, False, "计时中")
    assert "第三十六条" in shown.article.zh
    done = service.shown(rules.meet(clock, clock.due_at), clock.due_at)
    assert (done.overdue, done.late) == (False, True)


def test_a_move_is_told_in_words() -> None:
    clock = rules.start(limit(5), START, Calendar({}), "here")
    paused = rules.pause(clock, START, Calendar({}))
    assert [move.cause for move in paused.moves] == [MoveCause.PAUSED]
    assert paused.moves[0].cause_label.en == "Paused until the supplement arrives"


@pytest.mark.parametrize("state", ENDED)
def test_nothing_moves_what_has_ended(state: ClockState) -> None:
    calendar = Calendar({})
    clock = replace(rules.start(limit(5, extension=3), START, calendar, "here"), state=state, ended_at=START)
    for same in (
        rules.pause(clock, START, calendar),
        rules.resume(clock, START, calendar),
        rules.recomputed(clock, START, calendar),
        rules.meet(clock, START),
        rules.stop(clock, START),
    ):
        assert same is clock
    with pytest.raises(IllegalMove):
        rules.extend(clock, limit(5, extension=3), START, calendar, "chief")
