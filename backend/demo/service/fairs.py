"""The campaigns of the demonstration."""

from backend.benefits import service as benefits
from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.demo.rules.campaigns import campaigns
from backend.merchants import service as merchants
from schemas.terms import MerchantState


def open_fairs(deps: Deps, actor: Actor) -> None:
    """Start the campaigns that are missing; one that somebody changed or closed stays so."""
    partners = merchants.listed(deps, actor, state=MerchantState.ACTIVE, limit=100).items
    known = {one.terms.title_zh for one in benefits.listed_for_staff(deps, actor, limit=100).items}
    for terms in campaigns(deps.now(), {one.name: one.id for one in partners}):
        if terms.title_zh not in known:
            benefits.create(deps, actor, wanted=terms)
