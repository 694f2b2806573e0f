"""The two windows of a record, day by day."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.common.periods import add_months, add_years, end_of, is_open, public_until, query_until

days = st.dates(date(1950, 1, 1), date(2150, 12, 31))


@pytest.mark.parametrize(
    ("day", "months", "last"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2028, 1, 31), 1, date(2028, 2, 29)),
        (date(2026, 8, 31), 3, date(2026, 11, 30)),
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2024, 2, 29), 48, date(2028, 2, 29)),
        (date(2026, 12, 15), 1, date(2027, 1, 15)),
        (date(2025, 2, 28), 12, date(2026, 2, 28)),
        (date(2026, 3, 31), 0, date(2026, 3, 31)),
    ],
)
def test_a_period_of_months_ends_on_the_same_day_or_the_months_last(
    day: date, months: int, last: date
) -> None:
    assert add_months(day, months) == last


def test_five_years_from_the_twenty_ninth_of_february_end_on_the_twenty_eighth() -> None:
    assert add_years(date(2024, 2, 29), 5) == date(2029, 2, 28)


def test_a_day_ends_at_midnight_in_shanghai() -> None:
    assert end_of(date(2026, 3, 31)) == datetime(2026, 3, 31, 16, tzinfo=UTC)
    assert end_of(date(1988, 7, 1)) == datetime(1988, 7, 1, 15, tzinfo=UTC), "summer time was kept until 1991"


def test_a_window_is_open_strictly_before_its_end() -> None:
    until = query_until(date(2021, 11, 20))
    assert until == datetime(2026, 11, 20, 16, tzinfo=UTC)
    assert is_open(until, until - timedelta(milliseconds=1))
    assert not is_open(until, until)


def test_an_act_that_has_not_ended_has_no_end_of_its_query_period() -> None:
    assert query_until(None) is None
    assert is_open(None, datetime(2126, 1, 1, tzinfo=UTC))


def test_an_item_without_a_period_has_no_limit() -> None:
    assert public_until(date(2026, 1, 1), months=None) is None
    assert query_until(date(2026, 1, 1), years=None) is None


@given(days, days, st.integers(0, 60))
def test_what_happened_later_is_shown_no_shorter(one: date, other: date, months: int) -> None:
    earlier, later = sorted((one, other))
    assert add_months(earlier, months) <= add_months(later, months)


@given(days, st.integers(0, 60), st.integers(0, 60))
def test_a_longer_period_ends_no_earlier(day: date, months: int, more: int) -> None:
    first, second = public_until(day, months=months), public_until(day, months=months + more)
    assert first
    assert second
    assert first <= second


@given(days, st.integers(1, 36))
def test_public_pages_forget_before_queries_do(day: date, months: int) -> None:
    public, query = public_until(day, months=months), query_until(day)
    assert public
    assert query
    assert public < query


@given(days, st.integers(0, 60))
def test_the_last_day_lies_in_the_right_month(day: date, months: int) -> None:
    last = add_months(day, months)
    assert (last.year * 12 + last.month) - (day.year * 12 + day.month) == months
    assert last.day == day.day or ((last + timedelta(days=1)).day == 1 and last.day < day.day)
