"""Whether the content of a record may enter it: the item's fields and nothing else, nothing forbidden (Reg. 9-11, 14)."""

import math
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from functools import lru_cache

from backend.catalogue.model import CatalogueItem, FieldSpec, Problem
from backend.catalogue.rules import forbidden
from backend.catalogue.rules.items import forbidden_problem, shown
from backend.common import numbers
from schemas.terms import FieldType
from schemas.text import Text

ARTICLE_NOT_PUBLISHED = "《上海市社会信用条例》第九条至第十一条"
ARTICLE_MINIMUM = "《中华人民共和国个人信息保护法》第六条"
LARGEST = 10**15
LAST_DAY = "2199-12-31"

Content = Mapping[str, object]
Test = Callable[[object], bool]

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
# Eleven digits or hexadecimal digits in a row, however they are spaced: worth a closer look.
_DIGITS = re.compile(r"[\dA-Fa-f](?:[\W_]{0,2}[\dA-Fa-f]){10}")
_SPACING = r"[\W_]{0,2}"
_IDENTITY = re.compile(rf"(?<![0-9a-z])[1-9](?:{_SPACING}\d){{16}}{_SPACING}[\dx](?!\d)")
_PHONE = re.compile(
    rf"(?<![0-9a-z])(?:\+?{_SPACING}(?:00)?{_SPACING}86{_SPACING})?1{_SPACING}[3-9](?:{_SPACING}\d){{9}}(?!\d)"
)
_ABOUT_IDENTITY = re.compile(r"身份证|证件号|身份号码|公民身份|id ?card|identity")


class Checker:
    """The checks of one item, made ready once and used for every row of a batch; keeps no state between rows.

    `today` is the day in Shanghai: an identity number of an adult in a text is recognised by it.
    """

    def __init__(self, item: CatalogueItem, *, today: date) -> None:
        self.item = item
        self._today = today
        self._tests = {spec.name: (spec.type is FieldType.TEXT, _test(spec, today)) for spec in item.fields}
        self._specs = {spec.name: spec for spec in item.fields}
        self._orders = tuple((spec.name, spec.not_before) for spec in item.fields if spec.not_before)
        self._required = frozenset(spec.name for spec in item.fields if spec.required)
        self._allowed = frozenset(item.consent.kinds) if item.consent else frozenset()

    def problems(self, content: object) -> tuple[Problem, ...]:
        """Why the content may not enter a record of the item; () when it may. No value is ever repeated."""
        if not isinstance(content, Mapping):
            return (_wrong("content", "应为JSON对象", "must be a JSON object"),)
        texts: list[str] = []
        fine = self._required <= content.keys()
        for name, value in content.items():
            is_text, test = self._tests.get(name, _UNKNOWN)
            if value is None:
                fine = fine and test is not _never and name not in self._required
            elif not test(value):
                fine = False
            elif is_text:
                texts.append(value)
        if self._orders and any(
            _precedes(content.get(end), content.get(start)) for end, start in self._orders
        ):
            fine = False
        if fine and not (texts and self._suspicious("\n".join(texts))):
            return ()
        return tuple(self._explained(content))

    def text_problems(self, where: str, text: str) -> tuple[Problem, ...]:
        """Why a free text of the row beside the content (title, document number) may not enter."""
        return tuple(self._in_text(where, text)) if self._suspicious(text) else ()

    def normalised(self, content: Content) -> dict[str, object]:
        """The content as it is stored: texts in NFC without space around, codes as they are written officially.

        Only for content without problems; absent optional fields (None, empty) are left out.
        """
        kept = {name: self._normal(name, value) for name, value in content.items() if value is not None}
        return {name: value for name, value in kept.items() if value != ""}

    def _normal(self, name: str, value: object) -> object:
        if not isinstance(value, str):
            return value
        plain = value.strip() if value.isascii() else unicodedata.normalize("NFC", value).strip()
        return numbers.uscc(plain) if plain and self._specs[name].type is FieldType.USCC else plain

    def _suspicious(self, text: str) -> bool:
        return bool(forbidden.may_hold(text) or _DIGITS.search(text) or _CONTROL.search(text))

    def _explained(self, content: Content) -> Iterator[Problem]:
        for name in sorted(self._required):
            if name not in content or content[name] is None or content[name] == "":
                yield Problem(
                    "missing_field", name, Text(f"缺少必填字段“{name}”", f"the field “{name}” is missing")
                )
        for name, value in content.items():
            spec = self._specs.get(name)
            if spec is None:
                yield from self._unknown(str(name))
            elif value is None or value == "":
                continue
            elif not self._tests[name][1](value):
                yield self._too_small(spec, value) or _wrong_type(spec, value)
            elif spec.type is FieldType.TEXT and isinstance(value, str):
                yield from self.text_problems(name, value)

        for end, start in self._orders:
            if _precedes(content.get(end), content.get(start)):
                yield _wrong_order(end, start)

    def _too_small(self, spec: FieldSpec, value: object) -> Problem | None:
        """With the ground of the item: how long or how often decides whether the law lets it be collected."""
        if spec.type is not FieldType.NUMBER or spec.minimum is None or not _is_number(value):
            return None
        basis = self.item.basis[0]
        text = Text(
            f"“{spec.name}”不得小于{spec.minimum}", f"“{spec.name}” must not be less than {spec.minimum}"
        )
        return Problem("too_small", spec.name, text, article=f"{basis.document}{basis.article}")

    def _unknown(self, name: str) -> Iterator[Problem]:
        kinds = forbidden.kinds_in_name(name, self.item.subject_kind)
        for kind in kinds:
            yield forbidden_problem(shown(name), kind)
        if not kinds:
            text = Text(
                f"字段“{shown(name)}”不在已公布的目录事项中",
                f"the field “{shown(name)}” is not in the published catalogue item",
            )
            yield Problem("unknown_field", shown(name), text, article=ARTICLE_NOT_PUBLISHED)

    def _in_text(self, where: str, text: str) -> Iterator[Problem]:
        if _CONTROL.search(text):
            yield _wrong(where, "含有控制字符", "holds control characters")
        for kind in forbidden.kinds_in_text(text, self.item.subject_kind):
            if kind not in self._allowed:
                yield forbidden_problem(where, kind)
        if has_personal_number(text, today=self._today):
            said = Text(
                f"“{where}”中出现了身份证号或手机号，请删除",
                f"“{where}” holds an identity or phone number; please remove it",
            )
            yield Problem("personal_number", where, said, article=ARTICLE_MINIMUM)


def has_personal_number(text: str, *, today: date) -> bool:
    """Whether a text holds an identity number or a mobile phone number in clear, however it is spaced.

    Eighteen digits that could only be the number of somebody under age are taken for a document number (many are
    region, date and serial) unless the text speaks of identity cards.
    """
    folded = unicodedata.normalize("NFKC", text).lower()
    if _PHONE.search(folded):
        return True
    return any(_is_identity(found.group(), folded, today) for found in _IDENTITY.finditer(folded))


def _is_identity(found: str, text: str, today: date) -> bool:
    digits = re.sub(r"[\W_]+", "", found)
    if not digits.isascii():
        digits = "".join(str(unicodedata.digit(c)) if c.isdigit() else c for c in digits)
    try:
        identity = numbers.identity_number(digits, today=today)
    except numbers.InvalidNumber:
        return False
    return numbers.is_adult(identity.born_on, today) or bool(_ABOUT_IDENTITY.search(text))


def _test(spec: FieldSpec, today: date) -> Test:
    """A quick test of a value that is there; empty text passes only where the field may be left out."""
    match spec.type:
        case FieldType.TEXT:
            return lambda v: (
                isinstance(v, str) and len(v) <= spec.max_length and bool(v.strip() or not spec.required)
            )
        case FieldType.CHOICE:
            values = frozenset(choice.value for choice in spec.choices)
            return lambda v: isinstance(v, str) and v in values
        case FieldType.MONEY_FEN:
            return lambda v: type(v) is int and 0 <= v <= LARGEST
        case FieldType.NUMBER:
            return _is_number if spec.minimum is None else _at_least(spec.minimum)
        case FieldType.YES_NO:
            return lambda v: isinstance(v, bool)
        case FieldType.DATE:
            # Days of this form are in the order of their texts.
            latest = LAST_DAY if spec.future else today.isoformat()
            return lambda v: isinstance(v, str) and len(v) == 10 and is_day(v) and v <= latest
        case FieldType.USCC:
            return lambda v: isinstance(v, str) and len(v) <= numbers.LONGEST_READ and _is_uscc(v)


def _is_number(value: object) -> bool:
    if type(value) is int:
        return abs(value) <= LARGEST
    return isinstance(value, float) and math.isfinite(value) and abs(value) <= LARGEST


def _at_least(minimum: int) -> Test:
    return lambda v: _is_number(v) and isinstance(v, int | float) and v >= minimum


def _precedes(end: object, start: object) -> bool:
    """Whether both are days and the first is the earlier one; what is no day is refused for that."""
    return isinstance(end, str) and isinstance(start, str) and end < start and is_day(end) and is_day(start)


@lru_cache(maxsize=16_384)
def is_day(text: str) -> bool:
    """Whether the text is a real day, YYYY-MM-DD, from 1900 to 2199."""
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        return False
    try:
        return 1900 <= date.fromisoformat(text).year < 2200
    except ValueError:
        return False


@lru_cache(maxsize=16_384)
def _is_uscc(text: str) -> bool:
    try:
        numbers.uscc(text)
    except numbers.InvalidNumber:
        return False
    return True


def _never(_: object) -> bool:
    return False


_UNKNOWN: tuple[bool, Test] = (False, _never)


def _wrong_type(spec: FieldSpec, value: object) -> Problem:
    if spec.type is FieldType.TEXT and isinstance(value, str) and len(value) > spec.max_length:
        text = Text(
            f"“{spec.name}”超过{spec.max_length}字",
            f"“{spec.name}” is longer than {spec.max_length} characters",
        )
        return Problem("too_long", spec.name, text)
    if spec.type is FieldType.DATE and isinstance(value, str) and is_day(value):
        text = Text(f"“{spec.name}”的日期在未来", f"the date of “{spec.name}” lies in the future")
        return Problem("future_date", spec.name, text)
    if spec.type is FieldType.DATE:
        return _wrong(spec.name, "须为日期，例如 2026-12-01", "must be a day, such as 2026-12-01")
    if spec.type is FieldType.CHOICE:
        return _wrong(spec.name, "须为列出的选项之一", "must be one of the listed choices")
    return _wrong(spec.name, f"应为：{spec.type.zh}", f"must be: {spec.type.en}")


def _wrong_order(end: str, start: str) -> Problem:
    text = Text(f"“{end}”不得早于“{start}”", f"“{end}” must not be before “{start}”")
    return Problem("wrong_order", end, text)


def _wrong(where: str, zh: str, en: str) -> Problem:
    return Problem("wrong_type", where, Text(f"“{where}”{zh}", f"“{where}” {en}"))
