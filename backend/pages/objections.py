"""The own objections: the list, a new one, a case with its clocks, and what one may do with it."""

from functools import partial
from typing import Any
from urllib.parse import quote

from flask import Response, request

from backend.common.errors import ServiceError
from backend.objections import service
from backend.objections.model import Candidate
from backend.pages import case_words as words
from backend.pages import casework, forms
from backend.pages.edge import go, page
from backend.pages.words import label, t
from backend.web.auth import actor, deps
from backend.web.downloads import attachment
from backend.web.pages import Pages
from schemas import objections as wire
from schemas.evidence import FORM_BYTES
from schemas.terms import ObjectionGround

blp = Pages("objections", __name__)

HERE = "/objections"
NEW, CASE = "objections/new.html", "objections/case.html"


@blp.get("/objections")
def listed() -> Response:
    cursor = request.args.get("cursor")
    found = service.mine(deps(), actor(), limit=casework.PART, cursor=cursor)
    return page("objections/list.html", found=found, words=words)


@blp.get("/objections/new")
def new() -> Response:
    """The form for one record; without one, the own records to choose from."""
    record_id = request.args.get("record")
    if not record_id:
        cursor = request.args.get("cursor")
        part = service.candidates(deps(), actor(), limit=casework.PART, cursor=cursor)
        return page("objections/choose.html", candidates=part.items, next_cursor=part.next_cursor)
    found = service.candidate(deps(), actor(), record_id=record_id)
    if found.open_id is not None:
        return go(f"{HERE}/{found.open_id}")
    return page(NEW, form=forms.Form(), **_about(record_id, found))


@blp.post("/objections/new")
@Pages.upload(FORM_BYTES)
def submit() -> Response:
    form = forms.read(wire.ObjectionSubmit)
    record_id = request.form.get("record_id", "")
    if not form.ok:
        return casework.faulty(form, NEW, partial(_again, record_id))
    try:
        shown = service.submit(
            deps(),
            actor(),
            **form.values,
            uploads=casework.uploads(),
            idempotency_key=casework.key(record_id),
        )
    except ServiceError as refusal:
        if casework.is_another(refusal) and refusal.data:
            return _instead(refusal, refusal.data["objection_id"], form)
        return casework.refused(refusal, NEW, partial(_again, record_id), form=form)
    return casework.done(f"{HERE}/{shown.id}?done=submit")


@blp.get("/objections/<objection_id>")
def case(objection_id: str) -> Response:
    return page(CASE, form=forms.Form(), **_case(objection_id))


@blp.post("/objections/<objection_id>/evidence")
@Pages.upload(FORM_BYTES)
def add_evidence(objection_id: str) -> Response:
    form = forms.read(wire.ObjectionEvidenceAdd)
    if not form.ok:
        return casework.faulty(form, CASE, partial(_case, objection_id), at="evidence")
    try:
        service.add_evidence(
            deps(),
            actor(),
            objection_id=objection_id,
            **form.values,
            uploads=casework.uploads(),
            idempotency_key=casework.key(objection_id),
        )
    except ServiceError as refusal:
        return _refused(refusal, objection_id, form, "evidence")
    return casework.done(f"{HERE}/{objection_id}?done=evidence")


@blp.post("/objections/<objection_id>/dissent")
def dissent(objection_id: str) -> Response:
    form = forms.read(wire.ObjectionDissent)
    if not form.ok:
        return casework.faulty(form, CASE, partial(_case, objection_id), at="dissent")
    try:
        service.dissent(deps(), actor(), objection_id=objection_id, **form.values)
    except ServiceError as refusal:
        return _refused(refusal, objection_id, form, "dissent")
    return casework.done(f"{HERE}/{objection_id}?done=dissent")


@blp.get("/objections/<objection_id>/withdraw")
def before_withdrawing(objection_id: str) -> Response:
    """What it means to take the objection back, before it is done."""
    return page("objections/withdraw.html", **_case(objection_id))


@blp.post("/objections/<objection_id>/withdraw")
def withdraw(objection_id: str) -> Response:
    try:
        service.withdraw(deps(), actor(), objection_id=objection_id)
    except ServiceError as refusal:
        return _refused(refusal, objection_id, forms.Form(), "withdraw")
    return casework.done(f"{HERE}/{objection_id}?done=withdraw")


@blp.get("/objections/<objection_id>/evidence/<evidence_id>")
def evidence(objection_id: str, evidence_id: str) -> Response:
    return attachment(
        service.download_mine(deps(), actor(), objection_id=objection_id, evidence_id=evidence_id)
    )


def _instead(refusal: ServiceError, objection_id: str, form: forms.Form) -> Response:
    """The form was sent before and changed since. A second case there cannot be; the case of the first sending stands here, and
    what was typed stands where it can be added to it, the ground in words."""
    ground = label(form.values["ground"])
    words = t("更正（{ground}）：", "Corrected ({ground}): ", ground=ground) + form.values["statement"]
    form.typed["note"] = words
    return casework.refused(
        refusal, CASE, partial(_case, objection_id), instead=words, form=form, at="evidence"
    )


def _about(record_id: str, candidate: Candidate | None) -> dict[str, Any]:
    """What the form is about; the record's own words only for who may read them now."""
    return {
        "record_id": record_id,
        "candidate": candidate,
        "grounds": [(one.value, label(one), label(words.EXAMPLES[one])) for one in ObjectionGround],
        "outlook": service.outlook(deps()),
        "files": casework.FILES,
        "back": f"{HERE}/new?record={quote(record_id, safe='')}",
    }


def _again(record_id: str) -> dict[str, Any]:
    """The same beside a form that was refused."""
    found = casework.unless_refused(lambda: service.candidate(deps(), actor(), record_id=record_id))
    return _about(record_id, found)


def _case(objection_id: str) -> dict[str, Any]:
    return {
        "case": service.find_mine(deps(), actor(), objection_id=objection_id),
        "verified": casework.verified(),
        "files": casework.FILES,
        "blank": forms.Form(),
        "words": words,
        "said": words.DONE.get(request.args.get("done", "")),
        "back": f"{HERE}/{objection_id}",
    }


def _refused(refusal: ServiceError, objection_id: str, form: forms.Form, at: str) -> Response:
    """The case again, as it stands now, with the refusal at the form that was sent."""
    return casework.refused(refusal, CASE, partial(_case, objection_id), form=form, at=at)
