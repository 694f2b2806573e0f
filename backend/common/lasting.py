"""Loading what stays for the life of a process."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def loading() -> Iterator[None]:
    """What is loaded within stays: the garbage collector, which would look for what does not hundreds of times, rests meanwhile
    and passes it over later."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
