"""Which phones may sign in, and how long things last."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.accounts import rules
from backend.accounts.model import Session
from schemas.terms import STAFF_ROLES, Channel, Level, Role

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "typed",
    [
        "13900001111",
        "+86 139 0000 1111",
        "+8613900001111",
        "008613900001111",
        "0086 139-0000-1111",
        "86 139 0000 1111",
        "１３９００００１１１１",
        "＋８６　１３９　００００　１１１１",
        "  139 0000 1111 ",
        "\u202d139\u202c0000\u200b1111\ufeff",
        "(+86) 139 0000 1111".replace("(+86)", "+86"),
    ],
)
def test_a_mobile_is_read_however_it_is_typed(typed: str) -> None:
    assert rules.phone(typed) == "+8613900001111"


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "   ",
        "1390000111",
        "139000011111",
        "021-62520000",
        "12345",
        "95188",
        "4008123123",
        "1-800-FLOWERS",
        "139OOOO1111",
        "1390000llll",
        "13900001111a",
        "13900001111;ext=3",
        "13900001111 x3",
        "tel:13900001111",
        "+852 6123 4567",
        "+1 415 555 2671",
        "١٣٩٠٠٠٠١١١١",
        "１３９OOOO１１１１",
        "13900001111/13900002222",
        "1390000１111" * 5,
        "\0" * 11,
    ],
)
def test_what_is_not_a_mainland_mobile_is_refused(typed: str) -> None:
    assert rules.phone(typed) is None


@given(st.text(max_size=60))
def test_any_text_is_read_as_a_mobile_or_refused(text: str) -> None:
    found = rules.phone(text)
    assert found is None or (found.startswith("+861") and len(found) == 14 and found[1:].isdigit())


@given(st.integers(0, rules.CODES - 1))
def test_a_code_is_read_as_it_is_sent_or_with_blanks_and_full_width(drawn: int) -> None:
    code = rules.code(drawn)
    assert len(code) == 6
    assert rules.typed_code(f" {code[:3]} {code[3:]}") == code
    assert rules.typed_code("".join(chr(ord(digit) + 0xFEE0) for digit in code)) == code


def test_a_phone_is_shown_by_its_ends() -> None:
    assert rules.masked("+8613900001111") == "139****1111"


def test_codes_of_two_phones_and_keys_are_kept_differently() -> None:
    kept = {
        rules.code_mac(key, phone, "123456")
        for key in (b"a", b"b")
        for phone in ("+8613900001111", "+8613900002222")
    }
    assert len(kept) == 4


def session(role: Role = Role.CITIZEN, level: Level | None = None, until: datetime | None = None) -> Session:
    return Session(
        "s", "a", role, None, None, None, level, until, NOW, NOW + rules.idle(role), NOW + rules.lasts(role)
    )


def test_verified_falls_back_to_real_name_at_the_very_instant_it_ends() -> None:
    verified = session(level=Level.VERIFIED, until=NOW + timedelta(minutes=10))
    assert rules.level_at(verified, NOW + timedelta(minutes=10, milliseconds=-1)) is Level.VERIFIED
    assert rules.level_at(verified, NOW + timedelta(minutes=10)) is Level.REAL_NAME
    assert rules.level_at(session(level=Level.PHONE), NOW) is Level.PHONE
    assert rules.level_at(session(Role.AUDITOR), NOW) is None


@pytest.mark.parametrize("role", sorted(STAFF_ROLES))
def test_staff_have_eight_hours_and_half_an_hour_without_use(role: Role) -> None:
    assert (rules.lasts(role), rules.idle(role)) == (timedelta(hours=8), timedelta(minutes=30))


def test_a_resident_has_thirty_days_and_a_week_without_use() -> None:
    assert (rules.lasts(Role.CITIZEN), rules.idle(Role.CITIZEN)) == (timedelta(days=30), timedelta(days=7))


def test_use_is_written_down_for_staff_once_a_minute_and_never_for_residents() -> None:
    clerk, resident = session(Role.WINDOW_CLERK), session()
    assert not rules.idle_is_stale(clerk, NOW + timedelta(minutes=1))
    assert rules.idle_is_stale(clerk, NOW + timedelta(minutes=1, milliseconds=1))
    assert not rules.idle_is_stale(resident, NOW + timedelta(days=6))


@pytest.mark.parametrize(
    ("role", "channel", "shown"),
    [
        (Role.CITIZEN, Channel.API, Channel.API),
        (Role.AUDITOR, Channel.API, Channel.CONSOLE),
        (Role.AUDITOR, Channel.COMMAND, Channel.COMMAND),
        (Role.PROVIDER, Channel.API, Channel.API),
    ],
)
def test_staff_come_in_by_their_console(role: Role, channel: Channel, shown: Channel) -> None:
    assert rules.channel_of(role, channel) is shown
