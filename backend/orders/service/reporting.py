"""What a merchant reports: an order made from a check, begun, returned, settled or cancelled. It reaches this collection, the
borrower's inbox, the merchant's figures and the log; there is no way from here to a record."""

from dataclasses import replace

from backend.accounts import service as accounts
from backend.audit import service as audit
from backend.common import numbers
from backend.common.actor import Actor
from backend.common.clock import shanghai_date
from backend.common.deps import Deps
from backend.common.mongo import Retry, atomic
from backend.eligibility import service as eligibility
from backend.merchants import service as merchants
from backend.notices import service as notices
from backend.orders import errors, rules, store
from backend.orders.model import Event, Order, ShownOrder
from backend.orders.service import reading
from schemas.notices import NoticeKind
from schemas.terms import MerchantFigure, OrderAct, OrderState, Role, Verdict


@atomic
def create(deps: Deps, actor: Actor, *, order_no: str, check_id: str, days: int | None = None) -> ShownOrder:
    """Make an order from an own check that said `eligible`, within two hours of it; the longest loan without `days`.

    The same number with the same content is the same order, however often it is sent and whatever became of it; with other
    content 409 `orders.number_taken`. Raises 404 `eligibility.check_not_found`, 409 `orders.not_eligible`, `orders.check_used`
    (while an order holds the check that was not cancelled), `orders.check_too_old`, 422 `orders.bad_number`,
    `orders.personal_number`, `orders.too_long`.
    """
    actor.require(Role.MERCHANT)
    if not rules.is_order_no(order_no):
        raise errors.bad_number()
    if numbers.holds_personal_number(order_no, today=shanghai_date(deps.now())):
        raise errors.personal_number()
    digest = rules.digest(check_id, days)
    before = store.find_by_number(deps.db, actor.id, order_no)
    if before is not None:
        if before.digest != digest:
            raise errors.number_taken()
        return reading.shown(deps, before, actor)
    order = _made(deps, actor, order_no, digest, _bound(deps, actor, check_id, days), days)
    if not store.insert(deps.db, order):
        raise Retry(order_no)
    merchants.count(deps, actor.id, MerchantFigure.ORDERS, on=shanghai_date(deps.now()))
    _record(deps, actor, order, OrderAct.CREATE)
    return reading.shown(deps, order, actor)


@atomic
def activate(deps: Deps, actor: Actor, *, order_id: str) -> ShownOrder:
    """The thing is handed out: from now on the days count. Raises 404 `orders.not_found`, 409 `orders.changed`."""
    order, is_news = _stepped(deps, actor, order_id, OrderAct.ACTIVATE)
    if not is_news:
        return reading.shown(deps, order, actor)
    due_at = rules.due_at(deps.now(), order.days)
    end_by = rules.end_by(rules.last_day(due_at))
    after = replace(order, state=OrderState.ACTIVE, due_at=due_at, end_by=end_by)
    order = _saved(deps, actor, order, after, OrderAct.ACTIVATE)
    tell(deps, order, NoticeKind.ORDER_BEGUN, due_on=rules.last_day(due_at))
    return reading.shown(deps, order, actor)


@atomic
def give_back(deps: Deps, actor: Actor, *, order_id: str) -> ShownOrder:
    """The thing came back, in time or late. Raises as `activate`."""
    order, is_news = _stepped(deps, actor, order_id, OrderAct.RETURN)
    if not is_news:
        return reading.shown(deps, order, actor)
    end_by = rules.end_by(shanghai_date(deps.now()))
    after = replace(order, state=OrderState.RETURNED, end_by=end_by)
    order = _saved(deps, actor, order, after, OrderAct.RETURN)
    tell(deps, order, NoticeKind.ORDER_RETURNED)
    return reading.shown(deps, order, actor)


@atomic
def settle(deps: Deps, actor: Actor, *, order_id: str, charged_fen: int = 0) -> ShownOrder:
    """All is paid between the two; `charged_fen` is what the merchant charged. Final. Raises as `activate`."""
    order, is_news = _stepped(deps, actor, order_id, OrderAct.SETTLE)
    if not is_news:
        if order.charged_fen != charged_fen:
            raise errors.changed(order.state)
        return reading.shown(deps, order, actor)
    after = replace(
        order,
        state=OrderState.SETTLED,
        charged_fen=charged_fen,
        kept_until=rules.kept_until(deps.now()),
    )
    order = _saved(deps, actor, order, after, OrderAct.SETTLE)
    tell(deps, order, NoticeKind.ORDER_SETTLED, yuan=f"{charged_fen / 100:.2f}")
    return reading.shown(deps, order, actor)


@atomic
def cancel(deps: Deps, actor: Actor, *, order_id: str) -> ShownOrder:
    """Nothing was handed out. Final; the check is free for another order. Raises as `activate`."""
    order, is_news = _stepped(deps, actor, order_id, OrderAct.CANCEL)
    if is_news:
        after = replace(order, state=OrderState.CANCELLED, kept_until=rules.kept_until(deps.now()))
        order = _saved(deps, actor, order, after, OrderAct.CANCEL)
        tell(deps, order, NoticeKind.ORDER_CANCELLED, merchant=order.merchant_name)
    return reading.shown(deps, order, actor)


def _bound(deps: Deps, actor: Actor, check_id: str, days: int | None) -> eligibility.Bound:
    bound = eligibility.bind_check(deps, actor, check_id=check_id)
    if bound.verdict is not Verdict.ELIGIBLE:
        raise errors.not_eligible()
    if store.find_of_check(deps.db, check_id) is not None:
        raise errors.check_used()
    if deps.now() - bound.decided_at >= rules.CHECK_HOLDS:
        raise errors.check_too_old()
    if days is not None and days > bound.max_days:
        raise errors.too_long(bound.max_days)
    return bound


def _made(
    deps: Deps, actor: Actor, order_no: str, digest: str, bound: eligibility.Bound, days: int | None
) -> Order:
    now = deps.now()
    return Order(
        id=deps.new_code(),
        merchant_id=actor.id,
        merchant_name=bound.merchant_name,
        order_no=order_no,
        digest=digest,
        check_id=bound.check_id,
        subject_id=bound.subject_id,
        service_id=bound.service_id,
        service_title=bound.service_title,
        deposit_fen=bound.deposit_fen,
        days=days or bound.max_days,
        state=OrderState.CREATED,
        created_at=now,
        begin_by=now + rules.BEGIN_WITHIN,
        events=(Event(now, OrderAct.CREATE, actor.through),),
    )


def _stepped(deps: Deps, actor: Actor, order_id: str, act: OrderAct) -> tuple[Order, bool]:
    """The caller's order, and whether the report is news; 409 `orders.changed` when it cannot be true."""
    actor.require(Role.MERCHANT)
    order = store.find_of_merchant(deps.db, actor.id, order_id)
    if order is None:
        raise errors.not_found()
    state = rules.state_at(order, deps.now())
    if rules.step(state, act) is not None:
        return order, True
    if not rules.is_repeated(state, act):
        raise errors.changed(state)
    return order, False


def _saved(deps: Deps, actor: Actor, before: Order, after: Order, act: OrderAct) -> Order:
    after = replace(after, events=(*before.events, Event(deps.now(), act, actor.through)))
    if not store.put(deps.db, before, after):
        raise Retry(before.id)
    _record(deps, actor, after, act)
    return replace(after, version=before.version + 1)


def _record(deps: Deps, actor: Actor, order: Order, act: OrderAct) -> None:
    audit.record(
        deps, actor, f"orders.{act.value}", order.id, subject_id=order.subject_id, state=order.state.value
    )


def tell(deps: Deps, order: Order, kind: NoticeKind, **more: object) -> None:
    """The borrower hears what is reported about them; who has closed the account reads it in a new one."""
    account_id = accounts.account_of(deps, order.subject_id)
    if account_id is not None:
        notices.send(deps, account_id, kind, title=order.service_title.text, **more)
