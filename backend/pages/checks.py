"""One's own deposit-free checks, with the reasons, the replay and the review by a person; and what was borrowed with them."""

from typing import Any

from flask import Response, request

from backend.common.errors import ServiceError
from backend.eligibility import service as eligibility
from backend.orders import service as orders
from backend.pages import forms
from backend.pages.edge import go, page, refused
from backend.web.auth import actor, deps
from backend.web.pages import Pages
from schemas import eligibility as wire

blp = Pages("checks", __name__)


@blp.get("/checks")
def checks() -> Response:
    found = eligibility.my_checks(deps(), actor(), limit=20, cursor=request.args.get("cursor"))
    return page("checks/list.html", found=found, proved=actor().is_verified(deps().now()))


@blp.get("/checks/<check_id>")
def one_check(check_id: str) -> Response:
    return page("checks/one.html", form=forms.Form(), **_about(check_id))


@blp.post("/checks/<check_id>/replay")
def work_out_again(check_id: str) -> Response:
    """The answer stands on this very page: it is an answer of now, with nothing to come back to."""
    again = eligibility.replay(deps(), actor(), check_id=check_id)
    return page("checks/one.html", form=forms.Form(), again=again, **_about(check_id))


@blp.post("/checks/<check_id>/contest")
def contest(check_id: str) -> Response:
    """Ask for a person to look at it."""
    form = forms.read(wire.ContestAsk)
    if not form.ok:
        return page("checks/one.html", 422, form=form, **_about(check_id))
    try:
        eligibility.contest(deps(), actor(), check_id=check_id, **form.values)
    except ServiceError as refusal:
        return refused(
            refusal, "checks/one.html", back_to=f"/checks/{check_id}", form=form, **_about(check_id)
        )
    return go(f"/checks/{check_id}#review")


@blp.get("/loans")
def loans() -> Response:
    """What was borrowed without a deposit: between the merchant and the borrower, and nobody else's affair."""
    found = orders.mine(deps(), actor(), limit=20, cursor=request.args.get("cursor"))
    return page("checks/loans.html", found=found)


@blp.get("/loans/<order_id>")
def one_loan(order_id: str) -> Response:
    return page("checks/loan.html", order=orders.find_mine(deps(), actor(), order_id=order_id))


def _about(check_id: str) -> dict[str, Any]:
    found = eligibility.my_check(deps(), actor(), check_id=check_id)
    review = (
        eligibility.my_contest(deps(), actor(), contest_id=found.contest_id) if found.contest_id else None
    )
    return {"check": found, "review": review, "proved": actor().is_verified(deps().now())}
