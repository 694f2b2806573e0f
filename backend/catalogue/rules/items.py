"""What a catalogue item must be before it may be published (Measures 14-17, 27; Regulation 9-11, 14, 35)."""

import re
from collections.abc import Container, Iterator, Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import NamedTuple

from backend.catalogue.model import CatalogueItem, FieldSpec, Problem
from backend.catalogue.rules import forbidden
from backend.common import periods
from schemas.terms import FieldType, ForbiddenKind, Nature, Openness, Severity, SubjectKind
from schemas.text import Text

# Months on public pages by severity: Order 36 in force 2026-04-01 (minor up to 3 months, general 3 months to 1 year,
# serious 1 to 3 years from the document's date).
DISPLAY_MONTHS = {Severity.MINOR: (1, 3), Severity.GENERAL: (3, 12), Severity.SERIOUS: (12, 36)}
LONGEST_QUERY_YEARS = 5
YEARS = range(2014, 2100)
MOST_FIELDS = 40
LONGEST_TEXT = 2_000
# The number of the person's written consent, which a record of an item with consent terms must carry (Reg. 14).
CONSENT_FIELD = "written_consent_no"

_CODE = re.compile(r"[A-Z][A-Z0-9]{0,19}(?:-[A-Z0-9]{1,12}){1,4}")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")


class Windows(NamedTuple):
    """The first instants at which a record is no longer on public pages, and no longer in queries; None: no limit."""

    public_until: datetime | None
    query_until: datetime | None


def windows(item: CatalogueItem, *, document_on: date, ended_on: date | None) -> Windows:
    """Both windows of a record of this item (Regulation 35, Measures 27). They are never one."""
    return Windows(
        periods.public_until(document_on, months=item.display_months),
        None if item.query_years is None else periods.query_until(ended_on, years=item.query_years),
    )


def document_on(item: CatalogueItem, content: Mapping[str, object]) -> str | None:
    """The document's date (YYYY-MM-DD) as the content of a row or record has it; None where the item names no field for it, or
    the content leaves it out."""
    day = content.get(item.decided_in) if item.decided_in is not None else None
    return day if isinstance(day, str) else None


def item_problems(item: CatalogueItem, units: Container[str]) -> tuple[Problem, ...]:
    """Everything that keeps the item from being published, each named; () when it may be."""
    return (
        *_shape_problems(item, units),
        *_window_problems(item),
        *_field_problems(item),
        *_consent_problems(item),
        *_forbidden_problems(item),
    )


def forbidden_problem(where: str, kind: ForbiddenKind) -> Problem:
    """The refusal of a forbidden kind, naming kind, article and field, never the value."""
    need = Text("，除非已告知不利后果并取得本人书面同意", " unless there is a warning and written consent")
    tail = need if kind.needs_consent else Text("", "")
    text = Text(
        f"“{where}”涉及自然人的{kind.zh}，不得归集{tail.zh}",
        f"“{where}” holds {kind.en.lower()} of a person, which may not be collected{tail.en}",
    )
    return Problem("forbidden", where, text, kind, forbidden.article(kind))


def _shape_problems(item: CatalogueItem, units: Container[str]) -> Iterator[Problem]:
    if not _CODE.fullmatch(item.code):
        yield _problem("bad_code", "code", "事项编码格式不正确", "the code is not of the form UNIT-P-01")
    if item.year not in YEARS:
        yield _problem("bad_year", "year", "年度不正确", "the year is out of range")
    if not item.title_zh.strip() or not item.title_en.strip():
        yield _problem("no_title", "title", "缺少中文或英文名称", "the Chinese or English title is missing")
    if item.unit_code not in units:
        yield _problem(
            "unknown_unit", "unit_code", "信息提供单位不存在", "there is no such information provider"
        )
    if not item.basis or any(not basis.document.strip() for basis in item.basis):
        yield _problem("no_basis", "basis", "缺少法律依据", "the legal basis is missing")
    if item.weight < 0:
        yield _problem("bad_weight", "weight", "权重不能为负", "the weight is negative")


def _window_problems(item: CatalogueItem) -> Iterator[Problem]:
    adverse = item.nature is Nature.ADVERSE
    if adverse and item.severity is None:
        yield _problem(
            "no_severity", "severity", "失信信息应标明严重程度", "adverse information needs a severity"
        )
    if item.nature is Nature.BASIC and item.severity is not None:
        yield _problem("severity", "severity", "基本信息不分严重程度", "basic information has no severity")
    if adverse and item.query_years is None:
        yield _problem(
            "no_query_period",
            "query_years",
            "失信信息应有查询期限",
            "adverse information needs a query period",
        )
    if item.query_years is not None and not 1 <= item.query_years <= LONGEST_QUERY_YEARS:
        yield _problem(
            "query_period", "query_years", "查询期限应为1至5年", "the query period is 1 to 5 years"
        )
    if not _display_fits(item):
        yield _problem("display_period", "display_months", "公示期限与公开程度、严重程度不符",
                       "the display period does not fit the openness and severity")  # fmt: skip
    if item.withdrawable and item.nature is not Nature.OTHER:
        yield _problem("withdrawable", "withdrawable", "仅表彰奖励、志愿服务、捐赠信息可由本人申请删除",
                       "only commendations, volunteering and donations may be withdrawn")  # fmt: skip


def _display_fits(item: CatalogueItem) -> bool:
    if item.openness is Openness.RESTRICTED:
        return item.display_months is None
    if item.nature is Nature.ADVERSE and item.severity is not None:
        least, most = DISPLAY_MONTHS[item.severity]
        return item.display_months is not None and least <= item.display_months <= most
    return item.display_months is None or item.display_months > 0


def _field_problems(item: CatalogueItem) -> Iterator[Problem]:
    names = [spec.name for spec in item.fields]
    if not 1 <= len(names) <= MOST_FIELDS:
        yield _problem("fields", "fields", "字段数应为1至40", "an item has 1 to 40 fields")
    for name in {name for name in names if names.count(name) > 1}:
        yield _problem("repeated_field", name, "字段重复", "the field is there twice")
    dates = {spec.name for spec in item.fields if spec.type is FieldType.DATE}
    if item.decided_in is not None and not (item.disclosed and item.decided_in in dates):
        yield _problem(
            "decided_in",
            "decided_in",
            "决定日期应为双公示事项的一个日期字段",
            "the day of decision is a date field of a licence or penalty",
        )
    for spec in item.fields:
        if not _NAME.fullmatch(spec.name):
            yield _problem(
                "bad_field", shown(spec.name), "字段名格式不正确", "the field name is not in snake_case"
            )
        if not spec.label_zh.strip() or not spec.label_en.strip():
            yield _problem("no_label", shown(spec.name), "字段缺少中文或英文名称", "the field lacks a label")
        if not 1 <= spec.max_length <= LONGEST_TEXT:
            yield _problem(
                "max_length", shown(spec.name), "字段长度不正确", "the length of the field is out of range"
            )
        values = [choice.value for choice in spec.choices]
        if spec.future and spec.type is not FieldType.DATE:
            yield _problem(
                "future",
                shown(spec.name),
                "只有日期字段可以允许未来日期",
                "only a date may lie in the future",
            )
        if spec.minimum is not None and not (spec.type is FieldType.NUMBER and type(spec.minimum) is int):
            yield _problem(
                "minimum", shown(spec.name), "只有数字字段可以有最小值", "only a number may have a minimum"
            )
        if spec.not_before is not None and not (
            spec.type is FieldType.DATE and any(spec.not_before == name for name in dates - {spec.name})
        ):
            yield _problem(
                "not_before",
                shown(spec.name),
                "只有日期字段可以不得早于另一日期字段",
                "only a date may be bound not to precede another date field",
            )
        if (spec.type is FieldType.CHOICE) != bool(values) or len(values) != len(set(values)):
            yield _problem(
                "choices", shown(spec.name), "选项不正确", "the choices do not fit the type of the field"
            )


def _consent_problems(item: CatalogueItem) -> Iterator[Problem]:
    if item.consent is None:
        return
    if any(not kind.needs_consent for kind in item.consent.kinds) or not item.consent.kinds:
        yield _problem(
            "consent", "consent", "此类信息一律禁止归集，同意也不例外", "consent cannot allow this kind"
        )
    if not item.consent.warning_zh.strip() or not item.consent.warning_en.strip():
        yield _problem(
            "no_warning", "consent", "缺少不利后果告知", "the warning of the consequences is missing"
        )
    if not any(spec.name == CONSENT_FIELD and spec.required for spec in item.fields):
        yield _problem("no_consent_field", CONSENT_FIELD, "缺少书面同意编号必填字段",
                       f"the required field {CONSENT_FIELD} is missing")  # fmt: skip


def _forbidden_problems(item: CatalogueItem) -> Iterator[Problem]:
    allowed = item.consent.kinds if item.consent else ()
    parts = [("title", text) for text in item.title]
    parts += [(shown(spec.name), text) for spec in item.fields for text in _words_of(spec)]
    seen: set[tuple[str, ForbiddenKind]] = set()
    for where, text in parts:
        for kind in _kinds(text, item.subject_kind):
            if kind not in allowed and (where, kind) not in seen:
                seen.add((where, kind))
                yield forbidden_problem(where, kind)


@lru_cache(maxsize=8192)
def _kinds(text: str, subject_kind: SubjectKind) -> tuple[ForbiddenKind, ...]:
    """The words of a catalogue are public, and the same from item to item and from year to year."""
    return forbidden.kinds_in_name(text, subject_kind)


def _words_of(spec: FieldSpec) -> Iterator[str]:
    yield spec.name
    yield from spec.label
    for choice in spec.choices:
        yield from (choice.value, choice.zh, choice.en)


def shown(name: str) -> str:
    """A field name as it may be repeated: whatever is not one (it could be personal data) is not shown."""
    return name if re.fullmatch(r"[^\W\d]\w{0,39}", name) and not re.search(r"\d{6}", name) else "?"


def _problem(reason: str, where: str, zh: str, en: str) -> Problem:
    return Problem(reason, where, Text(zh, en))
