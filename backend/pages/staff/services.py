"""Deposit-free services in the console: set up for a merchant, changed, paused, ended."""

from collections.abc import Callable
from typing import Any

from flask import Response, request

from backend.common.errors import ServiceError
from backend.eligibility import service
from backend.eligibility.model import ManagedService, Offer
from backend.merchants import service as merchants
from backend.pages import forms, repeats
from backend.pages.edge import go
from backend.pages.edge import page as a_page
from backend.pages.staff import asking, lists, shops
from backend.pages.words import in_yuan
from backend.web.auth import actor, deps
from backend.web.pages import Pages
from schemas import eligibility as wire
from schemas.base import RequestSchema
from schemas.terms import GradeValue, ServiceKind, ServiceState

blp = Pages("staff_services", __name__)

HOME = "/staff/services"
ACTS: dict[str, tuple[type[RequestSchema], Callable[..., ManagedService]]] = {
    "pause": (wire.ServicePause, service.pause_service),
    "resume": (wire.ServiceResume, service.resume_service),
    "close": (wire.ServiceClose, service.close_service),
}


@blp.get(HOME)
def services() -> Response:
    state, merchant_id = lists.state_of(ServiceState), request.args.get("merchant_id") or None
    found = service.list_services(
        deps(),
        actor(),
        state=state,
        merchant_id=merchant_id,
        limit=lists.LIMIT,
        cursor=request.args.get("cursor"),
    )
    names = merchants.names(deps(), {one.merchant_id for one in found.items})
    return a_page(
        "staff/editors/services.html",
        found=found,
        names=names,
        states=list(ServiceState),
        state=state,
        merchant_id=merchant_id or "",
    )


@blp.get(f"{HOME}/new")
def begin() -> Response:
    usual = {"minimum_grade": GradeValue.GOOD, "merchant_id": request.args.get("merchant_id")}
    return _form(None, asking.filled(**usual))


@blp.post(f"{HOME}/new")
def create() -> Response:
    form = _read(wire.ServiceCreate)
    if not form.ok:
        return _form(None, form)
    wanted = dict(form.values)
    merchant_id = wanted.pop("merchant_id")

    def make() -> str:
        made = service.create_service(deps(), actor(), merchant_id=merchant_id, offer=Offer(**wanted))
        return f"{HOME}/{made.id}"

    try:
        return go(repeats.once(make))
    except ServiceError as refusal:
        return _form(None, form, refusal=refusal)


@blp.get(f"{HOME}/<service_id>")
def one_service(service_id: str) -> Response:
    return _service(service_id)


@blp.get(f"{HOME}/<service_id>/edit")
def edit(service_id: str) -> Response:
    one = service.find_service(deps(), actor(), service_id=service_id)
    return _form(one, asking.filled(**vars(one) | {"deposit_fen": in_yuan(one.deposit_fen)}))


@blp.post(f"{HOME}/<service_id>/edit")
def change(service_id: str) -> Response:
    one = service.find_service(deps(), actor(), service_id=service_id)
    form = _read(wire.ServicePut)
    if not form.ok:
        return _form(one, form)
    wanted = dict(form.values)
    version = wanted.pop("version")
    try:
        service.change_service(deps(), actor(), service_id=service_id, version=version, offer=Offer(**wanted))
    except ServiceError as refusal:
        return _form(one, form, refusal=refusal)
    return go(f"{HOME}/{service_id}")


@blp.post(f"{HOME}/<service_id>/<any('pause','resume','close'):act>")
def move(service_id: str, act: str) -> Response:
    schema, use_case = ACTS[act]
    form = forms.read(schema)
    if not form.ok:
        return _service(service_id, form=form, act=act)
    try:
        use_case(deps(), actor(), service_id=service_id, **form.values)
    except ServiceError as refusal:
        return _service(service_id, form=form, refusal=refusal, act=act)
    return go(f"{HOME}/{service_id}")


def _service(service_id: str, *, act: str | None = None, **asked: Any) -> Response:
    one = service.find_service(deps(), actor(), service_id=service_id)
    may = [each.value for each in one.may]
    return asking.shown(
        "staff/editors/service.html",
        **asked,
        one=one,
        may=may,
        act=act if act in may else None,
        merchant=merchants.names(deps(), [one.merchant_id]).get(one.merchant_id),
    )


def _form(one: ManagedService | None, form: forms.Form, **facts: Any) -> Response:
    newcomers = request.form.get("no_record_eligible") == "1"
    if request.method == "GET":
        newcomers = one is None or one.no_record_eligible
    return asking.shown(
        "staff/editors/service_form.html",
        form,
        **facts,
        one=one,
        kinds=asking.options(ServiceKind),
        grades=asking.options((GradeValue.EXCELLENT, GradeValue.GOOD, GradeValue.FAIR)),
        merchants=shops.to_choose() if one is None else [],
        newcomers=newcomers,
    )


def _read(schema: type[RequestSchema]) -> forms.Form:
    """The deposit is typed in yuan."""
    form = forms.read(schema, deposit_fen=forms.fen("deposit_fen"))
    forms.tell_no_money(form, "deposit_fen")
    return form
