"""People who work with the service, here or behind a merchant's counter: who they are, for whom, and how they sign in."""

from dataclasses import dataclass, field
from datetime import datetime

from schemas.terms import Role


@dataclass(frozen=True)
class Staff:
    """One member of staff, or a merchant's clerk. `username` is `name` folded, unique among both; `name` and `unit` are what
    the access log shows of staff. `unit` is whom they act for: a unit's code, for a clerk the merchant's id.

    `password_hash` is argon2id; `totp_sealed` the sealed 20-byte key of RFC 6238, None when not enrolled; `totp_step` the
    last 30-second step whose code was used, so that no code works twice.
    """

    id: str
    username: str
    name: str
    role: Role
    unit: str | None
    password_hash: str = field(repr=False)
    totp_sealed: bytes | None = field(repr=False)
    created_at: datetime
    totp_step: int = 0
    signed_in_at: datetime | None = None
    closed_at: datetime | None = None


@dataclass(frozen=True)
class Secrets:
    """What a new member of staff is told once: `password`, and for an authenticator app the key (base32) and its URI."""

    password: str = field(repr=False)
    totp_secret: str | None = field(default=None, repr=False)
    totp_uri: str | None = field(default=None, repr=False)
