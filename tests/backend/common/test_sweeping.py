"""Going through cases one by one: a fault holds up no other, and an absent database ends it at once."""

import pytest
from pymongo.errors import ServerSelectionTimeoutError

from backend.common import mongo, sweeping
from backend.common.sweeping import Unfinished


def test_what_changed_is_counted() -> None:
    assert sweeping.each(range(5), lambda n: n % 2 == 0) == 3


def test_a_fault_holds_up_no_other_case_and_is_told_without_its_message() -> None:
    seen: list[int] = []

    def decide(number: int) -> bool:
        seen.append(number)
        if number in (1, 3):
            raise KeyError("张三")
        return True

    with pytest.raises(Unfinished) as told:
        sweeping.each(range(5), decide)
    assert (seen, told.value.done, len(told.value.faults)) == ([0, 1, 2, 3, 4], 3, 2)
    assert "KeyError in tests/backend/common/test_sweeping.py:" in str(told.value)
    assert "张三" not in str(told.value)


def test_without_a_database_it_ends_at_once() -> None:
    seen: list[int] = []

    def decide(number: int) -> bool:
        seen.append(number)
        raise ServerSelectionTimeoutError

    with pytest.raises(ServerSelectionTimeoutError):
        sweeping.each(range(5), decide)
    assert seen == [0]


def test_a_fault_without_a_place_has_its_name() -> None:
    assert sweeping.place_of(KeyError("x")) == "KeyError"


def test_a_case_that_others_hold_is_tried_again_after_the_rest() -> None:
    seen: list[int] = []

    def decide(number: int) -> bool:
        seen.append(number)
        if number == 1 and seen.count(1) < 3:
            raise mongo.busy()
        return True

    assert sweeping.each(range(4), decide, pauses_s=(0, 0, 0)) == 4
    assert seen == [0, 1, 2, 3, 1, 1]


def test_a_case_that_stays_held_is_told_and_met_again_by_the_next_run() -> None:
    def decide(number: int) -> bool:
        if number == 1:
            raise mongo.busy()
        return True

    with pytest.raises(Unfinished) as told:
        sweeping.each(range(3), decide, pauses_s=(0,))
    assert (told.value.done, told.value.faults) == (2, ["database.busy"])
