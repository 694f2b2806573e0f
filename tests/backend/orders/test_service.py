"""Orders: bound to a check, reported by one merchant, told to one borrower, and without any way to a record."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from backend import bootstrap
from backend.audit import service as audit
from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.common.errors import ServiceError
from backend.eligibility import service as eligibility
from backend.merchants import service as merchants
from backend.notices import service as notices
from backend.orders import rules, service
from backend.orders.model import OpenOrders
from schemas.notices import NoticeKind
from schemas.terms import MerchantFigure, OrderAct, OrderEnd, OrderState, Verdict
from tests.backend.eligibility.counter import MANAGER
from tests.backend.orders.conftest import Desk
from tests.support import people
from tests.support.refusals import at_once, refused
from tests.support.world import Clock


def told(desk: Desk) -> list[NoticeKind]:
    kept = notices.inbox(desk.deps, desk.resident, limit=50).items
    return [one.kind for one in reversed(kept) if one.kind.value.startswith("order_")]


def test_from_check_to_settled(desk: Desk) -> None:
    deps, till = desk.deps, desk.counter.till
    made = desk.ordered(days=7)
    assert (made.state, made.due_at, made.deposit_fen, made.days) == (OrderState.CREATED, None, 20_000, 7)
    lent = service.activate(deps, till, order_id=made.id)
    assert (lent.state, lent.due_at) == (OrderState.ACTIVE, rules.due_at(deps.now(), 7))
    back = service.give_back(deps, till, order_id=made.id)
    done = service.settle(deps, till, order_id=made.id, charged_fen=150)
    assert (back.state, done.state, done.charged_fen, done.may) == (
        OrderState.RETURNED,
        OrderState.SETTLED,
        150,
        (),
    )
    assert [one.act for one in done.timeline] == [
        OrderAct.CREATE,
        OrderAct.ACTIVATE,
        OrderAct.RETURN,
        OrderAct.SETTLE,
    ]
    assert told(desk) == [NoticeKind.ORDER_BEGUN, NoticeKind.ORDER_RETURNED, NoticeKind.ORDER_SETTLED]
    assert service.find_mine(deps, desk.resident, order_id=made.id).state is OrderState.SETTLED


def test_the_same_number_and_content_is_the_same_order_and_other_content_is_none(desk: Desk) -> None:
    deps, till, check_id = desk.deps, desk.counter.till, desk.checked()
    first = service.create(deps, till, order_no="n1", check_id=check_id, days=3)
    service.activate(deps, till, order_id=first.id)
    again = service.create(deps, till, order_no="n1", check_id=check_id, days=3)
    assert (again.id, again.state) == (first.id, OrderState.ACTIVE)
    refused("orders.number_taken", service.create, deps, till, order_no="n1", check_id=check_id, days=4)
    refused("orders.check_used", service.create, deps, till, order_no="n2", check_id=check_id, days=3)
    counted = {one.what: one.count for one in merchants.own_figures(deps, till).figures}
    assert counted[MerchantFigure.ORDERS] == 1


def test_two_merchants_may_have_the_same_number(desk: Desk) -> None:
    deps, counter = desk.deps, desk.counter
    desk.ordered("n1")
    made = counter.passed(desk.resident, counter.elsewhere)
    answer = eligibility.check(deps, counter.other, code=made.code, service_id=counter.elsewhere.id)
    other = service.create(deps, counter.other, order_no="n1", check_id=answer.check_id)
    assert other.merchant == "静安区示范图书馆"


def test_of_many_with_one_number_at_once_there_is_one_order(desk: Desk) -> None:
    check_id = desk.checked()
    ended = at_once(lambda: service.create(desk.deps, desk.counter.till, order_no="n1", check_id=check_id), 4)
    assert len({one.id for one in ended}) == 1
    assert desk.deps.db["orders"].count_documents({}) == 1


def test_of_many_for_one_check_at_once_one_wins(desk: Desk) -> None:
    check_id, numbers = desk.checked(), iter("abcd")
    ended = at_once(
        lambda: service.create(desk.deps, desk.counter.till, order_no=next(numbers), check_id=check_id), 4
    )
    lost = [one.reason for one in ended if isinstance(one, ServiceError)]
    assert lost == ["orders.check_used"] * 3


def test_a_no_makes_no_order(desk: Desk) -> None:
    desk.counter.mar(desk.resident)
    answer = desk.counter.asked(desk.resident)
    assert answer.verdict is Verdict.NOT_ELIGIBLE
    asked = {"order_no": "n1", "check_id": answer.check_id}
    refused("orders.not_eligible", service.create, desk.deps, desk.counter.till, **asked)


def test_a_check_holds_for_two_hours(desk: Desk, clock: Clock) -> None:
    check_id = desk.checked()
    clock.advance(hours=2)
    asked = {"order_no": "n1", "check_id": check_id}
    refused("orders.check_too_old", service.create, desk.deps, desk.counter.till, **asked)


def test_wrong_numbers_and_too_long_loans_are_refused(desk: Desk) -> None:
    deps, till, check_id = desk.deps, desk.counter.till, desk.checked()
    refused("orders.bad_number", service.create, deps, till, order_no="王小明", check_id=check_id)
    error = refused("orders.too_long", service.create, deps, till, order_no="n1", check_id=check_id, days=31)
    assert (error.data["max_days"], error.data["errors"][0]["field"]) == (30, "days")


@pytest.mark.parametrize(
    "order_no",
    [
        "{number}",
        "LIB-{number}-1",
        "no{small}",
        "7{number}7",
        "13800138000",
        "LIB_13800138000",
        "tel:+8613800138000",
    ],
)
def test_a_number_of_the_customers_makes_no_order_and_is_not_repeated(desk: Desk, order_no: str) -> None:
    number = people.number_of("19880229", "012")
    text = order_no.format(number=number, small=number.lower())
    asked = {"order_no": text, "check_id": desk.checked()}
    error = refused("orders.personal_number", service.create, desk.deps, desk.counter.till, **asked)
    assert [one["field"] for one in error.data["errors"]] == ["order_no"]
    assert not any(digits in f"{error.text} {error.data}" for digits in (text, number[:17], "13800138000"))
    assert desk.deps.db["orders"].count_documents({}) == 0


def test_a_check_is_free_again_when_its_order_was_cancelled_and_only_in_its_time(
    desk: Desk, clock: Clock
) -> None:
    deps, till, check_id = desk.deps, desk.counter.till, desk.checked()
    first = service.create(deps, till, order_no="n1", check_id=check_id)
    service.cancel(deps, till, order_id=first.id)
    again = service.create(deps, till, order_no="n1", check_id=check_id)
    assert (again.id, again.state) == (first.id, OrderState.CANCELLED), "the same number stays the same order"
    second = service.create(deps, till, order_no="n2", check_id=check_id)
    assert (second.check_id, second.state) == (check_id, OrderState.CREATED)
    refused("orders.check_used", service.create, deps, till, order_no="n3", check_id=check_id)
    service.cancel(deps, till, order_id=second.id)
    clock.advance(hours=2)
    refused("orders.check_too_old", service.create, deps, till, order_no="n3", check_id=check_id)


def test_what_was_lent_and_settled_holds_its_check(desk: Desk) -> None:
    deps, till, made = desk.deps, desk.counter.till, desk.lent()
    again = {"order_no": "n9", "check_id": made.check_id}
    for verb in (service.give_back, service.settle):
        refused("orders.check_used", service.create, deps, till, **again)
        verb(deps, till, order_id=made.id)
    refused("orders.check_used", service.create, deps, till, **again)


def test_of_many_for_a_check_that_is_being_freed_at_most_one_wins(desk: Desk) -> None:
    deps, till, check_id = desk.deps, desk.counter.till, desk.checked()
    first = service.create(deps, till, order_no="n0", check_id=check_id)
    numbers = iter(["n1", "n2", "n3"])
    acts: list[Callable[[], object]] = [
        lambda: service.cancel(deps, till, order_id=first.id),
        *[lambda: service.create(deps, till, order_no=next(numbers), check_id=check_id)] * 3,
    ]
    ended = at_once(lambda: acts.pop()(), 4)  # noqa: PLW0108 - each takes one
    lost = [one.reason for one in ended if isinstance(one, ServiceError)]
    assert set(lost) <= {"orders.check_used"}
    live = deps.db["orders"].count_documents({"check_id": check_id, "state": "created"})
    assert live == 3 - len(lost) <= 1
    kept = service.find(deps, till, order_id=first.id)
    assert kept.state is OrderState.CANCELLED


def test_on_a_freed_check_one_of_many_at_once_wins(desk: Desk) -> None:
    deps, till, check_id = desk.deps, desk.counter.till, desk.checked()
    first = service.create(deps, till, order_no="n0", check_id=check_id)
    service.cancel(deps, till, order_id=first.id)
    numbers = iter("abcd")
    ended = at_once(lambda: service.create(deps, till, order_no=next(numbers), check_id=check_id), 4)
    assert [one.reason for one in ended if isinstance(one, ServiceError)] == ["orders.check_used"] * 3


def test_the_former_index_that_kept_a_cancelled_orders_check_goes(deps: Deps) -> None:
    orders = deps.db["orders"]
    orders.create_index([("check_id", 1)], name="check_id_1", unique=True)
    for _ in range(2):
        bootstrap.ensure_indexes(deps)
        assert "check_id_1" not in orders.index_information()
    assert orders.index_information()["check_id_held"]["unique"]


def test_who_waits_for_an_order_hears_that_it_is_cancelled_whyever(
    desk: Desk, clock: Clock, system_actor: Actor
) -> None:
    deps, till = desk.deps, desk.counter.till
    by_merchant = desk.ordered("n1")
    for _ in range(2):
        service.cancel(deps, till, order_id=by_merchant.id)
    assert told(desk) == [NoticeKind.ORDER_CANCELLED]
    desk.ordered("n2")
    clock.advance(hours=24)
    for _ in range(2):
        service.lapse(deps, system_actor)
    assert told(desk)[1:] == [NoticeKind.ORDER_LAPSED]
    desk.ordered("n3")
    closed(desk)
    for _ in range(2):
        service.wind_up(deps, system_actor)
    assert told(desk)[2:] == [NoticeKind.ORDER_CANCELLED_CLOSING]
    heard = [one for one in notices.inbox(deps, desk.resident, limit=9).items if one.kind in told(desk)]
    assert all("徐汇区示范图书馆" in one.body for one in heard)


def test_another_merchants_check_and_order_are_not_found(desk: Desk) -> None:
    deps, other = desk.deps, desk.counter.other
    asked = {"order_no": "n1", "check_id": desk.checked()}
    refused("eligibility.check_not_found", service.create, deps, other, **asked)
    made = desk.ordered("n2")
    for verb in (service.find, service.activate, service.give_back, service.settle, service.cancel):
        refused("orders.not_found", verb, deps, other, order_id=made.id)
    assert service.of_merchant(deps, other, limit=9).items == ()


def test_another_resident_finds_nothing(desk: Desk) -> None:
    made = desk.ordered()
    stranger = desk.counter.resident("李四", "004")
    refused("orders.not_found", service.find_mine, desk.deps, stranger, order_id=made.id)
    assert service.mine(desk.deps, stranger, limit=9).items == ()


@pytest.mark.parametrize("verb", ["activate", "give_back", "cancel"])
def test_a_report_that_is_repeated_changes_nothing(desk: Desk, verb: str) -> None:
    made = desk.lent() if verb == "give_back" else desk.ordered()
    report = getattr(service, verb)
    first = report(desk.deps, desk.counter.till, order_id=made.id)
    assert report(desk.deps, desk.counter.till, order_id=made.id) == first


def test_settled_is_final_and_another_sum_is_refused(desk: Desk) -> None:
    deps, till, made = desk.deps, desk.counter.till, desk.lent()
    service.give_back(deps, till, order_id=made.id)
    first = service.settle(deps, till, order_id=made.id, charged_fen=5)
    assert service.settle(deps, till, order_id=made.id, charged_fen=5) == first
    for verb, more in ((service.settle, {"charged_fen": 6}), (service.give_back, {}), (service.cancel, {})):
        error = refused("orders.changed", verb, deps, till, order_id=made.id, **more)
        assert error.data == {"state": "settled"}


def test_of_a_return_and_many_more_at_once_one_is_written(desk: Desk) -> None:
    made = desk.lent()
    at_once(lambda: service.give_back(desk.deps, desk.counter.till, order_id=made.id), 4)
    assert told(desk).count(NoticeKind.ORDER_RETURNED) == 1
    assert list(audit.verify_log(desk.deps)) == []


def test_what_is_not_begun_in_a_day_is_cancelled_whether_or_not_a_sweep_has_run(
    desk: Desk, clock: Clock, system_actor: Actor
) -> None:
    deps, till, made = desk.deps, desk.counter.till, desk.ordered()
    clock.advance(hours=24)
    refused("orders.changed", service.activate, deps, till, order_id=made.id)
    lapsed = service.of_merchant(deps, till, limit=9, state=OrderState.CANCELLED).items
    assert [one.id for one in lapsed] == [made.id]
    assert [service.lapse(deps, system_actor) for _ in range(2)] == [1, 0]
    assert service.find(deps, till, order_id=made.id).timeline[-1].act is OrderAct.LAPSE


def test_the_borrower_is_reminded_and_told_once_and_the_merchant_reads_it_in_its_list(
    desk: Desk, clock: Clock, system_actor: Actor
) -> None:
    deps, till, made = desk.deps, desk.counter.till, desk.lent(days=7)
    assert (service.remind_due(deps, system_actor), service.flag_overdue(deps, system_actor)) == (0, 0)
    clock.set(made.due_at)
    clock.advance(hours=-24)
    assert [service.remind_due(deps, system_actor) for _ in range(2)] == [1, 0]
    clock.set(made.due_at)
    late = service.of_merchant(deps, till, limit=9, state=OrderState.OVERDUE).items
    assert [one.id for one in late] == [made.id]
    assert [service.flag_overdue(deps, system_actor) for _ in range(2)] == [1, 0]
    assert told(desk) == [NoticeKind.ORDER_BEGUN, NoticeKind.ORDER_DUE_SOON, NoticeKind.ORDER_OVERDUE]
    assert deps.db["desk_notices"].count_documents({}) == 0
    assert service.give_back(deps, till, order_id=made.id).state is OrderState.RETURNED
    assert service.of_merchant(deps, till, limit=9, state=OrderState.OVERDUE).items == ()


def test_when_all_is_over_the_order_has_an_end_and_before_it_has_none(desk: Desk) -> None:
    deps, till, made = desk.deps, desk.counter.till, desk.lent()
    service.give_back(deps, till, order_id=made.id)
    assert deps.db["orders"].find_one()["kept_until"] is None
    service.settle(deps, till, order_id=made.id)
    assert deps.db["orders"].find_one()["kept_until"] == rules.kept_until(deps.now())


def closed(desk: Desk, *, moving: Callable[..., object] = merchants.close) -> None:
    """By staff; or paused, or let go on."""
    moving(desk.deps, MANAGER, merchant_id=desk.counter.till.id, reason="停业")


def test_with_its_merchant_an_order_ends_at_once_for_whoever_reads_it(
    desk: Desk, clock: Clock, system_actor: Actor
) -> None:
    """Nobody can report a return any more, so nobody is late; the sweep writes it down and tells, once."""
    deps, made = desk.deps, desk.lent(days=1)
    waiting = desk.ordered("no-2")
    clock.advance(days=2)
    assert service.find_mine(deps, desk.resident, order_id=made.id).state is OrderState.OVERDUE
    closed(desk)
    for _ in range(2):
        mine = service.find_mine(deps, desk.resident, order_id=made.id)
        assert (mine.state, mine.ended_for, mine.may) == (OrderState.ENDED, OrderEnd.MERCHANT_CLOSED, ())
        states = {one.id: one.state for one in service.mine(deps, desk.resident, limit=9).items}
        assert states == {made.id: OrderState.ENDED, waiting.id: OrderState.CANCELLED}
        assert (service.remind_due(deps, system_actor), service.flag_overdue(deps, system_actor)) == (0, 0)
        service.wind_up(deps, system_actor)
    assert service.wind_up(deps, system_actor) == 0
    ended = {NoticeKind.ORDER_WOUND_UP, NoticeKind.ORDER_CANCELLED_CLOSING}
    assert (len(told(desk)), set(told(desk)[1:])) == (3, ended)
    assert [one.act for one in mine.timeline][-1] is OrderAct.WIND_UP
    assert list(audit.verify_log(deps)) == []


def test_what_ended_with_its_merchant_is_kept_until_claims_out_of_it_are_barred(
    desk: Desk, system_actor: Actor
) -> None:
    deps, made = desk.deps, desk.lent(days=7)
    closed(desk)
    service.wind_up(deps, system_actor)
    kept = deps.db["orders"].find_one({"_id": made.id})
    assert kept["kept_until"] == kept["end_by"] + rules.ENDED_KEPT
    assert kept["end_by"] == rules.end_by(rules.last_day(made.due_at))


def test_a_return_that_is_reported_while_the_merchant_closes_leaves_one_end(
    desk: Desk, system_actor: Actor
) -> None:
    made = desk.lent()
    closed(desk)
    acts: list[Callable[[], object]] = [
        lambda: service.wind_up(desk.deps, system_actor),
        lambda: service.give_back(desk.deps, desk.counter.till, order_id=made.id),
    ]
    at_once(lambda: acts.pop()(), 2)  # noqa: PLW0108 - each takes one
    service.wind_up(desk.deps, system_actor)
    mine = service.find_mine(desk.deps, desk.resident, order_id=made.id)
    assert mine.state is OrderState.ENDED
    assert told(desk).count(NoticeKind.ORDER_WOUND_UP) == 1


def test_while_a_merchant_is_paused_nobody_is_called_late(
    desk: Desk, clock: Clock, system_actor: Actor
) -> None:
    deps, made = desk.deps, desk.lent(days=1)
    closed(desk, moving=merchants.pause)
    clock.set(made.due_at)
    assert (service.flag_overdue(deps, system_actor), service.wind_up(deps, system_actor)) == (0, 0)
    closed(desk, moving=merchants.resume)
    assert service.flag_overdue(deps, system_actor) == 0, "it may have come back meanwhile"
    clock.advance(hours=24)
    assert service.flag_overdue(deps, system_actor) == 1


@pytest.mark.parametrize("came_back", [False, True])
def test_what_nobody_settles_ends_after_three_years_whether_or_not_a_sweep_has_run(
    desk: Desk, clock: Clock, system_actor: Actor, came_back: bool
) -> None:
    deps, till, made = desk.deps, desk.counter.till, desk.lent()
    if came_back:
        service.give_back(deps, till, order_id=made.id)
    end_by = deps.db["orders"].find_one()["end_by"]
    clock.set(end_by - timedelta(milliseconds=1))
    standing = OrderState.RETURNED if came_back else OrderState.OVERDUE
    assert [one.id for one in service.of_merchant(deps, till, limit=9, state=standing).items] == [made.id]
    assert service.expire(deps, system_actor) == 0
    clock.set(end_by)
    for _ in range(2):
        found = service.find(deps, till, order_id=made.id)
        assert (found.state, found.ended_for) == (OrderState.ENDED, OrderEnd.TIME_BARRED)
        assert service.of_merchant(deps, till, limit=9, state=standing).items == ()
        ended = service.of_merchant(deps, till, limit=9, state=OrderState.ENDED).items
        assert [one.id for one in ended] == [made.id]
        for verb in (service.give_back, service.settle, service.cancel):
            refused("orders.changed", verb, deps, till, order_id=made.id)
        service.expire(deps, system_actor)
    assert told(desk).count(NoticeKind.ORDER_EXPIRED) == 1
    assert deps.db["orders"].find_one()["kept_until"] == end_by + rules.ENDED_KEPT


def test_who_thinks_of_closing_a_merchant_sees_how_many_orders_would_end(desk: Desk, clock: Clock) -> None:
    deps, till = desk.deps, desk.counter.till
    desk.lent("late", days=1)
    clock.advance(days=2)
    desk.lent("lent")
    desk.ordered("waiting")
    service.give_back(deps, till, order_id=desk.lent("back").id)
    counted = service.open_orders(deps, MANAGER, merchant_id=till.id)
    assert counted == OpenOrders(created=1, active=1, overdue=1, returned=1)
    assert service.open_orders(deps, MANAGER, merchant_id=desk.counter.other.id) == OpenOrders(0, 0, 0, 0)
    refused("merchants.not_found", service.open_orders, deps, MANAGER, merchant_id="none")
    refused("auth.not_allowed", service.open_orders, deps, till, merchant_id=till.id)


def everything_but(deps: Deps, *names: str) -> dict[str, list[str]]:
    kept = sorted(set(deps.db.list_collection_names()) - set(names))
    return {name: sorted(map(repr, deps.db[name].find())) for name in kept}


def test_nothing_that_a_merchant_reports_changes_anything_but_the_order(
    desk: Desk, clock: Clock, system_actor: Actor
) -> None:
    """Every report and every sweep, an overdue order among them: no record, no subject, no decision is another afterwards."""
    deps, till = desk.deps, desk.counter.till
    desk.counter.quiet(desk.resident)
    checks = [desk.checked() for _ in range(3)]
    own = ("orders", "notices", "audit_log", "merchant_figures")
    before = everything_but(deps, *own)
    late, gone, lapsed = (
        service.create(deps, till, order_no=f"n{place}", check_id=check_id, days=1)
        for place, check_id in enumerate(checks)
    )
    service.activate(deps, till, order_id=late.id)
    service.cancel(deps, till, order_id=gone.id)
    clock.advance(days=400)
    service.flag_overdue(deps, system_actor)
    service.remind_due(deps, system_actor)
    service.lapse(deps, system_actor)
    assert service.find(deps, till, order_id=lapsed.id).state is OrderState.CANCELLED
    service.give_back(deps, till, order_id=late.id)
    service.settle(deps, till, order_id=late.id, charged_fen=99_999)
    service.expire(deps, system_actor)
    assert everything_but(deps, *own) == before


def test_an_overdue_order_does_not_move_the_next_verdict(desk: Desk, clock: Clock) -> None:
    desk.lent(days=1)
    clock.advance(days=30)
    again = desk.counter.asked(desk.counter.still_verified(desk.resident))
    assert again.verdict is Verdict.ELIGIBLE


def test_only_merchants_report_and_the_clock_sweeps(desk: Desk) -> None:
    made = desk.ordered()
    refused("auth.not_allowed", service.activate, desk.deps, desk.resident, order_id=made.id)
    refused("auth.not_allowed", service.flag_overdue, desk.deps, desk.counter.till)
    bound = replace(desk.resident, verified_until=None)
    assert len(service.mine(desk.deps, bound, limit=9).items) == 1
