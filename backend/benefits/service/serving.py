"""Campaigns that nobody redeems at present, because every partner was closed or paused.

What somebody has of such a campaign was promised: its end moves away once, its holder and staff are told, and when a shop
takes it again it is good for as long as a new one. Claiming is refused meanwhile, which is judged by whoever claims.
"""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import timedelta

from backend.benefits import rules
from backend.benefits.model import Benefit, Claim
from backend.benefits.service import acting
from backend.benefits.store import campaigns, claims
from backend.common import sweeping
from backend.common.actor import Actor
from backend.common.clock import shanghai_date
from backend.common.deps import Deps
from backend.common.mongo import Retry, atomic
from backend.common.periods import end_of
from backend.merchants import service as merchants
from backend.merchants.model import Named
from backend.notices import service as notices
from schemas.notices import DeskNoticeKind, NoticeKind
from schemas.terms import CaseKind, MerchantState, Role

LIVES_AFTER = timedelta(days=2 * rules.MOST_VALID_DAYS)
"""For so long after a campaign somebody may still have something of it."""
WAITS = timedelta(days=30)
"""By how much the end of what nobody takes is moved."""
PAUSE_BORNE = timedelta(days=1)
"""Shops that are merely paused come back within a day as a rule; nobody is told for less."""


def watch_partners(deps: Deps, actor: Actor) -> int:
    """Look for campaigns that nobody serves, and for those that are served again; how many claims and campaigns changed."""
    actor.require(Role.SYSTEM)
    found = campaigns.list_since(deps.db, deps.now() - LIVES_AFTER)
    names = merchants.names(deps, {one for benefit in found for one in _partners(benefit)})
    return sum(_watch(deps, benefit, names) for benefit in found)


def _watch(deps: Deps, benefit: Benefit, names: Mapping[str, Named]) -> int:
    states = [names[one].state for one in _partners(benefit) if one in names]
    if MerchantState.ACTIVE in states:
        return _serve_again(deps, benefit) if benefit.unserved_at is not None else 0
    done = int(_note(deps, benefit_id=benefit.id)) if benefit.unserved_at is None else 0
    since = benefit.unserved_at or deps.now()
    if MerchantState.PAUSED in states and deps.now() - since < PAUSE_BORNE:
        return done
    ids = claims.ids_in_hand(deps.db, benefit.id, stranded=False)
    return done + sweeping.each(ids, lambda one: strand(deps, claim_id=one))


def _serve_again(deps: Deps, benefit: Benefit) -> int:
    """The claims first: a process that dies in between leaves the campaign marked, and the next one goes on."""
    ids = claims.ids_in_hand(deps.db, benefit.id, stranded=True)
    done = sweeping.each(ids, lambda one: relieve(deps, claim_id=one))
    return done + int(_clear(deps, benefit_id=benefit.id))


@atomic
def strand(deps: Deps, *, claim_id: str) -> bool:
    """Move the end of one that nobody takes, once, and tell its holder; false when it is over, used or told."""
    found = _in_hand(deps, claim_id)
    if found is None or found[0].stranded_at is not None:
        return False
    claim, benefit = found
    until = end_of(shanghai_date(claim.expires_at - timedelta(milliseconds=1)) + WAITS)
    moved = acting.extend(deps, claim, until)
    if moved is None:
        return False
    acting.save(deps, acting.BY_ITSELF, replace(moved, stranded_at=deps.now()), "benefits.strand")
    acting.tell(deps, claim, NoticeKind.BENEFIT_UNSERVED, benefit, until=until)
    return True


@atomic
def relieve(deps: Deps, *, claim_id: str) -> bool:
    """One that can be used again is good for at least as long as a new one; false when it is over, used or was told."""
    found = _in_hand(deps, claim_id)
    if found is None or found[0].stranded_at is None:
        return False
    claim, benefit = found
    until = max(claim.expires_at, rules.expiry(benefit.terms, deps.now()))
    moved = acting.extend(deps, claim, until)
    if moved is None:
        return False
    acting.save(deps, acting.BY_ITSELF, replace(moved, stranded_at=None), "benefits.relieve")
    acting.tell(deps, claim, NoticeKind.BENEFIT_SERVED_AGAIN, benefit, until=until)
    return True


@atomic
def _note(deps: Deps, *, benefit_id: str) -> bool:
    """Mark the campaign and tell the benefit managers, once."""
    benefit = campaigns.find(deps.db, benefit_id)
    if benefit is None or benefit.unserved_at is not None:
        return False
    _put(deps, replace(benefit, unserved_at=deps.now()))
    notices.tell_desk(
        deps,
        role=Role.BENEFIT_MANAGER,
        unit=None,
        kind=DeskNoticeKind.BENEFIT_UNSERVED,
        case=CaseKind.BENEFIT,
        case_id=benefit.id,
        title=benefit.terms.title,
    )
    return True


@atomic
def _clear(deps: Deps, *, benefit_id: str) -> bool:
    benefit = campaigns.find(deps.db, benefit_id)
    if benefit is None or benefit.unserved_at is None:
        return False
    _put(deps, replace(benefit, unserved_at=None))
    return True


def _put(deps: Deps, benefit: Benefit) -> None:
    if not campaigns.put(deps.db, benefit):
        raise Retry(benefit.id)


def _in_hand(deps: Deps, claim_id: str) -> tuple[Claim, Benefit] | None:
    claim = claims.find(deps.db, claim_id)
    benefit = campaigns.find(deps.db, claim.benefit_id) if claim else None
    if claim is None or benefit is None or claim.state_at(deps.now()) not in rules.IN_HAND:
        return None
    return claim, benefit


def _partners(benefit: Benefit) -> Collection[str]:
    """Of now and of before: those who had claimed can still go to the latter."""
    return {*benefit.terms.partner_ids, *(one.merchant_id for one in benefit.former)}
