"""What a key looks like, and what staff may put down."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.common.ids import ALPHABET
from backend.merchants import rules
from schemas import merchants as wire
from schemas.terms import MerchantAct, MerchantState

PARTS, KEY = rules.key_of("3q8v1m7zq3ew6rxgeha0cw4hhgb5r01m7zq3ew6rxgeh")
NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def test_a_key_reads_back_as_its_parts() -> None:
    assert (len(KEY), rules.KEY_LENGTH) == (51, 51)
    assert rules.read_key(KEY) == PARTS
    assert KEY.startswith(f"mk_{PARTS.id}{PARTS.secret}")


@given(st.integers(3, len(KEY) - 1), st.sampled_from(ALPHABET))
def test_one_wrong_letter_is_seen(place: int, letter: str) -> None:
    typed = KEY[:place] + letter + KEY[place + 1 :]
    assert (rules.read_key(typed) is None) == (letter != KEY[place])


@pytest.mark.parametrize(
    "typed",
    [
        "mk_",
        KEY[:-1],
        KEY[3:],
        KEY + "0",
        KEY.upper(),
        f"{KEY}\n",
        KEY.replace("mk_", "mk-"),
        "mk_" + "é" * 48,
    ],
)
def test_what_is_cut_off_or_added_to_is_no_key(typed: str) -> None:
    assert rules.read_key(typed) is None


def test_a_kept_secret_is_bound_to_its_key_its_merchant_and_ours() -> None:
    kept = rules.secret_mac(b"k", PARTS, "m1")
    others = [
        rules.secret_mac(b"other", PARTS, "m1"),
        rules.secret_mac(b"k", PARTS, "m2"),
        rules.secret_mac(b"k", PARTS._replace(id="0" * 12), "m1"),
        rules.secret_mac(b"k", PARTS._replace(secret="0" * 32), "m1"),
    ]
    assert kept not in others


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("021-63210000", "+862163210000"),
        ("（021）６３２１００００", "+862163210000"),
        ("13900001111", "+8613900001111"),
        ("+86 21 6321 0000", "+862163210000"),
        ("400-820-0000", "+864008200000"),
        ("63210000", None),
        ("021-6321-SHOP", None),
        ("+1 212 555 0100", None),
        ("", None),
        ("1" * 41, None),
    ],
)
def test_a_contact_has_a_telephone_of_this_country(typed: str, kept: str | None) -> None:
    assert rules.phone(typed) == kept


@pytest.mark.parametrize(
    ("asked", "month"),
    [
        (None, "2026-11"),
        ("2026-11", "2026-11"),
        ("2014-01", "2014-01"),
        ("2026-12", None),
        ("2013-12", None),
        ("2026-13", None),
        ("2026-11\n", None),
        ("٢٠٢٦-11", None),
    ],
)
def test_figures_are_of_a_month_that_began(asked: str | None, month: str | None) -> None:
    assert rules.month(asked, NOW) == month


def test_a_month_begins_in_shanghai() -> None:
    assert rules.month(None, datetime(2026, 11, 30, 16, 0, tzinfo=UTC)) == "2026-12"


def test_a_closed_merchant_can_only_lose_what_it_has_left() -> None:
    assert rules.may(MerchantState.CLOSED) == (MerchantAct.REVOKE_KEY, MerchantAct.CLOSE_CLERK)
    assert rules.step(MerchantState.PAUSED, MerchantAct.RESUME) is MerchantState.ACTIVE
    assert rules.step(MerchantState.PAUSED, MerchantAct.PAUSE) is None


def test_wire_and_rules_agree_on_the_bounds() -> None:
    assert (wire.LEAST_RATE, wire.USUAL_RATE, wire.MOST_RATE) == (
        rules.LEAST_RATE,
        rules.USUAL_RATE,
        rules.MOST_RATE,
    )
