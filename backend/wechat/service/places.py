"""How many messages one process answers at once, and who gets a place."""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

EACH = 5
"""Of one follower: two messages, most of them sent again; whoever sends more at once leaves a place to others."""


class Places:
    """The web's threads serve the whole service. A burst of messages waits its turn, which takes milliseconds; when those who
    have a place do not come off (a slow database), whoever comes is told at once, so that threads are left for everything
    else; and nobody takes the places of others by sending a lot."""

    def __init__(self, count: int, *, waits: float, slow: float) -> None:
        """Seconds: how long to wait for a place at most, and how long one is held until the house counts as slow."""
        self._waits = waits
        self._slow = slow
        self._count = count
        self._changed = threading.Condition()
        self._since: dict[int, float] = {}
        self._of: Counter[str] = Counter()
        self._next = 0

    @contextmanager
    def one(self, follower: str) -> Iterator[bool]:
        """A place for the time of the block, if there is one: the block is told."""
        ticket = self._enter(follower)
        try:
            yield ticket is not None
        finally:
            if ticket is not None:
                self._leave(ticket, follower)

    def _enter(self, follower: str) -> int | None:
        ends = time.monotonic() + self._waits
        with self._changed:
            if self._of[follower] >= EACH:
                return None
            self._of[follower] += 1
            while len(self._since) >= self._count:
                now = time.monotonic()
                oldest = now - min(self._since.values())
                if oldest >= self._slow or now >= ends:
                    self._forget(follower)
                    return None
                self._changed.wait(min(ends - now, self._slow - oldest))
            self._next += 1
            self._since[self._next] = time.monotonic()
            return self._next

    def _leave(self, ticket: int, follower: str) -> None:
        with self._changed:
            del self._since[ticket]
            self._forget(follower)
            self._changed.notify()

    def _forget(self, follower: str) -> None:
        self._of[follower] -= 1
        if self._of[follower] <= 0:
            del self._of[follower]
