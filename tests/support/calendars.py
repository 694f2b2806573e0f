"""A year that nobody has announced yet, as staff will put it in."""

from datetime import date
from typing import Any

_NEW_YEAR = [date(2027, 1, day) for day in (1, 2, 3, 4, 5)]
_SPRING = [date(2027, 2, day) for day in range(5, 12)] + [date(2027, 4, 5)]
_SUMMER = [date(2027, 5, day) for day in (1, 2, 3, 4, 5)] + [date(2027, 6, 9)]
_AUTUMN = [date(2027, 9, 15)] + [date(2027, 10, day) for day in range(1, 8)]
DAYS_OF_2027: dict[str, Any] = {
    "year": 2027,
    "holidays": _NEW_YEAR + _SPRING + _SUMMER + _AUTUMN,
    "make_up_days": [],
    "source": "invented for a test",
}
"""New Year lasts until Tuesday the fifth, so that what was due in January is due two working days later."""
