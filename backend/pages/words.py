"""How pages say things: two languages side by side in a template, dates and money as people write them."""

from datetime import date, datetime, timedelta
from typing import Any

from backend.common.clock import shanghai_date
from backend.records.service import Detail
from schemas import days
from schemas.base import BEIJING, CHOOSE, FILL_IN, said, speaking
from schemas.terms import Term
from schemas.text import Text


def t(zh: str, en: str, **values: object) -> str:
    """The sentence in the reader's language; `{name}` is filled from `values`."""
    sentence = en if speaking() == "en" else zh
    return sentence.format(**values) if values else sentence


def label(word: Any) -> str:
    """A `Term`, a `Text` or a plain text, in the reader's language; nothing for None."""
    if word is None:
        return ""
    if isinstance(word, Term):
        return said(word.label)
    return said(word) if isinstance(word, Text) else str(word)


def to_choose(sentence: str) -> str:
    """What is wrong with something to choose: nothing is filled in there."""
    return said(CHOOSE) if sentence == said(FILL_IN) else sentence


def day(value: date | datetime | None) -> str:
    """2026年11月28日, or 28 Nov 2026."""
    if value is None:
        return ""
    return said(days.day(shanghai_date(value) if isinstance(value, datetime) else value))


def in_words(detail: Detail) -> str:
    """A field of a record's content as pages print it: a day as all other days, the rest as the catalogue words it."""
    return day(detail.on) if detail.on else label(detail.text)


def moment(value: datetime | None) -> str:
    """The day and the time in Shanghai."""
    return "" if value is None else said(days.moment(value))


def until(value: datetime | None) -> str:
    """As `moment`; the midnight at which something ends is 24:00 of its last day, as people say it."""
    return "" if value is None else said(days.until(value))


def day_end(last: date | None) -> str:
    """24:00 of the last day of something, as `until` says it."""
    return "" if last is None else said(days.end_of(last))


def clock(value: datetime | None) -> str:
    """The time of the day in Shanghai."""
    return f"{value.astimezone(BEIJING):%H:%M}" if value else ""


def final_day(end: datetime | None) -> date | None:
    """The last whole day of what ends at 24:00, which is 0:00 of the next."""
    return None if end is None else shanghai_date(end - timedelta(milliseconds=1))


def machine(value: date | datetime | None) -> str:
    """For `<time datetime>`."""
    if value is None:
        return ""
    return (
        value.astimezone(BEIJING).isoformat(timespec="seconds")
        if isinstance(value, datetime)
        else value.isoformat()
    )


def yuan(fen: int | None) -> str:
    """Money of whole fen: ¥12 or ¥12.50."""
    if fen is None:
        return ""
    return f"¥{fen // 100:,}" if fen % 100 == 0 else f"¥{fen // 100:,}.{fen % 100:02d}"


def in_yuan(fen: int) -> str:
    """The same as somebody types it into a box, and as `forms.fen` reads it."""
    return f"{fen // 100}" if fen % 100 == 0 else f"{fen // 100}.{fen % 100:02d}"


def metres(distance: float | None) -> str:
    if distance is None:
        return ""
    if distance < 1000:
        return t("{n} 米", "{n} m", n=max(10, round(distance / 10) * 10))
    return t("{n} 公里", "{n} km", n=f"{distance / 1000:.1f}")


FILTERS = {
    "label": label,
    "to_choose": to_choose,
    "day": day,
    "in_words": in_words,
    "moment": moment,
    "until": until,
    "day_end": day_end,
    "clock": clock,
    "final_day": final_day,
    "machine": machine,
    "yuan": yuan,
    "metres": metres,
}
