"""The command that prints the figures of a year."""

from argparse import ArgumentParser, Namespace
from unicodedata import east_asian_width

from backend.common.clock import SHANGHAI
from backend.common.deps import Deps
from backend.manage import asking
from backend.manage.asking import ACTOR, Command
from backend.operations import service
from backend.operations.model import Row, Table, Totals, Year
from schemas.terms import MonthState, OperationsTable

MONTHS = tuple(f"{month}月" for month in range(1, 13))
GAP = "  "
Line = tuple[str, ...]


def _operations_report(deps: Deps, asked: Namespace) -> int:
    for line in told(service.year(deps, ACTOR, year=asked.year)):
        print(line)
    return 0


def told(year: Year) -> list[str]:
    """The report, a line each."""
    lines = [
        f"{year.year} 年运行情况",
        f"统计至 {year.as_of.astimezone(SHANGHAI):%Y-%m-%d %H:%M}（北京时间）",
    ]
    running = [one.month for one in year.months if one.state is MonthState.RUNNING]
    if running:
        lines.append(f"{'、'.join(running)} 尚未结束，数字仍会变动")
    lines += ["", *_aligned([("总计", "数量"), *_sums(year.totals)])]
    for table in year.tables:
        lines += ["", table.label.zh, *_table(table)]
    return lines


def _sums(totals: Totals) -> list[Line]:
    return [
        ("信息主体自查（次）", f"{totals.queries:,}"),
        ("收到异议", f"{totals.objections:,}"),
        ("办结异议 / 按时", f"{totals.objections_ended:,} / {totals.objections_in_time:,}"),
        ("收到信用修复申请", f"{totals.restorations:,}"),
        ("办结信用修复 / 按时", f"{totals.restorations_ended:,} / {totals.restorations_in_time:,}"),
        ("报送行数", f"{totals.rows:,}"),
        ("采纳 / 未采纳", f"{totals.accepted:,} / {totals.refused:,}"),
        ("关联入库率", _share(totals.linked, totals.rows)),
        ("新增账户", f"{totals.new_accounts:,}"),
        ("账户 / 已实名", f"{totals.accounts:,} / {totals.bound:,}"),
    ]


def _table(table: Table) -> list[str]:
    if not table.rows:
        return ["（无）"]
    if table.table is OperationsTable.IMPORTS:
        crossed = service.crossed(table)
        heads = ("提供单位", *(one.zh for one in crossed.columns))
        units = [(name.zh, *(f"{count:,}" for count in counts)) for name, counts in crossed.rows]
        return [*_by_month(service.in_all(table)), "", *_aligned([heads, *units])]
    return _by_month(table.rows)


def _by_month(rows: tuple[Row, ...]) -> list[str]:
    return _aligned([("", *MONTHS, "全年"), *(_line(row) for row in rows)])


def _line(row: Row) -> Line:
    name = row.row_label.zh if row.column_label is None else f"{row.row_label.zh} · {row.column_label.zh}"
    return name, *(f"{count:,}" for count in row.months), f"{row.total:,}"


def _aligned(lines: list[Line]) -> list[str]:
    """Names to the left, figures to the right; a Chinese character is two cells wide."""
    widths = [max(map(cells, column)) for column in zip(*lines, strict=True)]
    return [
        GAP.join(
            [line[0] + " " * (widths[0] - cells(line[0]))]
            + [" " * (width - cells(word)) + word for word, width in zip(line[1:], widths[1:], strict=True)]
        )
        for line in lines
    ]


def cells(text: str) -> int:
    """How wide a text stands in a terminal."""
    return sum(2 if east_asian_width(each) in "WF" else 1 for each in text)


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.1%}" if whole else "—"


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument("year", metavar="YEAR", type=asking.year, help="the year, from 2014 to this one")


COMMANDS = (
    Command(
        "operations-report",
        "print the figures of a year",
        "Prints the figures of a year by month: self-queries by kind and channel, objections and restorations and how many "
        "of them ended in time, imports by unit, users, benefits and checks, chat. Months that are over are counted once and "
        "kept; the running one is counted as of now. Nothing of it is personal.",
        _operations_report,
        _arguments,
    ),
)
