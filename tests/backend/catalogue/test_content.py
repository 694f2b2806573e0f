"""What may enter a record, and how fast that is judged."""

from datetime import date
from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.catalogue import service as catalogue
from backend.catalogue.model import ConsentTerms, FieldSpec
from backend.catalogue.rules import reading
from backend.catalogue.rules.content import Checker, has_personal_number
from backend.catalogue.rules.items import item_problems
from backend.common.numbers import check_digit
from schemas.terms import FieldType, ForbiddenKind, SubjectKind
from tests.backend.catalogue.made import FIELDS, content, item

TODAY = date(2026, 11, 21)
CHECKER = Checker(item(), today=TODAY)

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


def reasons(**changed: Any) -> list[tuple[str, str]]:
    return [(problem.reason, problem.where) for problem in CHECKER.problems(content(**changed))]


def test_content_of_the_item_may_enter() -> None:
    full = content(hours=1.5, settled=True, employer_code="91310000775785552L", penalty_type="fine")
    assert CHECKER.problems(full) == ()


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"violation": ""}, ("missing_field", "violation")),
        ({"violation": None}, ("missing_field", "violation")),
        ({"decided_on": None}, ("missing_field", "decided_on")),
        ({"violation": "   "}, ("wrong_type", "violation")),
        ({"violation": 5}, ("wrong_type", "violation")),
        ({"violation": "字" * 101}, ("too_long", "violation")),
        ({"violation": "甲\x00乙"}, ("wrong_type", "violation")),
        ({"violation": "甲\ud800乙"}, ("wrong_type", "violation")),
        ({"decided_on": "2026-02-29"}, ("wrong_type", "decided_on")),
        ({"decided_on": "2026-3-1"}, ("wrong_type", "decided_on")),
        ({"decided_on": "20260301"}, ("wrong_type", "decided_on")),
        ({"fine_fen": -1}, ("wrong_type", "fine_fen")),
        ({"fine_fen": 10.5}, ("wrong_type", "fine_fen")),
        ({"fine_fen": True}, ("wrong_type", "fine_fen")),
        ({"fine_fen": "100"}, ("wrong_type", "fine_fen")),
        ({"hours": float("nan")}, ("wrong_type", "hours")),
        ({"hours": float("inf")}, ("wrong_type", "hours")),
        ({"settled": "是"}, ("wrong_type", "settled")),
        ({"employer_code": "91310000775785553L"}, ("wrong_type", "employer_code")),
        ({"penalty_type": "prison"}, ("wrong_type", "penalty_type")),
        ({"penalty_type": ["fine"]}, ("wrong_type", "penalty_type")),
        ({"grade": "A"}, ("unknown_field", "grade")),
        ({"血型": "A"}, ("forbidden", "血型")),
        ({"bloodType": "A"}, ("forbidden", "bloodType")),
        ({"violation": "当事人系佛教徒"}, ("forbidden", "violation")),
        ({"violation": "联系电话138 0013 8000"}, ("personal_number", "violation")),
    ],
)
def test_what_may_not_enter_is_refused_with_field_and_reason(
    changed: dict[str, Any], reason: tuple[str, str]
) -> None:
    assert reasons(**changed) == [reason]


def test_every_problem_of_a_row_is_named_at_once() -> None:
    found = reasons(violation="月收入12000元，乙肝携带者", fine_fen="x", extra=1)
    assert sorted(reason for reason, _ in found) == ["forbidden", "forbidden", "unknown_field", "wrong_type"]


def test_a_refusal_names_kind_and_article_and_never_the_value() -> None:
    (problem,) = CHECKER.problems(content(violation="本人确诊乙肝，住上海路"))
    assert problem.kind is ForbiddenKind.DISEASE
    assert problem.article
    assert "第十四条" in problem.article
    assert "乙肝" not in repr(problem)
    assert "Disease" not in problem.text.zh
    assert "disease" in problem.text.en


def test_a_field_name_that_could_be_personal_data_is_not_repeated() -> None:
    (problem,) = CHECKER.problems(content(**{"31010119900101008X": 1}))
    assert problem.where == "?"
    assert "1990" not in repr(problem)


@pytest.mark.parametrize("wrong", [None, [], "x", 5])
def test_content_that_is_no_object_is_refused(wrong: Any) -> None:
    assert [problem.reason for problem in CHECKER.problems(wrong)] == ["wrong_type"]


def test_optional_fields_may_be_empty_and_are_left_out() -> None:
    given_content = content(fine_fen=None, penalty_type="", violation="  未按规定办理登记 ")
    assert CHECKER.problems(given_content) == ()
    assert CHECKER.normalised(given_content) == {"violation": "未按规定办理登记", "decided_on": "2026-03-12"}


def test_a_credit_code_is_stored_as_it_is_written_officially() -> None:
    assert (
        CHECKER.normalised(content(employer_code="9131 0000 7757 8555 2l"))["employer_code"]
        == "91310000775785552L"
    )


def test_consented_income_may_be_written_in_a_text() -> None:
    fields = (
        *FIELDS,
        FieldSpec("written_consent_no", FieldType.TEXT, "书面同意编号", "Consent", required=True),
    )
    consented = Checker(
        item(fields=fields, consent=ConsentTerms((ForbiddenKind.INCOME,), "告知", "Warning")), today=TODAY
    )
    assert consented.problems(content(violation="月收入12000元", written_consent_no="TY-1")) == ()
    assert consented.problems(content(violation="月收入12000元"))[0].reason == "missing_field"
    assert (
        consented.problems(content(violation="佛教徒", written_consent_no="TY-1"))[0].kind
        is ForbiddenKind.RELIGION
    )


def test_a_title_is_judged_like_a_text_of_the_content() -> None:
    assert CHECKER.text_problems("title", "关于王某患有糖尿病的决定")[0].kind is ForbiddenKind.DISEASE
    assert CHECKER.text_problems("title", "行政处罚决定书") == ()


def test_an_entitys_record_may_name_its_trade() -> None:
    firm = Checker(item(subject_kind=SubjectKind.ENTITY), today=TODAY)
    assert firm.problems(content(violation="销售劣质指纹锁，年度营业收入1200万元")) == ()


def number_of(born: str, area: str = "310101") -> str:
    return f"{area}{born}001" + check_digit(f"{area}{born}001")


@pytest.mark.parametrize(
    "text",
    [
        f"身份证号{number_of('19900101')}",
        f"（{number_of('19900101').lower()}）",
        " ".join(number_of("19851231")),
        f"{number_of('19900101')[:6]}-{number_of('19900101')[6:14]}-{number_of('19900101')[14:]}",
        "".join(chr(ord(c) + 0xFEE0) for c in number_of("19900101")),
        f"其子身份证{number_of('20150601')}",
        "电话13800138000",
        "+86 138-0013-8000",
        "手机：0086 13800138000",
        "１３８００１３８０００",
    ],
)
def test_a_personal_number_in_a_text_is_seen(text: str) -> None:
    assert has_personal_number(text, today=TODAY)
    assert Checker(item(), today=TODAY).text_problems("title", text)


@pytest.mark.parametrize(
    "text",
    [
        "310101199001010081",
        f"决定书编号{number_of('20250312')}",
        "021-23111111",
        "沪0101执12345号",
        "统一社会信用代码91310000775785552L",
        "JY13101150012345",
        "罚款13800.00元",
        "2025年3月12日至2025年4月12日",
    ],
)
def test_other_numbers_pass(text: str) -> None:
    assert not has_personal_number(text, today=TODAY)


@given(anything)
def test_no_json_makes_the_checks_fail(value: Any) -> None:
    assert isinstance(CHECKER.problems(value), tuple)


@given(st.dictionaries(st.sampled_from([spec.name for spec in FIELDS]), anything))
def test_what_passes_can_be_stored_and_passes_again(values: dict[str, Any]) -> None:
    if CHECKER.problems(values) == ():
        kept = CHECKER.normalised(values)
        assert CHECKER.problems(kept) == ()
        assert CHECKER.normalised(kept) == kept


def dated(*, future: bool) -> Checker:
    spec = FieldSpec("valid_until", FieldType.DATE, "有效期至", "Valid until", future=future)
    return Checker(item(fields=(spec,)), today=TODAY)


@pytest.mark.parametrize(
    ("day", "ahead"),
    [("2026-11-20", False), ("2026-11-21", False), ("2026-11-22", True), ("2199-12-31", True)],
)
def test_only_a_date_that_the_catalogue_lets_lie_ahead_may_do_so(day: str, ahead: bool) -> None:
    assert dated(future=True).problems({"valid_until": day}) == ()
    found = dated(future=False).problems({"valid_until": day})
    assert [(problem.reason, problem.where) for problem in found] == [("future_date", "valid_until")] * ahead


@pytest.mark.parametrize("day", ["2026-02-30", "2200-01-01", "2026-1-1", "soon", 20261122])
def test_what_is_no_day_is_told_as_that(day: object) -> None:
    for future in (True, False):
        (problem,) = dated(future=future).problems({"valid_until": day})
        assert problem.reason == "wrong_type"


def test_only_a_date_can_be_let_lie_ahead() -> None:
    spec = FieldSpec("hours", FieldType.NUMBER, "时长", "Hours", future=True)
    assert [one.reason for one in item_problems(item(fields=(spec,)), {"HRSS"})] == ["future"]


def test_the_demonstration_lets_ends_lie_ahead_and_nothing_that_happened() -> None:
    _, items = catalogue.demonstration()
    ahead = {spec["name"] for row in items for spec in row["fields"] if spec.get("future")}
    assert ahead == {"valid_until", "effective_on", "due_on", "until_on", "to_on"}


UTILITY = {
    "account_no_tail": "0042",
    "period_from": "2025-01-01",
    "period_to": "2025-12-31",
    "unpaid_fen": 120_000,
    "urged_on": "2026-01-31",
    "months_overdue": 7,
}


@cache
def utility(code: str) -> Checker:
    _, rows = catalogue.demonstration()
    (row,) = (row for row in rows if row["code"] == code)
    return Checker(reading.item_of(row, year=2026, version=1), today=TODAY)


@pytest.mark.parametrize("code", ["POWER-P-01", "WATERCO-P-01", "GAS-P-01"])
@pytest.mark.parametrize("months", [6, 1, 0, -3, 6.9])
def test_a_bill_unpaid_for_six_months_or_less_is_refused_with_its_ground(code: str, months: float) -> None:
    assert utility(code).problems(UTILITY) == ()
    (problem,) = utility(code).problems(UTILITY | {"months_overdue": months})
    assert (problem.reason, problem.where) == ("too_small", "months_overdue")
    assert problem.article == "《上海市公共信用信息归集和使用管理办法》第十三条第（四）项"
    assert "不得小于7" in problem.text.zh
    assert "less than 7" in problem.text.en


def test_a_period_does_not_end_before_it_begins() -> None:
    checker = utility("POWER-P-01")
    (problem,) = checker.problems(UTILITY | {"period_to": "2024-12-31"})
    assert (problem.reason, problem.where) == ("wrong_order", "period_to")
    assert checker.problems(UTILITY | {"period_to": "2025-01-01"}) == ()
    assert [one.reason for one in checker.problems(UTILITY | {"period_to": "2024"})] == ["wrong_type"]


def test_no_number_of_the_demonstration_may_be_negative() -> None:
    _, rows = catalogue.demonstration()
    specs = [spec for row in rows for spec in row["fields"] if spec["type"] == "number"]
    assert specs
    assert [spec["name"] for spec in specs if spec.get("minimum", -1) < 0] == []


@pytest.mark.parametrize(
    ("spec", "reason"),
    [
        (FieldSpec("what", FieldType.TEXT, "事项", "What", minimum=1), "minimum"),
        (FieldSpec("what", FieldType.DATE, "日期", "Day", not_before="what"), "not_before"),
        (FieldSpec("what", FieldType.DATE, "日期", "Day", not_before="other"), "not_before"),
        (FieldSpec("what", FieldType.NUMBER, "数", "Number", not_before="decided_on"), "not_before"),
    ],
)
def test_an_item_binds_only_numbers_and_dates(spec: FieldSpec, reason: str) -> None:
    assert [one.reason for one in item_problems(item(fields=(*FIELDS, spec)), {"HRSS"})] == [reason]
