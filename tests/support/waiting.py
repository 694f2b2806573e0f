"""Waiting for what real processes do."""

import time
from collections.abc import Callable

from tests.support.processes import Process


def until(done: Callable[[], bool], *processes: Process, within_s: float = 100) -> None:
    """Return once it is done; what the processes said, when it does not come to that."""
    deadline = time.monotonic() + within_s
    while not done():
        assert time.monotonic() < deadline, "\n".join(line for one in processes for line in one.lines)[-6000:]
        time.sleep(0.05)


def settled(count: Callable[[], int]) -> int:
    """The count once it stays: the server may still be at the last command of a client that is gone."""
    last = -1
    while (now := count()) != last:
        last = now
        time.sleep(0.3)
    return last
