"""Where an order stands, whatever is reported in whatever order at whatever time: a machine that tries."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import settings, strategies
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from backend.clocks.model import Words
from backend.orders import rules
from backend.orders.model import Order
from schemas.terms import OrderAct, OrderState
from tests.support.world import START

REPORTS = (OrderAct.ACTIVATE, OrderAct.RETURN, OrderAct.SETTLE, OrderAct.CANCEL)
LEGAL = {
    (OrderState.CREATED, OrderAct.ACTIVATE),
    (OrderState.CREATED, OrderAct.CANCEL),
    (OrderState.ACTIVE, OrderAct.RETURN),
    (OrderState.OVERDUE, OrderAct.RETURN),
    (OrderState.RETURNED, OrderAct.SETTLE),
}
ORDER = Order(
    id="o1",
    merchant_id="m1",
    merchant_name="示范图书馆",
    order_no="n1",
    digest="d",
    check_id="c1",
    subject_id="s1",
    service_id="v1",
    service_title=Words("图书", "Books"),
    deposit_fen=100,
    days=3,
    state=OrderState.CREATED,
    created_at=START,
    begin_by=START + rules.BEGIN_WITHIN,
)


@pytest.mark.parametrize("state", list(OrderState))
@pytest.mark.parametrize("act", REPORTS)
def test_exactly_these_reports_lead_anywhere(state: OrderState, act: OrderAct) -> None:
    assert (rules.step(state, act) is not None) == ((state, act) in LEGAL)
    assert (act in rules.may(state)) == ((state, act) in LEGAL)


def test_what_is_final_leads_nowhere() -> None:
    assert all(rules.may(state) == () for state in rules.TERMINAL)


def test_the_last_day_counts_whole_and_the_first_not_at_all() -> None:
    evening = datetime(2026, 11, 21, 15, 59, tzinfo=UTC)  # 23:59 in Shanghai
    due = rules.due_at(evening, 1)
    assert due == datetime(2026, 11, 22, 16, 0, tzinfo=UTC)
    assert str(rules.last_day(due)) == "2026-11-22"
    lent = replace(ORDER, state=OrderState.ACTIVE, due_at=due)
    assert rules.state_at(lent, due - timedelta(milliseconds=1)) is OrderState.ACTIVE
    assert rules.state_at(lent, due) is OrderState.OVERDUE


@pytest.mark.parametrize(
    ("number", "good"),
    [("LIB-7", True), ("x" * 64, True), ("x" * 65, False), ("", False), ("a b", False), ("王小明", False)],
)
def test_what_an_order_number_looks_like(number: str, good: bool) -> None:
    assert rules.is_order_no(number) is good


class Orders(RuleBasedStateMachine):
    """One order, reports in any order, and time that goes on."""

    def __init__(self) -> None:
        super().__init__()
        self.order, self.now = ORDER, START
        self.passed: list[OrderState] = [OrderState.CREATED]

    @rule(hours=strategies.integers(1, 60))
    def wait(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @rule(act=strategies.sampled_from(REPORTS))
    def report(self, act: OrderAct) -> None:
        before = rules.state_at(self.order, self.now)
        to = rules.step(before, act)
        assert (to is not None) == ((before, act) in LEGAL)
        if to is not None:
            due = rules.due_at(self.now, self.order.days) if to is OrderState.ACTIVE else self.order.due_at
            self.order = replace(self.order, state=to, due_at=due)
            assert rules.is_repeated(rules.state_at(self.order, self.now), act)

    @precondition(lambda self: self.passed[-1] in rules.TERMINAL)
    @rule(act=strategies.sampled_from(REPORTS))
    def nothing_follows_the_end(self, act: OrderAct) -> None:
        assert rules.step(rules.state_at(self.order, self.now), act) is None

    @invariant()
    def it_only_goes_forward(self) -> None:
        state = rules.state_at(self.order, self.now)
        if state is not self.passed[-1]:
            assert state not in self.passed
            self.passed.append(state)
        ranks = [list(OrderState).index(one) for one in self.passed]
        assert ranks == sorted(ranks)

    @invariant()
    def it_is_overdue_only_when_it_is_out(self) -> None:
        overdue = rules.state_at(self.order, self.now) is OrderState.OVERDUE
        out = self.order.state is OrderState.ACTIVE
        assert overdue == (out and self.order.due_at is not None and self.order.due_at <= self.now)


Orders.TestCase.settings = settings(
    max_examples=60, stateful_step_count=20, deadline=None, derandomize=True, database=None
)
TestOrders = Orders.TestCase
