"""The use cases of orders, by verb family."""

from backend.orders.service.reading import find, find_mine, mine, of_merchant, open_orders
from backend.orders.service.reporting import activate, cancel, create, give_back, settle
from backend.orders.service.sweeping import expire, flag_overdue, lapse, remind_due, wind_up

__all__ = [
    "activate",
    "cancel",
    "create",
    "expire",
    "find",
    "find_mine",
    "flag_overdue",
    "give_back",
    "lapse",
    "mine",
    "of_merchant",
    "open_orders",
    "remind_due",
    "settle",
    "wind_up",
]
