"""Merchants in the console: taken on, their keys shown once, their clerks, their figures of a month."""

from collections.abc import Callable
from typing import Any

from flask import Response, request

from backend.common.districts import DISTRICTS
from backend.common.errors import ServiceError
from backend.merchants import service
from backend.merchants.model import Particulars, Shown
from backend.orders import service as orders
from backend.pages import forms, repeats
from backend.pages.edge import go
from backend.pages.edge import page as a_page
from backend.pages.staff import asking, lists
from backend.web.auth import actor, deps
from backend.web.pages import Pages
from schemas import merchants as wire
from schemas.base import RequestSchema
from schemas.terms import MerchantKind, MerchantState

blp = Pages("staff_merchants", __name__)

HOME = "/staff/merchants"
KEYS = 100
ACTS: dict[str, tuple[type[RequestSchema], Callable[..., Shown]]] = {
    "pause": (wire.MerchantPause, service.pause),
    "resume": (wire.MerchantResume, service.resume),
    "close": (wire.MerchantClose, service.close),
}


@blp.get(HOME)
def merchants() -> Response:
    state = lists.state_of(MerchantState)
    found = service.listed(deps(), actor(), state=state, limit=lists.LIMIT, cursor=request.args.get("cursor"))
    return a_page("staff/editors/merchants.html", found=found, states=list(MerchantState), state=state)


@blp.get(f"{HOME}/new")
def begin() -> Response:
    return _form(None, asking.filled(rate_per_minute=wire.USUAL_RATE))


@blp.post(f"{HOME}/new")
def create() -> Response:
    form = forms.read(wire.MerchantCreate)
    if not form.ok:
        return _form(None, form)
    wanted = _particulars(form.values)
    try:
        return go(repeats.once(lambda: f"{HOME}/{service.create(deps(), actor(), wanted=wanted).id}"))
    except ServiceError as refusal:
        return _form(None, form, refusal=refusal)


@blp.get(f"{HOME}/<merchant_id>")
def merchant(merchant_id: str) -> Response:
    return _merchant(merchant_id)


@blp.get(f"{HOME}/<merchant_id>/edit")
def edit(merchant_id: str) -> Response:
    one = service.find(deps(), actor(), merchant_id=merchant_id)
    return _form(one, asking.filled(**vars(one)))


@blp.post(f"{HOME}/<merchant_id>/edit")
def change(merchant_id: str) -> Response:
    one = service.find(deps(), actor(), merchant_id=merchant_id)
    form = forms.read(wire.MerchantPut)
    if not form.ok:
        return _form(one, form)
    wanted = dict(form.values)
    version = wanted.pop("version")
    try:
        service.change(deps(), actor(), merchant_id=merchant_id, version=version, wanted=_particulars(wanted))
    except ServiceError as refusal:
        return _form(one, form, refusal=refusal)
    return go(f"{HOME}/{merchant_id}")


@blp.post(f"{HOME}/<merchant_id>/<any('pause','resume','close'):act>")
def move(merchant_id: str, act: str) -> Response:
    schema, use_case = ACTS[act]
    form = forms.read(schema)
    if not form.ok:
        return _merchant(merchant_id, form=form, act=act)
    try:
        use_case(deps(), actor(), merchant_id=merchant_id, **form.values)
    except ServiceError as refusal:
        return _merchant(merchant_id, form=form, refusal=refusal, act=act)
    return go(f"{HOME}/{merchant_id}")


@blp.post(f"{HOME}/<merchant_id>/keys")
def create_key(merchant_id: str) -> Response:
    """The key stands on this answer and nowhere else."""
    form = forms.read(wire.MerchantKeyCreate)
    if not form.ok:
        return _merchant(merchant_id, form=form, act="keys")
    try:
        made = repeats.shown_once(
            lambda: service.create_key(deps(), actor(), merchant_id=merchant_id, **form.values)
        )
    except ServiceError as refusal:
        return _merchant(merchant_id, form=form, refusal=refusal, act="keys")
    return _merchant(merchant_id, new_key=made, shown_before="keys" if made is None else None)


@blp.post(f"{HOME}/<merchant_id>/keys/<key_id>/revoke")
def revoke_key(merchant_id: str, key_id: str) -> Response:
    service.revoke_key(deps(), actor(), merchant_id=merchant_id, key_id=key_id)
    return go(f"{HOME}/{merchant_id}")


@blp.post(f"{HOME}/<merchant_id>/clerks")
def create_clerk(merchant_id: str) -> Response:
    """As with a key: password and secret stand on this answer alone."""
    form = forms.read(wire.MerchantClerkCreate)
    form.typed.pop("password", None)
    if not form.ok:
        return _merchant(merchant_id, form=form, act="clerks")
    try:
        made = repeats.shown_once(
            lambda: service.create_clerk(deps(), actor(), merchant_id=merchant_id, **form.values)
        )
    except ServiceError as refusal:
        return _merchant(merchant_id, form=form, refusal=refusal, act="clerks")
    return _merchant(merchant_id, new_clerk=made, shown_before="clerks" if made is None else None)


@blp.post(f"{HOME}/<merchant_id>/clerks/<clerk_id>/close")
def close_clerk(merchant_id: str, clerk_id: str) -> Response:
    service.close_clerk(deps(), actor(), merchant_id=merchant_id, clerk_id=clerk_id)
    return go(f"{HOME}/{merchant_id}")


def _merchant(merchant_id: str, *, act: str | None = None, **asked: Any) -> Response:
    one = service.find(deps(), actor(), merchant_id=merchant_id)
    may = [each.value for each in one.may]
    month = request.args.get("month") or None
    return asking.shown(
        "staff/editors/merchant.html",
        **asked,
        one=one,
        may=may,
        act=act if act in (*may, "keys", "clerks") else None,
        keys=service.keys(deps(), actor(), merchant_id=merchant_id, limit=KEYS).items,
        clerks=service.clerks(deps(), actor(), merchant_id=merchant_id),
        figures=service.figures(deps(), actor(), merchant_id=merchant_id, month=month),
        open_orders=orders.open_orders(deps(), actor(), merchant_id=merchant_id),
    )


def _form(one: Shown | None, form: forms.Form, **facts: Any) -> Response:
    return asking.shown(
        "staff/editors/merchant_form.html",
        form,
        **facts,
        one=one,
        kinds=asking.options(MerchantKind),
        districts=list(DISTRICTS.values()),
        chosen=asking.chosen(kinds=one.kinds if one else ()),
    )


def _particulars(body: dict[str, Any]) -> Particulars:
    return Particulars(**body | {"kinds": tuple(body["kinds"])})
