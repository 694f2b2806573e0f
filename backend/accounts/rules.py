"""Which phones may sign in, what codes and tokens look like when kept, and how long each thing lasts."""

import hashlib
import hmac
import re
import unicodedata
from datetime import datetime, timedelta

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberType

from backend.accounts.model import Session
from schemas.terms import STAFF_ROLES, Channel, Level, Role

CODES = 1_000_000
CODE_LIVES = timedelta(minutes=5)
CODE_ATTEMPTS = 5
REGION = "CN"
COUNTRY_CODE = 86
LONGEST_PHONE = 40
_DIALLED = re.compile(r"\+?[0-9 ()./-]+")
_MOBILE = (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE)


def phone(text: str) -> str | None:
    """The phone in E.164 as people type it (+86, 0086, spaces, full-width); None unless it is a mainland mobile.

    Letters are refused before parsing, which would read them as on a keypad.
    """
    folded = _folded(text)
    if len(text) > LONGEST_PHONE or not _DIALLED.fullmatch(folded):
        return None
    try:
        parsed = phonenumbers.parse(folded, REGION)
    except NumberParseException:
        return None
    return _e164(parsed) if _is_mobile(parsed) else None


def masked(e164: str) -> str:
    """First three and last four digits, as phones are shown in this country."""
    national = e164.removeprefix(f"+{COUNTRY_CODE}")
    return f"{national[:3]}****{national[-4:]}"


def code(drawn: int) -> str:
    """Six digits of a number below `CODES`."""
    return f"{drawn:06d}"


def typed_code(text: str) -> str:
    return _folded(text).replace(" ", "")


def phone_mac(secret: bytes, e164: str) -> str:
    """The name a phone's code is kept under."""
    return hmac.new(secret, b"phone:" + e164.encode(), hashlib.sha256).hexdigest()


def code_mac(secret: bytes, e164: str, digits: str) -> bytes:
    """A code as it is kept: only with the key can a million codes be tried against it."""
    return hmac.new(secret, f"code:{e164}:{digits}".encode(), hashlib.sha256).digest()


def same(one: bytes, other: bytes) -> bool:
    return hmac.compare_digest(one, other)


def refresh_id(token: str) -> str:
    """A refresh token as it is kept; its 220 random bits need no key."""
    return hashlib.sha256(token.encode()).hexdigest()


def lasts(role: Role) -> timedelta:
    """How long a session may be renewed: staff a working day, a clerk the opening hours of a shop."""
    if role is Role.MERCHANT:
        return timedelta(hours=12)
    return timedelta(hours=8) if role in STAFF_ROLES else timedelta(days=30)


def idle(role: Role) -> timedelta:
    """How long a session stays without being used."""
    if role is Role.MERCHANT:
        return timedelta(hours=2)
    return timedelta(minutes=30) if role in STAFF_ROLES else timedelta(days=7)


def idle_is_stale(session: Session, now: datetime) -> bool:
    """Whether use must be written down: at work to the minute; a resident's week moves with each renewal."""
    at_work = session.role is not Role.CITIZEN
    return at_work and session.idle_until - now < idle(session.role) - timedelta(minutes=1)


def is_live(session: Session, now: datetime) -> bool:
    return session.ended_at is None and now < session.idle_until and now < session.expires_at


def level_at(session: Session, now: datetime) -> Level | None:
    """How far the holder has proved who they are at `now`: `verified` falls back to `real_name` after its ten minutes."""
    over = session.verified_until is None or now >= session.verified_until
    return Level.REAL_NAME if session.level is Level.VERIFIED and over else session.level


def channel_of(role: Role, channel: Channel) -> Channel:
    """The door a resident reads in the access log: staff come in through their console."""
    own_staff = role in STAFF_ROLES and role is not Role.PROVIDER
    return Channel.CONSOLE if own_staff and channel in (Channel.API, Channel.PAGE) else channel


def _is_mobile(parsed: PhoneNumber) -> bool:
    return (
        parsed.country_code == COUNTRY_CODE
        and phonenumbers.is_valid_number(parsed)
        and phonenumbers.number_type(parsed) in _MOBILE
    )


def _e164(parsed: PhoneNumber) -> str:
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def _folded(text: str) -> str:
    """Full-width forms made narrow; the invisible marks that address books put around numbers dropped."""
    narrow = unicodedata.normalize("NFKC", text)
    return "".join(sign for sign in narrow if unicodedata.category(sign) != "Cf").strip()
