"""Restorations in the console: the officer accepts or declines, the provider's unit gives its proof."""

from collections.abc import Callable

from flask import Response

from backend.common.errors import ServiceError
from backend.pages import forms
from backend.pages.edge import form_page, go
from backend.pages.staff import lists
from backend.restorations import service
from backend.web.auth import actor, deps
from backend.web.downloads import attachment
from backend.web.pages import Pages
from schemas import restorations as wire
from schemas.base import RequestSchema
from schemas.terms import CaseKind, RestorationAct, RestorationState

blp = Pages("staff_restorations", __name__)

HOME = "/staff/restorations"
ACTS: dict[str, tuple[type[RequestSchema], Callable[..., object], RestorationAct]] = {
    "accept": (wire.RestorationAccept, service.accept, RestorationAct.ACCEPT),
    "decline": (wire.RestorationDecline, service.decline, RestorationAct.DECLINE),
    "proofs": (wire.RestorationProof, service.prove, RestorationAct.RESTORE),
}


@blp.get(HOME)
def cases() -> Response:
    return lists.of_both(
        "staff/cases/restorations.html", RestorationState, service.for_provider, service.for_officers
    )


@blp.get(f"{HOME}/<restoration_id>")
def case(restoration_id: str) -> Response:
    return _shown(restoration_id)


@blp.get(f"{HOME}/<restoration_id>/evidence/<evidence_id>")
def evidence(restoration_id: str, evidence_id: str) -> Response:
    download = service.download_for_provider if lists.is_provider() else service.download_for_officer
    return attachment(download(deps(), actor(), restoration_id=restoration_id, evidence_id=evidence_id))


@blp.post(f"{HOME}/<restoration_id>/<any('accept','decline'):act>")
def decide(restoration_id: str, act: str) -> Response:
    return _moved(restoration_id, act)


@blp.post(f"{HOME}/<restoration_id>/proofs")
def prove(restoration_id: str) -> Response:
    return _moved(restoration_id, "proofs")


def _moved(restoration_id: str, act: str) -> Response:
    schema, use_case, _ = ACTS[act]
    form = forms.read(schema)
    if not form.ok:
        return _shown(restoration_id, form=form, act=act)
    try:
        use_case(deps(), actor(), restoration_id=restoration_id, **form.values)
    except ServiceError as refusal:
        return _shown(restoration_id, refusal=refusal, form=form, act=act)
    return go(f"{HOME}/{restoration_id}")


def _shown(
    restoration_id: str,
    *,
    refusal: ServiceError | None = None,
    form: forms.Form | None = None,
    act: str | None = None,
) -> Response:
    """The case as it is now; an act that it does not offer any more has no form to stand in."""
    find = service.find_for_provider if lists.is_provider() else service.find_for_officer
    case = find(deps(), actor(), restoration_id=restoration_id)
    offered = act if act is not None and ACTS[act][2] in case.may else None
    others = lists.beside(CaseKind.RESTORATION, restoration_id)
    return form_page("staff/cases/restoration.html", form, refusal, case=case, act=offered, beside=others)
