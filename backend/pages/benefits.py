"""Red packets: what can be claimed now, one's own claims with their codes, and why each came out so."""

from typing import Any

from flask import Response, request

from backend.benefits import service as benefits
from backend.benefits.service import Listed
from backend.common import ids
from backend.common.districts import DISTRICTS
from backend.common.errors import ServiceError
from backend.grades import service as grades
from backend.pages import codes, standing
from backend.pages.edge import go, page, refused
from backend.web.auth import actor, deps
from backend.web.pages import Pages
from schemas.terms import Role

blp = Pages("benefits", __name__)

KEY = "key"


@blp.get("/benefits")
def all_benefits() -> Response:
    """What can be claimed now or soon; the same for everybody."""
    found = benefits.listed(deps(), limit=20, cursor=request.args.get("cursor"))
    return page("benefits/list.html", found=found)


@blp.get("/benefits/<benefit_id>")
def one_benefit(benefit_id: str) -> Response:
    return page("benefits/one.html", **_about(benefits.find(deps(), benefit_id=benefit_id)))


@blp.post("/benefits/<benefit_id>/claim")
def claim(benefit_id: str) -> Response:
    """The form's key makes a second tap, or a retry over a bad line, the same claim."""
    try:
        made = benefits.claim(
            deps(), actor(), benefit_id=benefit_id, idempotency_key=request.form.get(KEY, "")[:100] or None
        )
    except ServiceError as refusal:
        about = _about(benefits.find(deps(), benefit_id=benefit_id))
        return refused(refusal, "benefits/one.html", **about)
    return go(f"/claims/{made.id}")


@blp.get("/claims")
def claims() -> Response:
    found = benefits.mine(deps(), actor(), limit=20, cursor=request.args.get("cursor"))
    return page("benefits/claims.html", found=found, proved=actor().is_verified(deps().now()))


@blp.get("/claims/<claim_id>")
def one_claim(claim_id: str) -> Response:
    """The code for the counter: the bound name must do, and nothing of the record is read."""
    found = benefits.at_hand(deps(), actor(), claim_id=claim_id)
    return page(
        "benefits/claim.html",
        claim=found,
        benefit=benefits.find(deps(), benefit_id=found.benefit_id),
        qr=codes.drawn(found.code) if found.code else None,
        left_s=max(0, int((found.expires_at - deps().now()).total_seconds())) if found.expires_at else None,
    )


@blp.get("/claims/<claim_id>/why")
def why(claim_id: str) -> Response:
    return _why(claim_id)


@blp.post("/claims/<claim_id>/why")
def work_out_again(claim_id: str) -> Response:
    """The answer stands on this very page: it is an answer of now, with nothing to come back to."""
    wanted = request.form.get("decision_id") or None
    return _why(claim_id, again=benefits.replay(deps(), actor(), claim_id=claim_id, decision_id=wanted))


def _why(claim_id: str, **more: Any) -> Response:
    found = benefits.one_of_mine(deps(), actor(), claim_id=claim_id)
    return page("benefits/why.html", claim=found, **more)


def _about(found: Listed) -> dict[str, Any]:
    rules = grades.version(deps(), version=found.rule_version) if found.rule_version else None
    return {
        "benefit": found,
        "rules": rules,
        "meanings": [standing.meaning(rules, tier.minimum_grade) for tier in found.tiers],
        "key": ids.new_id(),
        "districts": [DISTRICTS.get(one, one) for one in found.districts],
        "signed_in": actor().role is Role.CITIZEN,
        "had": benefits.had_in_full(deps(), actor(), benefit_id=found.id),
    }
