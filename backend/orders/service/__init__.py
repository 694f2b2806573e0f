"""The use cases of orders, by verb family."""

from backend.orders.service.reading import find, find_mine, mine, of_merchant
from backend.orders.service.reporting import activate, cancel, create, give_back, settle
from backend.orders.service.sweeping import flag_overdue, lapse, remind_due

__all__ = [
    "activate",
    "cancel",
    "create",
    "find",
    "find_mine",
    "flag_overdue",
    "give_back",
    "lapse",
    "mine",
    "of_merchant",
    "remind_due",
    "settle",
]
