"""What a key may look like, how long an answer is kept, and when a runner counts as dead."""

import hashlib
import hmac
from datetime import datetime, timedelta

from backend.idempotency.model import Slot

LONGEST_KEY = 200
# Longer than any request may take (face check 20 s, driver 20 s), so that only a dead runner loses its lease.
LEASE = timedelta(seconds=60)
KEPT = timedelta(hours=24)
# The answer to somebody not signed in may hold the tokens of a sign-in: long enough to ask again after a lost answer.
KEPT_FOR_ANONYMOUS = timedelta(minutes=5)


def is_key(text: str) -> bool:
    """1 to 200 printable ASCII characters."""
    return 1 <= len(text) <= LONGEST_KEY and text.isascii() and text.isprintable() and text.strip() == text


def slot_id(secret: bytes, owner: str, key: str) -> str:
    return hmac.new(secret, f"{len(owner)}:{owner}{key}".encode(), hashlib.sha256).hexdigest()


def fingerprint(secret: bytes, digest: bytes) -> bytes:
    return hmac.new(secret, digest, hashlib.sha256).digest()


def has_run_out(slot: Slot, now: datetime) -> bool:
    """Whether a slot is past its time; the database clears such slots only about once a minute."""
    return slot.expires_at <= now


def is_running(slot: Slot, now: datetime) -> bool:
    return slot.sealed_reply is None and now < slot.leased_until
