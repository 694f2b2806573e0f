"""What the worker does by the clock. Nothing waits for it: that a claim is over, and its unit free, is judged when it is read."""

from dataclasses import replace

from backend.audit import service as audit
from backend.benefits.model import NEVER, Benefit, Claim
from backend.benefits.service import acting
from backend.benefits.store import campaigns, claims, units
from backend.common import sweeping
from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.common.mongo import Retry, atomic
from schemas.notices import NoticeKind
from schemas.terms import ClaimState, Role


def end_expired(deps: Deps, actor: Actor) -> int:
    """Write down the claims and offers that are over, and tell their holders; how many."""
    found = claims.ids_to_end(deps.db, deps.now())
    return sweeping.each(found, lambda one: end(deps, actor, claim_id=one))


def remind_expiring(deps: Deps, actor: Actor) -> int:
    """Remind of live claims that end within three days, each once; how many."""
    found = claims.ids_to_remind(deps.db, deps.now())
    return sweeping.each(found, lambda one: remind(deps, actor, claim_id=one))


def remove_old(deps: Deps, actor: Actor) -> int:
    """Remove the claims whose time of keeping is over, refusals too; how many."""
    found = claims.ids_to_remove(deps.db, deps.now())
    return sweeping.each(found, lambda one: remove(deps, actor, claim_id=one))


@atomic
def remove(deps: Deps, actor: Actor, *, claim_id: str) -> bool:
    """One claim, and its name on the unit that it used; the unit stays counted. False while it is to be kept. What was
    decided for it ends by itself (`backend.grades.store`), counted from an earlier day."""
    actor.require(Role.SYSTEM)
    claim = claims.find(deps.db, claim_id)
    if claim is None or claim.kept_until > deps.now():
        return False
    if not claims.remove(deps.db, claim):
        raise Retry(claim.id)
    if claim.state is ClaimState.REDEEMED and claim.unit_id is not None:
        units.put(deps.db, claim.unit_id, claim.id, units.nameless())
    audit.record(deps, acting.BY_ITSELF, "benefits.remove", claim.id, subject_id=claim.subject_id)
    return True


@atomic
def end(deps: Deps, actor: Actor, *, claim_id: str) -> bool:
    """One claim; false when it is not over, or somebody wrote it down."""
    actor.require(Role.SYSTEM)
    found = _found(deps, claim_id)
    if found is None or found[0].state_at(deps.now()) is found[0].state:
        return False
    acting.expire(deps, found[1], found[0])
    return True


@atomic
def remind(deps: Deps, actor: Actor, *, claim_id: str) -> bool:
    """One claim; false when it needs none, or was reminded of."""
    actor.require(Role.SYSTEM)
    found = _found(deps, claim_id)
    if found is None:
        return False
    claim, benefit = found
    live = claim.state_at(deps.now()) is ClaimState.LIVE
    if not live or claim.remind_at > deps.now():
        return False
    acting.save(deps, acting.BY_ITSELF, replace(claim, remind_at=NEVER), "benefits.remind")
    acting.tell(deps, claim, NoticeKind.BENEFIT_EXPIRES_SOON, benefit, expires_at=claim.expires_at)
    return True


def _found(deps: Deps, claim_id: str) -> tuple[Claim, Benefit] | None:
    claim = claims.find(deps.db, claim_id)
    benefit = campaigns.find(deps.db, claim.benefit_id) if claim else None
    return (claim, benefit) if claim and benefit else None
