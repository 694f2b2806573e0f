"""Names, passwords and one-time codes of staff."""

from datetime import UTC, datetime, timedelta

import pytest
from argon2 import PasswordHasher, extract_parameters
from argon2.exceptions import VerifyMismatchError
from hypothesis import given
from hypothesis import strategies as st

from backend.staff import rules
from schemas.terms import Role

# RFC 6238, appendix B, the SHA-1 rows; six digits are the last six of its eight.
RFC_KEY = b"12345678901234567890"
RFC_VECTORS = [
    (59, "287082"),
    (1111111109, "081804"),
    (1111111111, "050471"),
    (1234567890, "005924"),
    (2000000000, "279037"),
    (20000000000, "353130"),
]
NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)

pytestmark = pytest.mark.usefixtures("service_passwords")


@pytest.mark.parametrize(("seconds", "code"), RFC_VECTORS)
def test_codes_are_those_of_the_standard(seconds: int, code: str) -> None:
    assert rules.code_of(RFC_KEY, seconds // 30) == code
    assert rules.step_of(RFC_KEY, code, datetime.fromtimestamp(seconds, UTC)) == seconds // 30


def test_a_code_fits_one_step_early_and_late_and_no_further() -> None:
    step = int(NOW.timestamp()) // 30
    code = rules.code_of(RFC_KEY, step)
    for drift in (-1, 0, 1):
        assert rules.step_of(RFC_KEY, code, NOW + timedelta(seconds=30 * drift)) == step
    for drift in (-2, 2):
        assert rules.step_of(RFC_KEY, code, NOW + timedelta(seconds=30 * drift)) is None


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "abcdef", "一二三四五六", "\ud800", "0" * 4_000])
def test_what_is_no_code_fits_nothing(typed: str) -> None:
    assert rules.step_of(RFC_KEY, typed, NOW) is None


def test_a_code_may_be_typed_with_a_blank_or_full_width() -> None:
    code = rules.code_of(RFC_KEY, int(NOW.timestamp()) // 30)
    assert rules.step_of(RFC_KEY, f"{code[:3]} {code[3:]}", NOW)
    assert rules.step_of(RFC_KEY, "".join(chr(ord(digit) + 0xFEE0) for digit in code), NOW)


def test_an_authenticator_app_gets_the_key_and_how_to_use_it() -> None:
    assert rules.uri(RFC_KEY, "窗口甲") == (
        "otpauth://totp/%E4%B8%8A%E6%B5%B7%E5%85%AC%E5%85%B1%E4%BF%A1%E7%94%A8:%E7%AA%97%E5%8F%A3%E7%94%B2"
        "?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
        "&issuer=%E4%B8%8A%E6%B5%B7%E5%85%AC%E5%85%B1%E4%BF%A1%E7%94%A8&algorithm=SHA1&digits=6&period=30"
    )


def test_a_password_fits_its_own_hash_only() -> None:
    kept = rules.hashed("café-déjà-vu")
    assert kept.startswith("$argon2id$")
    assert rules.is_right(kept, "café-déjà-vu")
    assert rules.is_right(kept, "cafe\u0301-de\u0301ja\u0300-vu")
    assert not rules.is_right(kept, "cafe-deja-vu")
    assert not rules.is_right("not a hash", "anything")


def test_a_stranger_costs_what_a_wrong_password_costs() -> None:
    """What a stranger's password is compared with is a hash of the same settings: it is worked out to the end, and differs."""
    assert not rules.is_right(None, "anything")
    assert not rules.is_dated(rules._nobody())
    assert extract_parameters(rules._nobody()) == extract_parameters(rules.hashed("anything"))
    with pytest.raises(VerifyMismatchError):
        rules._HASHER.verify(rules._nobody(), "anything")


def test_a_hash_of_other_settings_is_dated() -> None:
    assert not rules.is_dated(rules.hashed("correct horse"))
    assert rules.is_dated(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash("correct horse"))


@pytest.mark.parametrize(
    ("password", "strong"),
    [
        ("abcdefgh", False),
        ("a sentence.", False),
        ("a sentence..", True),
        ("1" * 12, False),
        ("xy" * 64, True),
        ("xy" * 64 + "x", False),
        ("窗口工作人员甲乙丙丁", False),
    ],
)
def test_a_password_is_neither_short_nor_endless(password: str, strong: bool) -> None:
    assert rules.is_strong(password, "clerk-01", 12) is strong


def test_the_user_name_is_no_password_and_production_wants_more() -> None:
    assert not rules.is_strong("CLERK-000000001", "clerk-000000001", 8)
    assert [rules.shortest_password(env) for env in ("production", "test", "demo")] == [12, 8, 8]
    assert rules.is_strong("abcdefgh", "clerk-01", 8)


@pytest.mark.parametrize("name", ["", "  ", "x" * 65, "a\nb", "a\0b", "\u200b"])
def test_a_name_that_nobody_can_read_is_none(name: str) -> None:
    assert not rules.is_name(name)


@given(st.text(min_size=1, max_size=30))
def test_a_folded_name_stays_as_it_is_when_folded_again(name: str) -> None:
    assert rules.folded(rules.folded(name)) == rules.folded(name)


def test_case_and_width_of_a_name_do_not_matter() -> None:
    assert rules.folded(" Ｃｌｅｒｋ-01 ") == rules.folded("clerk-01")


def test_only_a_provider_needs_a_unit() -> None:
    assert not rules.is_role(Role.PROVIDER, None)
    assert rules.is_role(Role.PROVIDER, "HRSS")
    assert rules.is_role(Role.AUDITOR, None)
    assert not rules.is_role(Role.CITIZEN, "HRSS")
