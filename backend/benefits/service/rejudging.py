"""A record changed: what was decided by it is judged again, for the person's good only.

Better: a live claim is raised at once. Who was refused through a mistake is offered the benefit again, from the reserve, from
stock, or from a unit cut for it, because a mistake of others may not cost anybody what the stock has run out of; who was rightly
refused and has restored the record since, from stock while it can be claimed. Worse changes nothing: what was
given lawfully, and relied on, is not taken back for a change that came later (the protection of trust, 信赖保护).
"""

from dataclasses import replace
from datetime import datetime, timedelta

from backend.benefits import rules, texts
from backend.benefits.model import RESERVE, STOCK, Benefit, Claim, Tier, Unit
from backend.benefits.service import acting
from backend.benefits.store import campaigns, claims, units
from backend.common.actor import Actor
from backend.common.clock import shanghai_date
from backend.common.deps import Deps
from backend.common.mongo import Document
from backend.common.periods import end_of
from backend.grades import service as grades
from backend.grades.model import Decision
from backend.records.model import Ripple
from schemas.notices import NoticeKind
from schemas.terms import ClaimState, DecisionOwner, RippleCause, UnitUse

OFFERED_FOR = timedelta(days=30)
MISTAKES = frozenset({RippleCause.CORRECTED, RippleCause.ERASED, RippleCause.HIDDEN, RippleCause.SUSPENDED})
"""What says that the record should not have counted: it was wrong, without ground, past its period (an objection hides it then),
or its provider could not stand by it in time. A restoration says that it rightly did."""


class Rejudging:
    """The consumer of ripples."""

    name = "benefits.rejudging"

    def judge_again(self, deps: Deps, actor: Actor, ripple: Ripple) -> None:
        for decision in grades.find_using(deps, ripple.record_id, DecisionOwner.BENEFIT_CLAIM):
            _again(deps, actor, decision, ripple)


def _again(deps: Deps, actor: Actor, decision: Decision, ripple: Ripple) -> None:
    claim = claims.find(deps.db, decision.owner.id)
    benefit = campaigns.find(deps.db, claim.benefit_id) if claim else None
    if claim is None or benefit is None:
        return
    state = claim.state_at(deps.now())
    if state not in (ClaimState.REFUSED, ClaimState.LIVE):
        return
    anew = grades.judge_again(deps, actor, decision=decision, cause=ripple.what, purpose=texts.AGAIN)
    tier = rules.entitled(benefit.terms, anew.standing)
    if tier is None:
        if state is ClaimState.REFUSED:
            judged = replace(claim, decision_id=anew.id)
            acting.save(deps, acting.BY_ITSELF, judged, "benefits.refuse", benefit_id=benefit.id)
        return
    if claim.value is not None and tier.value <= claim.value:
        return
    claim = replace(claim, decision_id=anew.id)
    if state is ClaimState.LIVE:
        _raise(deps, claim, benefit, tier)
    else:
        _offer(deps, claim, benefit, tier, by_mistake=ripple.what in MISTAKES)


def _raise(deps: Deps, claim: Claim, benefit: Benefit, tier: Tier) -> None:
    """The same code is worth more from now on; a value of another kind cannot be compared, and stays."""
    if claim.value_kind is not benefit.terms.value_kind:
        return
    raised = acting.save(deps, acting.BY_ITSELF, replace(claim, value=tier.value), "benefits.raise")
    acting.tell(deps, raised, NoticeKind.BENEFIT_RAISED, benefit)


def _offer(deps: Deps, claim: Claim, benefit: Benefit, tier: Tier, *, by_mistake: bool) -> None:
    until = end_of(shanghai_date(deps.now()) + OFFERED_FOR)
    unit_id = _unit(deps, benefit, units.offered(claim.id, until), by_mistake=by_mistake)
    if unit_id is None and by_mistake:
        unit_id = _cut(deps, benefit, claim, until)
    if unit_id is None:
        return
    offered = replace(
        claim,
        state=ClaimState.OFFERED,
        value_kind=benefit.terms.value_kind,
        value=tier.value,
        unit_id=unit_id,
        expires_at=until,
    )
    offered = acting.save(deps, acting.BY_ITSELF, offered, "benefits.offer", benefit_id=benefit.id)
    acting.tell(deps, offered, NoticeKind.BENEFIT_OFFERED, benefit, until=until)


def _unit(deps: Deps, benefit: Benefit, to: Document, *, by_mistake: bool) -> str | None:
    """One that is free: for a mistake from the reserve or the stock, otherwise from the stock of what can be claimed now."""
    pools = (RESERVE, STOCK) if by_mistake else (STOCK,)
    if not by_mistake and rules.hindrance(benefit, deps.now()) is not None:
        return None
    for pool in pools:
        begin = units.anywhere(deps.random)
        found = units.take(deps.db, (benefit.id, pool), deps.now(), begin=begin, to=to)
        if found is not None:
            return found.id
    return None


def _cut(deps: Deps, benefit: Benefit, claim: Claim, until: datetime) -> str:
    """One more unit, counted: the stock and the reserve are gone."""
    campaigns.add_extra(deps.db, benefit.id)
    cut = Unit(deps.new_id(), benefit.id, RESERVE, until, UnitUse.OFFERED, claim.id)
    units.insert(deps.db, [cut])
    return cut.id
