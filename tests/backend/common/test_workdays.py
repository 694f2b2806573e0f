"""Which days count, and where periods end: the vectors, and what holds for every start from 2004 to 2027."""

from datetime import date, timedelta
from importlib.metadata import version

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.common.workdays import Calendar, YearTable, days_between, package_tables
from tests.support import limits

FIRST, LAST = date(2004, 1, 1), date(2027, 12, 31)
starts = st.dates(FIRST, LAST)
counts = st.integers(0, 40)
# The holidays of 2027 are not announced: these are invented, with a make-up day in the December before.
INVENTED = YearTable(
    2027,
    limits.days(
        ["2027-01-01", "2027-01-02", "2027-01-03", "2027-05-01", "2027-05-02", "2027-05-03", "2027-10-01"]
    ),
    limits.days(["2026-12-27", "2027-05-08"]),
    "staff-1",
)
PLAIN, ANNOUNCED = Calendar({}), Calendar({2027: INVENTED})
calendars = st.sampled_from([PLAIN, ANNOUNCED])


@pytest.mark.parametrize(
    "vector", limits.read("workdays/vectors.json"), ids=lambda one: f"{one['start']}+{one['days']}"
)
def test_a_vector(vector: dict[str, str | int]) -> None:
    count = PLAIN.due if vector["unit"] == "working_days" else PLAIN.due_by_calendar
    due = count(date.fromisoformat(str(vector["start"])), int(vector["days"]))
    assert (due.on.isoformat(), due.provisional) == (vector["due_on"], vector["provisional"])


def test_the_packages_years_are_those_that_were_announced() -> None:
    announced = limits.year_tables(limits.read("workdays/tables.json"))
    assert announced
    for year, table in announced.items():
        package = package_tables()[year]
        assert (package.holidays, package.make_up_days) == (table.holidays, table.make_up_days)


def test_every_day_of_the_package_is_what_the_package_says() -> None:
    assert min(package_tables()) == 2004
    assert max(package_tables()) >= 2026
    for year in package_tables():
        for day in days_between(date(year - 1, 12, 31), date(year, 12, 31)):
            assert PLAIN.is_workday(day) is chinese_calendar.is_workday(day), day


def test_a_year_the_package_does_not_have_raises_there_and_is_marked_here() -> None:
    beyond = max(package_tables()) + 1
    with pytest.raises(NotImplementedError):
        chinese_calendar.is_workday(date(beyond, 6, 1))
    for year in (2003, beyond, 2100):
        assert PLAIN.is_provisional(year)
        assert PLAIN.due(date(year, 6, 1), 1).provisional
        assert PLAIN.due(date(year, 6, 1), 1).version == f"{year}=provisional"


@pytest.mark.parametrize("year", [2003, 2027, 2028])
def test_a_provisional_year_has_the_holidays_that_the_law_names_by_date(year: int) -> None:
    off = [(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)]
    assert not [day for day in off if PLAIN.is_workday(date(year, *day))]
    whole = days_between(date(year - 1, 12, 31), date(year, 12, 31))
    others = [day for day in whole if (day.month, day.day) not in off]
    assert all(PLAIN.is_workday(day) is (day.weekday() < 5) for day in others)


def test_a_staff_table_takes_the_mark_away_and_has_the_first_word() -> None:
    due = ANNOUNCED.due(date(2026, 12, 31), 3)
    assert (due.provisional, due.version) == (False, "2027=staff-1")
    assert ANNOUNCED.is_workday(date(2027, 5, 8))
    assert ANNOUNCED.is_workday(date(2027, 10, 4)), "what a table does not name is an ordinary weekday"
    corrected = Calendar({2026: YearTable(2026, frozenset({date(2026, 1, 1)}), frozenset(), "staff-2")})
    assert corrected.is_workday(date(2026, 10, 1)), "the package is not asked about a year that staff put in"
    assert corrected.due(date(2026, 9, 30), 1).version == "2026=staff-2"


def test_a_notice_has_a_say_about_the_december_before() -> None:
    assert not PLAIN.is_workday(date(2026, 12, 27))
    assert ANNOUNCED.is_workday(date(2026, 12, 27))
    assert ANNOUNCED.due(
        date(2026, 12, 26), 1
    ).version == "2026=" + f"chinesecalendar-{version('chinesecalendar')}" + (";2027=staff-1")
    assert not ANNOUNCED.due(date(2026, 12, 26), 1).provisional


def test_a_negative_limit_is_no_limit() -> None:
    for count in (PLAIN.due, PLAIN.due_by_calendar):
        with pytest.raises(ValueError, match="negative"):
            count(date(2026, 1, 1), -1)


@given(calendars, starts, st.integers(1, 40))
def test_a_period_never_ends_on_a_rest_day_nor_on_the_day_it_starts(
    calendar: Calendar, start: date, days: int
) -> None:
    for due in (calendar.due(start, days), calendar.due_by_calendar(start, days)):
        assert calendar.is_workday(due.on)
        assert due.on > start
        assert start not in due.counted
        assert len(due.counted) == days


@given(calendars, starts, st.integers(1, 40))
def test_the_days_counted_are_the_working_days_up_to_the_last(
    calendar: Calendar, start: date, days: int
) -> None:
    due = calendar.due(start, days)
    assert list(due.counted) == [day for day in days_between(start, due.on) if calendar.is_workday(day)]
    assert due.counted[-1] == due.on
    assert calendar.workdays_between(start, due.on) == days
    assert calendar.workdays_between(due.on, start) == 0


@given(calendars, starts, starts, counts)
def test_what_starts_later_ends_no_earlier(calendar: Calendar, one: date, other: date, days: int) -> None:
    earlier, later = sorted((one, other))
    assert calendar.due(earlier, days).on <= calendar.due(later, days).on
    assert calendar.due_by_calendar(earlier, days).on <= calendar.due_by_calendar(later, days).on


@given(calendars, starts, counts, counts)
def test_more_days_end_later_and_two_limits_make_their_sum(
    calendar: Calendar, start: date, some: int, more: int
) -> None:
    first = calendar.due(start, some).on
    assert calendar.due(first, more).on == calendar.due(start, some + more).on
    assert first + timedelta(days=more) <= calendar.due(start, some + more).on


@given(starts, st.integers(0, 60))
def test_an_answer_is_provisional_exactly_when_a_day_it_passes_has_no_table(start: date, days: int) -> None:
    for due in (PLAIN.due(start, days), PLAIN.due_by_calendar(start, days)):
        passed = list(days_between(start, due.on))
        assert due.provisional is any(PLAIN.is_provisional(day.year) for day in passed)
        assert due.provisional is ("provisional" in due.version)
        named = [part.split("=")[0] for part in due.version.split(";") if part]
        assert named == sorted({str(day.year) for day in passed})
    assert not ANNOUNCED.due(min(start, date(2027, 9, 1)), days).provisional


@given(st.dates(date(1990, 1, 1), date(2060, 12, 31)))
def test_no_entry_never_passes_for_a_working_day_without_the_mark(day: date) -> None:
    known = day.year in package_tables()
    assert PLAIN.is_provisional(day.year) is not known
    if not known:
        assert PLAIN.due(day - timedelta(days=1), 1).provisional


@given(starts, st.integers(1, 40))
def test_what_is_not_stale_comes_out_the_same(start: date, days: int) -> None:
    before = PLAIN.due(start, days)
    assert not PLAIN.is_stale(before.version)
    after = ANNOUNCED.due(start, days)
    assert not ANNOUNCED.is_stale(after.version) or "2026=" in after.version, (
        "a December it may not have touched"
    )
    assert ANNOUNCED.is_stale(before.version) or before == after


def test_another_table_of_a_year_makes_stale_what_rests_on_it() -> None:
    corrected = Calendar({2027: YearTable(2027, INVENTED.holidays, INVENTED.make_up_days, "staff-2")})
    known = PLAIN.due(date(2025, 9, 30), 5).version
    for named, stale in [
        ("2027=provisional", True),
        ("2027=staff-1", True),
        ("2027=staff-2", False),
        (known, False),
        (known.replace("2025", "2026"), True),
        (known.replace("2025", "2026") + ";2027=staff-2", False),
        (known + "1", True),
        ("", False),
    ]:
        assert corrected.is_stale(named) is stale, named
