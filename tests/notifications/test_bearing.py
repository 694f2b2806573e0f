"""How a worker knows the server's time, and what it makes of a missed slot."""

import pytest

from backend.deliveries.model import Slots
from notifications.channel import Bearing


def heard(bearing: Bearing, *, sent: float, took: float, server: float, first_in: float = 0.0) -> float:
    return bearing.first_at(
        Slots(first_in_s=first_in, apart_s=0.04, asked_s=server, between=(sent, sent + took))
    )


def test_a_slow_answer_does_not_move_the_slots() -> None:
    bearing = Bearing()
    assert heard(bearing, sent=10.0, took=0.002, server=1000.001) == pytest.approx(10.001)
    assert heard(bearing, sent=20.0, took=0.4, server=1010.005, first_in=0.2) == pytest.approx(20.205)


def test_before_a_quick_answer_the_middle_of_a_slow_one_is_taken() -> None:
    bearing = Bearing()
    assert heard(bearing, sent=10.0, took=0.4, server=1000.0) == pytest.approx(10.2)
    assert heard(bearing, sent=11.0, took=0.01, server=1001.0) == pytest.approx(11.005)
    assert heard(bearing, sent=12.0, took=0.4, server=1002.0) == pytest.approx(12.005)


def test_two_workers_with_other_clocks_agree_on_the_slots() -> None:
    one, other = Bearing(), Bearing()
    mine = heard(one, sent=5.0, took=0.01, server=1000.005, first_in=0.4)
    theirs = heard(other, sent=905.2, took=0.01, server=1000.205, first_in=0.2)
    assert mine - 5.0 == pytest.approx(theirs - 905.0)
