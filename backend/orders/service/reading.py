"""Orders as the merchant and the borrower read them; nobody else does."""

from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.common.pages import Page, Position
from backend.orders import errors, rules, store
from backend.orders.model import Order, ShownOrder
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


def shown(deps: Deps, order: Order, actor: Actor) -> ShownOrder:
    state = rules.state_at(order, deps.now())
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
        timeline=order.events,
        may=rules.may(state) if actor.role is Role.MERCHANT else (),
    )


def _found(deps: Deps, actor: Actor, order: Order | None) -> ShownOrder:
    if order is None:
        raise errors.not_found()
    return shown(deps, order, actor)


def _page(
    deps: Deps, actor: Actor, whose: dict[str, str], state: OrderState | None, limit: int, cursor: str | None
) -> Page[ShownOrder]:
    scope = f"orders:{whose}:{state}"
    after = deps.cursors.read(cursor, scope)
    found = store.list_of(deps.db, whose, state, deps.now(), after=after, limit=limit + 1)
    page = deps.cursors.page(found, limit, scope, lambda one: Position(one.created_at, one.id))
    return Page(tuple(shown(deps, one, actor) for one in page.items), page.next_cursor)
