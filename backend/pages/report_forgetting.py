"""The forgetting calendar: year by year, what is shown no longer, and from when restoration can be asked for."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

from flask import Response, request

from backend.common.clock import shanghai_date
from backend.pages.edge import page
from backend.reports import service
from backend.reports.model import Forgetting
from backend.web.auth import actor, deps
from backend.web.pages import Pages
from schemas.text import Text

blp = Pages("report_forgetting", __name__)

INSTANT = timedelta(milliseconds=1)

DISPLAY_ENDS = Text("公示的最后一天，此后不再公开", "Last day on public pages")
RESTORATION = Text("最早可申请信用修复", "First day to ask for restoration")
FORGOTTEN = Text("可查询的最后一天，此后不再显示", "Last day it can be queried; then it is forgotten")


class Event(NamedTuple):
    """What happens to a record on a day."""

    on: date
    what: Text
    line: Forgetting


@blp.get("/report/forgetting")
def forgetting() -> Response:
    found = service.forgetting_calendar(deps(), actor(), cursor=request.args.get("cursor"))
    today = shanghai_date(deps().now())
    events = sorted(_events(found.items), key=attrgetter("on"))
    return page(
        "report/forgetting.html",
        found=found,
        restorable=[line for line in found.items if is_restorable(line, today)],
        years=_by_year(event for event in events if event.on >= today),
        past=_by_year(event for event in events if event.on < today),
    )


def is_restorable(line: Forgetting, today: date) -> bool:
    return line.earliest_restoration_on is not None and line.earliest_restoration_on <= today


def _by_year(events: Iterable[Event]) -> list[tuple[int, tuple[Event, ...]]]:
    return [(year, tuple(those)) for year, those in groupby(events, key=lambda event: event.on.year)]


def _events(lines: Iterable[Forgetting]) -> Iterator[Event]:
    for line in lines:
        for on, what in _dates(line):
            yield Event(on, what, line)


def _dates(line: Forgetting) -> Iterator[tuple[date, Text]]:
    if line.public_until is not None:
        yield shanghai_date(line.public_until - INSTANT), DISPLAY_ENDS
    if line.earliest_restoration_on is not None:
        yield line.earliest_restoration_on, RESTORATION
    if line.query_until is not None:
        yield shanghai_date(line.query_until - INSTANT), FORGOTTEN
