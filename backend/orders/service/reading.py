"""Orders as the merchant and the borrower read them; nobody else does."""

from functools import partial

from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.common.pages import Page, Position
from backend.merchants import service as merchants
from backend.orders import errors, rules, store
from backend.orders.model import OpenOrders, Order, ShownOrder
from schemas.terms import OrderState, Role


def find(deps: Deps, actor: Actor, *, order_id: str) -> ShownOrder:
    """One of the merchant's own. Raises 404 `orders.not_found`."""
    actor.require(Role.MERCHANT)
    return _found(deps, actor, store.find_of_merchant(deps.db, actor.id, order_id))


def of_merchant(
    deps: Deps, actor: Actor, *, limit: int, cursor: str | None = None, state: OrderState | None = None
) -> Page[ShownOrder]:
    """The merchant's own, newest first; `overdue` as it is now."""
    actor.require(Role.MERCHANT)
    return _page(deps, actor, {"merchant_id": actor.id}, state, limit, cursor)


def mine(
    deps: Deps, actor: Actor, *, limit: int, cursor: str | None = None, state: OrderState | None = None
) -> Page[ShownOrder]:
    """What the caller has borrowed, newest first."""
    return _page(deps, actor, {"subject_id": actor.require_subject()}, state, limit, cursor)


def find_mine(deps: Deps, actor: Actor, *, order_id: str) -> ShownOrder:
    """One of them. Raises 404 `orders.not_found`."""
    return _found(deps, actor, store.find_own(deps.db, actor.require_subject(), order_id))


def open_orders(deps: Deps, actor: Actor, *, merchant_id: str) -> OpenOrders:
    """How many orders a merchant has that would end with it, for whoever looks after merchants. Raises 404
    `merchants.not_found`."""
    merchants.find(deps, actor, merchant_id=merchant_id)
    counted = partial(store.count, deps.db, merchant_id, now=deps.now())
    return OpenOrders(
        created=counted(OrderState.CREATED),
        active=counted(OrderState.ACTIVE),
        overdue=counted(OrderState.OVERDUE),
        returned=counted(OrderState.RETURNED),
    )


def shown(deps: Deps, order: Order, actor: Actor, *, merchant_closed: bool = False) -> ShownOrder:
    state = rules.state_at(order, deps.now(), merchant_closed=merchant_closed)
    return ShownOrder(
        id=order.id,
        order_no=order.order_no,
        check_id=order.check_id,
        service_id=order.service_id,
        service_title=order.service_title.text,
        merchant=order.merchant_name,
        deposit_fen=order.deposit_fen,
        days=order.days,
        state=state,
        created_at=order.created_at,
        begin_by=order.begin_by,
        due_at=order.due_at,
        charged_fen=order.charged_fen,
        ended_for=rules.end_at(order, deps.now(), merchant_closed=merchant_closed),
        timeline=order.events,
        may=rules.may(state) if actor.role is Role.MERCHANT else (),
    )


def _found(deps: Deps, actor: Actor, order: Order | None) -> ShownOrder:
    if order is None:
        raise errors.not_found()
    gone = merchants.closed(deps, [order.merchant_id])
    return shown(deps, order, actor, merchant_closed=bool(gone))


def _page(
    deps: Deps, actor: Actor, whose: dict[str, str], state: OrderState | None, limit: int, cursor: str | None
) -> Page[ShownOrder]:
    scope = f"orders:{whose}:{state}"
    after = deps.cursors.read(cursor, scope)
    found = store.list_of(deps.db, whose, state, deps.now(), after=after, limit=limit + 1)
    page = deps.cursors.page(found, limit, scope, lambda one: Position(one.created_at, one.id))
    gone = merchants.closed(deps, {one.merchant_id for one in page.items})
    lines = (shown(deps, one, actor, merchant_closed=one.merchant_id in gone) for one in page.items)
    return Page(tuple(lines), page.next_cursor)
