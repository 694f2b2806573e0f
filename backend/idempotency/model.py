"""A slot for one request with a key: first claimed by the process that runs it, then holding its answer."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Slot:
    """`id` is a MAC of owner and key, `fingerprint` a MAC of what was asked: neither tells what it was made from.

    `lease` names the runner and ends at `leased_until`; `sealed_reply` is the answer (room "replies") once there is one.
    """

    id: str
    fingerprint: bytes
    lease: str
    leased_until: datetime
    expires_at: datetime
    sealed_reply: bytes | None = None


@dataclass(frozen=True)
class Reply:
    """An answer as it was given the first time."""

    status: int
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Claim:
    """The right to run a request (`reply` is None), or the answer it was given before."""

    slot_id: str
    lease: str
    reply: Reply | None = None
