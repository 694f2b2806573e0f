"""The pace of each channel, kept by all workers together."""

import time
from typing import Any

from backend.common.deps import Deps
from backend.deliveries import rules
from backend.deliveries.model import Slots
from backend.deliveries.store import paces
from schemas.terms import Way


def reserve(deps: Deps, way: Way, *, slots: int) -> Slots:
    """The next places in the channel's pace, for the caller alone; or how long the channel is paused."""
    pace, began = rules.PACES[way], time.monotonic()
    asked_at, start_at, paused_until = paces.reserve(deps.db, way, slots=slots, apart_ms=pace.apart_ms)
    known: dict[str, Any] = {"asked_s": asked_at.timestamp(), "between": (began, time.monotonic())}
    if paused_until > asked_at:
        return Slots(paused_s=(paused_until - asked_at).total_seconds(), **known)
    return Slots((start_at - asked_at).total_seconds(), pace.apart_ms / 1000, **known)


def pause(deps: Deps, way: Way, *, for_s: float, reason: str) -> None:
    """Every worker leaves the channel alone for so long; what is under way, and slots that other workers
    were given already (a batch), are used up."""
    paces.pause(deps.db, way, for_ms=int(for_s * 1000), reason=reason)
