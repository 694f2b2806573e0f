"""Objections in the console: the officer's and the provider's list, and the case with everything needed on one page."""

from collections.abc import Callable
from typing import Any

from flask import Response

from backend.catalogue import service as catalogue
from backend.catalogue.model import FieldSpec
from backend.common.errors import ServiceError
from backend.objections import errors, service
from backend.pages import forms
from backend.pages.edge import form_page, go
from backend.pages.staff import lists
from backend.pages.staff.corrections import correction_of
from backend.records.model import Correction
from backend.web.auth import actor, deps
from backend.web.downloads import attachment
from backend.web.pages import Pages
from schemas import objections as wire
from schemas.base import RequestSchema
from schemas.terms import CaseKind, FindingOutcome, ObjectionAct, ObjectionState

blp = Pages("staff_objections", __name__)

HOME = "/staff/objections"
# The acts of an officer that are one box and one button: the schema of the box, and the use case.
PLAIN: dict[str, tuple[type[RequestSchema], Callable[..., object]]] = {
    "take-over": (wire.ObjectionTakeOver, service.take_over),
    "request-supplement": (wire.ObjectionSupplementRequest, service.request_supplement),
    "forward": (wire.ObjectionForward, service.forward),
}
# What the case must allow for the form of an act to stand on its page.
OFFERED = {
    "take-over": ObjectionAct.TAKE_OVER,
    "request-supplement": ObjectionAct.REQUEST_SUPPLEMENT,
    "forward": ObjectionAct.FORWARD,
    "decide": ObjectionAct.CORRECT,
    "findings": ObjectionAct.CORRECT,
}


@blp.get(HOME)
def cases() -> Response:
    return lists.of_both(
        "staff/cases/objections.html", ObjectionState, service.for_provider, service.for_officers
    )


@blp.get(f"{HOME}/<objection_id>")
def case(objection_id: str) -> Response:
    return _shown(objection_id)


@blp.get(f"{HOME}/<objection_id>/evidence/<evidence_id>")
def evidence(objection_id: str, evidence_id: str) -> Response:
    download = service.download_for_provider if lists.is_provider() else service.download_for_officer
    return attachment(download(deps(), actor(), objection_id=objection_id, evidence_id=evidence_id))


@blp.post(f"{HOME}/<objection_id>/compare")
def compare(objection_id: str) -> Response:
    try:
        service.compare(deps(), actor(), objection_id=objection_id)
    except ServiceError as refusal:
        return _shown(objection_id, refusal=refusal)
    return go(f"{HOME}/{objection_id}")


@blp.post(f"{HOME}/<objection_id>/<any('take-over','request-supplement','forward'):act>")
def move(objection_id: str, act: str) -> Response:
    schema, use_case = PLAIN[act]
    form = forms.read(schema)
    if not form.ok:
        return _shown(objection_id, form=form, act=act)
    try:
        use_case(deps(), actor(), objection_id=objection_id, **form.values)
    except ServiceError as refusal:
        return _shown(objection_id, refusal=refusal, form=form, act=act)
    return go(f"{HOME}/{objection_id}")


@blp.post(f"{HOME}/<objection_id>/decide")
def decide(objection_id: str) -> Response:
    """The officer's own decision: the data differ."""
    sent = correction_of(("reason",))
    form = forms.read_values(wire.ObjectionDecide, sent | {"outcome": "corrected"})
    if not form.ok:
        return _shown(objection_id, form=form, act="decide")
    asked = form.values
    del asked["outcome"]
    try:
        service.decide(deps(), actor(), objection_id=objection_id, **_remedy(asked))
    except ServiceError as refusal:
        return _shown(objection_id, refusal=refusal, form=form, act="decide")
    return go(f"{HOME}/{objection_id}")


@blp.post(f"{HOME}/<objection_id>/findings")
def answer(objection_id: str) -> Response:
    """The provider's finding: right and upheld, or wrong and put right."""
    sent = correction_of(("outcome", "explanation"))
    form = forms.read_values(wire.ObjectionFinding, sent)
    if not form.ok:
        return _shown(objection_id, form=form, act="findings")
    try:
        _find(objection_id, form.values)
    except ServiceError as refusal:
        return _shown(objection_id, refusal=refusal, form=form, act="findings")
    return go(f"{HOME}/{objection_id}")


def _find(objection_id: str, asked: dict[str, Any]) -> None:
    outcome, asked = asked["outcome"], _remedy({k: v for k, v in asked.items() if k != "outcome"})
    if outcome is FindingOutcome.CORRECTED:
        service.find_corrected(deps(), actor(), objection_id=objection_id, **asked)
        return
    if asked.pop("correction") is not None or asked.pop("remove") is not None:
        raise errors.no_correction_wanted()
    service.find_upheld(deps(), actor(), objection_id=objection_id, **asked)


def _shown(
    objection_id: str,
    *,
    refusal: ServiceError | None = None,
    form: forms.Form | None = None,
    act: str | None = None,
) -> Response:
    """The case as it is now, which after a refusal may be another than the officer saw."""
    find = service.find_for_provider if lists.is_provider() else service.find_for_officer
    case = find(deps(), actor(), objection_id=objection_id)
    if act is not None and OFFERED[act] not in case.may:
        act = None
    facts: dict[str, Any] = {
        "case": case,
        "act": act,
        "is_provider": lists.is_provider(),
        "specs": _specs(case),
    }
    facts["beside"] = lists.beside(CaseKind.OBJECTION, objection_id)
    return form_page("staff/cases/objection.html", form, refusal, **facts)


def _specs(case: Any) -> dict[str, FieldSpec]:
    """What each field of the record's content may hold, for its box in a correction."""
    if case.record is None or ObjectionAct.CORRECT not in case.may:
        return {}
    try:
        item = catalogue.find_item(deps(), case.record.item_code)
    except ServiceError:  # an item that left the catalogue: its boxes are plain
        return {}
    return {one.name: one for one in item.fields}


def _remedy(asked: dict[str, Any]) -> dict[str, Any]:
    correction = asked.pop("correction")
    return {**asked, "correction": Correction(**correction) if correction else None}
