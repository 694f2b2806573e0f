"""Identity numbers (GB 11643) and unified social credit codes (GB 32100): reading, checking, masking.

Nothing here says whether somebody with the number exists; only that the number can be one.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache
from operator import mul
from typing import NoReturn

from stdnum import exceptions as stdnum_errors
from stdnum.cn import uscc as stdnum_uscc

from schemas.text import Text

LENGTH = 18
EARLIEST_YEAR = 1900
ADULT_AGE = 18
# A text far longer than any number is refused before work is done on it.
LONGEST_READ = 64

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECK_DIGITS = "10X98765432"
# At every place, so that one number hides no other.
_EIGHTEEN = re.compile(r"(?=([0-9]{17}[0-9Xx]))")
_MOBILE = re.compile(r"(?<![0-9])(?:(?:00)?86)?1[3-9][0-9]{9}(?![0-9])")
# Bytes of digits are 48 too high each, so the weighted sum of 17 of them is too high by this much.
_ZERO = ord("0") * sum(WEIGHTS)

# GB/T 2260, with the residence permits of Hong Kong, Macao (81, 82) and Taiwan (83). A leading 9 is the permanent
# residence card of foreigners, whose second and third digits name the province.
PROVINCES = frozenset(
    "11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 81 82 83".split()
) | frozenset(f"9{digit}" for digit in range(10))


class NumberProblem(StrEnum):
    """What is wrong with a number."""

    LENGTH = "length"
    LETTERS = "letters"
    PROVINCE = "province"
    DATE = "date"
    CHECK_DIGIT = "check_digit"


_IDENTITY_TEXTS = {
    NumberProblem.LENGTH: Text("身份证号应为18位", "An identity number has 18 places"),
    NumberProblem.LETTERS: Text(
        "身份证号前17位只能是数字，末位为数字或X",
        "An identity number is 17 digits followed by a digit or X",
    ),
    NumberProblem.PROVINCE: Text(
        "身份证号开头的地区码不存在", "The identity number begins with an unknown region code"
    ),
    NumberProblem.DATE: Text(
        "身份证号中的出生日期不存在，或不在1900年至今天之间",
        "The date of birth in the identity number does not exist or is not between 1900 and today",
    ),
    NumberProblem.CHECK_DIGIT: Text(
        "身份证号末位校验码不符，请核对是否输错",
        "The last place of the identity number does not fit; please look for a typing error",
    ),
}
_USCC_TEXTS = {
    NumberProblem.LENGTH: Text("统一社会信用代码应为18位", "A unified social credit code has 18 places"),
    NumberProblem.LETTERS: Text(
        "统一社会信用代码含有不允许的字符，或登记机关、地区位不正确",
        "The unified social credit code has a letter that is not allowed, or a wrong registration or region part",
    ),
    NumberProblem.CHECK_DIGIT: Text(
        "统一社会信用代码末位校验码不符，请核对是否输错",
        "The last place of the unified social credit code does not fit; please look for a typing error",
    ),
}


class InvalidNumber(ValueError):
    """The text is not a number of its kind; `problem` for programs, `text` for people. The number is not repeated."""

    def __init__(self, problem: NumberProblem, text: Text) -> None:
        super().__init__(problem.value)
        self.problem = problem
        self.text = text


@dataclass(frozen=True, slots=True)
class IdentityNumber:
    """A number that passed every check: 18 places, upper-case X, and the date of birth inside it."""

    number: str
    born_on: date


def identity_number(text: str, *, today: date) -> IdentityNumber:
    """Read an identity number as people type it (full-width digits, small x, spaces around); raises `InvalidNumber`.

    `today` is the day in Shanghai, the last possible date of birth. Whether the county existed in the year of birth
    is not asked: numbers of abolished counties are alive.
    """
    number = _folded(text)
    if len(number) != LENGTH:
        _refuse(NumberProblem.LENGTH)
    body = number[:17]
    if not (number.isascii() and body.isdigit()) or number[17] not in "0123456789X":
        _refuse(NumberProblem.LETTERS)
    if body[:2] not in PROVINCES:
        _refuse(NumberProblem.PROVINCE)
    born_on = _day(body[6:14])
    if born_on is None or born_on > today:
        _refuse(NumberProblem.DATE)
    if check_digit(body) != number[17]:
        _refuse(NumberProblem.CHECK_DIGIT)
    return IdentityNumber(number, born_on)


def check_digit(first17: str) -> str:
    """The 18th place for 17 ASCII digits (ISO 7064 MOD 11-2): catches every wrong digit and every swapped neighbour."""
    return CHECK_DIGITS[(sum(map(mul, WEIGHTS, first17.encode())) - _ZERO) % 11]


@lru_cache(maxsize=16_384)
def uscc(text: str) -> str:
    """Read a unified social credit code and give it as it is stored; raises `InvalidNumber`.

    Cached, because a file names the same few entities in row after row and the check is slow. Codes are public.
    """
    try:
        return str(stdnum_uscc.validate(_folded(text)[: LONGEST_READ + 1]))
    except stdnum_errors.InvalidLength:
        problem = NumberProblem.LENGTH
    except stdnum_errors.InvalidChecksum:
        problem = NumberProblem.CHECK_DIGIT
    except (stdnum_errors.ValidationError, ValueError):
        problem = NumberProblem.LETTERS
    raise InvalidNumber(problem, _USCC_TEXTS[problem])


def is_adult(born_on: date, on: date) -> bool:
    """Whether a person born on `born_on` has turned 18 on the Shanghai day `on` (Measures 10, Civil Code 17).

    The eighteenth birthday counts. Somebody born on 29 February has no such day eighteen years later: by Civil Code
    202 the last day of February then *ends* the eighteen years, so they are of age on 1 March: of two readings the one
    that protects minors. (Criminal courts count full years from the day after the birthday, 法释〔2006〕1号, art. 2; Civil
    Code 17 and the service's users go by the birthday itself.)
    """
    return (on.year - born_on.year, on.month, on.day) >= (ADULT_AGE, born_on.month, born_on.day)


def holds_personal_number(text: str, *, today: date) -> bool:
    """Whether an identity number that passes every check stands anywhere in an ASCII text, or a mobile number by itself (with or
    without the country's code): longer rows of digits that merely contain one are a merchant's own."""
    if _MOBILE.search(text):
        return True
    return any(_is_identity_number(found[1], today) for found in _EIGHTEEN.finditer(text))


def mask(number: str) -> str:
    """The number for display: first three and last four places; the date of birth is never shown.

    A text of eight places or fewer is hidden whole.
    """
    if len(number) <= 8:
        return "*" * len(number)
    return number[:3] + "*" * (len(number) - 7) + number[-4:]


def _folded(text: str) -> str:
    if len(text) > LONGEST_READ:
        return text
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    return text.strip().upper()


def _is_identity_number(text: str, today: date) -> bool:
    try:
        identity_number(text, today=today)
    except InvalidNumber:
        return False
    return True


def _refuse(problem: NumberProblem) -> NoReturn:
    raise InvalidNumber(problem, _IDENTITY_TEXTS[problem])


@lru_cache(maxsize=65_536)
def _day(digits: str) -> date | None:
    """The day of eight digits, None when there is no such day or it lies before 1900."""
    try:
        day = date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return None
    return day if day.year >= EARLIEST_YEAR else None
