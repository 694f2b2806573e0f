"""Working days in China: which days count, and on which day a period ends.

Which days are off is announced year by year by the State Council, together with the weekends that are worked for them
(调休). A day is looked up in order: the staff-edited table of its year, the table of the package `chinesecalendar`, and
then plain weekdays with the holidays whose date the law itself fixes. Of that last kind nothing is certain, so everything
that rests on it is marked provisional: a missing entry never passes for a working day without the mark.

Civil Code 201, 203: the day a period starts on is not counted; one that ends on a rest day ends on the next working day.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from importlib import import_module
from importlib.metadata import version

PACKAGE = "chinesecalendar"
PROVISIONAL = "provisional"
DAY = timedelta(days=1)
# 全国年节及纪念日放假办法 art. 2, as amended in 2024, names these by date. The other holidays follow the moon or the sun
# (Spring Festival, Qingming, Dragon Boat, Mid-Autumn), the weekends worked for them follow nothing: neither is guessed.
FIXED = frozenset({(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)})


@dataclass(frozen=True)
class YearTable:
    """A year as it was announced: every day off, and every weekend day that is worked.

    It holds for the whole year: a day it does not name is an ordinary weekday or weekend. It may also name days of the
    December before (2012's notice made 2011-12-31 a working day), and then outranks that year's own table.
    """

    year: int
    holidays: frozenset[date]
    make_up_days: frozenset[date]
    version: str

    def says(self, day: date) -> bool | None:
        """Whether it makes `day` a working day; None when it does not name it."""
        return True if day in self.make_up_days else False if day in self.holidays else None


@dataclass(frozen=True)
class Due:
    """The last day of a period, and how it was found.

    `counted` are the days of the limit in order; `version` names the table of every year that was looked at, as
    `2026=chinesecalendar-1.11.0;2027=provisional` (empty: none had to be); `provisional` says that one of those years has none.
    """

    on: date
    counted: tuple[date, ...]
    provisional: bool
    version: str


class Calendar:
    """The working days of all years, from the tables of some; the package's tables stand behind those given."""

    def __init__(self, tables: Mapping[int, YearTable]) -> None:
        self._tables = {**package_tables(), **tables}

    def is_workday(self, day: date) -> bool:
        """Whether `day` is a working day; of a provisional year this is no more than likely."""
        named = self._named(day)
        if named is not None:
            return named
        return day.weekday() < 5 and (not self.is_provisional(day.year) or (day.month, day.day) not in FIXED)

    def is_provisional(self, year: int) -> bool:
        """Whether `year` has no table yet, so that its days are a guess."""
        return year not in self._tables

    def due(self, start: date, days: int) -> Due:
        """The end of a limit of `days` working days that begins with what happened on `start`, which is not counted.

        A limit of 0 days ("at once") ends on `start` itself, whatever day that is.
        """
        on = start
        counted: list[date] = []
        while len(counted) < _natural(days):
            on += DAY
            if self.is_workday(on):
                counted.append(on)
        return self._due(start, on, counted)

    def due_by_calendar(self, start: date, days: int) -> Due:
        """The same in calendar days: all are counted, and an end on a rest day moves to the next working day."""
        counted = [start + DAY * number for number in range(1, _natural(days) + 1)]
        return self._due(start, self.next_workday(counted[-1]) if counted else start, counted)

    def next_workday(self, day: date) -> date:
        """`day` itself, or the first working day after it."""
        while not self.is_workday(day):
            day += DAY
        return day

    def workdays_between(self, after: date, until: date) -> int:
        """How many working days lie after `after`, up to and with `until`; 0 when there are none."""
        return sum(self.is_workday(day) for day in days_between(after, until))

    def last_workday_before(self, day: date) -> date:
        day -= DAY
        while not self.is_workday(day):
            day -= DAY
        return day

    def describe(self, days: Iterable[date]) -> str:
        """The version of every table that has a say about one of `days`."""
        years = {year for day in days for year in self._years_asked(day)}
        return ";".join(f"{year}={self._version(year)}" for year in sorted(years))

    def is_stale(self, described: str) -> bool:
        """Whether what was worked out by these versions may come out differently now; false only when it cannot.

        So: a year has another table, or the next year's speaks about its December and was not asked then.
        """
        named = {
            int(year): version
            for year, _, version in (part.partition("=") for part in described.split(";") if part)
        }
        return any(
            self._version(year) != version or (year + 1 not in named and self._names_december_of(year))
            for year, version in named.items()
        )

    def is_guess(self, days: Iterable[date]) -> bool:
        """Whether one of `days` lies in a year without a table."""
        return any(self.is_provisional(year) for year in {day.year for day in days})

    def _due(self, start: date, on: date, counted: list[date]) -> Due:
        looked_at = tuple(days_between(start, on))
        return Due(on, tuple(counted), self.is_guess(looked_at), self.describe(looked_at))

    def _named(self, day: date) -> bool | None:
        for year in self._years_asked(day):
            table = self._tables.get(year)
            said = table.says(day) if table else None
            if said is not None:
                return said
        return None

    def _years_asked(self, day: date) -> tuple[int, ...]:
        """Whose tables speak about `day`, the one with the last word first."""
        following = self._tables.get(day.year + 1) if day.month == 12 else None
        if following is not None and following.says(day) is not None:
            return (day.year + 1, day.year)
        return (day.year,)

    def _names_december_of(self, year: int) -> bool:
        table = self._tables.get(year + 1)
        return table is not None and any(day.year == year for day in table.holidays | table.make_up_days)

    def _version(self, year: int) -> str:
        return self._tables[year].version if year in self._tables else PROVISIONAL


def days_between(after: date, until: date) -> Iterator[date]:
    """Every day after `after`, up to and with `until`."""
    return (after + DAY * number for number in range(1, (until - after).days + 1))


@lru_cache(maxsize=1)
def package_tables() -> Mapping[int, YearTable]:
    """The years that the package has, as tables. It is read here and not asked day by day: it raises for other years."""
    data = import_module("chinese_calendar.constants")
    named = f"{PACKAGE}-{version(PACKAGE)}"
    # A year is whole when it has its National Day: the notice of the next year may name a few days of December only.
    years = sorted({day.year for day in data.holidays if (day.month, day.day) == (10, 1)})
    return {
        year: YearTable(year, _of(year, data.holidays), _of(year, data.workdays), named) for year in years
    }


def _of(year: int, days: Iterable[date]) -> frozenset[date]:
    return frozenset(day for day in days if day.year == year)


def _natural(days: int) -> int:
    if days < 0:
        raise ValueError("a limit has no negative number of days")
    return days
