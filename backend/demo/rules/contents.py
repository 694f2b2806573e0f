"""The content of a demonstration record, field by field as its catalogue item asks for it.

A field this file has no words for (a catalogue changed later) is filled by its type, so that it is still a valid row.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from backend.catalogue.model import CatalogueItem, FieldSpec
from backend.demo.rules import chance, people, words
from schemas.terms import FieldType, Nature

DECIDED_AFTER = 12
"""Days from an offence to the penalty for it."""


@dataclass(frozen=True)
class Case:
    """What a content is about."""

    item: CatalogueItem
    unit: str
    occurred_on: date
    ended_on: date | None
    doc_no: str
    serial: int
    today: date
    drawn: chance.Random

    def one_of(self, choices: Sequence[str]) -> str:
        return self.drawn.choice(choices)

    def after(self, days: int) -> str:
        return (self.occurred_on + timedelta(days=days)).isoformat()


def content(case: Case) -> dict[str, Any]:
    """Every required field, most of the others, and nothing that has not happened yet."""
    filled = {}
    for spec in case.item.fields:
        if not spec.required and case.drawn.random() < 0.3:
            continue
        value = _value(case, spec)
        if value is not None:
            filled[spec.name] = value
    return filled


def _value(case: Case, spec: FieldSpec) -> Any:
    match spec.type:
        case FieldType.DATE:
            return _day(case, spec)
        case FieldType.MONEY_FEN:
            return chance.amount_fen(case.drawn, _TYPICAL_YUAN.get(spec.name, 5_000))
        case FieldType.NUMBER:
            drawn = _number(case, spec.name)
            return drawn if spec.minimum is None else max(drawn, spec.minimum)
        case FieldType.CHOICE:
            return case.drawn.choice(spec.choices).value
        case FieldType.YES_NO:
            return case.ended_on is not None
        case FieldType.USCC:
            return people.credit_code(case.drawn.randrange(10**8))
        case FieldType.TEXT:
            said = _TEXTS[spec.name](case) if spec.name in _TEXTS else f"{spec.label_zh}（演示）"
            return said[: spec.max_length]


def _day(case: Case, spec: FieldSpec) -> str | None:
    day = _told_day(case, spec)
    if day is None or spec.future or day <= case.today.isoformat():
        return day
    return case.after(0) if spec.required else None


def _told_day(case: Case, spec: FieldSpec) -> str | None:
    if spec.name in _ENDS:
        if case.ended_on is not None:
            return case.ended_on.isoformat()
        return case.after(0) if spec.required else None
    if case.item.nature is Nature.ADVERSE and spec.name == case.item.decided_in:
        return case.after(DECIDED_AFTER)
    return case.after(_LATER.get(spec.name, 0))


def _number(case: Case, name: str) -> int | float:
    if name == "year":
        return case.occurred_on.year
    if name == "hours":
        return case.drawn.randrange(2, 160) / 2
    low, high = _NUMBERS.get(name, (1, 20))
    return case.drawn.randrange(low, high)


def _by_unit(known: Mapping[str, Sequence[str]], other: Sequence[str]) -> Callable[[Case], str]:
    return lambda case: case.one_of(known.get(case.item.unit_code, other))


def _from(known: Sequence[str]) -> Callable[[Case], str]:
    return lambda case: case.one_of(known)


def _numbered(prefix: str) -> Callable[[Case], str]:
    return lambda case: f"{prefix}{case.occurred_on.year}{case.serial:07d}"


def _unit(case: Case) -> str:
    return case.unit


def _doc_no(case: Case) -> str:
    return case.doc_no


def _court(case: Case) -> str:
    return f"上海市{case.one_of(words.COURTS)}人民法院"


def _cause(case: Case) -> str:
    return case.one_of(words.CRIMES if "刑事" in case.item.title_zh else words.CAUSES)


def _outcome(case: Case) -> str:
    return "判处罚金，已执行完毕" if "刑事" in case.item.title_zh else case.one_of(words.OUTCOMES)


def _basis_no(case: Case) -> str:
    return f"（{case.occurred_on.year}）沪01民初{case.serial % 10_000}号"


_ENDS = frozenset({"delisted_on", "corrected_on", "returned_on", "period_to", "until_on", "to_on"})
_LATER = {"effective_on": 15, "urged_on": 30, "due_on": 30, "valid_until": 2_190}
_NUMBERS = {"months_overdue": (6, 24), "workers": (2, 120), "items": (1, 8), "times": (1, 20)}
_TYPICAL_YUAN = {
    "fare_fen": 5, "surcharge_fen": 15, "fine_fen": 1_000, "confiscated_fen": 800, "unpaid_fen": 3_000,
    "amount_fen": 80_000, "donated_fen": 500, "obtained_fen": 12_000,
}  # fmt: skip
_TEXTS: dict[str, Callable[[Case], str]] = {
    "accident": _from(words.ACCIDENTS),
    "account_no_tail": lambda case: f"{case.serial % 10_000:04d}",
    "activity": _from(words.ACTIVITIES),
    "appraised_by": lambda _: "上海市律师协会",
    "association": _unit,
    "authority": _unit,
    "awarded_by": _unit,
    "basis_no": _basis_no,
    "breach": _from(words.BREACHES),
    "business_scope": _from(words.BUSINESS),
    "case_no": _doc_no,
    "cause": _cause,
    "certificate_name": _by_unit(words.CERTIFICATES, words.CERTIFICATE),
    "certificate_no": _numbered("沪"),
    "conduct": _from(words.CONDUCTS),
    "contract_no": _numbered("贷"),
    "court": _court,
    "decision_no": _doc_no,
    "employer": _from(words.EMPLOYERS),
    "entity_name": _from(words.EMPLOYERS),
    "entity_type": _from(words.ENTITY_TYPES),
    "exam": _from(words.EXAMS),
    "finding_no": _doc_no,
    "found_by": _unit,
    "goods": _from(words.GOODS),
    "honour": _by_unit(words.HONOURS, words.HONOUR),
    "industry": _from(words.INDUSTRIES),
    "lender": _from(words.LENDERS),
    "library": _from(words.LIBRARIES),
    "licence_name": _from(words.LICENCES),
    "licence_no": _numbered("许"),
    "line": _from(words.LINES),
    "list_name": _from(words.LISTS),
    "matter": _from(words.MATTERS),
    "measure": _from(words.MEASURES),
    "obtained": _from(words.OBTAINED),
    "order_no": _doc_no,
    "ordered": _from(words.ORDERED),
    "organiser": _from(words.ORGANISERS),
    "outcome": _outcome,
    "pact": lambda _: "代理记账行业诚信公约",
    "payable": _from(words.PAYABLES),
    "promise": _from(words.PROMISES),
    "provision": _from(words.PROVISIONS),
    "purpose": _from(words.PURPOSES),
    "rated_by": _unit,
    "rated_for": lambda case: f"{case.occurred_on.year}年度",
    "rating": _from(words.RATINGS),
    "reason": _from(words.REASONS),
    "recipient": _from(words.RECIPIENTS),
    "registrar": _unit,
    "registry": _from(words.POSITIONS),
    "responsibility": _from(words.DUTIES),
    "role": _from(words.ROLES),
    "school": _from(words.SCHOOLS),
    "scope": _from(words.SCOPES),
    "speciality": _from(words.SPECIALITIES),
    "violation": _by_unit(words.VIOLATIONS, words.VIOLATION),
    "workplace": _from(words.WORKPLACES),
}
