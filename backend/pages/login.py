"""Signing in with a phone code, signing out, and binding a name and number."""

from flask import Response, request

from backend.accounts import service as accounts
from backend.common.errors import Kind, ServiceError
from backend.identity import service as identity
from backend.pages import cookies, forms, repeats
from backend.pages.edge import go, page, refused
from backend.web.auth import actor, address, deps
from backend.web.pages import Pages
from schemas import accounts as wire
from schemas import identity as identity_wire
from schemas.terms import Role

blp = Pages("login", __name__)

ANOTHER = "another"
"""On the form that asks for one more code: too soon, the first one is still to be typed where one was about to."""


@blp.get("/login")
def login() -> Response:
    if actor().role is Role.CITIZEN:
        return go(forms.way_on())
    return page("login/phone.html", form=forms.Form(), way_on=forms.way_on())


@blp.post("/login")
def ask_for_code() -> Response:
    """The second step stands on the answer itself: the number is in the form, never in an address. Loaded again it sends no other
    message, so that the code of the first goes on working."""
    form = forms.read(wire.CodeRequest)
    if not form.ok:
        return page("login/phone.html", 422, form=form, way_on=forms.way_on())
    try:
        sent = repeats.shown_once(
            lambda: accounts.request_code(deps(), actor(), **form.values, address=address())
        )
    except ServiceError as refusal:
        waiting = bool(request.form.get(ANOTHER)) or _just_sent(refusal)
        at = "login/code.html" if waiting else "login/phone.html"
        return refused(refusal, at, form=form, way_on=forms.way_on(), resent=waiting)
    return page("login/code.html", form=form, sent=sent, way_on=forms.way_on())


def _just_sent(refusal: ServiceError) -> bool:
    """Whether the wait is so short that it is the one after a message: who left the page of that one, which has no address, finds
    the box for its code again."""
    return refusal.kind is Kind.TOO_MANY and (refusal.retry_after or 0) <= accounts.SENT.resend_after


@blp.post("/login/code")
def sign_in() -> Response:
    form = forms.read(wire.SignIn)
    if not form.ok:
        return page("login/code.html", 422, form=form, way_on=forms.way_on())
    try:
        tokens = accounts.sign_in(deps(), actor(), **form.values, address=address())
    except ServiceError as refusal:
        return refused(refusal, "login/code.html", form=form, way_on=forms.way_on())
    cookies.keep("citizen", tokens)
    return go(forms.way_on())


@blp.post("/logout")
def sign_out() -> Response:
    if actor().session_id is not None:
        accounts.sign_out(deps(), actor())
    cookies.drop("citizen")
    return go("/")


@blp.get("/identity")
def identity_form() -> Response:
    if actor().subject_id is not None:
        return go(forms.way_on("/verify-me"))
    return page("login/identity.html", form=forms.Form(), way_on=forms.way_on("/verify-me"))


@blp.post("/identity")
def bind_identity() -> Response:
    form = forms.read(identity_wire.IdentityBind)
    if not form.ok:
        return page("login/identity.html", 422, form=form, way_on=forms.way_on("/verify-me"))
    try:
        identity.bind(deps(), actor(), **form.values, address=address())
    except ServiceError as refusal:
        return refused(refusal, "login/identity.html", form=form, way_on=forms.way_on("/verify-me"))
    return go(forms.way_on("/verify-me"))
