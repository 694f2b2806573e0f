"""Use cases of deliveries: planned from the outbox, taken by workers, settled by what the channel said."""

from backend.deliveries.service.pacing import pause, reserve
from backend.deliveries.service.planning import plan, put
from backend.deliveries.service.reading import any_waiting, channels, close, counts
from backend.deliveries.service.settling import confirm, release, settle
from backend.deliveries.service.taking import Taken, WordsOf, another_slot, take

__all__ = [
    "Taken",
    "WordsOf",
    "another_slot",
    "any_waiting",
    "channels",
    "close",
    "confirm",
    "counts",
    "pause",
    "plan",
    "put",
    "release",
    "reserve",
    "settle",
    "take",
]
