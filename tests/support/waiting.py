"""Waiting for what real processes do."""

import time
from collections.abc import Callable

from tests.support.processes import Process


def until(done: Callable[[], bool], *processes: Process, within_s: float = 100) -> None:
    """Return once it is done; what the processes said, when it does not come to that.

    The longer it takes, the less often it is asked, for most ask the database: what a frozen worker holds is free after forty
    seconds, and to ask for it twenty times a second took more of the processor than the whole push that it is about."""
    begun = time.monotonic()
    while not done():
        waited = time.monotonic() - begun
        assert waited < within_s, "\n".join(line for one in processes for line in one.lines)[-6000:]
        time.sleep(max(0.05, waited / 30))


def settled(count: Callable[[], int]) -> int:
    """The count once it stays: the server may still be at the last command of a client that is gone."""
    last = -1
    while (now := count()) != last:
        last = now
        time.sleep(0.3)
    return last
