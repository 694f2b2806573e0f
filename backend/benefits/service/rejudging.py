"""A record changed: what was decided by it is judged again, for the person's good only.

Better: a live claim is raised at once. Who was refused through a mistake is offered the benefit again, from the reserve, from
stock, or from a unit cut for it, because a mistake of others may not cost anybody what the stock has run out of; who was rightly
refused and has restored the record since, from stock while it can be claimed. Worse changes nothing: what was
given lawfully, and relied on, is not taken back for a change that came later (the protection of trust, 信赖保护).

A mistake counts as of its day too: who would have had it then, but for the mistake, has it, whatever came since. What was used
already is judged by that day alone, and what it was short of is offered as one more. That is worth what the
campaign publishes and at least the difference: a shop that sees its value learns nothing of a record.
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

Affair = tuple[Claim, Benefit]


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
    match claim.state_at(deps.now()):
        case ClaimState.LIVE:
            _live_again(deps, actor, (claim, benefit), decision, ripple)
        case ClaimState.REFUSED:
            _refused_again(deps, actor, (claim, benefit), decision, ripple)
        case ClaimState.REDEEMED if ripple.what in MISTAKES:
            _make_good(deps, actor, (claim, benefit), decision, ripple)


def _live_again(deps: Deps, actor: Actor, about: Affair, decision: Decision, ripple: Ripple) -> None:
    claim, benefit = about
    judged, tier = _judged(deps, actor, benefit, decision, ripple)
    if tier is not None and (claim.value is None or tier.value > claim.value):
        _raise(deps, _by(claim, judged), benefit, tier)


def _refused_again(deps: Deps, actor: Actor, about: Affair, decision: Decision, ripple: Ripple) -> None:
    claim, benefit = about
    judged, tier = _judged(deps, actor, benefit, decision, ripple)
    if tier is None:
        acting.save(deps, acting.BY_ITSELF, _by(claim, judged), "benefits.refuse", benefit_id=benefit.id)
        return
    offered = replace(_by(claim, judged), value=tier.value, value_kind=benefit.terms.value_kind)
    _offer(deps, offered, benefit, NoticeKind.BENEFIT_OFFERED, by_mistake=ripple.what in MISTAKES)


def _judged(
    deps: Deps, actor: Actor, benefit: Benefit, decision: Decision, ripple: Ripple
) -> tuple[Decision, Tier | None]:
    """By the record of today; and where a mistake came out also by that of the day, for it was lost on that day. The better
    of the two stays in force."""
    anew = grades.judge_again(deps, actor, decision=decision, cause=ripple.what, purpose=texts.AGAIN)
    tier = rules.entitled(benefit.terms, anew.standing)
    if ripple.what not in MISTAKES:
        return anew, tier
    ought = grades.ought_to_stand(deps, decision, ripple.record_id)
    then = rules.entitled(benefit.terms, ought) if ought else None
    if then is None or (tier is not None and tier.value >= then.value):
        return anew, tier
    return _put_right(deps, actor, decision, ripple) or anew, then


def _make_good(deps: Deps, actor: Actor, about: Affair, decision: Decision, ripple: Ripple) -> None:
    """What was used was worth too little: one more, worth a published value, for the same person, from the reserve."""
    claim, benefit = about
    right = _put_right(deps, actor, decision, ripple)
    owed = rules.owed(benefit.terms, claim, decision.standing, right.standing) if right else 0
    if right is None or not owed:
        return
    more = Claim(
        id=deps.new_id(),
        benefit_id=benefit.id,
        subject_id=claim.subject_id,
        account_id=claim.account_id,
        state=ClaimState.OFFERED,
        created_at=deps.now(),
        value_kind=claim.value_kind,
        value=owed,
        decision_id=right.id,
        rule_version=right.rule_version,
        makes_good_id=claim.id,
    )
    _offer(deps, more, benefit, NoticeKind.BENEFIT_MADE_GOOD, by_mistake=True)


def _put_right(deps: Deps, actor: Actor, decision: Decision, ripple: Ripple) -> Decision | None:
    return grades.put_right(
        deps,
        actor,
        decision=decision,
        record_id=ripple.record_id,
        cause=ripple.what,
        purpose=texts.AGAIN,
    )


def _by(claim: Claim, decision: Decision) -> Claim:
    return replace(claim, decision_id=decision.id, rule_version=decision.rule_version)


def _raise(deps: Deps, claim: Claim, benefit: Benefit, tier: Tier) -> None:
    """The same code is worth more from now on; a value of another kind cannot be compared, and stays."""
    if claim.value_kind is not benefit.terms.value_kind:
        return
    raised = acting.save(deps, acting.BY_ITSELF, replace(claim, value=tier.value), "benefits.raise")
    acting.tell(deps, raised, NoticeKind.BENEFIT_RAISED, benefit)


def _offer(deps: Deps, claim: Claim, benefit: Benefit, kind: NoticeKind, *, by_mistake: bool) -> None:
    """Keep a unit for it; a refusal that finds none stays one, with the newer reasons."""
    until = end_of(shanghai_date(deps.now()) + OFFERED_FOR)
    unit_id = _unit(deps, benefit, units.offered(claim.id, until), by_mistake=by_mistake)
    if unit_id is None and by_mistake:
        unit_id = _cut(deps, benefit, claim, until)
    if unit_id is None:
        refused = replace(claim, value=None)
        acting.save(deps, acting.BY_ITSELF, refused, "benefits.refuse", benefit_id=benefit.id)
        return
    offered = replace(
        claim,
        state=ClaimState.OFFERED,
        unit_id=unit_id,
        expires_at=until,
        kept_until=rules.kept_until(until),
    )
    if claim.makes_good_id is None:
        offered = acting.save(deps, acting.BY_ITSELF, offered, "benefits.offer", benefit_id=benefit.id)
    else:
        acting.begin(deps, acting.BY_ITSELF, offered, "benefits.make_good")
    acting.tell(deps, offered, kind, benefit, until=until)


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
