"""What may be published, and how long records of it are shown."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from backend.catalogue.model import Choice, ConsentTerms, FieldSpec, LegalBasis
from backend.catalogue.rules.items import item_problems, windows
from schemas.terms import FieldType, ForbiddenKind, Nature, Openness, Severity, SubjectKind
from tests.backend.catalogue.made import FIELDS, item

INCOME = FieldSpec("monthly_income_fen", FieldType.MONEY_FEN, "月收入", "Monthly income")
CONSENT_NO = FieldSpec(
    "written_consent_no", FieldType.TEXT, "书面同意编号", "Number of the consent", required=True
)


def reasons(**changed: Any) -> list[str]:
    return [problem.reason for problem in item_problems(item(**changed), {"HRSS"})]


def with_field(*specs: FieldSpec) -> dict[str, Any]:
    return {"fields": (*FIELDS, *specs)}


def test_a_complete_item_may_be_published() -> None:
    assert reasons() == []


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"code": "hrss p 1"}, "bad_code"),
        ({"year": 1999}, "bad_year"),
        ({"title_en": " "}, "no_title"),
        ({"unit_code": "NOBODY"}, "unknown_unit"),
        ({"basis": ()}, "no_basis"),
        ({"basis": (LegalBasis(""),)}, "no_basis"),
        ({"weight": -1}, "bad_weight"),
        ({"query_years": None}, "no_query_period"),
        ({"query_years": 6}, "query_period"),
        ({"severity": Severity.MINOR}, "display_period"),
        ({"severity": Severity.SERIOUS, "display_months": 37}, "display_period"),
        ({"display_months": None}, "display_period"),
        ({"openness": Openness.RESTRICTED}, "display_period"),
        ({"withdrawable": True}, "withdrawable"),
        ({"fields": ()}, "fields"),
        (with_field(FIELDS[0]), "repeated_field"),
        (with_field(FieldSpec("BadName", FieldType.TEXT, "名", "Name")), "bad_field"),
        (with_field(FieldSpec("note", FieldType.TEXT, "", "Note")), "no_label"),
        (with_field(FieldSpec("note", FieldType.TEXT, "说明", "Note", max_length=0)), "max_length"),
        (with_field(FieldSpec("kind", FieldType.CHOICE, "种类", "Kind")), "choices"),
        (
            with_field(FieldSpec("kind", FieldType.TEXT, "种类", "Kind", choices=(Choice("a", "甲", "A"),))),
            "choices",
        ),
    ],
)
def test_an_item_that_is_not_right_is_refused_with_its_reason(changed: dict[str, Any], reason: str) -> None:
    assert reasons(**changed) == [reason]


def test_adverse_information_needs_a_severity_and_basic_information_has_none() -> None:
    assert "no_severity" in reasons(severity=None)
    assert "severity" in reasons(nature=Nature.BASIC)


@pytest.mark.parametrize(
    ("spec", "kind"),
    [
        (FieldSpec("remark", FieldType.TEXT, "宗教信仰", "Remark"), ForbiddenKind.RELIGION),
        (FieldSpec("xx", FieldType.TEXT, "备注", "Blood group"), ForbiddenKind.BLOOD_TYPE),
        (FieldSpec("jwbs", FieldType.TEXT, "备注", "Remark"), ForbiddenKind.DISEASE),
        (FieldSpec("zhiwen", FieldType.TEXT, "备注", "Remark"), ForbiddenKind.FINGERPRINTS),
        (FieldSpec("dna", FieldType.TEXT, "备注", "Remark"), ForbiddenKind.GENES),
        (INCOME, ForbiddenKind.INCOME),
        (
            FieldSpec("state", FieldType.CHOICE, "状态", "State", choices=(Choice("a", "乙肝阳性", "A"),)),
            ForbiddenKind.DISEASE,
        ),
    ],
)
def test_a_forbidden_field_is_refused_whatever_its_column_is_called(
    spec: FieldSpec, kind: ForbiddenKind
) -> None:
    found = item_problems(item(**with_field(spec)), {"HRSS"})
    assert [(problem.kind, problem.where) for problem in found] == [(kind, spec.name)]
    assert found[0].article
    assert "第十四条" in found[0].article


def test_a_forbidden_title_is_refused() -> None:
    assert reasons(title_zh="居民疾病史信息") == ["forbidden"]


def test_income_is_allowed_with_warning_and_written_consent() -> None:
    terms = ConsentTerms((ForbiddenKind.INCOME,), "提供收入可能影响……", "Giving your income may …")
    assert reasons(**with_field(INCOME, CONSENT_NO), consent=terms) == []
    assert reasons(**with_field(INCOME), consent=terms) == ["no_consent_field"]
    assert reasons(**with_field(INCOME, CONSENT_NO), consent=replace(terms, warning_en="")) == ["no_warning"]


def test_no_consent_allows_religion() -> None:
    terms = ConsentTerms((ForbiddenKind.RELIGION,), "告知", "Warning")
    spec = FieldSpec("faith", FieldType.TEXT, "宗教信仰", "Religion")
    assert reasons(**with_field(spec, CONSENT_NO), consent=terms) == ["consent"]


def test_what_a_firm_earns_is_not_a_persons_income() -> None:
    revenue = FieldSpec("income_fen", FieldType.MONEY_FEN, "营业收入", "Income")
    assert reasons(**with_field(revenue), subject_kind=SubjectKind.ENTITY) == []


def test_an_adverse_item_that_does_not_say_that_it_lasts_is_momentary() -> None:
    """The default never shows anything longer than the law allows."""
    assert item().momentary
    assert not item(lasts=True).momentary
    assert not item(nature=Nature.OTHER).momentary


def test_the_two_windows_are_never_one() -> None:
    shown = windows(item(), document_on=date(2024, 2, 29), ended_on=date(2024, 6, 30))
    assert shown.public_until == datetime(2025, 2, 28, 16, tzinfo=UTC)
    assert shown.query_until == datetime(2029, 6, 30, 16, tzinfo=UTC)


def test_the_query_period_has_not_begun_while_the_act_goes_on() -> None:
    assert windows(item(), document_on=date(2024, 2, 29), ended_on=None).query_until is None


def test_an_item_without_query_period_is_returned_without_limit() -> None:
    good = item(nature=Nature.OTHER, severity=None, query_years=None, display_months=None, withdrawable=True)
    assert item_problems(good, {"HRSS"}) == ()
    assert windows(good, document_on=date(2020, 1, 1), ended_on=date(2020, 1, 1)) == (None, None)
