"""The same request twice has its effect once: claim a key, run, keep the answer.

Guarantee: of any number of equal requests at once exactly one runs. Limit: when a process dies after its work was
committed and before the answer was kept, the key is free again once the lease has run out, and the request can run a
second time; a use case that must not repeat has its own unique index.
"""

from dataclasses import asdict
from datetime import datetime
from math import ceil

from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.idempotency import errors, rules, store
from backend.idempotency.model import Claim, Reply, Slot
from schemas.terms import Role

ROOM = "replies"
PURPOSE = "idempotency"


def begin(deps: Deps, actor: Actor, *, owner: str, key: str, digest: bytes) -> Claim:
    """Claim `key` of `owner` for a request with this SHA-256 `digest`, or give the answer of the first such request.

    Raises `idempotency.bad_key`, `idempotency.mismatch` (other content), `idempotency.in_progress` (another runs it).
    """
    if not rules.is_key(key):
        raise errors.bad_key()
    slot = _slot(deps, actor, owner, key, digest)
    if store.insert(deps.db, slot):
        return Claim(slot.id, slot.lease)
    found = store.find(deps.db, slot.id)
    if found is None:
        raise errors.in_progress()
    return _from_found(deps, slot, found)


def finish(deps: Deps, claim: Claim, *, status: int, headers: dict[str, str], body: bytes) -> bool:
    """Keep the answer, sealed, because it may hold tokens; false when the lease was lost."""
    sealed = deps.sealer.seal(ROOM, asdict(Reply(status, headers, body)))
    return store.fill(deps.db, claim.slot_id, lease=claim.lease, sealed_reply=sealed)


def abandon(deps: Deps, claim: Claim) -> bool:
    """Free the key: the request had no lasting effect and may be made again."""
    return store.remove(deps.db, claim.slot_id, lease=claim.lease)


def _from_found(deps: Deps, slot: Slot, found: Slot) -> Claim:
    now = deps.now()
    if not rules.has_run_out(found, now):
        if found.fingerprint != slot.fingerprint:
            raise errors.mismatch()
        if found.sealed_reply is not None:
            return Claim(found.id, found.lease, Reply(**deps.sealer.open(found.sealed_reply)))
        if rules.is_running(found, now):
            raise errors.in_progress(_seconds(found.leased_until, now))
    if not store.take_over(deps.db, slot, from_lease=found.lease):
        raise errors.in_progress(_seconds(slot.leased_until, now))
    return Claim(slot.id, slot.lease)


def _slot(deps: Deps, actor: Actor, owner: str, key: str, digest: bytes) -> Slot:
    now, secret = deps.now(), deps.sealer.derive(PURPOSE)
    kept = rules.KEPT_FOR_ANONYMOUS if actor.role is Role.ANONYMOUS else rules.KEPT
    return Slot(
        id=rules.slot_id(secret, owner, key),
        fingerprint=rules.fingerprint(secret, digest),
        lease=deps.new_id(),
        leased_until=now + rules.LEASE,
        expires_at=now + kept,
    )


def _seconds(until: datetime, now: datetime) -> int:
    """The whole seconds until a lease ends, the last one counted whole: by then its runner has answered or lost it."""
    return max(1, ceil((until - now).total_seconds()))
