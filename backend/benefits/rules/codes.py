"""What a claim code looks like: eleven drawn characters and one that checks them, in groups of four to be read out.

55 random bits; docs/security.md has the arithmetic of guessing. The last character makes a polynomial over GF(32) vanish: one
character misread, and any two exchanged, are always noticed before anybody asks the database for the code.
"""

import hmac
import unicodedata

from backend.common.ids import ALPHABET

DRAWN, LENGTH = 11, 12
_READ_AS = str.maketrans({"o": "0", "i": "1", "l": "1"})
_MODULUS = 0b100101  # x^5 + x^2 + 1, primitive: the powers of 2 are all different up to 31


def code_of(drawn: str) -> str:
    """A code from at least eleven drawn characters."""
    body = drawn[:DRAWN]
    return body + ALPHABET[_sum(body)]


def is_code(text: str) -> bool:
    """Whether a text in its normal form is whole and without a slip; says nothing about whether anybody has the code."""
    fits = len(text) == LENGTH and all(letter in ALPHABET for letter in text)
    return fits and ALPHABET[_sum(text[:DRAWN])] == text[DRAWN]


def normal(text: str) -> str:
    """A code as it was typed or read out: any case, blanks and dashes between, and letters that look like digits."""
    folded = unicodedata.normalize("NFKC", text).lower().translate(_READ_AS)
    return "".join(letter for letter in folded if letter.isalnum())


def grouped(code: str) -> str:
    """As it is shown: `7K2M-9QXA-41TD`."""
    return "-".join(code[at : at + 4] for at in range(0, LENGTH, 4)).upper()


def mac(key: bytes, *words: str) -> bytes:
    """How a code, or the key of a request, is kept: found again, never read."""
    return hmac.digest(key, "\0".join(words).encode(), "sha256")


def _sum(body: str) -> int:
    total = 0
    for letter in body:
        total = _doubled(total ^ ALPHABET.index(letter))
    return total


def _doubled(value: int) -> int:
    value <<= 1
    return value ^ _MODULUS if value & 32 else value
