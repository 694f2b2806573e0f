"""An order: something lent without a deposit, between one merchant and one resident, and nobody else's affair."""

from dataclasses import dataclass
from datetime import datetime

from backend.clocks.model import Words
from schemas.terms import OrderAct, OrderEnd, OrderState
from schemas.text import Text

HELD = frozenset({OrderState.ACTIVE, OrderState.RETURNED})
"""Begun and not over, as they are kept."""


HOLDING = frozenset(OrderState) - {OrderState.CANCELLED}
"""Of a check: nobody else can be lent to with it. One that was cancelled gave nothing out and leaves it free."""


@dataclass(frozen=True)
class Event:
    """One line of an order's course; `through` is the key or clerk that reported it, None for the service itself."""

    at: datetime
    act: OrderAct
    through: str | None

    @property
    def label(self) -> Text:
        return self.act.label


@dataclass(frozen=True)
class Order:
    """`order_no` is the merchant's own number, unique for it; `digest` covers what it was first sent with. `state` is what
    was last reported: whether it is overdue by now, or was never begun in time, is judged when it is read.

    `due_at`: 24:00 of the last day, from the moment it is active. `end_by`: when it ends though nobody settles it.
    `kept_until` is set when it is over; `ended_for` says why, when it was not the two who ended it.
    """

    id: str
    merchant_id: str
    merchant_name: str
    order_no: str
    digest: str
    check_id: str
    subject_id: str
    service_id: str
    service_title: Words
    deposit_fen: int
    days: int
    state: OrderState
    created_at: datetime
    begin_by: datetime
    due_at: datetime | None = None
    charged_fen: int | None = None
    events: tuple[Event, ...] = ()
    reminded_at: datetime | None = None
    overdue_at: datetime | None = None
    kept_until: datetime | None = None
    end_by: datetime | None = None
    ended_for: OrderEnd | None = None
    version: int = 0


@dataclass(frozen=True)
class ShownOrder:
    """An order as either side reads it. Nothing in it is about the person: the merchant knows its own number and check."""

    id: str
    order_no: str
    check_id: str
    service_id: str
    service_title: Text
    merchant: str
    deposit_fen: int
    days: int
    state: OrderState
    created_at: datetime
    begin_by: datetime
    due_at: datetime | None
    charged_fen: int | None
    ended_for: OrderEnd | None
    timeline: tuple[Event, ...]
    may: tuple[OrderAct, ...]

    @property
    def state_label(self) -> Text:
        return self.state.label

    @property
    def ended_for_label(self) -> Text | None:
        return None if self.ended_for is None else self.ended_for.label


@dataclass(frozen=True)
class OpenOrders:
    """How many of a merchant's orders are not over, for staff who think of closing it; nothing about anybody."""

    created: int
    active: int
    overdue: int
    returned: int
