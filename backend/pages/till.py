"""The till: a customer's code scanned or typed, and one large answer. The clerk sees nothing of the person.

The answer is part of the page that the form leads to. With a script the same page is fetched and its answer shown in place, so
that the camera stays on; without one it is simply the next page.
"""

from typing import Any

from flask import Response, render_template, request

from backend.benefits import service as benefits
from backend.common import ids
from backend.common.errors import ServiceError
from backend.eligibility import service as eligibility
from backend.eligibility.model import Answer, ShownService
from backend.pages import cookies, forms
from backend.pages.edge import go, page, refused
from backend.pages.words import t
from backend.web.auth import actor, address, deps
from backend.web.evening import evened_page
from backend.web.pages import Pages
from schemas import benefits as redeeming
from schemas import eligibility as checking
from schemas.terms import Verdict

blp = Pages("till", __name__)

KEY = "key"
MOST_SERVICES = 100
CHECK, REDEEM = "merchant/check.html", "merchant/redeem.html"


@blp.get("/merchant")
def till() -> Response:
    """The service is chosen once; then the next customer."""
    offered, chosen = _services()
    if chosen is None or request.args.get("choose"):
        return page("merchant/services.html", services=offered, chosen=chosen)
    return page(CHECK, **_standing(chosen))


@blp.post("/merchant/service")
def choose_service() -> Response:
    """Kept in this browser only. Another merchant's is none of these, and is asked for again."""
    cookies.keep_service(request.form.get("service_id", "")[:64])
    return go("/merchant")


@blp.post("/merchant/check")
def check() -> Response:
    """A yes or a no: the pages of both have one length and leave at a step (`web/evening.py`), like the API's answers. The key
    of the form gives the same answer when the page is sent again."""
    chosen = _chosen(request.form.get("service_id"))
    if chosen is None:
        return go("/merchant")
    asked = _asked(checking.CheckMake, service_id=chosen.id)
    if not asked.ok:
        return page(CHECK, 422, **_standing(chosen, form=asked))
    try:
        answer = eligibility.check(deps(), actor(), **asked.values, address=address(), idempotency_key=_key())
    except ServiceError as refusal:
        return refused(refusal, CHECK, **_standing(chosen, form=asked))
    facts = _standing(chosen)
    pages = {one: _answered(answer, one, facts) for one in Verdict}
    return evened_page(pages[answer.verdict], pages.values())


@blp.get("/merchant/redeem")
def redeem_form() -> Response:
    return page(REDEEM, form=forms.Form(), key=ids.new_id())


@blp.post("/merchant/redeem")
def redeem() -> Response:
    facts: dict[str, Any] = {"key": ids.new_id()}
    asked = _asked(redeeming.Redemption)
    if not asked.ok:
        return page(REDEEM, 422, form=asked, **facts)
    try:
        receipt = benefits.redeem(deps(), actor(), **asked.values, idempotency_key=_key(), address=address())
    except ServiceError as refusal:
        return refused(refusal, REDEEM, form=asked, **facts)
    return page(REDEEM, form=forms.Form(), receipt=receipt, **facts)


def _answered(answer: Answer, verdict: Verdict, facts: dict[str, Any]) -> str:
    return render_template(CHECK, answer=answer, verdict=verdict, **facts)


def _standing(chosen: ShownService, form: forms.Form | None = None) -> dict[str, Any]:
    return {"service": chosen, "form": form or forms.Form(), "key": ids.new_id()}


def _services() -> tuple[tuple[ShownService, ...], ShownService | None]:
    """What this merchant lends now, and what this till works for: what it has chosen, or the only one there is."""
    offered = eligibility.services(deps(), merchant_id=actor().id, limit=MOST_SERVICES).items
    wanted = cookies.service_of_till(request)
    chosen = next((one for one in offered if one.id == wanted), None)
    return tuple(offered), chosen or (offered[0] if len(offered) == 1 else None)


def _chosen(service_id: str | None) -> ShownService | None:
    offered, _ = _services()
    return next((one for one in offered if one.id == service_id), None)


def _asked(schema: Any, **beside: Any) -> forms.Form:
    """The code of this form by the API's own schema: whatever is sent for it is looked up, refused and counted like any. An
    empty box is none: nothing is looked up, and no customer is sent to make another."""
    code = request.form.get("code", "")
    found = forms.read_values(schema, {"code": code} | beside)
    if not code.strip():
        found.faults["code"] = t(
            "请先扫码，或输入顾客出示的码", "Scan or type the code that the customer shows"
        )
    return found


def _key() -> str | None:
    return request.form.get(KEY, "")[:100] or None
