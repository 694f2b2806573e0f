"""Deposit-free: what is lent, the notice and the consent that a pass is, and the pass at the counter.

The code of a pass lies nowhere (docs/adr/0022). It is drawn from the pass, the session and a key that only this browser keeps,
for two minutes and on the address of that one pass; so reloading the page shows it again, and nobody else can.
"""

import hmac
from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import Response, jsonify, request

from backend.common import ids
from backend.common.errors import ServiceError
from backend.eligibility import service as eligibility
from backend.eligibility.model import ShownPass
from backend.grades import service as grades
from backend.pages import codes, cookies, forms, repeats, standing
from backend.pages.edge import go, page, refused
from backend.web.auth import actor, deps
from backend.web.pages import Pages
from schemas import eligibility as wire
from schemas.terms import PassState, ServiceKind

blp = Pages("lending", __name__)

PASSES = "page-passes"


@blp.get("/deposit-free")
def services() -> Response:
    kind = next((one for one in ServiceKind if one.value == request.args.get("kind")), None)
    found = eligibility.services(deps(), kind=kind, limit=20, cursor=request.args.get("cursor"))
    return page("lending/list.html", found=found, kinds=tuple(ServiceKind), chosen=kind)


@blp.get("/deposit-free/<service_id>")
def one_service(service_id: str) -> Response:
    """What a pass would consent to, read before it is made."""
    return page("lending/one.html", form=forms.Form(), **_about(service_id))


@blp.get("/passes")
def passes() -> Response:
    found = eligibility.my_passes(deps(), actor(), limit=20, cursor=request.args.get("cursor"))
    return page("lending/passes.html", found=found)


@blp.post("/passes")
def make_pass() -> Response:
    """The button is the consent; the page that it leads to shows the code. A second tap leads to the same pass."""
    form = forms.read(wire.PassMake)
    service_id = request.form.get("service_id", "")
    if not form.ok:
        return page("lending/one.html", 422, form=form, **_about(service_id))
    try:
        made, key = _made(form.values, _key(forms.once()), repeats.once)
        if (
            made.state is not PassState.OPEN
        ):  # a form that somebody came back to: its pass is over, and another is wanted
            made, key = _made(form.values, _key(ids.new_id()), lambda make: make())
    except ServiceError as refusal:
        return refused(refusal, "lending/one.html", form=form, **_about(service_id))
    cookies.keep_pass(made.id, key, seconds=_left(made.expires_at))
    return go(f"/passes/{made.id}")


@blp.get("/passes/<pass_id>")
def one_pass(pass_id: str) -> Response:
    """With its code for the browser that made it, while it is unused and in its time."""
    found = eligibility.my_pass(deps(), actor(), pass_id=pass_id)
    key = cookies.pass_key(request)
    told = eligibility.code_again(deps(), actor(), pass_id=pass_id, idempotency_key=key) if key else {}
    code = told.get("code")
    return page(
        "lending/pass.html",
        made=found,
        digits=code,
        qr=codes.drawn(code) if code else None,
        left_s=_left(found.expires_at) if found.state is PassState.OPEN else 0,
    )


@blp.get("/passes/<pass_id>/state")
def state_of_pass(pass_id: str) -> Response:
    """For the page that waits at the counter."""
    found = eligibility.my_pass(deps(), actor(), pass_id=pass_id)
    return jsonify({"state": found.state.value, "left_s": _left(found.expires_at)})


@blp.post("/passes/<pass_id>/withdraw")
def withdraw_pass(pass_id: str) -> Response:
    eligibility.withdraw_pass(deps(), actor(), pass_id=pass_id)
    cookies.drop_pass(pass_id)
    return go(f"/passes/{pass_id}")


def _about(service_id: str) -> dict[str, Any]:
    found = eligibility.service(deps(), service_id=service_id)
    rules = grades.version(deps(), version=found.rule_version) if found.rule_version else None
    meaning = standing.meaning(rules, found.minimum_grade, newcomers=False)
    return {"service": found, "rules": rules, "meaning": meaning}


def _made(
    wanted: dict[str, Any], key: str, carry_out: Callable[[Callable[[], str]], str]
) -> tuple[ShownPass, str]:
    """The pass as it stands now, and the key that shows its code."""
    pass_id = carry_out(lambda: eligibility.make_pass(deps(), actor(), **wanted, idempotency_key=key).id)
    return eligibility.my_pass(deps(), actor(), pass_id=pass_id), key


def _key(word: str) -> str:
    """The key of a pass, from the word of the form that makes it: the same form has the same one, and does not tell it."""
    return hmac.digest(deps().sealer.derive(PASSES), word.encode("utf-8", "surrogatepass"), "sha256").hex()


def _left(until: datetime) -> int:
    """Whole seconds until then; the phone's own clock may be wrong."""
    return max(0, int((until - deps().now()).total_seconds()))
