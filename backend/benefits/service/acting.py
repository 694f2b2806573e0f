"""What the moves of claims have in common: who decides, one compare-and-set, a line in the log, the holder told."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from backend.accounts import service as accounts
from backend.audit import service as audit
from backend.audit.model import Entry
from backend.benefits import rules
from backend.benefits.model import NEVER, Benefit, Claim
from backend.benefits.store import claims, units
from backend.common.actor import Actor, system
from backend.common.deps import Deps
from backend.common.mongo import Retry
from backend.grades import service as grades
from backend.grades.model import Owner
from backend.notices import service as notices
from schemas.notices import NoticeKind
from schemas.terms import Channel, ClaimState, DecisionOwner

ROOM, CODES, KEYS = "benefits", "benefit-codes", "benefit-keys"
BY_ITSELF = system(Channel.WORKER, "benefits")


def owner(claim_id: str) -> Owner:
    """Under which name the grades keep what was decided for a claim."""
    return Owner(DecisionOwner.BENEFIT_CLAIM, claim_id)


def save(deps: Deps, actor: Actor, claim: Claim, action: str, **facts: Any) -> Claim:
    """Write it over the version it was made from, and write down who did it; somebody faster has it run again."""
    if not claims.put(deps.db, claim):
        raise Retry(claim.id)
    audit.record(deps, actor, action, claim.id, subject_id=claim.subject_id, **facts)
    return replace(claim, version=claim.version + 1)


def begin(
    deps: Deps, actor: Actor, claim: Claim, action: str, *, acts: Sequence[Entry] | None = None
) -> None:
    """Write a new one down, and who made it. `acts`: the last act about the person, where none was written since it was read."""
    if not claims.insert(deps.db, claim):
        raise Retry(claim.id)
    audit.record_behind(
        deps,
        actor,
        action,
        claim.id,
        subject_id=claim.subject_id,
        newest=acts,
        benefit_id=claim.benefit_id,
    )


def tell(deps: Deps, claim: Claim, kind: NoticeKind, benefit: Benefit, **payload: Any) -> None:
    """To the account that the person has now; somebody who closed it and has no other is told by nobody."""
    account_id = accounts.account_of(deps, claim.subject_id)
    if account_id is not None:
        notices.send(deps, account_id, kind, claim_id=claim.id, title=benefit.terms.title, **payload)


def end_decision(deps: Deps, actor: Actor, claim: Claim) -> None:
    """What is over, or asked for anew, is not judged again."""
    decision = grades.find_of(deps, owner(claim.id))
    if decision is not None:
        grades.supersede(deps, actor, decision=decision)


def expire(deps: Deps, benefit: Benefit, claim: Claim) -> None:
    """Write down that a claim or an offer is over: its unit is stock again, unless somebody has taken it since."""
    was_live = claim.state is ClaimState.LIVE
    ended = replace(
        claim,
        state=ClaimState.EXPIRED,
        turn_key=None,
        remind_at=NEVER,
        kept_until=rules.kept_until(claim.expires_at),
    )
    save(deps, BY_ITSELF, ended, "benefits.expire")
    if claim.unit_id is not None:
        untouched = units.free(units.anywhere(deps.random))
        units.put(deps.db, claim.unit_id, claim.id, untouched)
    end_decision(deps, BY_ITSELF, claim)
    kind = NoticeKind.BENEFIT_EXPIRED if was_live else NoticeKind.BENEFIT_OFFER_OVER
    tell(deps, claim, kind, benefit)


def extend(deps: Deps, claim: Claim, until: datetime) -> Claim | None:
    """A later end of a claim or an offer, with its unit, not yet saved; None when another process found it over."""
    use = units.claimed if claim.state is ClaimState.LIVE else units.offered
    if claim.unit_id is None or not units.put(deps.db, claim.unit_id, claim.id, use(claim.id, until)):
        return None
    remind_at = rules.remind_at(deps.now(), until) if claim.state is ClaimState.LIVE else NEVER
    return replace(claim, expires_at=until, remind_at=remind_at, kept_until=rules.kept_until(until))
