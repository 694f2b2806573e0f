"""How a day and an instant are said to people: the same words in notices, chats, pages and reports, in Shanghai's time."""

from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from schemas.text import Text

SHANGHAI = ZoneInfo("Asia/Shanghai")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


# Each page says the days of many records, and every record of a report says several.
@lru_cache(maxsize=4096)
def day(value: date) -> Text:
    """2026年11月28日, or 28 Nov 2026."""
    return Text(
        f"{value.year}年{value.month}月{value.day}日", f"{value.day} {_MONTHS[value.month - 1]} {value.year}"
    )


@lru_cache(maxsize=8192)
def moment(at: datetime) -> Text:
    """The day and the time, to the minute."""
    here = at.astimezone(SHANGHAI)
    zh, en = day(here.date())
    return Text(f"{zh} {here:%H:%M}", f"{en} {here:%H:%M}")


def end_of(last: date) -> Text:
    """24:00 of a last day, so that nobody takes that day for lost: 2026年12月15日 24:00, or the end of 15 Dec 2026."""
    zh, en = day(last)
    return Text(f"{zh} 24:00", f"the end of {en}")


def until(end: datetime) -> Text:
    """As `moment`; the midnight at which something ends is 24:00 of the day before, as people say it."""
    here = end.astimezone(SHANGHAI)
    midnight = here.time().replace(second=0, microsecond=0) == time.min
    return end_of(here.date() - timedelta(days=1)) if midnight else moment(end)
