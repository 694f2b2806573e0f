"""Where an order stands at an instant, and which report leads where."""

import hashlib
import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta

from backend.common.clock import shanghai_date
from backend.common.periods import add_years, end_of
from backend.orders.model import HELD, Order
from schemas.terms import OrderAct, OrderEnd, OrderState

CHECK_HOLDS = timedelta(hours=2)
"""For how long after a check an order can be bound to it: the customer stands at the counter."""
BEGIN_WITHIN = timedelta(hours=24)
REMIND_BEFORE = timedelta(hours=24)
REPORT_WITHIN = timedelta(hours=24)
"""For a merchant that was paused, to report what came back meanwhile."""
KEPT_YEARS = 3
"""Until claims out of it are time-barred (Civil Code 188); PIPL 19: and no longer."""
MOST_CHARGED_FEN = 1_000_000_00
END_AFTER_YEARS = 3
"""Unsettled for so long, claims out of it are time-barred and neither side needs it any more (Civil Code 188; PIPL 19, 47)."""
ENDED_KEPT = timedelta(days=30)
"""So that both can still read how it ended."""
TERMINAL = frozenset({OrderState.SETTLED, OrderState.CANCELLED, OrderState.ENDED})
_ORDER_NO = re.compile(r"[\x21-\x7e]{1,64}")

_MOVES: Mapping[OrderAct, tuple[frozenset[OrderState], OrderState]] = {
    OrderAct.ACTIVATE: (frozenset({OrderState.CREATED}), OrderState.ACTIVE),
    OrderAct.RETURN: (frozenset({OrderState.ACTIVE, OrderState.OVERDUE}), OrderState.RETURNED),
    OrderAct.SETTLE: (frozenset({OrderState.RETURNED}), OrderState.SETTLED),
    OrderAct.CANCEL: (frozenset({OrderState.CREATED}), OrderState.CANCELLED),
}


def is_order_no(text: str) -> bool:
    """1 to 64 visible ASCII characters: what every till can make and no name fits in by accident."""
    return _ORDER_NO.fullmatch(text) is not None


def digest(check_id: str, days: int | None) -> str:
    """What an order was sent with."""
    return hashlib.sha256(f"{check_id}\0{days}".encode()).hexdigest()


def end_at(order: Order, now: datetime, *, merchant_closed: bool) -> OrderEnd | None:
    """Why an order that was begun and not settled is over all the same at `now`; None while it is not."""
    if order.ended_for is not None or order.state not in HELD:
        return order.ended_for
    if merchant_closed:
        return OrderEnd.MERCHANT_CLOSED
    return OrderEnd.TIME_BARRED if order.end_by is not None and order.end_by <= now else None


def state_at(order: Order, now: datetime, *, merchant_closed: bool = False) -> OrderState:
    """Overdue from the end of the last day; never begun in time, it is cancelled; with its merchant, or after three years, it
    ends. Whether a sweep has run does not matter."""
    if end_at(order, now, merchant_closed=merchant_closed) is not None:
        return OrderState.ENDED
    if order.state is OrderState.CREATED and merchant_closed:
        return OrderState.CANCELLED
    if order.state is OrderState.ACTIVE and order.due_at is not None and order.due_at <= now:
        return OrderState.OVERDUE
    if order.state is OrderState.CREATED and order.begin_by <= now:
        return OrderState.CANCELLED
    return order.state


def step(state: OrderState, act: OrderAct) -> OrderState | None:
    """The state after a report; None when it is none for this state."""
    froms, to = _MOVES[act]
    return to if state in froms else None


def is_repeated(state: OrderState, act: OrderAct) -> bool:
    """Whether the report says what is so already: a till that lost the answer asks again."""
    _, to = _MOVES[act]
    return state is to or (act is OrderAct.ACTIVATE and state is OrderState.OVERDUE)


def may(state: OrderState) -> tuple[OrderAct, ...]:
    return tuple(act for act, (froms, _) in _MOVES.items() if state in froms)


def due_at(now: datetime, days: int) -> datetime:
    """24:00 of the last day; the day on which it begins is not counted (Civil Code 201)."""
    return end_of(shanghai_date(now) + timedelta(days=days))


def last_day(due: datetime) -> date:
    """The day whose 24:00 it is."""
    return shanghai_date(due) - timedelta(days=1)


def kept_until(now: datetime) -> datetime:
    return end_of(add_years(shanghai_date(now), KEPT_YEARS))


def end_by(since: date) -> datetime:
    """When an order ends by itself that was due, or came back, on the day `since`."""
    return end_of(add_years(since, END_AFTER_YEARS))


def ended_kept_until(order: Order, now: datetime) -> datetime:
    """Claims may be made until `end_by`, by whoever winds a merchant up too."""
    return max(order.end_by or now, now) + ENDED_KEPT
