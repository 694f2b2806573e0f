"""Whether licences and penalties came in time to be published: seven working days from the decision (S0, S1).

Nothing is stored on a record for it: the day of the decision is in its content and the day of receipt in its source.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any, Literal

from backend.catalogue.model import CatalogueItem
from backend.clocks import rules as clock_rules
from backend.clocks import service as clocks
from backend.common.periods import end_of
from backend.common.workdays import Calendar
from backend.intake.quality import Timeliness

LIMIT = "publish"
DAYS_REMEMBERED = 20_000
Due = tuple[datetime, bool]
"""The first instant that is too late, and whether it rests on days that are not published yet."""


class Timing:
    """The judge of one file. Of most rows it only asks whether their item is a licence or penalty; days repeat, and each is
    worked out once."""

    def __init__(self, items: Mapping[str, CatalogueItem], calendar: Calendar) -> None:
        self._fields = {code: item.decided_in for code, item in items.items() if item.disclosed}
        self._calendar = calendar
        self._due: dict[str, Due] = {}

    @property
    def asked(self) -> bool:
        """Whether the unit provides anything that must be published in time."""
        return bool(self._fields)

    def due(self, item_code: str, content: Mapping[str, Any]) -> Due | Literal[False] | None:
        """When a row was due; None when it does not say when it was decided, False when it need not be published in time."""
        if item_code not in self._fields:
            return False
        name = self._fields[item_code]
        day = content.get(name) if name is not None else None
        return None if day is None else self._of(day)

    def _of(self, day: str) -> Due:
        found = self._due.get(day)
        if found is None:
            if len(self._due) >= DAYS_REMEMBERED:
                self._due.clear()
            found = self._due[day] = self._worked_out(date.fromisoformat(day))
        return found

    def _worked_out(self, day: date) -> Due:
        began = end_of(day - timedelta(days=1))
        clock = clock_rules.start(clocks.limits()[LIMIT], began, self._calendar, clocks.LIVE)
        if clock.due_at is None:
            raise AssertionError("a limit that runs has an end")
        return clock.due_at, clock.provisional


def begun() -> Timeliness:
    """What an import counts into."""
    limit = clocks.limits()[LIMIT]
    return Timeliness(limit.name, limit.days, limit.basis)
