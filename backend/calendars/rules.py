"""What a year's table must be, since it takes the mark `provisional` away from everything that rests on it."""

from collections import Counter
from dataclasses import dataclass
from datetime import date

from backend.calendars.model import Draft
from schemas.text import Text

FIRST_YEAR, LAST_YEAR = 1990, 2100
# The days the law has named in all its versions; a list without them is not the list of a year.
ALWAYS_OFF = ((1, 1), (5, 1), (10, 1))


@dataclass(frozen=True)
class Fault:
    """What is wrong with a table, and the days that are."""

    text: Text
    days: list[date]


def fault(draft: Draft) -> Fault | None:
    """The first fault of the table's days, in the order in which somebody would put them right."""
    year, off = draft.year, set(draft.holidays)
    named = [*draft.holidays, *draft.make_up_days]
    faults = (
        Fault(
            Text(
                "以下日期不属于该年度（可含上一年 12 月）", "Not of that year, or of the December before it"
            ),
            [day for day in named if day.year != year and (day.year, day.month) != (year - 1, 12)],
        ),
        Fault(
            Text("以下日期重复出现", "Named more than once"),
            [day for day, times in Counter(named).items() if times > 1],
        ),
        Fault(
            Text("调休上班日须为周六或周日", "A make-up day is a Saturday or Sunday"),
            [day for day in draft.make_up_days if day.weekday() < 5],
        ),
        Fault(
            Text("缺少法定节假日", "Statutory holidays are missing"),
            [date(year, *day) for day in ALWAYS_OFF if date(year, *day) not in off],
        ),
    )
    return next((Fault(one.text, sorted(set(one.days))) for one in faults if one.days), None)


def least_holidays(year: int) -> int:
    """How many statutory holidays a year has at least, by the version of 全国年节及纪念日放假办法 in force then."""
    return 13 if year >= 2025 else 11 if year >= 2008 else 10 if year >= 2000 else 7
