"""A shop redeems a code: once, at a partner, and whatever does not fit is answered alike and counted.

Only our clock counts, so a till's may be as wrong as it likes.
"""

from dataclasses import replace

from backend.audit import service as audit
from backend.benefits import errors, rules
from backend.benefits.model import NEVER, Benefit, Claim
from backend.benefits.service import acting
from backend.benefits.service.owning import Receipt
from backend.benefits.store import campaigns, claims, units
from backend.common.actor import Actor
from backend.common.clock import shanghai_date
from backend.common.deps import Deps
from backend.common.mongo import Retry, atomic
from backend.merchants import service as merchants
from schemas.notices import NoticeKind
from schemas.terms import ClaimState, MerchantFigure, Role


def redeem(
    deps: Deps,
    actor: Actor,
    *,
    code: str,
    idempotency_key: str | None = None,
    address: str | None = None,
) -> Receipt:
    """Use a code up. The same till asking again under the same key gets the same receipt, also when its answer was lost.

    Raises 409 `benefits.code_not_valid` for every code that cannot be redeemed here, whyever, and 429
    `benefits.redeeming_locked` after too many of those from one merchant or address (`merchants.one_code`).
    """
    actor.require(Role.MERCHANT)
    code = rules.normal(code)
    key = deps.sealer.derive(acting.KEYS)
    key_mac = rules.mac(key, actor.through or "", code, idempotency_key) if idempotency_key else None
    with merchants.one_code(deps, actor, wrong=errors.NOT_VALID, refusal=errors.locked, address=address):
        receipt = _redeem(deps, actor, code, key_mac)
        if receipt is None:
            raise errors.code_not_valid()
    return receipt


@atomic
def _redeem(deps: Deps, actor: Actor, code: str, key_mac: bytes | None) -> Receipt | None:
    """None when the code is not one that this merchant can redeem now. Every code costs the same reads, right or wrong."""
    claim = claims.find_by_code(deps.db, rules.mac(deps.sealer.derive(acting.CODES), code))
    benefit = campaigns.find(deps.db, claim.benefit_id if claim else "none")
    if claim is None or benefit is None:
        return None
    if key_mac is not None and claim.merchant_id == actor.id and claim.receipt_key_mac == key_mac:
        return _receipt(claim, benefit)
    taken_here = benefit.takes_at(actor.id, claim.claimed_at or claim.created_at)
    if claim.state_at(deps.now()) is not ClaimState.LIVE or not taken_here:
        return None
    return _use_up(deps, actor, claim, benefit, key_mac)


def _use_up(
    deps: Deps, actor: Actor, claim: Claim, benefit: Benefit, key_mac: bytes | None
) -> Receipt | None:
    """The decision stays in force: if a mistake comes out in it, what the claim was short of is made good."""
    now = deps.now()
    used = replace(
        claim,
        state=ClaimState.REDEEMED,
        remind_at=NEVER,
        redeemed_at=now,
        merchant_id=actor.id,
        receipt_no=deps.new_code()[:16].upper(),
        receipt_key_mac=key_mac,
        kept_until=rules.kept_until(now),
    )
    if claim.unit_id is None or not units.put(deps.db, claim.unit_id, claim.id, units.redeemed()):
        return None  # another process's clock found it expired a moment ago, and the unit is somebody else's
    if not claims.put(deps.db, used):
        raise Retry(claim.id)
    audit.record(deps, actor, "benefits.redeem", claim.id, subject_id=claim.subject_id, benefit_id=benefit.id)
    merchants.count(deps, actor.id, MerchantFigure.REDEMPTIONS, on=shanghai_date(now))
    acting.tell(deps, used, NoticeKind.BENEFIT_REDEEMED, benefit, at=now, shop=actor.name or "")
    return _receipt(used, benefit)


def _receipt(claim: Claim, benefit: Benefit) -> Receipt:
    if claim.receipt_no is None or claim.value is None or claim.redeemed_at is None:
        raise AssertionError("a redeemed claim has its receipt")
    return Receipt(claim.receipt_no, benefit.terms.title, claim.value_kind, claim.value, claim.redeemed_at)
