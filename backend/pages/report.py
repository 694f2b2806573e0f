"""The own report on a page, as a file, and what its owner may do with it: drop a good deed, see what is gone."""

from typing import Any

from flask import Response, request

from backend.pages.edge import go, page
from backend.removals import service as removals
from backend.reports import service
from backend.reports.model import Report
from backend.web.auth import actor, ahead, deps
from backend.web.downloads import attachment
from backend.web.pages import Pages

blp = Pages("report", __name__)

REMOVALS_AT_ONCE = 20


@blp.get("/report")
@blp.reads_ahead(service.ahead)
def report() -> Response:
    """One page is one look: it is written down before the first word is opened (`reports.service.drawing`). The same report shown
    again stays the same (docs/adr/0042)."""
    return shown(service.current(deps(), actor(), ahead()))


def shown(drawn: Report, **more: Any) -> Response:
    """A report that was drawn for its owner."""
    return page("report/own.html", report=drawn, who=actor(), **more)


@blp.get("/report.pdf")
@blp.reads_ahead(service.ahead)
def report_pdf() -> Response:
    return attachment(service.printed(deps(), actor(), ahead()))


@blp.post("/report/withdrawals/<record_id>")
def withdraw(record_id: str) -> Response:
    removals.withdraw(deps(), actor(), record_id=record_id)
    return go("/report/removals")


@blp.get("/report/removals")
def gone() -> Response:
    cursor = request.args.get("cursor")
    return page(
        "report/removals.html", found=removals.mine(deps(), actor(), limit=REMOVALS_AT_ONCE, cursor=cursor)
    )
