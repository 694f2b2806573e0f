"""The limits of a place, a clock as it is shown, and what time does to the cases of a desk."""

from backend.clocks.service.limiting import DATA, LIVE, limits, load, shown
from backend.clocks.service.sweeping import Desk, flag_overdue, recompute_clocks, remind_due

__all__ = [
    "DATA",
    "LIVE",
    "Desk",
    "flag_overdue",
    "limits",
    "load",
    "recompute_clocks",
    "remind_due",
    "shown",
]
