"""The announced holidays of a year as staff put them in."""

from dataclasses import dataclass
from datetime import date, datetime

from backend.common.workdays import YearTable


@dataclass(frozen=True)
class Table:
    """One version of a year's table. `source` names the notice it was taken from; `put_by_name` who put it in.

    Versions are kept, the highest of a year is in force. `id` is made of both, so that no two writers make the same one.
    """

    id: str
    year: int
    version: int
    holidays: tuple[date, ...]
    make_up_days: tuple[date, ...]
    source: str
    put_at: datetime
    put_by_id: str
    put_by_name: str | None

    def as_year_table(self) -> YearTable:
        named = f"staff-{self.version}"
        return YearTable(self.year, frozenset(self.holidays), frozenset(self.make_up_days), named)


@dataclass(frozen=True)
class Draft:
    """A table as somebody hands it in; `replaces` is the version it was made from (0: none; None: whichever is)."""

    year: int
    holidays: tuple[date, ...]
    make_up_days: tuple[date, ...]
    source: str
    replaces: int | None


@dataclass(frozen=True)
class YearView:
    """What a year's working days rest on now: a staff table, the package's, or none, and then they are provisional."""

    year: int
    provisional: bool
    calendar_version: str
    holidays: tuple[date, ...]
    make_up_days: tuple[date, ...]
    version: int | None = None
    source: str | None = None
    put_at: datetime | None = None
    put_by_name: str | None = None


@dataclass(frozen=True)
class YearViews:
    """Years in order."""

    items: tuple[YearView, ...]
