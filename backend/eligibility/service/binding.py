"""A check as an order is bound to it: for the feature above, which hands none of it to the merchant but what that knows."""

from dataclasses import dataclass
from datetime import datetime

from backend.clocks.model import Words
from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.eligibility import errors, store
from schemas.terms import Role, Verdict


@dataclass(frozen=True)
class Bound:
    """What an order needs of a check and of its service as it stands now."""

    check_id: str
    subject_id: str
    service_id: str
    service_title: Words
    merchant_name: str
    verdict: Verdict
    decided_at: datetime
    deposit_fen: int
    max_days: int


def bind_check(deps: Deps, actor: Actor, *, check_id: str) -> Bound:
    """One of the caller's own checks. Raises 404 `eligibility.check_not_found` for another merchant's as for none."""
    actor.require(Role.MERCHANT)
    made = store.find_check(deps.db, check_id)
    service = store.find_service(deps.db, made.service_id) if made else None
    if made is None or service is None or made.merchant_id != actor.id:
        raise errors.check_not_found()
    return Bound(
        check_id=made.id,
        subject_id=made.subject_id,
        service_id=made.service_id,
        service_title=made.service_title,
        merchant_name=made.merchant_name,
        verdict=made.verdict,
        decided_at=made.decided_at,
        deposit_fen=service.offer.deposit_fen,
        max_days=service.offer.max_days,
    )
