"""Links to the own report: made, shown once, listed, switched off."""

from typing import Any

from flask import Response, request

from backend.common.errors import ServiceError
from backend.pages import forms, repeats
from backend.pages.edge import go, page, refused
from backend.reports import service, sheet
from backend.web.auth import actor, deps
from backend.web.pages import Pages
from schemas import reports as wire
from schemas.text import Text

blp = Pages("report_links", __name__)

LINKS_AT_ONCE = 20
MINUTES = (
    ("30", Text("半小时", "Half an hour")),
    ("120", Text("两小时", "Two hours")),
    ("1440", Text("一天", "A day")),
    ("4320", Text("三天", "Three days")),
    ("10080", Text("七天", "Seven days")),
)
LEADS_TO = Text(
    "打开这份报告的链接，请勿让他人扫描", "The link that opens this report; let nobody else scan it"
)
OPENS = ("1", "2", "3", "5", "10")


@blp.get("/report/links")
def links() -> Response:
    return page("report/links.html", **_facts(forms.Form(), request.args.get("cursor")))


@blp.post("/report/links")
def make() -> Response:
    """The address is on the answer itself and nowhere else: its code is not kept. Sent again, the form makes nothing."""
    form = forms.read(wire.ReportLinkMake)
    if not form.ok:
        return page("report/links.html", 422, **_facts(form))
    try:
        made = repeats.shown_once(lambda: service.make_link(deps(), actor(), **form.values))
    except ServiceError as refusal:
        return refused(refusal, "report/links.html", back_to="/report/links", **_facts(form))
    if made is None:
        return page("report/links.html", shown_before=True, **_facts(forms.Form()))
    return page("report/link_made.html", made=made, qr=sheet.qr_code(made.url, LEADS_TO))


@blp.post("/report/links/<link_id>/kill")
def kill(link_id: str) -> Response:
    service.kill_link(deps(), actor(), link_id=link_id)
    return go("/report/links")


def _facts(form: forms.Form, cursor: str | None = None) -> dict[str, Any]:
    found = service.links(deps(), actor(), limit=LINKS_AT_ONCE, cursor=cursor)
    return {"form": form, "found": found, "minutes": MINUTES, "opens": OPENS}
