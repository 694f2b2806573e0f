"""Handing a file in: kept sealed under a key of its own in the transaction that makes it known, and read later."""

from datetime import timedelta

from backend.audit import service as audit
from backend.batches import errors, rules, store
from backend.batches.model import Batch, ShownBatch
from backend.batches.service import reading
from backend.catalogue import service as catalogue
from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.common.mongo import atomic
from backend.evidence.rules import sealing
from backend.intake import errors as intake_errors
from backend.limits import service as limits
from backend.limits.service import Limit
from schemas.terms import BatchState

ROOM = "records"
# Far more than a unit hands in; it keeps one unit from filling the platform's disk.
PER_UNIT = Limit(120, timedelta(hours=1))


def hand_in(deps: Deps, actor: Actor, *, name: str, content: bytes) -> ShownBatch:
    """Take in a file of the caller's unit, to be read by the worker.

    Raises 422 `intake.wrong_ending`, `intake.empty`, `batches.too_large`, 409 `batches.same_file`, 429 `batches.too_many`.
    """
    unit = reading.unit_of(actor)
    catalogue.find_unit(deps, unit)
    _require_sound(name, content)
    with limits.charged(deps, [("batches.hand_in", unit, PER_UNIT)], errors.too_many):
        return _hand_in(deps, actor, unit, name, content)


def _require_sound(name: str, content: bytes) -> None:
    """Raise the first reason why this is no file to hand in; what stands in it is judged when it is read."""
    if not rules.has_right_ending(name):
        raise intake_errors.wrong_ending()
    if not content:
        raise intake_errors.empty_file()
    if len(content) > rules.MOST_BYTES:
        raise errors.too_large(rules.MOST_BYTES)


@atomic
def _hand_in(deps: Deps, actor: Actor, unit: str, name: str, content: bytes) -> ShownBatch:
    key, sha256 = sealing.new_key(), sealing.digest(content)
    batch = Batch(
        id=deps.new_id(),
        unit_code=unit,
        name_sealed=deps.sealer.seal(ROOM, rules.safe_name(name)),
        size=len(content),
        sha256=sha256,
        state=BatchState.RECEIVED,
        handed_in_at=deps.now(),
        handed_in_by_id=actor.id,
        handed_in_by_name=actor.name,
        key_sealed=deps.sealer.seal(ROOM, key),
        open_key=f"{unit}:{sha256.hex()}",
    )
    if not store.insert(deps.db, batch, list(sealing.seal(key, batch.id, content))):
        waiting = store.find_open(deps.db, batch.open_key or "")
        raise errors.same_file(waiting.id if waiting else "")
    audit.record(deps, actor, "batches.hand_in", batch.id, unit=unit, size=batch.size, sha256=sha256.hex())
    return reading.shown(deps, batch)
