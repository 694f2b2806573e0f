"""How many requests a process takes at once from the shared count."""

import hashlib
import hmac
from datetime import timedelta
from functools import lru_cache

from backend.common.networks import network

WINDOW = timedelta(minutes=1)
# A sixteenth of what is left: 600 a minute cost some 50 writes instead of 600, and towards the end each request is
# taken singly, so that what one process holds unused never turns away more than a few requests of another.
SHARE = 16


def batch(limit: int, taken: int) -> int:
    """How many to take next, given what all processes have taken."""
    return max(1, (limit - taken) // SHARE)


def granted(limit: int, taken: int, asked: int) -> int:
    """How many of `asked` were still there, when the count stands at `taken` with them."""
    return max(0, min(asked, limit - (taken - asked)))


@lru_cache(maxsize=4096)
def who(secret: bytes, address: str) -> str:
    """The name an address is counted under: a MAC, because an address is personal; an IPv6 household counts as one."""
    return hmac.new(secret, network(address).encode(), hashlib.sha256).hexdigest()[:32]
