"""Pure decisions: when two names are the same, what a window code looks like, how long things last."""

import hashlib
import hmac
import unicodedata
from datetime import datetime, timedelta

from backend.common.names import folded_name as folded_name

VERIFIED_FOR = timedelta(minutes=10)
"""How long a face check or a window code lets the resident see the own report."""
CODE_LIVES = timedelta(minutes=15)
"""Long enough to go from the counter to a quiet corner with the phone."""
LOCK_AFTER = 5
"""Identity failures in a row; a relative or a stolen phone gets no sixth try."""
LOCKED_FOR = timedelta(hours=24)

_CODE_DIGITS = 8
CODES = 10 ** (_CODE_DIGITS - 1)
# The quasigroup of Damm (2004): its check digit catches every wrong digit and every swap of neighbours.
_DAMM = (
    "0317598642", "7092154863", "4206871359", "1750983426", "6123045978",
    "3674209581", "5869720134", "8945362017", "9438617205", "2581436790",
)  # fmt: skip


def same_name(one: str, other: str) -> bool:
    """Whether two names are one, in a time that does not tell where they differ."""
    return hmac.compare_digest(
        *(hashlib.sha256(folded_name(name).encode()).digest() for name in (one, other))
    )


def window_code(number: int) -> str:
    """Seven digits drawn by chance and their check digit: easy to say in any dialect and to type on a phone's keys."""
    body = f"{number:07d}"
    return body + _check_digit(body)


def read_window_code(text: str) -> str | None:
    """The eight digits, however they were grouped; None when it cannot be a code (a wrong check digit included)."""
    digits = "".join(c for c in unicodedata.normalize("NFKC", text) if not c.isspace() and c != "-")
    if len(digits) != _CODE_DIGITS or not (digits.isascii() and digits.isdigit()):
        return None
    return digits if _check_digit(digits[:-1]) == digits[-1] else None


def code_mac(key: bytes, subject_id: str, code: str) -> bytes:
    """What is kept of a code: an HMAC that also binds it to its person."""
    return hmac.new(key, f"{subject_id}:{code}".encode(), hashlib.sha256).digest()


def attempts_left(failures: int) -> int:
    return max(0, LOCK_AFTER - failures)


def seconds_until(instant: datetime, now: datetime) -> int:
    """Whole seconds to wait, at least one."""
    return max(1, -int((now - instant).total_seconds() // 1))


def _check_digit(body: str) -> str:
    row = 0
    for digit in body:
        row = int(_DAMM[row][int(digit)])
    return str(row)
