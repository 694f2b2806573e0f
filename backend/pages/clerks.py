"""Clerks at the till: signing in and out, the own password, and the orders of what is lent."""

from typing import Any

from flask import Response, request
from werkzeug.exceptions import NotFound

from backend.accounts import service as accounts
from backend.common.errors import ServiceError
from backend.merchants import service as merchants
from backend.orders import service as orders
from backend.orders.model import ShownOrder
from backend.pages import cookies, forms, repeats
from backend.pages.edge import go, page, refused
from backend.web.auth import actor, address, deps
from backend.web.pages import Pages
from schemas import merchants as wire
from schemas import orders as order_wire
from schemas.staff import PasswordChange
from schemas.terms import OrderAct, OrderState, Role

blp = Pages("clerks", __name__)

TILL = "/merchant"


@blp.get("/merchant/login")
def login() -> Response:
    if actor().role is Role.MERCHANT:
        return go(forms.way_on(TILL))
    return page("merchant/login.html", form=forms.Form(), way_on=forms.way_on(TILL))


@blp.post("/merchant/login")
def sign_in() -> Response:
    form = forms.read(wire.MerchantSignIn)
    if not form.ok:
        return page("merchant/login.html", 422, form=form, way_on=forms.way_on(TILL))
    try:
        tokens = merchants.sign_in(deps(), actor(), **form.values, address=address())
    except ServiceError as refusal:
        return refused(refusal, "merchant/login.html", form=form, way_on=forms.way_on(TILL))
    cookies.keep("merchant", tokens)
    return go(forms.way_on(TILL))


@blp.post("/merchant/logout")
def sign_out() -> Response:
    if actor().session_id is not None:
        accounts.sign_out(deps(), actor())
    cookies.drop("merchant")
    return go("/merchant/login")


@blp.get("/merchant/account")
def account() -> Response:
    return page("merchant/account.html", form=forms.Form(), done=request.args.get("done"), **_account())


@blp.post("/merchant/account")
def change_password() -> Response:
    form = forms.read(PasswordChange)
    if not form.ok:
        return page("merchant/account.html", 422, form=form, **_account())

    def change() -> str:
        merchants.change_password(deps(), actor(), **form.values, address=address())
        return "/merchant/account?done=1"

    try:
        return go(repeats.once(change))
    except ServiceError as refusal:
        return refused(refusal, "merchant/account.html", form=forms.Form(), **_account())


@blp.get("/merchant/orders")
def all_orders() -> Response:
    state = next((one for one in OrderState if one.value == request.args.get("state")), None)
    found = orders.of_merchant(deps(), actor(), limit=20, cursor=request.args.get("cursor"), state=state)
    return page("merchant/orders.html", found=found, chosen=state, states=tuple(OrderState))


@blp.post("/merchant/orders")
def make_order() -> Response:
    """From the answer of a check that needs no deposit."""
    form = forms.read(order_wire.OrderCreate)
    facts = {"check_id": request.form.get("check_id", "")}
    if not form.ok:
        return page("merchant/order_new.html", 422, form=form, **facts)
    try:
        made = orders.create(deps(), actor(), **form.values)
    except ServiceError as refusal:
        return refused(refusal, "merchant/order_new.html", form=form, **facts)
    return go(f"/merchant/orders/{made.id}")


@blp.get("/merchant/orders/<order_id>")
def one_order(order_id: str) -> Response:
    return page("merchant/order.html", form=forms.Form(), order=_order(order_id))


@blp.post("/merchant/orders/<order_id>/<act>")
def report(order_id: str, act: str) -> Response:
    """What became of the thing that was lent."""
    form = forms.Form(values={"order_id": order_id})
    if act == OrderAct.SETTLE.value:
        form = forms.read(order_wire.OrderSettle, charged_fen=forms.fen("charged_fen"))
        forms.tell_no_money(form, "charged_fen")
        form.values["order_id"] = order_id
    if not form.ok:
        return page("merchant/order.html", 422, form=form, order=_order(order_id))
    try:
        _verb(act)(deps(), actor(), **form.values)
    except ServiceError as refusal:
        return refused(refusal, "merchant/order.html", form=form, order=_order(order_id))
    return go(f"/merchant/orders/{order_id}")


def _verb(act: str) -> Any:
    verbs = {
        OrderAct.ACTIVATE.value: orders.activate,
        OrderAct.RETURN.value: orders.give_back,
        OrderAct.SETTLE.value: orders.settle,
        OrderAct.CANCEL.value: orders.cancel,
    }
    if act not in verbs:
        raise NotFound
    return verbs[act]


def _order(order_id: str) -> ShownOrder:
    return orders.find(deps(), actor(), order_id=order_id)


def _account() -> dict[str, Any]:
    return {"me": merchants.me(deps(), actor()), "figures": merchants.own_figures(deps(), actor())}
