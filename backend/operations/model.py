"""The figures of a month as they are kept, and those of a year as they are read. They hold counts and nobody's data."""

from dataclasses import dataclass
from datetime import datetime

from schemas.terms import MonthState, OperationsTable
from schemas.text import Text


@dataclass(frozen=True)
class Count:
    """One figure: in which table, in which row, and in which column of it (empty where the row has only one)."""

    table: OperationsTable
    row: str
    column: str
    count: int


@dataclass(frozen=True)
class Month:
    """What a month held; `id` is `2026-11`. `accounts` and `bound` are how many there were when it was counted."""

    id: str
    counted_at: datetime
    accounts: int
    bound: int
    counts: tuple[Count, ...] = ()


@dataclass(frozen=True)
class Span:
    """A month of Shanghai's calendar: its first instant, and the first that is no longer part of it."""

    id: str
    begins_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class Row:
    """One figure through the year: `months` are twelve counts, `total` their sum."""

    row: str
    row_label: Text
    column: str
    column_label: Text | None
    months: tuple[int, ...]
    total: int


@dataclass(frozen=True)
class Table:
    """One table of a year; rows without any count are left out."""

    table: OperationsTable
    rows: tuple[Row, ...]

    @property
    def label(self) -> Text:
        return self.table.label

    @property
    def total(self) -> int:
        return sum(row.total for row in self.rows)


@dataclass(frozen=True)
class Cross:
    """What each row of a table comes to in the year, column by column: units and what became of their rows."""

    columns: tuple[Text, ...]
    rows: tuple[tuple[Text, tuple[int, ...]], ...]


@dataclass(frozen=True)
class MonthLine:
    """One of the twelve months: whether it may still change, and when it was counted."""

    month: str
    state: MonthState
    counted_at: datetime | None

    @property
    def state_label(self) -> Text:
        return self.state.label


@dataclass(frozen=True)
class Totals:
    """What a year comes to. `in_time` of `ended` cases met every limit; `accepted` and `linked` of `rows` handed in."""

    queries: int
    objections: int
    objections_ended: int
    objections_in_time: int
    restorations: int
    restorations_ended: int
    restorations_in_time: int
    rows: int
    accepted: int
    refused: int
    linked: int
    new_accounts: int
    bound_now: int
    proofs: int
    messages: int
    accounts: int
    bound: int


@dataclass(frozen=True)
class Year:
    """The figures of a year; `years` are those that may be asked for."""

    year: int
    years: tuple[int, ...]
    as_of: datetime
    months: tuple[MonthLine, ...]
    totals: Totals
    tables: tuple[Table, ...]

    def table(self, wanted: OperationsTable) -> Table:
        return next(one for one in self.tables if one.table is wanted)
