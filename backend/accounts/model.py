"""Accounts, the codes that open them, and the sessions that follow."""

from dataclasses import dataclass, field
from datetime import datetime

from schemas.terms import Level, Role
from schemas.text import Language


@dataclass(frozen=True)
class Account:
    """A resident's account; `phone_sealed` (look-up sealing of E.164) and `subject_id` are unique among open ones.

    Closing erases the phone and frees the subject; the id stays, because the audit log names it.
    """

    id: str
    phone_sealed: bytes | None
    subject_id: str | None
    language: Language
    created_at: datetime
    closed_at: datetime | None = None


@dataclass(frozen=True)
class PhoneCode:
    """The one code a phone can sign in with now; `id` and `code_mac` are MACs of the phone and of phone and code."""

    id: str
    code_mac: bytes
    expires_at: datetime
    attempts_left: int


@dataclass(frozen=True)
class Session:
    """One sign-in of a resident or of staff (`account_id` is the staff id then, with `name` and `unit` for the log; a
    merchant's clerk is of `Role.MERCHANT`, with the merchant's id as `unit`).

    It ends by signing out, by a reused refresh token, at `expires_at`, or when `idle_until` passes without use.
    `verified_until` is the end of the ten minutes a proof of identity gives; `level` may lag behind it.
    """

    id: str
    account_id: str
    role: Role
    subject_id: str | None
    name: str | None
    unit: str | None
    level: Level | None
    verified_until: datetime | None
    created_at: datetime
    idle_until: datetime
    expires_at: datetime
    ended_at: datetime | None = None


@dataclass(frozen=True)
class RefreshToken:
    """One token of a session's family; `id` is its SHA-256. It is used once, and kept used to know a copy by."""

    id: str
    session_id: str
    issued_at: datetime
    expires_at: datetime
    used_at: datetime | None = None


@dataclass(frozen=True)
class Holder:
    """Whom a session is for: what every `Actor` made from it will be."""

    id: str
    role: Role
    subject_id: str | None = None
    name: str | None = None
    unit: str | None = None


@dataclass(frozen=True)
class CodeSent:
    """The same for every phone: seconds the code lasts, and until another may be asked for."""

    expires_in: int
    resend_after: int


@dataclass(frozen=True)
class Tokens:
    """What a client keeps; `refresh_token` is null where only the access token was renewed. Never shown in a log."""

    access_token: str = field(repr=False)
    expires_in: int
    level: Level | None
    refresh_token: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Profile:
    """An account as its holder sees it; `phone` is masked."""

    id: str
    phone: str
    level: Level
    verified_until: datetime | None
    subject_id: str | None
    language: Language
    created_at: datetime

    @property
    def subject_bound(self) -> bool:
        return self.subject_id is not None


@dataclass(frozen=True)
class Standing:
    """The open accounts, and how many of them are bound to a person."""

    accounts: int
    bound: int
