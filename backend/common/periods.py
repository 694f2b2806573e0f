"""Periods of months and years, and the instant at which each of the two windows of a record closes.

Civil Code 200-202: periods run by the calendar, the first day is not counted, and the last day is the one of the
same number, or the last of its month where there is none (29 February, the 31st); it ends at 24:00. Civil Code 203
(a last day that is a rest day moves on) is for acts somebody has to do, and is left out on purpose: it would show
adverse information longer.
"""

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

from backend.common.clock import SHANGHAI

QUERY_YEARS = 5


def add_months(day: date, months: int) -> date:
    """The last day of a period of `months` that begins with what happened on `day` (Civil Code 202)."""
    year, month0 = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month0 + 1, min(day.day, monthrange(year, month0 + 1)[1]))


def add_years(day: date, years: int) -> date:
    return add_months(day, 12 * years)


@lru_cache(maxsize=65_536)
def end_of(day: date) -> datetime:
    """24:00 of `day` in Shanghai, as an instant in UTC: the first instant that is no longer part of the day."""
    return datetime.combine(day + timedelta(days=1), time.min, SHANGHAI).astimezone(UTC)


def public_until(document_on: date, *, months: int | None) -> datetime | None:
    """The first instant at which public pages no longer show it: `months` from the document's date.

    None: no limit. How many months a severity allows is the catalogue's business.
    """
    return None if months is None else end_of(add_months(document_on, months))


def query_until(ended_on: date | None, *, years: int | None = QUERY_YEARS) -> datetime | None:
    """The first instant at which queries no longer return it: `years` from the end of the act (Reg. 35, Meas. 27).

    None: no limit, or the act has not ended, so the period has not begun.
    """
    return None if ended_on is None or years is None else end_of(add_years(ended_on, years))


def is_open(until: datetime | None, at: datetime) -> bool:
    """Whether a window is still open at `at`: strictly before its end; None never closes."""
    return until is None or at < until
