"""The console's door: user name, password and, in production, the one-time code; and the own password."""

from flask import Response, request

from backend.accounts import service as accounts
from backend.common.errors import ServiceError
from backend.pages import cookies, forms, repeats
from backend.pages.edge import go, page, refused
from backend.staff import service as staff
from backend.web.auth import actor, address, deps
from backend.web.pages import Pages
from schemas import staff as wire
from schemas.terms import STAFF_ROLES

blp = Pages("staff_door", __name__)


@blp.get("/staff/login")
def login() -> Response:
    if actor().role in STAFF_ROLES:
        return go(forms.way_on("/staff"))
    return _door(forms.Form())


@blp.post("/staff/login")
def sign_in() -> Response:
    form = forms.read(wire.StaffSignIn)
    if not form.ok:
        return _door(form, 422)
    try:
        tokens = staff.sign_in(deps(), actor(), **form.values, address=address())
    except ServiceError as refusal:
        return refused(refusal, "staff/login.html", form=form, way_on=forms.way_on("/staff"))
    cookies.keep("staff", tokens)
    return go(forms.way_on("/staff"))


@blp.post("/staff/logout")
def sign_out() -> Response:
    if actor().session_id is not None:
        accounts.sign_out(deps(), actor())
    cookies.drop("staff")
    return go("/staff/login")


@blp.get("/staff/password")
def password() -> Response:
    return page("staff/password.html", form=forms.Form(), done=request.args.get("done"))


@blp.post("/staff/password")
def change_password() -> Response:
    form = forms.read(wire.PasswordChange)
    if not form.ok:
        return page("staff/password.html", 422, form=form)

    def change() -> str:
        staff.change_password(deps(), actor(), **form.values, address=address())
        return "/staff/password?done=1"

    try:
        return go(repeats.once(change))
    except ServiceError as refusal:
        return refused(refusal, "staff/password.html", form=form)


def _door(form: forms.Form, code: int = 200) -> Response:
    return page("staff/login.html", code, form=form, way_on=forms.way_on("/staff"))
