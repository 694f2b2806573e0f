"""What the clock does to orders: the borrower is reminded and told, the merchant reads it in its list, and nobody else hears."""

from dataclasses import replace

from backend.common import sweeping
from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.common.mongo import Retry, atomic
from backend.orders import rules, store
from backend.orders.model import Event, Order
from backend.orders.service.reporting import tell
from schemas.notices import NoticeKind
from schemas.terms import OrderAct, OrderState, Role


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
    """Write down that what was never begun in time is cancelled, so that its time to be kept begins; how many."""
    actor.require(Role.SYSTEM)
    return sweeping.each(store.ids_to_lapse(deps.db, deps.now()), lambda one: _lapse(deps, order_id=one))


@atomic
def _remind(deps: Deps, *, order_id: str) -> bool:
    order = store.find(deps.db, order_id)
    if order is None or order.due_at is None or order.reminded_at is not None:
        return False
    if rules.state_at(order, deps.now()) is not OrderState.ACTIVE:
        return False
    _put(deps, order, replace(order, reminded_at=deps.now()))
    tell(deps, order, NoticeKind.ORDER_DUE_SOON, due_on=rules.last_day(order.due_at))
    return True


@atomic
def _flag(deps: Deps, *, order_id: str) -> bool:
    order = store.find(deps.db, order_id)
    if order is None or order.due_at is None or order.overdue_at is not None:
        return False
    if rules.state_at(order, deps.now()) is not OrderState.OVERDUE:
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
    line = Event(deps.now(), OrderAct.LAPSE, None)
    after = replace(
        order,
        state=OrderState.CANCELLED,
        kept_until=rules.kept_until(deps.now()),
        events=(*order.events, line),
    )
    _put(deps, order, after)
    return True


def _put(deps: Deps, before: Order, after: Order) -> None:
    if not store.put(deps.db, before, after):
        raise Retry(before.id)
