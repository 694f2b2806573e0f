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
    """Something that happens to a record on a day; `past`: it has happened."""

    on: date
    what: Text
    line: Forgetting
    past: bool
    kind: str


@blp.get("/report/forgetting")
def forgetting() -> Response:
    found = service.forgetting_calendar(deps(), actor(), cursor=request.args.get("cursor"))
    events = sorted(_events(found.items, shanghai_date(deps().now())), key=attrgetter("on"))
    years = [(year, tuple(those)) for year, those in groupby(events, key=lambda event: event.on.year)]
    return page("report/forgetting.html", found=found, years=years)


def _events(lines: Iterable[Forgetting], today: date) -> Iterator[Event]:
    for line in lines:
        for on, what, kind in _dates(line):
            yield Event(on, what, line, on < today, kind)


def _dates(line: Forgetting) -> Iterator[tuple[date, Text, str]]:
    if line.public_until is not None:
        yield shanghai_date(line.public_until - INSTANT), DISPLAY_ENDS, "display"
    if line.earliest_restoration_on is not None:
        yield line.earliest_restoration_on, RESTORATION, "restoration"
    if line.query_until is not None:
        yield shanghai_date(line.query_until - INSTANT), FORGOTTEN, "forgotten"
