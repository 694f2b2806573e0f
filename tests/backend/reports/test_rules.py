from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.common import ids
from backend.reports import rules
from schemas.terms import SubjectKind

DAY = date(2026, 11, 21)
chances = st.text(ids.ALPHABET, min_size=22, max_size=22)
days = st.dates(date(2020, 1, 1), date(2099, 12, 31))


@given(days, chances)
def test_a_report_number_is_read_however_it_is_typed(day: date, chance: str) -> None:
    number = rules.report_number(day, chance)
    for typed in (number, number.lower(), number.replace("-", ""), f" {number.replace('-', ' ')} "):
        assert rules.normalised(typed) == number


@given(chances, st.integers(2, 22), st.sampled_from(rules.ALPHABET))
def test_a_wrong_character_of_a_report_number_is_noticed(chance: str, place: int, wrong: str) -> None:
    plain = rules.report_number(DAY, chance).replace("-", "")
    changed = plain[:place] + wrong + plain[place + 1 :]
    assert (rules.normalised(changed) is None) == (changed != plain)


def test_number_and_code_follow_from_the_facts_and_the_key() -> None:
    number, code = rules.derived(b"k", DAY, "s1", "a1", None)
    assert rules.normalised(number) == number
    assert (len(code), set(code) <= set(ids.ALPHABET)) == (rules.CODE_CHARACTERS, True)
    assert rules.derived(b"k", DAY, "s1", "a1", None) == (number, code)
    others = [
        rules.derived(b"l", DAY, "s1", "a1", None),
        rules.derived(b"k", DAY, "s1", "a1", "None"),
        rules.derived(b"k", DAY, "s1a1", "", None),
    ]
    assert len({number, *(one for one, _ in others)}) == len({code, *(one for _, one in others)}) == 4


@pytest.mark.parametrize(
    "typed", ["", "SH", "SH20261121", "x" * 10_000, "SH2026112１-7K3M-9Q2W-8CXP-T", "\0"]
)
def test_what_cannot_be_a_report_number_is_told(typed: str) -> None:
    assert rules.normalised(typed) is None


def test_letters_that_are_misread_are_taken_for_digits() -> None:
    number = rules.report_number(DAY, "0" * 11 + "1" + "z" * 10)
    assert rules.normalised(number.replace("0000-0000", "OOOO-oooo").replace("0001", "000l")) == number


@pytest.mark.parametrize(
    ("name", "kind", "masked"),
    [
        ("王小明", SubjectKind.PERSON, "王**"),
        ("李四", SubjectKind.PERSON, "李*"),
        ("王", SubjectKind.PERSON, "王*"),
        ("上海某某有限公司", SubjectKind.ENTITY, "上海某某有限公司"),
    ],
)
def test_a_persons_name_keeps_its_first_character(name: str, kind: SubjectKind, masked: str) -> None:
    assert rules.masked_name(name, kind) == masked


@pytest.mark.parametrize(
    ("now", "began"),
    [
        (datetime(2026, 12, 31, 15, 59, 59, 999000, UTC), datetime(2025, 12, 31, 16, tzinfo=UTC)),
        (datetime(2026, 12, 31, 16, tzinfo=UTC), datetime(2026, 12, 31, 16, tzinfo=UTC)),
        (datetime(2026, 6, 1, tzinfo=UTC), datetime(2025, 12, 31, 16, tzinfo=UTC)),
    ],
)
def test_the_year_of_the_free_reports_begins_at_midnight_in_shanghai(now: datetime, began: datetime) -> None:
    assert rules.year_began(now) == began


@pytest.mark.parametrize(
    "purpose",
    [
        "电话13800138000",
        "证件 3101 0119 9001 01008X",
        "电话１３８００１３８０００",
    ],
)
def test_a_purpose_with_a_long_number_holds_one(purpose: str) -> None:
    assert rules.holds_number(purpose)


@pytest.mark.parametrize("purpose", ["应聘入职", "租房 2026年11月", "Rent 2026-27"])
def test_an_ordinary_purpose_holds_none(purpose: str) -> None:
    assert not rules.holds_number(purpose)


def test_the_same_code_under_another_key_has_another_hash() -> None:
    assert rules.code_hash(b"a", "code") != rules.code_hash(b"b", "code")
