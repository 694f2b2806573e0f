"""What a history of tries allows, and under which name it is kept."""

import hashlib
import hmac
import math
from datetime import datetime

from backend.common.networks import network as network
from backend.limits.model import Limit, Standing, Tries


def key(secret: bytes, name: str, who: str) -> str:
    """Where the tries are kept: the limit's name in clear, the one who is counted only as a MAC."""
    mac = hmac.new(secret, f"{name}\0{who}".encode(), hashlib.sha256).hexdigest()
    return f"{name}:{mac[:40]}"


def standing(tries: Tries, limit: Limit, now: datetime) -> Standing:
    """Where the caller stands at `now`; `granted` is that of the tries."""
    if tries.locked_until is not None and tries.locked_until > now:
        return Standing(tries.granted, 0, _seconds(tries.locked_until, now))
    counted = sorted(at for at in tries.spent if at > now - limit.window)
    left = max(0, limit.count - len(counted))
    if left:
        return Standing(tries.granted, left, 0)
    return Standing(tries.granted, 0, _seconds(counted[-limit.count] + limit.window, now))


def _seconds(until: datetime, now: datetime) -> int:
    return max(1, math.ceil((until - now).total_seconds()))
