"""Ids sort by time and are nobody's to guess."""

import re
import time

from backend.common import ids

SHAPE = re.compile(r"[0-9a-hjkmnp-tv-z]+")


def test_an_id_has_26_letters_none_of_which_is_misread() -> None:
    made = ids.new_id()
    assert len(made) == 26
    assert SHAPE.fullmatch(made)


def test_later_ids_sort_after_earlier_ones() -> None:
    made = []
    for _ in range(5):
        made.append(ids.new_id())
        time.sleep(0.002)
    assert made == sorted(made)


def test_ids_of_one_instant_differ() -> None:
    assert len({ids.new_id() for _ in range(10_000)}) == 10_000


def test_a_code_has_as_many_letters_as_asked_for_and_is_never_the_same() -> None:
    assert len(ids.new_code()) == 22
    assert len(ids.new_code(8)) == 8
    assert SHAPE.fullmatch(ids.new_code(1_000))
    assert len({ids.new_code() for _ in range(1_000)}) == 1_000


def test_an_id_is_told_from_what_is_none() -> None:
    assert ids.is_id(ids.new_id())
    for text in (
        "",
        "01m7zq3ew6rxgeha0cw4hhgb5",
        ids.new_id().upper(),
        "121.4738317,31.2307529xxxx",
        "u" * 26,
    ):
        assert not ids.is_id(text)
