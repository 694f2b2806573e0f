"""Report numbers, masks, digests, and the small decisions about links and counts."""

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from backend.audit.model import Entry
from backend.common import names
from backend.common.clock import SHANGHAI, shanghai_date
from backend.common.macs import mac
from backend.common.periods import end_of
from backend.records.model import Record
from backend.records.rules import restoration
from backend.records.service import ShownRecord
from backend.reports.model import Ahead
from schemas.notices import NoticeKind
from schemas.terms import Audience, Openness, SubjectKind
from schemas.text import Text

FREE_REPORTS_RIGHT = 2  # a year (Regulation 34)
LATEST_LOOKS = 50

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
RANDOM_CHARACTERS = 12
CODE_CHARACTERS = 16
PREFIX = "SH"
_MISREAD = str.maketrans("OIL", "011")
NUMBER = re.compile(rf"{PREFIX}([0-9]{{8}})([{ALPHABET}]{{{RANDOM_CHARACTERS}}})([{ALPHABET}])")

TOLD_AHEAD = timedelta(days=30)
DAY, INSTANT = timedelta(days=1), timedelta(milliseconds=1)

DEFAULT_MINUTES = {Audience.SELF: 30, Audience.THIRD_PARTY: 24 * 60}
DEFAULT_OPENS = {Audience.SELF: 1, Audience.THIRD_PARTY: 3}
MAX_MINUTES = 7 * 24 * 60
MAX_OPENS = 20
# As long as a phone's when written in groups; a date in groups is shorter.
_LONG_NUMBER = re.compile(r"(?:\d[\s-]?){11,}|\d{9,}")


def report_number(day: date, chance: str) -> str:
    """`SH20261121-7K3M-9Q2W-8CXP-T`: the day in Shanghai, 60 random bits of `chance`, one check character."""
    body = f"{day:%Y%m%d}{chance[:RANDOM_CHARACTERS].upper()}"
    groups = [body[start : start + 4] for start in range(8, 20, 4)]
    return "-".join([f"{PREFIX}{body[:8]}", *groups, check_character(body)])


def derived(key: bytes, day: date, *facts: object) -> tuple[str, str]:
    """Number and code of the report that rests on these facts: the same in every process, and without the key neither to be
    guessed nor to be worked out from the other (60 and 80 bits of one HMAC-SHA-256)."""
    drawn = mac(key, repr(facts).encode())[: RANDOM_CHARACTERS + CODE_CHARACTERS]
    letters = "".join([ALPHABET[byte % len(ALPHABET)] for byte in drawn])
    return report_number(day, letters[:RANDOM_CHARACTERS]), letters[RANDOM_CHARACTERS:].lower()


def normalised(number: str) -> str | None:
    """The number as it is stored, however it was typed; None when it cannot be one of ours."""
    plain = re.sub(r"[\s-]", "", number[:64]).upper().translate(_MISREAD)
    found = NUMBER.fullmatch(plain)
    if found is None or check_character(plain[len(PREFIX) : -1]) != plain[-1]:
        return None
    digits, chance, check = found.groups()
    return "-".join([f"{PREFIX}{digits}", chance[:4], chance[4:8], chance[8:], check])


def check_character(body: str) -> str:
    """Luhn's check over 32 characters: finds every single wrong character and nearly every swapped pair."""
    total = 0
    for place, character in enumerate(reversed(body)):
        addend = ALPHABET.index(character) * (2 - place % 2)
        total += addend // len(ALPHABET) + addend % len(ALPHABET)
    return ALPHABET[-total % len(ALPHABET)]


def code_hash(key: bytes, code: str) -> bytes:
    """How a code of a report or a link is kept: it cannot be read back, and without the key not be tried."""
    return mac(key, code.encode())


def snapshot(records: Iterable[Record]) -> str:
    """One digest over what was shown: which records, in which wording, with which marks; never their content."""
    total = hashlib.sha256()
    for record in records:
        marks = ",".join(mark.kind for mark in record.marks)
        total.update(f"{record.id}\0{bytes(record.digest).hex()}\0{marks}\0".encode())
    return total.hexdigest()


def state(*seen: object) -> str:
    """One digest over values whose `repr` says all of them, such as records as they are kept; to tell whether they are the same
    still."""
    return hashlib.sha256(repr(seen).encode()).hexdigest()


def masked_name(name: str, kind: SubjectKind) -> str:
    """A person's first character; the name of an entity is public anyway."""
    return name if kind is SubjectKind.ENTITY else names.masked(name)


def without_name(record: ShownRecord, name: str) -> ShownRecord:
    """The record with the person's name masked in every word of the provider and of the person's own statements."""
    return record._replace(
        title=names.hidden(record.title, name),
        doc_no=names.hidden(record.doc_no, name),
        item_title=_hidden(record.item_title, name),
        content=tuple(
            detail._replace(value=_plain(detail.value, name), text=_hidden(detail.text, name))
            for detail in record.content
        ),
        marks=tuple(
            replace(mark, statement=mark.statement and names.hidden(mark.statement, name))
            for mark in record.marks
        ),
    )


def _plain(value: Any, name: str) -> Any:
    return names.hidden(value, name) if isinstance(value, str) else value


def _hidden(text: Text, name: str) -> Text:
    return Text(names.hidden(text.zh, name), names.hidden(text.en, name))


def year_began(now: datetime) -> datetime:
    """The first instant of the calendar year in Shanghai."""
    here = now.astimezone(SHANGHAI)
    return here.replace(month=1, day=1, hour=0, minute=0, second=0, microsecond=0)


def day_began(now: datetime) -> datetime:
    """The first instant of the day in Shanghai."""
    return now.astimezone(SHANGHAI).replace(hour=0, minute=0, second=0, microsecond=0)


def covers(looks: Sequence[Entry], since: datetime) -> bool:
    """Whether the newest looks in hand hold everything since `since`."""
    return not looks or looks[-1].seq == 1 or looks[-1].at < since


def expires_at(now: datetime, audience: Audience, minutes: int | None) -> datetime:
    return now + timedelta(minutes=minutes or DEFAULT_MINUTES[audience])


def ahead(record: Record, at: datetime) -> dict[NoticeKind, Ahead]:
    """What is to come of an adverse record within thirty days of `at`, by the kind of notice that tells of it.

    The earliest day of restoration, the end of the display period of a public record, the end of the query period.
    """
    earliest_on = restoration(record).earliest_on
    public_until = record.public_until if record.openness is Openness.PUBLIC else None
    found = {
        NoticeKind.RESTORATION_POSSIBLE_SOON: earliest_on and Ahead(earliest_on, end_of(earliest_on - DAY)),
        NoticeKind.DISPLAY_ENDS_SOON: public_until and _last_day(public_until),
        NoticeKind.QUERY_ENDS_SOON: record.query_until and _last_day(record.query_until),
    }
    return {kind: one for kind, one in found.items() if one and at < one.until <= at + TOLD_AHEAD}


def _last_day(until: datetime) -> Ahead:
    return Ahead(shanghai_date(until - INSTANT), until)


def ahead_key(account_id: str, record_id: str, kind: NoticeKind, one: Ahead) -> str:
    """One notice for each date of a record and account; a date that moves is told again."""
    return f"{account_id}:{record_id}:{kind.value}:{one.on}"


def holds_number(purpose: str) -> bool:
    """Whether a purpose carries a number as long as a phone's: it is written into the log."""
    return _LONG_NUMBER.search(purpose) is not None
