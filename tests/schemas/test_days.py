"""Days and instants in people's words: one way of saying them for notices, chats, pages and reports."""

from datetime import UTC, date, datetime

import pytest

from schemas import days
from schemas.text import Text

NIGHT = datetime(2026, 11, 30, 19, 11, tzinfo=UTC)
"""It is December in Shanghai already."""


def test_a_day_and_an_instant_are_said_in_words() -> None:
    assert days.day(date(2026, 12, 3)) == Text("2026年12月3日", "3 Dec 2026")
    assert days.moment(NIGHT) == Text("2026年12月1日 03:11", "1 Dec 2026 03:11")


def test_the_last_day_for_something_is_said_with_its_end() -> None:
    assert days.end_of(date(2026, 12, 8)) == Text("2026年12月8日 24:00", "the end of 8 Dec 2026")


@pytest.mark.parametrize(
    ("end", "said"),
    [
        (datetime(2026, 12, 15, 16, tzinfo=UTC), Text("2026年12月15日 24:00", "the end of 15 Dec 2026")),
        (datetime(2026, 12, 31, 16, tzinfo=UTC), Text("2026年12月31日 24:00", "the end of 31 Dec 2026")),
        (datetime(2026, 12, 15, 15, 59, tzinfo=UTC), Text("2026年12月15日 23:59", "15 Dec 2026 23:59")),
        (datetime(2026, 12, 15, 16, 1, tzinfo=UTC), Text("2026年12月16日 00:01", "16 Dec 2026 00:01")),
    ],
)
def test_an_end_at_midnight_is_the_end_of_the_day_before(end: datetime, said: Text) -> None:
    assert days.until(end) == said
