"""Codes, tiers, and what a campaign may be."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from backend.benefits import rules
from backend.benefits.model import Benefit, Terms, Tier
from backend.common.ids import ALPHABET
from backend.grades.model import RANK, SCALE
from schemas.terms import BenefitState, GradeValue, ValueKind

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
SOUND = Terms(
    "券",
    "Voucher",
    ValueKind.PERCENT_OFF,
    (Tier(GradeValue.EXCELLENT, 20), Tier(GradeValue.GOOD, 15), Tier(None, 10)),
    500,
    10,
    1,
    NOW,
    NOW + timedelta(days=30),
    14,
    ("310101",),
    ("m1",),
)
letters = st.text(ALPHABET, min_size=11, max_size=11)


@given(letters, st.integers(0, 11), st.sampled_from(ALPHABET))
def test_one_misread_character_is_always_noticed(drawn: str, at: int, instead: str) -> None:
    code = rules.code_of(drawn)
    assume(code[at] != instead)
    assert rules.is_code(code)
    assert not rules.is_code(code[:at] + instead + code[at + 1 :])


@given(letters, st.integers(0, 11), st.integers(0, 11))
def test_any_two_exchanged_characters_are_always_noticed(drawn: str, one: int, other: int) -> None:
    code = list(rules.code_of(drawn))
    assume(code[one] != code[other])
    code[one], code[other] = code[other], code[one]
    assert not rules.is_code("".join(code))


@given(letters)
def test_a_code_is_read_back_as_it_is_shown(drawn: str) -> None:
    code = rules.code_of(drawn)
    shown = rules.grouped(code)
    assert rules.normal(shown) == code
    assert rules.normal(shown.replace("0", "O").replace("1", "l").replace("-", " ")) == code
    assert not rules.is_code(code[:-1])
    assert not rules.is_code(code + "0")


def test_a_sound_campaign_has_no_faults() -> None:
    assert rules.check(SOUND, NOW) == []


FAULTS = [
    ({"tiers": ()}, "tiers"),
    ({"tiers": (Tier(GradeValue.GOOD, 15), Tier(GradeValue.EXCELLENT, 10))}, "tiers"),
    ({"tiers": (Tier(GradeValue.GOOD, 15), Tier(GradeValue.GOOD, 10))}, "tiers"),
    ({"tiers": (Tier(GradeValue.EXCELLENT, 10), Tier(GradeValue.GOOD, 10))}, "tiers"),
    ({"tiers": (Tier(GradeValue.NO_RECORD, 10),)}, "tiers"),
    ({"tiers": (Tier(GradeValue.GOOD, 101),)}, "tiers"),
    ({"tiers": (Tier(GradeValue.GOOD, 0),)}, "tiers"),
    ({"tiers": (Tier(GradeValue.GOOD, 10), Tier(None, 20))}, "floor"),
    ({"tiers": (Tier(GradeValue.GOOD, 10), Tier(None, 10))}, "floor"),
    ({"tiers": (Tier(None, -1),)}, "floor"),
    ({"tiers": (Tier(GradeValue.ATTENTION, 10),)}, "tiers"),
    ({"title_zh": "Shopping voucher"}, "title"),
    ({"title_en": "购物券"}, "title_en"),
    ({"title_en": "Voucher 券"}, "title_en"),
    ({"title_en": "2026"}, "title_en"),
    ({"stock": 0}, "stock"),
    ({"stock": 50_001}, "stock"),
    ({"stock": 50_000}, "reserve"),
    ({"reserve": -1}, "reserve"),
    ({"per_person": 0}, "per_person"),
    ({"per_person": 2, "stock": 1}, "per_person"),
    ({"valid_days": 0}, "valid_days"),
    ({"ends_at": NOW}, "ends_at"),
    ({"ends_at": NOW + timedelta(days=367)}, "ends_at"),
    ({"starts_at": NOW - timedelta(days=9), "ends_at": NOW}, "ends_at"),
    ({"districts": ("310199",)}, "districts"),
    ({"districts": ("310101", "310101")}, "districts"),
    ({"partner_ids": ()}, "partner_ids"),
    ({"partner_ids": ("m1", "m1")}, "partner_ids"),
]


@pytest.mark.parametrize(("change", "field"), FAULTS)
def test_each_fault_names_its_field_in_both_languages(change: dict[str, Any], field: str) -> None:
    faults = rules.check(replace(SOUND, **change), NOW)
    assert field in [name for name, _ in faults]
    assert all(text.zh and text.en and "{" not in text.zh + text.en for _, text in faults)


def test_an_end_that_is_over_and_before_the_start_has_one_line() -> None:
    over = replace(SOUND, ends_at=min(NOW, SOUND.starts_at) - timedelta(days=1))
    assert [name for name, _ in rules.check(over, NOW)] == ["ends_at"]
    before = Benefit("b1", SOUND, BenefitState.ACTIVE, NOW)
    assert [name for name, _ in rules.check_change(before, over, NOW)] == ["ends_at"]


def test_everything_that_is_wrong_is_told_at_once() -> None:
    broken = replace(SOUND, stock=0, valid_days=0, ends_at=NOW - timedelta(days=1), partner_ids=())
    assert {name for name, _ in rules.check(broken, NOW)} == {"stock", "valid_days", "ends_at", "partner_ids"}


def test_stock_can_only_grow() -> None:
    before = Benefit("b1", SOUND, BenefitState.ACTIVE, NOW)
    assert rules.check_change(before, replace(SOUND, stock=501), NOW) == []
    less = rules.check_change(before, replace(SOUND, stock=499, reserve=9), NOW)
    assert [name for name, _ in less] == ["stock", "reserve"]


def test_a_campaign_is_ended_by_closing_it_and_one_that_is_over_can_still_be_given_shops() -> None:
    before = Benefit("b1", SOUND, BenefitState.ACTIVE, NOW)
    early = replace(SOUND, starts_at=NOW - timedelta(days=9), ends_at=NOW)
    assert [name for name, _ in rules.check_change(before, early, NOW)] == ["ends_at"]
    shops = replace(SOUND, partner_ids=("m2",))
    assert rules.check_change(before, shops, SOUND.ends_at + timedelta(days=1)) == []


def test_the_floor_is_for_everybody_and_a_tier_for_its_grade_or_better() -> None:
    table = {grade: rules.entitled(SOUND, grade) for grade in RANK}
    assert {grade: tier.value for grade, tier in table.items()} == {
        GradeValue.EXCELLENT: 20,
        GradeValue.GOOD: 15,
        GradeValue.FAIR: 10,
        GradeValue.ATTENTION: 10,
    }
    assert rules.entitled(replace(SOUND, tiers=SOUND.tiers[:2]), GradeValue.FAIR) is None


@given(st.lists(st.sampled_from([*SCALE[1:], None]), unique=True, min_size=1), st.integers(1, 90))
def test_a_better_grade_never_gets_less(grades: list[GradeValue | None], top: int) -> None:
    ordered = sorted(grades, key=lambda grade: -1 if grade is None else RANK[grade], reverse=True)
    tiers = tuple(Tier(grade, top + 10 - at) for at, grade in enumerate(ordered))
    terms = replace(SOUND, tiers=tiers)
    assert [fault for fault in rules.check(terms, NOW) if fault[0] in ("tiers", "floor")] == []
    got = [
        tier.value if (tier := rules.entitled(terms, grade)) else 0 for grade in sorted(RANK, key=RANK.get)
    ]
    assert all(worse <= better for worse, better in pairwise(got))


@pytest.mark.parametrize(
    ("state", "at", "why"),
    [
        (BenefitState.ACTIVE, NOW, None),
        (BenefitState.ACTIVE, NOW - timedelta(milliseconds=1), "not_begun"),
        (BenefitState.ACTIVE, SOUND.ends_at, "over"),
        (BenefitState.ACTIVE, SOUND.ends_at - timedelta(milliseconds=1), None),
        (BenefitState.PAUSED, NOW, "paused"),
        (BenefitState.CLOSED, NOW, "closed"),
    ],
)
def test_the_window_begins_with_its_first_instant_and_ends_before_its_last(
    state: BenefitState, at: datetime, why: str | None
) -> None:
    found = rules.hindrance(Benefit("b1", SOUND, state, NOW), at)
    assert (found and found[0]) == why
