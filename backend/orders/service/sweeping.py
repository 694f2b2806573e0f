"""What the clock does to orders: the borrower is reminded and told, the merchant reads it in its list, and nobody else hears."""

from dataclasses import replace

from backend.audit import service as audit
from backend.common import sweeping
from backend.common.actor import Actor, system
from backend.common.deps import Deps
from backend.common.mongo import Retry, atomic
from backend.merchants import service as merchants
from backend.orders import rules, store
from backend.orders.model import Event, Order
from backend.orders.service.reporting import tell
from schemas.notices import NoticeKind
from schemas.terms import Channel, MerchantAct, OrderAct, OrderEnd, OrderState, Role

BY_ITSELF = system(Channel.WORKER, "orders")


def remind_due(deps: Deps, actor: Actor) -> int:
    """Remind the borrowers of what is due within a day; how many."""
    actor.require(Role.SYSTEM)
    found = store.ids_to_remind(deps.db, deps.now() + rules.REMIND_BEFORE, deps.now())
    return sweeping.each(found, lambda one: _remind(deps, order_id=one))


def flag_overdue(deps: Deps, actor: Actor) -> int:
    """Tell the borrowers of what is overdue, once; how many."""
    actor.require(Role.SYSTEM)
    return sweeping.each(store.ids_to_flag(deps.db, deps.now()), lambda one: _flag(deps, order_id=one))


def lapse(deps: Deps, actor: Actor) -> int:
    """Write down that what was never begun in time is cancelled, so that its time to be kept begins, and tell; how many."""
    actor.require(Role.SYSTEM)
    return sweeping.each(store.ids_to_lapse(deps.db, deps.now()), lambda one: _lapse(deps, order_id=one))


def wind_up(deps: Deps, actor: Actor) -> int:
    """End what is open with merchants that take part no more: nobody could report a return any more; how many."""
    actor.require(Role.SYSTEM)
    found = store.ids_to_wind_up(deps.db, merchants.all_closed(deps))
    return sweeping.each(found, lambda one: _end(deps, order_id=one))


def expire(deps: Deps, actor: Actor) -> int:
    """End what nobody settled until claims out of it were time-barred; how many."""
    actor.require(Role.SYSTEM)
    return sweeping.each(store.ids_to_end(deps.db, deps.now()), lambda one: _end(deps, order_id=one))


@atomic
def _end(deps: Deps, *, order_id: str) -> bool:
    order = store.find(deps.db, order_id)
    if order is None or order.state in rules.TERMINAL:
        return False
    closed = bool(merchants.closed(deps, [order.merchant_id]))
    if order.state is OrderState.CREATED:
        return closed and _cancelled(deps, order, OrderAct.WIND_UP, NoticeKind.ORDER_CANCELLED_CLOSING)
    why = rules.end_at(order, deps.now(), merchant_closed=closed)
    if why is None:
        return False
    act = OrderAct.WIND_UP if why is OrderEnd.MERCHANT_CLOSED else OrderAct.EXPIRE
    after = replace(
        order,
        state=OrderState.ENDED,
        ended_for=why,
        kept_until=rules.ended_kept_until(order, deps.now()),
        events=(*order.events, Event(deps.now(), act, None)),
    )
    _put(deps, order, after)
    audit.record(deps, BY_ITSELF, f"orders.{act.value}", order.id, subject_id=order.subject_id, why=why.value)
    if why is OrderEnd.MERCHANT_CLOSED:
        tell(deps, order, NoticeKind.ORDER_WOUND_UP, merchant=order.merchant_name)
    else:
        tell(deps, order, NoticeKind.ORDER_EXPIRED)
    return True


@atomic
def _remind(deps: Deps, *, order_id: str) -> bool:
    order = store.find(deps.db, order_id)
    if order is None or order.due_at is None or order.reminded_at is not None:
        return False
    if rules.state_at(order, deps.now()) is not OrderState.ACTIVE or not merchants.active(
        deps, [order.merchant_id]
    ):
        return False
    _put(deps, order, replace(order, reminded_at=deps.now()))
    tell(deps, order, NoticeKind.ORDER_DUE_SOON, due_on=rules.last_day(order.due_at))
    return True


@atomic
def _flag(deps: Deps, *, order_id: str) -> bool:
    order = store.find(deps.db, order_id)
    if order is None or order.due_at is None or order.overdue_at is not None:
        return False
    if rules.state_at(order, deps.now()) is not OrderState.OVERDUE or not _could_report(deps, order):
        return False
    line = Event(deps.now(), OrderAct.FALL_DUE, None)
    _put(deps, order, replace(order, overdue_at=deps.now(), events=(*order.events, line)))
    tell(deps, order, NoticeKind.ORDER_OVERDUE, due_on=rules.last_day(order.due_at))
    return True


@atomic
def _lapse(deps: Deps, *, order_id: str) -> bool:
    order = store.find(deps.db, order_id)
    if order is None or order.state is not OrderState.CREATED or order.begin_by > deps.now():
        return False
    return _cancelled(deps, order, OrderAct.LAPSE, NoticeKind.ORDER_LAPSED)


def _cancelled(deps: Deps, order: Order, act: OrderAct, kind: NoticeKind) -> bool:
    after = replace(
        order,
        state=OrderState.CANCELLED,
        kept_until=rules.kept_until(deps.now()),
        events=(*order.events, Event(deps.now(), act, None)),
    )
    _put(deps, order, after)
    tell(deps, order, kind, merchant=order.merchant_name)
    return True


def _could_report(deps: Deps, order: Order) -> bool:
    """Whether the merchant could have reported a return: while it was paused it could not, and after that it has a day for what
    came back meanwhile. Before, nobody is told to be late."""
    merchant = merchants.active(deps, [order.merchant_id]).get(order.merchant_id)
    if merchant is None:
        return False
    resumed = [event.at for event in merchant.events if event.act is MerchantAct.RESUME]
    return not resumed or resumed[-1] + rules.REPORT_WITHIN <= deps.now()


def _put(deps: Deps, before: Order, after: Order) -> None:
    if not store.put(deps.db, before, after):
        raise Retry(before.id)
