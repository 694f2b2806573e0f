"""Identity numbers, unified social credit codes, majority and masking."""

from contextlib import suppress
from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from backend.common.numbers import (
    PROVINCES,
    InvalidNumber,
    NumberProblem,
    check_digit,
    holds_personal_number,
    identity_number,
    is_adult,
    mask,
    uscc,
)

TODAY = date(2026, 11, 21)

birthdays = st.dates(date(1900, 1, 1), TODAY)


@st.composite
def identity_numbers(draw: st.DrawFn) -> str:
    area = draw(st.sampled_from(sorted(PROVINCES))) + f"{draw(st.integers(0, 9999)):04}"
    first = f"{area}{draw(birthdays):%Y%m%d}{draw(st.integers(0, 999)):03}"
    return first + check_digit(first)


def problem_of(text: str) -> NumberProblem:
    with pytest.raises(InvalidNumber) as refused:
        identity_number(text, today=TODAY)
    return refused.value.problem


@pytest.mark.parametrize(
    ("number", "born_on"),
    [
        ("31010119900101008X", date(1990, 1, 1)),
        ("11010519491231002X", date(1949, 12, 31)),
        ("31010120000229" + "001" + check_digit("31010120000229001"), date(2000, 2, 29)),
        ("83000019800101" + "001" + check_digit("83000019800101001"), date(1980, 1, 1)),
        ("91130019800101" + "001" + check_digit("91130019800101001"), date(1980, 1, 1)),
    ],
)
def test_a_right_number_is_read_with_its_date_of_birth(number: str, born_on: date) -> None:
    read = identity_number(number, today=TODAY)
    assert (read.number, read.born_on) == (number, born_on)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", NumberProblem.LENGTH),
        ("310101900101008", NumberProblem.LENGTH),
        ("3" * 10_000, NumberProblem.LENGTH),
        ("3101011990O101008X", NumberProblem.LETTERS),
        ("31010119900101008Y", NumberProblem.LETTERS),
        ("٣١٠١٠١١٩٩٠٠١٠١٠٠٨X", NumberProblem.LETTERS),
        ("00010119900101008X", NumberProblem.PROVINCE),
        ("84010119900101008X", NumberProblem.PROVINCE),
        ("310101199002300083", NumberProblem.DATE),
        ("310101189912310083", NumberProblem.DATE),
        ("310101190002290083", NumberProblem.DATE),
        ("310101202611220083", NumberProblem.DATE),
        ("310101199001010081", NumberProblem.CHECK_DIGIT),
    ],
)
def test_a_wrong_number_is_told_what_is_wrong(text: str, problem: NumberProblem) -> None:
    assert problem_of(text) is problem


def test_the_refusal_speaks_both_languages_and_does_not_repeat_the_number() -> None:
    with pytest.raises(InvalidNumber) as refused:
        identity_number("310101199001010081", today=TODAY)
    said = f"{refused.value} {refused.value.text.zh} {refused.value.text.en}"
    assert "校验码" in said
    assert "typing error" in said
    assert "19900101" not in said


def test_somebody_may_be_born_today() -> None:
    first = f"310101{TODAY:%Y%m%d}001"
    assert identity_number(first + check_digit(first), today=TODAY).born_on == TODAY


@given(identity_numbers())
def test_every_valid_number_is_read_as_itself(number: str) -> None:
    assert identity_number(number, today=TODAY).number == number


@given(identity_numbers())
def test_full_width_small_x_and_spaces_around_do_not_matter(number: str) -> None:
    wide = "".join(chr(ord(place) + 0xFEE0) for place in number.lower())
    assert identity_number(f" {wide}\u3000", today=TODAY).number == number


@given(identity_numbers(), st.integers(0, 17), st.sampled_from("0123456789X"))
def test_any_single_wrong_place_is_caught(number: str, place: int, other: str) -> None:
    assume(number[place] != other)
    with pytest.raises(InvalidNumber):
        identity_number(number[:place] + other + number[place + 1 :], today=TODAY)


@given(identity_numbers(), st.integers(0, 16))
def test_any_two_swapped_neighbours_are_caught(number: str, place: int) -> None:
    assume(number[place] != number[place + 1])
    swapped = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
    with pytest.raises(InvalidNumber):
        identity_number(swapped, today=TODAY)


@given(st.text(max_size=80) | st.text(alphabet="0123456789xX１２ⅩＸ①²", min_size=16, max_size=20))
def test_no_text_makes_the_readers_fail_otherwise(text: str) -> None:
    with suppress(InvalidNumber):
        assert len(identity_number(text, today=TODAY).number) == 18
    with suppress(InvalidNumber):
        assert len(uscc(text)) == 18


@pytest.mark.parametrize(
    "text", ["91310000775785552L", " 9131 0000-7757 8555 2l", "９１３１００００７７５７８５５５２Ｌ"]
)
def test_a_credit_code_is_kept_as_it_is_written_officially(text: str) -> None:
    assert uscc(text) == "91310000775785552L"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("9131000077578555", NumberProblem.LENGTH),
        ("9" * 1_000, NumberProblem.LENGTH),
        ("91310000775785552I", NumberProblem.LETTERS),
        ("91310000775785553L", NumberProblem.CHECK_DIGIT),
    ],
)
def test_a_wrong_credit_code_is_told_what_is_wrong(text: str, problem: NumberProblem) -> None:
    with pytest.raises(InvalidNumber) as refused:
        uscc(text)
    assert refused.value.problem is problem


@pytest.mark.parametrize(
    ("born_on", "on", "adult"),
    [
        (date(2008, 11, 21), date(2026, 11, 21), True),
        (date(2008, 11, 22), date(2026, 11, 21), False),
        (date(2008, 12, 1), date(2026, 11, 30), False),
        (date(2008, 2, 29), date(2026, 2, 28), False),
        (date(2008, 2, 29), date(2026, 3, 1), True),
        (date(1949, 12, 31), date(2026, 1, 1), True),
    ],
)
def test_a_person_is_of_age_on_the_eighteenth_birthday(born_on: date, on: date, adult: bool) -> None:
    assert is_adult(born_on, on) is adult


@given(birthdays)
def test_once_of_age_always_of_age(born_on: date) -> None:
    assert not is_adult(born_on, born_on)
    assert is_adult(born_on, date(born_on.year + 19, 1, 1))
    assert not is_adult(born_on, date(born_on.year + 17, 12, 31))


@given(identity_numbers())
def test_a_masked_number_keeps_its_length_and_hides_the_date_of_birth(number: str) -> None:
    masked = mask(number)
    assert len(masked) == 18
    assert masked[3:14] == "*" * 11


def test_a_short_number_is_hidden_whole() -> None:
    assert mask("12345678") == "*" * 8


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("13800138000", True),
        ("A-19912345678/2", True),
        ("8613800138000", True),
        ("008613800138000", True),
        ("12800138000", False),
        ("138001380001", False),
        ("113800138000", False),
        ("20261123000713800138000", False),
        ("LIB-20261121-0007", False),
        ("{number}", True),
        ("x{number}y", True),
        ("00{number}00", True),
        ("{wrong}", False),
        ("{number_17}", False),
    ],
)
def test_a_number_of_a_person_is_found_in_other_text(text: str, holds: bool) -> None:
    first = "31019919610804011"
    last = check_digit(first)
    filled = text.format(number=first + last, wrong=first + str((int(last) + 1) % 10), number_17=first)
    assert holds_personal_number(filled, today=TODAY) is holds


def test_a_number_whose_day_of_birth_is_yet_to_come_is_no_persons() -> None:
    first = "31019920261124011"
    number = first + check_digit(first)
    assert not holds_personal_number(number, today=date(2026, 11, 23))
    assert holds_personal_number(number, today=date(2026, 11, 24))
