"""The year's figures in the console: what it comes to, the months as bars, and under each the table that it is drawn from."""

from collections.abc import Iterable, Sequence

from flask import Response, request

from backend.common.errors import ServiceError
from backend.operations import service
from backend.operations.model import Cross, Row, Table, Year
from backend.pages import boxes, forms
from backend.pages.edge import page
from backend.pages.staff import charts
from backend.pages.staff.charts import Chart, Series
from backend.pages.words import label, t
from backend.web.auth import actor, deps
from backend.web.pages import Pages
from schemas.terms import OperationsTable as T

blp = Pages("staff_operations", __name__)

HOME = "/staff/operations"
ENDED = ("in_time", "late")


@blp.get(HOME)
def figures() -> Response:
    form = forms.Form(typed={"year": request.args.get("year", "").strip()})
    try:
        return _shown(service.year(deps(), actor(), year=_year(form)), form)
    except ServiceError as refusal:
        if refusal.reason != "operations.wrong_year":
            raise
        boxes.mark(form, refusal)
    return _shown(service.year(deps(), actor(), year=None), form)


def _shown(found: Year, form: forms.Form) -> Response:
    return page(
        "staff/operations.html",
        200 if form.ok else 422,
        form=form,
        found=found,
        sections=_sections(found),
        middle=charts.middle,
        units=_units(found),
        imports=service.in_all(found.table(T.IMPORTS)),
    )


def _year(form: forms.Form) -> int | None:
    """The year asked for; what is none is told at its box, beside the figures of this one."""
    text = form.typed["year"]
    if text.isascii() and text.isdigit() and len(text) == 4:
        return int(text)
    if text:
        form.faults["year"] = t("年份为四位数字，例如 2026", "A year has four digits, such as 2026")
    return None


def _units(year: Year) -> Cross | None:
    """What each unit handed in; nothing where none did."""
    table = year.table(T.IMPORTS)
    return service.crossed(table) if table.rows else None


def _sections(year: Year) -> list[tuple[Table, list[tuple[str, Chart]]]]:
    """Each table with its charts; one without figures has none."""
    return [(table, _charts(table) if table.rows else []) for table in year.tables]


def _charts(table: Table) -> list[tuple[str, Chart]]:
    match table.table:
        case T.QUERIES:
            return [
                (
                    t("各月自查次数，按渠道", "Self-queries a month, by channel"),
                    charts.stacked(_by_column(table)),
                ),
                (
                    t("各月自查次数，按种类", "Self-queries a month, by kind"),
                    charts.stacked(_by_row(table.rows)),
                ),
            ]
        case T.OBJECTIONS:
            return [(t("各月收到和办结的异议", "Objections a month: came in, ended"), _cases(table))]
        case T.RESTORATIONS:
            return [(t("各月收到和办结的修复申请", "Restorations a month: came in, ended"), _cases(table))]
        case T.IMPORTS:
            rows = [one for one in service.in_all(table) if one.column in ("accepted", "refused")]
            return [(t("各月报送行数", "Rows handed in a month"), charts.stacked(_columns_of(rows)))]
        case T.USERS:
            rows = [one for one in table.rows if one.row in ("created", "bound", "proved")]
            return [(t("各月用户", "Users a month"), charts.beside(_by_row(rows)))]
        case T.LINKS | T.SERVICES:
            title = t("{n}各月次数", "{n}: times a month", n=label(table.label))
            return [(title, charts.beside(_by_row(table.rows)))]
        case T.CHATS:
            rows = [one for one in table.rows if one.row not in ("bound", "unbound")]
            return [(t("各月聊天消息", "Messages a month"), charts.stacked(_by_row(rows)))] if rows else []


def _cases(table: Table) -> Chart:
    came_in = [one for one in table.rows if one.row == "submitted"]
    ended = [one for one in table.rows if one.column in ENDED]
    named = {"in_time": t("按时办结", "Ended in time"), "late": t("超期办结", "Ended late")}
    return charts.beside(
        [
            *_by_row(came_in),
            *(
                Series(named[key], months)
                for key, _, months in _grouped((one.column, "", one.months) for one in ended)
            ),
        ]
    )


def _by_column(table: Table) -> list[Series]:
    return _columns_of(table.rows)


def _columns_of(rows: Sequence[Row]) -> list[Series]:
    found = _grouped((one.column, label(one.column_label), one.months) for one in rows)
    return [Series(name, months) for _, name, months in found]


def _by_row(rows: Sequence[Row]) -> list[Series]:
    found = _grouped((one.row, label(one.row_label), one.months) for one in rows)
    return [Series(name, months) for _, name, months in found]


def _grouped(lines: Iterable[tuple[str, str, tuple[int, ...]]]) -> list[tuple[str, str, tuple[int, ...]]]:
    """The lines of one key summed, in the order in which the keys come."""
    sums: dict[str, tuple[str, tuple[int, ...]]] = {}
    for key, name, months in lines:
        before = sums.get(key, (name, (0,) * 12))[1]
        sums[key] = (name, tuple(one + other for one, other in zip(before, months, strict=True)))
    return [(key, name, months) for key, (name, months) in sums.items()]
