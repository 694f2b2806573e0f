"""The counter's page: after a look at the identity card, the one-time code for the person, shown once.

The code is the answer to the form itself and in no address, so that it is kept nowhere and another look needs another code. The
form sent again hands out none, so that the slip that was printed goes on working.
"""

from flask import Response

from backend.common.errors import ServiceError
from backend.identity import service
from backend.pages import forms, repeats
from backend.pages.edge import page, refused
from backend.web.auth import actor, deps
from backend.web.pages import Pages
from schemas import identity as wire

blp = Pages("staff_window_codes", __name__)

TEMPLATE = "staff/window_codes.html"


@blp.get("/staff/window-codes")
def counter() -> Response:
    return page(TEMPLATE, form=forms.Form())


@blp.post("/staff/window-codes")
def issue() -> Response:
    form = forms.read(wire.WindowCodeIssue)
    if not form.ok:
        return page(TEMPLATE, 422, form=form)
    try:
        slip = repeats.shown_once(lambda: service.issue_window_code(deps(), actor(), **form.values))
    except ServiceError as refusal:
        return refused(refusal, TEMPLATE, form=form)
    return page(TEMPLATE, form=forms.Form(), slip=slip, shown_before=slip is None)
