"""Holding a lease while a block of work runs."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def renewed(renew: Callable[[], bool], *, every_s: float) -> Iterator[None]:
    """Call `renew` every so many seconds, in a thread of its own, until the block ends or `renew` says that there is nothing left
    to hold. What it raises ends the renewing; whoever may go on after a fault of the database catches it."""
    done = threading.Event()

    def keep() -> None:
        while not done.wait(every_s):
            if not renew():
                return

    keeper = threading.Thread(target=keep, name="renewing", daemon=True)
    keeper.start()
    try:
        yield
    finally:
        done.set()
        keeper.join()
