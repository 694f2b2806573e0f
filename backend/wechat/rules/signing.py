"""Whether a request is from somebody who knows the account's token, and from now."""

import hashlib
import hmac
from datetime import datetime, timedelta

WINDOW = timedelta(seconds=300)
LONGEST = 128
"""Timestamp, nonce and signatures are shorter than this; what is longer is nobody's."""


def signature(token: str, *parts: str) -> str:
    """WeChat's: SHA-1 over token and parts, sorted and joined. Published as such; there is no stronger one to choose."""
    return hashlib.sha1("".join(sorted((token, *parts))).encode(), usedforsecurity=False).hexdigest()


def is_signed(token: str, given: str, *parts: str) -> bool:
    """In a time that does not tell how much of `given` is right."""
    return hmac.compare_digest(signature(token, *parts).encode(), given.encode())


def is_current(timestamp: str, now: datetime) -> bool:
    """Whether the seconds since 1970 are at most five minutes away from now."""
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 11):
        return False
    return abs(now.timestamp() - int(timestamp)) <= WINDOW.total_seconds()
