"""Names that are one, codes that can be read aloud, and the notices that may not change."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.identity import rules, texts
from backend.identity.model import FaceLock
from schemas.terms import ConsentPurpose

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
DIGESTS = {"1": "f641db43b82d0b7cdc4a22b42e0cc36d66e3f74ab2ae9ec5b81515def14db2ba"}
codes = st.integers(0, rules.CODES - 1).map(rules.window_code)


@pytest.mark.parametrize(
    ("typed", "on_file"),
    [
        ("王小明", "王 小明"),
        ("阿布都·热合曼", "阿布都•热合曼"),
        ("阿布都・热合曼", "阿布都热合曼"),
        ("阿布都．热合曼", "阿布都‧热合曼"),
        ("ＪＯＨＮ　ＳＭＩＴＨ", "John Smith"),
        ("王\ue863", "王䶮"),
        ("\ue81e", "\u9fb4"),
        ("\ue816", "\U00020087"),
        ("\uf9dc", "隆"),
        ("葛\U000e0100", "葛"),
        ("王\u200b小明", "王小明"),
        ("Sinéad O’Brien", "SINÉAD O'BRIEN"),
        ("Jean‐Pierre", "jean-pierre"),
        ("Jean—Pierre", "Jean－Pierre"),
        ("阿依古丽˙买买提", "阿依古丽▪买买提"),
    ],
)
def test_one_name_typed_in_two_ways_is_one_name(typed: str, on_file: str) -> None:
    assert rules.same_name(typed, on_file)


@pytest.mark.parametrize(
    ("typed", "on_file"),
    [("王小明", "王小朋"), ("王小明", "王小"), ("𠮷田", "吉田"), ("王䶮", "王龚"), ("O'Brien", "Brien")],
)
def test_two_names_stay_two(typed: str, on_file: str) -> None:
    assert not rules.same_name(typed, on_file)


@given(st.text())
def test_folding_a_name_twice_is_folding_it_once(name: str) -> None:
    assert rules.folded_name(rules.folded_name(name)) == rules.folded_name(name)


@given(codes)
def test_a_code_is_read_however_it_is_grouped_or_typed(code: str) -> None:
    wide = code.translate({ord(str(d)): chr(0xFF10 + d) for d in range(10)})
    for typed in (code, f" {code[:4]} {code[4:]} ", f"{code[:4]}-{code[4:]}", wide):
        assert rules.read_window_code(typed) == code


@given(codes, st.integers(0, 7), st.integers(1, 9))
def test_one_wrong_digit_is_noticed(code: str, place: int, by: int) -> None:
    wrong = str((int(code[place]) + by) % 10)
    assert rules.read_window_code(code[:place] + wrong + code[place + 1 :]) is None


@given(codes, st.integers(0, 6))
def test_two_swapped_neighbours_are_noticed(code: str, place: int) -> None:
    swapped = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
    assert swapped == code or rules.read_window_code(swapped) is None


@given(st.text())
def test_any_text_is_read_as_a_code_or_as_none(text: str) -> None:
    read = rules.read_window_code(text)
    assert read is None or (len(read) == 8 and read.isdigit())


def test_what_is_kept_of_a_code_binds_it_to_its_person() -> None:
    assert rules.code_mac(b"k", "a", "12345678") != rules.code_mac(b"k", "b", "12345678")
    assert b"12345678" not in rules.code_mac(b"k", "a", "12345678")


@pytest.mark.parametrize(("failures", "left"), [(0, 5), (1, 4), (4, 1), (5, 0), (6, 0)])
def test_the_attempts_left_are_counted_down(failures: int, left: int) -> None:
    assert rules.attempts_left(failures) == left


def test_a_lock_is_over_at_the_instant_it_names() -> None:
    lock = FaceLock("s", locked_until=NOW)
    assert lock.closed_at(NOW - timedelta(milliseconds=1))
    assert not lock.closed_at(NOW)


@pytest.mark.parametrize(("seconds", "wait"), [(0.001, 1), (1, 1), (1.001, 2), (86_400, 86_400)])
def test_the_wait_is_told_in_whole_seconds_and_never_too_short(seconds: float, wait: int) -> None:
    assert rules.seconds_until(NOW + timedelta(seconds=seconds), NOW) == wait


def test_a_published_notice_is_never_edited() -> None:
    """Somebody agreed to these words; a change needs a new version."""
    assert {
        n.version: texts.digest(n) for n in texts.NOTICES if n.purpose is ConsentPurpose.FACE_VERIFICATION
    } == DIGESTS


def test_every_purpose_has_a_notice_with_everything_the_law_asks_for_in_both_languages() -> None:
    for purpose in ConsentPurpose:
        notice = texts.current(purpose)
        assert all(
            part.zh and part.en for part in (notice.text, notice.withdrawal, notice.storage, notice.other_way)
        )
        assert texts.find(purpose, notice.version) is notice
    assert texts.find(ConsentPurpose.FACE_VERIFICATION, "0") is None
