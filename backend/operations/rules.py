"""Which month an instant is in, which months are over, and how the figures of twelve months become those of a year."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from operator import add

from backend.audit.model import Tally
from backend.common.clock import SHANGHAI, shanghai_date
from backend.common.periods import add_months
from backend.operations.model import Count, Cross, Month, Row, Span, Table, Totals
from backend.operations.texts import COLUMNS, ROWS
from schemas.terms import OperationsTable as T
from schemas.terms import QueryKind
from schemas.text import Text

FIRST_YEAR = 2014
"""The year in which the city's platform opened."""
Sums = Mapping[tuple[str, str], int]

_QUERIES = {
    "reports.read": QueryKind.REPORT,
    "reports.download_again": QueryKind.PDF,
    "reports.summary": QueryKind.SUMMARY,
    "reports.calendar": QueryKind.CALENDAR,
}
_BY_CHANNEL = {"reports.link_make": (T.LINKS, "made"), "reports.share": (T.LINKS, "shared")}
_ALONE = {
    "identity.bind": (T.USERS, "bound"),
    "identity.close_account": (T.USERS, "closed"),
    "benefits.claim": (T.SERVICES, "claims"),
    "benefits.redeem": (T.SERVICES, "redemptions"),
    "eligibility.make_pass": (T.SERVICES, "passes"),
    "eligibility.check": (T.SERVICES, "checks"),
    "orders.create": (T.SERVICES, "orders"),
    "chats.bind": (T.CHATS, "bound"),
    "chats.unbind": (T.CHATS, "unbound"),
}
_PROOF = "identity.verify"
ACTIONS = (*_QUERIES, *_BY_CHANNEL, *_ALONE, _PROOF)
"""What is counted in the audit log."""


def span(year: int, month: int) -> Span:
    """A month of Shanghai's calendar."""
    first = date(year, month, 1)
    return Span(f"{first:%Y-%m}", _midnight(first), _midnight(add_months(first, 1)))


def span_of(instant: datetime) -> Span:
    day = shanghai_date(instant)
    return span(day.year, day.month)


def over(since: datetime, until: datetime) -> Iterator[Span]:
    """The months from that of `since` on that ended by `until`, the oldest first."""
    one = span_of(since)
    while one.ends_at <= until:
        yield one
        one = span_of(one.ends_at)


def months_of(year: int) -> tuple[Span, ...]:
    return tuple(span(year, month) for month in range(1, 13))


def counts_of(tallies: Iterable[Tally]) -> Iterator[Count]:
    """What lines of the audit log say; several may be the same figure."""
    for one in tallies:
        table, row, column = _place(one)
        yield Count(table, row, column, one.count)


def _place(one: Tally) -> tuple[T, str, str]:
    if one.action in _QUERIES:
        return T.QUERIES, one.form or _QUERIES[one.action].value, one.channel.value
    if one.action in _BY_CHANNEL:
        return *_BY_CHANNEL[one.action], one.channel.value
    if one.action == _PROOF:
        return T.USERS, "proved" if one.passed else "failed", one.way or ""
    return *_ALONE[one.action], ""


def summed(counts: Iterable[Count]) -> tuple[Count, ...]:
    """Each figure once, in a fixed order, without those that are nought."""
    sums: dict[tuple[T, str, str], int] = {}
    for one in counts:
        key = (one.table, one.row, one.column)
        sums[key] = sums.get(key, 0) + one.count
    return tuple(Count(*key, count) for key, count in sorted(sums.items()) if count)


def tables(months: Sequence[Month | None], units: Mapping[str, Text]) -> tuple[Table, ...]:
    """Every table of a year, from its twelve months; `units` names the rows of the imports."""
    found: dict[T, dict[tuple[str, str], list[int]]] = {table: {} for table in T}
    for place, month in enumerate(months):
        for one in month.counts if month else ():
            found[one.table].setdefault((one.row, one.column), [0] * 12)[place] = one.count
    return tuple(Table(table, _rows(table, rows, units)) for table, rows in found.items())


def _rows(table: T, found: Mapping[tuple[str, str], list[int]], units: Mapping[str, Text]) -> tuple[Row, ...]:
    named, columns = units if table is T.IMPORTS else ROWS[table], COLUMNS[table]
    order = {name: place for place, name in enumerate((*named, *columns))}

    def turn(key: tuple[str, str]) -> tuple[int, int, str]:
        return order.get(key[0], len(order)), order.get(key[1], -1), key[0]

    return tuple(
        Row(
            row,
            named.get(row, Text(row, row)),
            column,
            columns.get(column),
            tuple(found[row, column]),
            sum(found[row, column]),
        )
        for row, column in sorted(found, key=turn)
    )


def in_all(table: Table) -> tuple[Row, ...]:
    """The columns of a table through the year, whatever the row: what all units together handed in."""
    every = Text("合计", "In all")
    sums: dict[str, Row] = {}
    for one in table.rows:
        before = sums.get(one.column)
        months = one.months if before is None else tuple(map(add, before.months, one.months))
        sums[one.column] = Row("", every, one.column, one.column_label, months, sum(months))
    return tuple(sums[column] for column in COLUMNS[table.table] if column in sums)


def crossed(table: Table) -> Cross:
    """The rows of a table against its columns, for the whole year."""
    there = {one.column for one in table.rows}
    columns = {column: name for column, name in COLUMNS[table.table].items() if column in there}
    rows: dict[str, Text] = {one.row: one.row_label for one in table.rows}
    sums = _sums(table)
    counts = {row: tuple(sums.get((row, column), 0) for column in columns) for row in rows}
    return Cross(tuple(columns.values()), tuple((rows[row], counts[row]) for row in rows))


def totals(found: Sequence[Table], newest: Month | None) -> Totals:
    """The big figures of a year."""
    by = {one.table: _sums(one) for one in found}
    submitted, ended, in_time = _cases(by[T.OBJECTIONS])
    applied, decided, decided_in_time = _cases(by[T.RESTORATIONS])
    users, imports = by[T.USERS], by[T.IMPORTS]
    return Totals(
        queries=sum(by[T.QUERIES].values()),
        objections=submitted,
        objections_ended=ended,
        objections_in_time=in_time,
        restorations=applied,
        restorations_ended=decided,
        restorations_in_time=decided_in_time,
        **{name: _column(imports, name) for name in ("rows", "accepted", "refused", "linked")},
        new_accounts=_row(users, "created"),
        bound_now=_row(users, "bound"),
        proofs=_row(users, "proved"),
        messages=sum(_row(by[T.CHATS], name) for name in ("understood", "offered", "missed", "pressed")),
        accounts=newest.accounts if newest else 0,
        bound=newest.bound if newest else 0,
    )


def _sums(table: Table) -> Sums:
    return {(row.row, row.column): row.total for row in table.rows}


def _cases(sums: Sums) -> tuple[int, int, int]:
    """How many came in, how many ended, and how many of these in time."""
    in_time = _column(sums, "in_time")
    return _row(sums, "submitted"), in_time + _column(sums, "late"), in_time


def _row(sums: Sums, name: str) -> int:
    return sum(count for (row, _), count in sums.items() if row == name)


def _column(sums: Sums, name: str) -> int:
    return sum(count for (_, column), count in sums.items() if column == name)


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=SHANGHAI).astimezone(UTC)
