"""The use cases of benefits, by verb family."""

from backend.benefits.service.claiming import claim
from backend.benefits.service.managing import change, close, create, pause, resume
from backend.benefits.service.owning import (
    Receipt,
    ShownClaim,
    ShownReplay,
    at_hand,
    had_in_full,
    mine,
    one_of_mine,
    replay,
)
from backend.benefits.service.reading import Listed, find, listed, open_now
from backend.benefits.service.redeeming import redeem
from backend.benefits.service.rejudging import Rejudging
from backend.benefits.service.serving import watch_partners
from backend.benefits.service.staffing import Shown, count, find_for_staff, listed_for_staff
from backend.benefits.service.sweeping import end_expired, remind_expiring, remove_old

__all__ = [
    "Listed",
    "Receipt",
    "Rejudging",
    "Shown",
    "ShownClaim",
    "ShownReplay",
    "at_hand",
    "change",
    "claim",
    "close",
    "count",
    "create",
    "end_expired",
    "find",
    "find_for_staff",
    "had_in_full",
    "listed",
    "listed_for_staff",
    "mine",
    "one_of_mine",
    "open_now",
    "pause",
    "redeem",
    "remind_expiring",
    "remove_old",
    "replay",
    "resume",
    "watch_partners",
]
