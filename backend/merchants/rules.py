"""What a key looks like, what may be put down about a merchant, and which acts its state allows."""

import hashlib
import hmac
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import NamedTuple

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat

from backend.common import numbers
from backend.common.clock import shanghai_date
from backend.common.districts import DISTRICTS, code_of
from backend.common.ids import ALPHABET
from backend.common.numbers import InvalidNumber
from backend.merchants import texts
from backend.merchants.model import Fault, Key, Particulars
from schemas.terms import MerchantAct, MerchantState
from schemas.text import says_something

LEAST_RATE, USUAL_RATE, MOST_RATE = 10, 120, 600
MOST_KEYS, MOST_CLERKS = 10, 50
LONGEST = {"name": 80, "district": 40, "contact_name": 80}
FIRST_YEAR = 2014

PREFIX = "mk_"
_ID, _SECRET, _CHECK = 12, 32, 4
KEY_LENGTH = len(PREFIX) + _ID + _SECRET + _CHECK
_SHAPE = re.compile(f"{PREFIX}([{ALPHABET}]{{{_ID}}})([{ALPHABET}]{{{_SECRET}}})([{ALPHABET}]{{{_CHECK}}})")
_USE_IS_NOTED_EVERY = timedelta(minutes=1)
_MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")
_DIALLED = re.compile(r"\+?[0-9 ()./-]{3,40}")
# From elsewhere, with an area code, mobile, or a 400 number: a bare local number would be read as one of another place.
_WHOLE = re.compile(r"\+[0-9]+|0[0-9]+|1[0-9]{10}|[48]00[0-9]{7}")

_MOVES: Mapping[MerchantAct, tuple[frozenset[MerchantState], MerchantState | None]] = {
    MerchantAct.CHANGE: (frozenset({MerchantState.ACTIVE, MerchantState.PAUSED}), None),
    MerchantAct.PAUSE: (frozenset({MerchantState.ACTIVE}), MerchantState.PAUSED),
    MerchantAct.RESUME: (frozenset({MerchantState.PAUSED}), MerchantState.ACTIVE),
    MerchantAct.CLOSE: (frozenset({MerchantState.ACTIVE, MerchantState.PAUSED}), MerchantState.CLOSED),
    MerchantAct.CREATE_KEY: (frozenset({MerchantState.ACTIVE, MerchantState.PAUSED}), None),
    MerchantAct.CREATE_CLERK: (frozenset({MerchantState.ACTIVE, MerchantState.PAUSED}), None),
    MerchantAct.REVOKE_KEY: (frozenset(MerchantState), None),
    MerchantAct.CLOSE_CLERK: (frozenset(MerchantState), None),
}


class KeyParts(NamedTuple):
    """The public and the secret part of a key."""

    id: str
    secret: str


def is_key(bearer: str) -> bool:
    """Whether somebody means to show an API key, however badly it was copied."""
    return bearer.startswith(PREFIX)


def key_of(drawn: str) -> tuple[KeyParts, str]:
    """A key from 44 drawn letters (60 bits of id, 160 of secret): its parts, and the whole as it is shown."""
    parts = KeyParts(drawn[:_ID], drawn[_ID : _ID + _SECRET])
    return parts, f"{PREFIX}{parts.id}{parts.secret}{_check(parts)}"


def read_key(bearer: str) -> KeyParts | None:
    """The parts of a key; None when it was mistyped or cut off: a slip passes once in a million."""
    found = _SHAPE.fullmatch(bearer)
    if found is None:
        return None
    parts = KeyParts(found[1], found[2])
    return parts if hmac.compare_digest(_check(parts), found[3]) else None


def secret_mac(key: bytes, parts: KeyParts, merchant_id: str) -> bytes:
    """A secret as it is kept. Whoever can write to the database alone can neither plant a key nor hand one to another."""
    return hmac.digest(key, f"{parts.id}\0{merchant_id}\0{parts.secret}".encode(), "sha256")


def fits(key: bytes, parts: KeyParts, kept: Key) -> bool:
    """Whether the secret is the one of the kept key; in constant time."""
    return hmac.compare_digest(secret_mac(key, parts, kept.merchant_id), kept.secret_mac)


def use_is_stale(key: Key, now: datetime) -> bool:
    """Whether the use must be written down: to the minute, not with every request."""
    return key.last_used_at is None or now - key.last_used_at >= _USE_IS_NOTED_EVERY


def may(state: MerchantState) -> tuple[MerchantAct, ...]:
    return tuple(act for act, (froms, _) in _MOVES.items() if state in froms)


def step(state: MerchantState, act: MerchantAct) -> MerchantState | None:
    """The state after an act; None when it is no act for this state."""
    froms, to = _MOVES[act]
    return (to or state) if state in froms else None


def faults(wanted: Particulars) -> Iterator[Fault]:
    """Everything that is wrong with the particulars, field by field."""
    for name, longest in LONGEST.items():
        text = getattr(wanted, name)
        if text is not None and not _is_line(text, longest):
            yield Fault("invalid_name", name, texts.NOT_A_LINE)
        elif name == "district" and text is not None and code_of(text.strip()) is None:
            yield Fault("invalid_district", name, texts.NO_DISTRICT)
    if not wanted.kinds or len(set(wanted.kinds)) < len(wanted.kinds):
        yield Fault("invalid_kinds", "kinds", texts.NO_KINDS)
    if not LEAST_RATE <= wanted.rate_per_minute <= MOST_RATE:
        yield Fault("invalid_rate", "rate_per_minute", texts.NO_RATE.fill(least=LEAST_RATE, most=MOST_RATE))
    if wanted.uscc is not None:
        try:
            numbers.uscc(wanted.uscc)
        except InvalidNumber as error:
            yield Fault("invalid_uscc", "uscc", error.text)
    if wanted.contact_phone is not None and phone(wanted.contact_phone) is None:
        yield Fault("invalid_phone", "contact_phone", texts.NOT_A_PHONE)


def tidy(wanted: Particulars) -> Particulars:
    """Sound particulars as they are kept: a district by its name, code and telephone in their standard forms."""
    stripped = {name: (text := getattr(wanted, name)) and text.strip() for name in LONGEST}
    district = stripped["district"]
    return replace(
        wanted,
        **stripped | {"district": district and DISTRICTS[code_of(district) or district]},
        uscc=wanted.uscc and numbers.uscc(wanted.uscc),
        contact_phone=wanted.contact_phone and phone(wanted.contact_phone),
    )


def phone(text: str) -> str | None:
    """A telephone of this country, mobile or not, in E.164; None when it cannot be one."""
    folded = unicodedata.normalize("NFKC", text).strip()
    plain = re.sub(r"[^0-9+]", "", folded)
    if not _DIALLED.fullmatch(folded) or not _WHOLE.fullmatch(plain):
        return None
    try:
        parsed = phonenumbers.parse(plain, "CN")
    except NumberParseException:
        return None
    if parsed.country_code != 86 or not phonenumbers.is_valid_number(parsed):
        return None
    return phonenumbers.format_number(parsed, PhoneNumberFormat.E164)


def month_of(on: date) -> str:
    return f"{on:%Y-%m}"


def month(text: str | None, now: datetime) -> str | None:
    """The month that is asked for, this one when none is; None when it is none that could have figures."""
    this = month_of(shanghai_date(now))
    asked = text or this
    fits = _MONTH.fullmatch(asked) and f"{FIRST_YEAR}-01" <= asked <= this
    return asked if fits else None


def _is_line(text: str, longest: int) -> bool:
    return len(text.strip()) <= longest and says_something(text) and text.isprintable()


def _check(parts: KeyParts) -> str:
    digest = hashlib.sha256(f"{PREFIX}{parts.id}{parts.secret}".encode()).digest()
    return "".join(ALPHABET[byte % len(ALPHABET)] for byte in digest[:_CHECK])
