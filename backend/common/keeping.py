"""A few values kept in memory for a while: bounded by what they weigh, and each by its own end. Never on a disk."""

import threading
from collections import OrderedDict
from collections.abc import Hashable
from datetime import datetime
from typing import Generic, TypeVar

Value = TypeVar("Value")


class Kept(Generic[Value]):
    """Safe to share by threads; when it is full, what was asked for longest ago goes first."""

    def __init__(self, most_bytes: int) -> None:
        self._most = most_bytes
        self._held: OrderedDict[Hashable, tuple[Value, int, datetime]] = OrderedDict()
        self._lock = threading.Lock()

    def find(self, key: Hashable, now: datetime) -> Value | None:
        """The value under `key`, unless it has ended; what has ended is gone, whatever was asked for."""
        with self._lock:
            self._forget(now)
            found = self._held.get(key)
            if found is None:
                return None
            self._held.move_to_end(key)
            return found[0]

    def keep(self, key: Hashable, value: Value, weight: int, *, until: datetime) -> None:
        """Not at all when it weighs more than everything may."""
        if weight > self._most:
            return
        with self._lock:
            self._held[key] = value, weight, until
            self._held.move_to_end(key)
            while self.weight > self._most:
                self._held.popitem(last=False)

    @property
    def weight(self) -> int:
        return sum(weight for _, weight, _ in self._held.values())

    def _forget(self, now: datetime) -> None:
        for key in [key for key, (_, _, until) in self._held.items() if until <= now]:
            del self._held[key]
