"""What a row of a subjects file must be: pure checks, with the reason a unit can act on."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Any

import phonenumbers
from phonenumbers import NumberParseException

from backend.common import numbers
from backend.enrolment.model import Batch
from backend.intake import files
from backend.intake.files import Form
from backend.intake.quality import Refusal
from backend.registry.model import Particulars, Subject
from schemas.terms import SubjectKind
from schemas.text import Text

FORM = Form(("kind", "name", "number"), ("phone", "district", "photo"))
NAME_CHARACTERS, DISTRICT_CHARACTERS, MOST_PHOTOS = 100, 40, 5
_LANDLINE = re.compile(r"(?:\+86|0086)?[ -]?\(?0?[0-9]{2,3}\)?[ -]?[0-9]{7,8}")


@dataclass(frozen=True)
class Candidate:
    """A row that may enter: the subject, and the names of its photographs."""

    given: Particulars
    photos: tuple[str, ...]


class Outcome(Enum):
    """What an import does with a row whose subject is there already."""

    UNCHANGED = "unchanged"
    CHANGED = "changed"
    REPEATED = "repeated"


def settle(known: Subject, line: int, batch: Batch) -> Outcome:
    """Of a row with other words than the subject's, as an import of records does it: at another line of the same file they
    contradict it, and the first line holds; from a file that began before the present words came in they are old news, so
    that handing an old file in again undoes nothing. All else is a change.
    """
    if known.batch_id == batch.id:
        return Outcome.UNCHANGED if known.line == line else Outcome.REPEATED
    return Outcome.UNCHANGED if known.updated_at > batch.begun_at else Outcome.CHANGED


def candidate(values: Mapping[str, Any], line: int, batch_id: str, today: date) -> Candidate | Refusal:
    """The subject of a row, or why it is refused; `phone` is checked by the caller, who knows how phones are read."""
    texts = {name: _text(value) for name, value in values.items()}
    if any(text is None for text in texts.values()):
        return _refusal(line, "subjects.not_text", "各列须为文字", "every column must be text")
    kind = next((known for known in SubjectKind if known == texts["kind"]), None)
    if kind is None:
        return _refusal(
            line, "subjects.bad_kind", "kind 须为 person 或 entity", "kind must be person or entity"
        )
    number = _number(kind, texts["number"] or "", today, line)
    if isinstance(number, Refusal):
        return number
    photos = tuple(part.strip() for part in (texts["photo"] or "").split(";") if part.strip())
    wrong = _wrong(line, kind, texts, photos)
    if wrong:
        return wrong
    given = Particulars(
        kind, texts["name"] or "", number, texts["phone"] or None, texts["district"] or None, batch_id, line
    )
    return Candidate(given, photos)


def _number(kind: SubjectKind, text: str, today: date, line: int) -> str | Refusal:
    try:
        if kind is SubjectKind.ENTITY:
            return numbers.uscc(text)
        found = numbers.identity_number(text, today=today)
    except numbers.InvalidNumber as error:
        return Refusal(line, f"subjects.{error.problem}", error.text)
    if not numbers.is_adult(found.born_on, today):
        return _refusal(
            line,
            "subjects.under_age",
            "未满十八周岁，不归集（管理办法第十条）",
            "under 18, whose information is not aggregated (Measures 10)",
        )
    return found.number


def _wrong(
    line: int, kind: SubjectKind, texts: Mapping[str, str | None], photos: tuple[str, ...]
) -> Refusal | None:
    if len(texts["name"] or "") > NAME_CHARACTERS or len(texts["district"] or "") > DISTRICT_CHARACTERS:
        return _refusal(line, "subjects.too_long", "名称或地区过长", "the name or the district is too long")
    if not files.writable((texts["name"] or "") + (texts["district"] or "")):
        return _refusal(
            line,
            "subjects.unprintable",
            "名称或地区含有不可见字符",
            "the name or district has control characters",
        )
    if not texts["name"]:
        return _refusal(line, "row.missing", "缺少“name”", "“name” is missing")
    if photos and kind is SubjectKind.ENTITY:
        return _refusal(line, "subjects.photo_of_entity", "照片仅限自然人", "only persons have photographs")
    if len(photos) > MOST_PHOTOS or any(
        part != part.strip("./\\") or "/" in part or "\\" in part for part in photos
    ):
        return _refusal(
            line,
            "subjects.bad_photo_names",
            "照片须为一至五个文件名，以分号隔开",
            "photo must be one to five file names, `;` between",
        )
    return None


def _text(value: Any) -> str | None:
    if value is None:
        return ""
    return value.strip() if isinstance(value, str) else None


def _refusal(line: int, reason: str, zh: str, en: str) -> Refusal:
    return Refusal(line, reason, Text(zh, en))


def landline(text: str) -> str | None:
    """A mainland landline with its area code in E.164, as offices and older residents give one; None for all else."""
    folded = unicodedata.normalize("NFKC", text).strip()
    if not _LANDLINE.fullmatch(folded):
        return None
    try:
        parsed = phonenumbers.parse(folded, "CN")
    except NumberParseException:
        return None
    if parsed.country_code != 86 or not phonenumbers.is_valid_number(parsed):
        return None
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def bad_phone(line: int) -> Refusal:
    return _refusal(line, "subjects.bad_phone", "电话号码不正确", "the phone is not a mainland number")


def repeated(line: int) -> Refusal:
    return _refusal(
        line, "subjects.repeated", "同一文件中该号码已出现过", "the same number stands in this file already"
    )


def overtaken(line: int) -> Refusal:
    return _refusal(
        line,
        "subjects.overtaken",
        "该主体正被另一批次更新，请重新导入",
        "another import changed this subject just now; import again",
    )
