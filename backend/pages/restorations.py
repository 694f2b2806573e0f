"""The own applications for restoration: the list, a new one, and a case with its clocks."""

from functools import partial
from typing import Any
from urllib.parse import quote

from flask import Response, request

from backend.common.errors import ServiceError
from backend.pages import case_words as words
from backend.pages import casework, forms
from backend.pages.edge import go, page
from backend.restorations import service
from backend.restorations.model import Candidate
from backend.web.auth import actor, deps
from backend.web.downloads import attachment
from backend.web.pages import Pages
from schemas import restorations as wire
from schemas.evidence import FORM_BYTES

blp = Pages("restorations", __name__)

HERE = "/restorations"
NEW, CASE = "restorations/new.html", "restorations/case.html"


@blp.get("/restorations")
def listed() -> Response:
    cursor = request.args.get("cursor")
    found = service.mine(deps(), actor(), limit=casework.PART, cursor=cursor)
    return page("restorations/list.html", found=found, words=words)


@blp.get("/restorations/new")
def new() -> Response:
    """The form for one record, or why it cannot be asked for yet; without one, the own adverse records to choose from."""
    record_id = request.args.get("record")
    if not record_id:
        cursor = request.args.get("cursor")
        part = service.candidates(deps(), actor(), limit=casework.PART, cursor=cursor)
        return page("restorations/choose.html", candidates=part.items, next_cursor=part.next_cursor)
    found = service.candidate(deps(), actor(), record_id=record_id)
    if found.open_id is not None:
        return go(f"{HERE}/{found.open_id}")
    return page(NEW, form=forms.Form(), **_about(record_id, found))


@blp.post("/restorations/new")
@Pages.upload(FORM_BYTES)
def apply() -> Response:
    form = forms.read(wire.RestorationApply)
    record_id = request.form.get("record_id", "")
    if not form.ok:
        return casework.faulty(form, NEW, partial(_again, record_id))
    try:
        shown = service.apply(
            deps(),
            actor(),
            **form.values,
            uploads=casework.uploads(),
            idempotency_key=casework.key(record_id),
        )
    except ServiceError as refusal:
        return casework.refused(refusal, NEW, partial(_again, record_id), form=form)
    return casework.done(f"{HERE}/{shown.id}?done=submit")


@blp.get("/restorations/<restoration_id>")
def case(restoration_id: str) -> Response:
    return page(CASE, form=forms.Form(), **_case(restoration_id))


@blp.get("/restorations/<restoration_id>/withdraw")
def before_withdrawing(restoration_id: str) -> Response:
    """What it means to take the application back, before it is done."""
    return page("restorations/withdraw.html", **_case(restoration_id))


@blp.post("/restorations/<restoration_id>/withdraw")
def withdraw(restoration_id: str) -> Response:
    try:
        service.withdraw(deps(), actor(), restoration_id=restoration_id)
    except ServiceError as refusal:
        about = partial(_case, restoration_id)
        return casework.refused(refusal, CASE, about, form=forms.Form(), at="withdraw")
    return casework.done(f"{HERE}/{restoration_id}?done=withdraw")


@blp.get("/restorations/<restoration_id>/evidence/<evidence_id>")
def evidence(restoration_id: str, evidence_id: str) -> Response:
    return attachment(
        service.download_mine(deps(), actor(), restoration_id=restoration_id, evidence_id=evidence_id)
    )


def _about(record_id: str, candidate: Candidate | None) -> dict[str, Any]:
    """What the form is about; the record's own words only for who may read them now."""
    return {
        "record_id": record_id,
        "candidate": candidate,
        "outlook": service.outlook(deps()),
        "files": casework.FILES,
        "back": f"{HERE}/new?record={quote(record_id, safe='')}",
    }


def _again(record_id: str) -> dict[str, Any]:
    """The same beside a form that was refused."""
    found = casework.unless_refused(lambda: service.candidate(deps(), actor(), record_id=record_id))
    return _about(record_id, found)


def _case(restoration_id: str) -> dict[str, Any]:
    return {
        "case": service.find_mine(deps(), actor(), restoration_id=restoration_id),
        "verified": casework.verified(),
        "words": words,
        "said": words.DONE.get(request.args.get("done", "")),
        "back": f"{HERE}/{restoration_id}",
    }
