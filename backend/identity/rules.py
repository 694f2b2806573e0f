"""Pure decisions: when two names are the same, what a window code looks like, how long things last."""

import hashlib
import hmac
import unicodedata
from datetime import datetime, timedelta

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

# Dots between the parts of a name (阿布都·热合曼), as keyboards and old systems write them, and invisible characters.
_DOTS = frozenset("·•‧∙⋅・･．.⸱ꞏ᛫●")
_SKIPPED = frozenset({"Cf", "Zs", "Cc", "Zl", "Zp"})
# GBK-era systems kept 80 rare characters (䶮 and others) in the private use area, in the order of GB 18030's row FE.
_PRIVATE = dict(
    zip(
        range(0xE815, 0xE865),
        (bytes([0xFE, cell]).decode("gb18030") for cell in range(0x50, 0xA1) if cell != 0x7F),
        strict=True,
    )
)
# Fourteen of them got their code point only after the standard of 2000 (the changes of 2005 and 2022).
_PRIVATE |= {
    0xE816: "\U00020087", 0xE817: "\U00020089", 0xE818: "\U000200cc", 0xE81E: "\u9fb4", 0xE826: "\u9fb5",
    0xE82B: "\u9fb6", 0xE82C: "\u9fb7", 0xE831: "\U000215d7", 0xE832: "\u9fb8", 0xE83B: "\U0002298f",
    0xE843: "\u9fb9", 0xE854: "\u9fba", 0xE855: "\U000241fe", 0xE864: "\u9fbb",
}  # fmt: skip


def folded_name(name: str) -> str:
    """The name as it is compared: width, case, spaces, dots between parts and the coding of rare characters aside."""
    # Twice, because what is left out may stand between a letter and its accent.
    return _folded(_folded(name.translate(_PRIVATE)))


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


def _folded(name: str) -> str:
    plain = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    return "".join(
        c for c in plain if c not in _DOTS and unicodedata.category(c) not in _SKIPPED and not _selector(c)
    )


def _selector(character: str) -> bool:
    return "\ufe00" <= character <= "\ufe0f" or "\U000e0100" <= character <= "\U000e01ef"
