"""What a service may ask, what a code looks like, and the verdict."""

import hashlib
import hmac
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import astuple
from datetime import datetime, timedelta

from backend.common.ids import ALPHABET
from backend.eligibility.model import Bar, Fault, Notice, Offer, Service
from backend.grades.model import RANK
from backend.limits.service import Limit
from schemas.terms import GradeValue, ServiceAct, ServiceKind, ServiceState, Verdict
from schemas.text import Text, says_something

LIFETIME = timedelta(minutes=2)
UNUSED_FOR = timedelta(minutes=1)
"""Behind its end no process takes a pass for open any more, however its clock goes."""
CODE_LENGTH = 8
"""40 bits. A merchant whose every request of the minute were a guess (600, the most there is) would make 864,000 a day, if no
lock stopped it after sixty; with a hundred open passes for its service one of them hits in 35 years (docs/eligibility.md)."""
GRANTED_DAYS = 30
"""For how long a person's word replaces the rules: time to borrow, and little enough for the record to be put right."""
CONSENT_KEPT_YEARS = 3
"""As long as the decision that rests on it (PIPL 55, 56)."""

PER_PERSON = Limit(10, timedelta(minutes=10))
CONTESTS_PER_PERSON = Limit(50, timedelta(days=30))

LEAST_DAYS, MOST_DAYS = 1, 366
MOST_DEPOSIT_FEN = 100_000_00
MINIMUMS = (GradeValue.FAIR, GradeValue.GOOD, GradeValue.EXCELLENT)
LONGEST = {"title_zh": 60, "title_en": 120, "purpose_zh": 200, "purpose_en": 400, "contact": 80}
_MOST_DAYS_OF: Mapping[ServiceKind, int] = {ServiceKind.POWER_BANK: 7, ServiceKind.UMBRELLA: 30}
_READ_AS = str.maketrans({"o": "0", "i": "1", "l": "1", "u": "v", "-": None, " ": None})
_CHINESE = re.compile("[\u4e00-\u9fff]")

_MOVES: Mapping[ServiceAct, tuple[frozenset[ServiceState], ServiceState | None]] = {
    ServiceAct.CHANGE: (frozenset({ServiceState.ACTIVE, ServiceState.PAUSED}), None),
    ServiceAct.PAUSE: (frozenset({ServiceState.ACTIVE}), ServiceState.PAUSED),
    ServiceAct.RESUME: (frozenset({ServiceState.PAUSED}), ServiceState.ACTIVE),
    ServiceAct.CLOSE: (frozenset({ServiceState.ACTIVE, ServiceState.PAUSED}), ServiceState.CLOSED),
}


def faults(offer: Offer) -> tuple[Fault, ...]:
    """Everything that is wrong with an offer, field by field, so that nobody mends one fault to meet the next."""
    return (*_word_faults(offer), *_number_faults(offer), *_grade_faults(offer))


def may(state: ServiceState) -> tuple[ServiceAct, ...]:
    return tuple(act for act, (froms, _) in _MOVES.items() if state in froms)


def step(state: ServiceState, act: ServiceAct) -> ServiceState | None:
    """The state after an act; None when it is no act for this state."""
    froms, to = _MOVES[act]
    return (to or state) if state in froms else None


def read_code(text: str) -> str:
    """What somebody typed or scanned, as it was drawn: case, blanks, hyphens and letters that are misread do not matter.

    What cannot be a code stays what it is and is looked up like one: it costs the same and finds nothing."""
    return unicodedata.normalize("NFKC", text).lower().translate(_READ_AS)


def shown_code(code: str) -> str:
    """A code as it is read aloud."""
    return f"{code[:4]}-{code[4:]}".upper()


def is_code(code: str) -> bool:
    return len(code) == CODE_LENGTH and all(letter in ALPHABET for letter in code)


def code_mac(key: bytes, service_id: str, code: str) -> str:
    """A code as it is kept, bound to its service: whoever reads the database cannot use it, nor try it elsewhere."""
    return hmac.new(key, f"{service_id}\0{code}".encode(), hashlib.sha256).hexdigest()


def code_of(key: bytes, pass_id: str, session_id: str, idempotency_key: str) -> str:
    """The code of a pass that was asked for under an `Idempotency-Key`: made from what only the asking session and this service
    have together, so that a repetition can be shown it and it need lie nowhere."""
    told = "\0".join(("code", pass_id, session_id, idempotency_key))
    digest = hmac.digest(key, told.encode(), "sha256")
    return "".join(ALPHABET[byte % len(ALPHABET)] for byte in digest[:CODE_LENGTH])


def key_mac(key: bytes, door: tuple[str, str], code: str, idempotency_key: str) -> str:
    """A till's repetition, recognised by who asks (merchant and key or clerk), the code's mac and the till's own key."""
    told = "\0".join(("retry", *door, code, idempotency_key))
    return hmac.new(key, told.encode(), hashlib.sha256).hexdigest()


def digest(notice: Notice) -> str:
    """SHA-256 over all that was shown, in both languages."""
    return hashlib.sha256(repr(astuple(notice)).encode()).hexdigest()


def verdict(bar: Bar, value: GradeValue, floor: GradeValue | None) -> Verdict:
    """A newcomer by the service's own word, everybody else by the grade."""
    newcomer = value is GradeValue.NO_RECORD
    reached = bar.no_record_eligible if newcomer else RANK[floor or value] >= RANK[bar.minimum_grade]
    return Verdict.ELIGIBLE if reached else Verdict.NOT_ELIGIBLE


def told_at(at: datetime) -> datetime:
    """The instant of a check as the merchant is told it: to the second, which its own clock tells it anyway."""
    return at.replace(microsecond=0)


def _word_faults(offer: Offer) -> Iterator[Fault]:
    for name, most in LONGEST.items():
        value = getattr(offer, name)
        if not (says_something(value) and value.isprintable() and len(value.strip()) <= most):
            yield Fault(
                name,
                Text(
                    f"应为一行可见文字，不超过{most}字",
                    f"must be one line of visible text of at most {most} characters",
                ),
            )
        elif name.endswith("_zh") and not _CHINESE.search(value):
            yield Fault(name, Text("应为中文", "must be Chinese"))
        elif name.endswith("_en") and _CHINESE.search(value):
            yield Fault(name, Text("应为英文，不含汉字", "must be English, without Chinese characters"))


def _number_faults(offer: Offer) -> Iterator[Fault]:
    if not 0 < offer.deposit_fen <= MOST_DEPOSIT_FEN:
        yield Fault(
            "deposit_fen",
            Text(
                "免收的押金应大于零，不超过十万元；本来不收押金的，无须核验",
                "the deposit that is waived is above nothing and at most 100,000 yuan; where none is asked, no check is"
                " needed",
            ),
        )
    most = _MOST_DAYS_OF.get(offer.kind, MOST_DAYS)
    if not LEAST_DAYS <= offer.max_days <= most:
        yield Fault(
            "max_days",
            Text(
                f"“{offer.kind.zh}”最长可借{LEAST_DAYS}至{most}天",
                f"for “{offer.kind.en}” it is between {LEAST_DAYS} and {most} days",
            ),
        )


def _grade_faults(offer: Offer) -> Iterator[Fault]:
    if offer.minimum_grade not in MINIMUMS:
        yield Fault(
            "minimum_grade",
            Text(
                "最低等级应为“一般”“良好”或“优秀”：低于此的不设门槛，无须核验；“暂无信用记录”不是等级高低",
                "the minimum is fair, good or excellent: below that nobody is kept out and no check is needed, and “no record"
                " yet” is no place on the scale",
            ),
        )
    elif offer.minimum_grade is GradeValue.EXCELLENT and offer.no_record_eligible:
        yield Fault(
            "no_record_eligible",
            Text(
                "最低等级为“优秀”时不能对暂无记录者免押：同样没有不良记录的“良好”者反而不能免押，不公平",
                "with “excellent” as the minimum newcomers cannot be let in: people graded good, without a blemish either, would"
                " be kept out beside them",
            ),
        )


def changed_since(service: Service, version: int) -> bool:
    """Whether the service is another one than at that version; pausing and resuming change nothing of it."""
    return any(event.act is ServiceAct.CHANGE and event.version > version for event in service.events)
