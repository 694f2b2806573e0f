"""What the worker does with a batch: reads it in memory, takes its rows in, writes the report, and removes the file.

A worker that dies leaves a lease that runs out, and the next one reads the file again: rows that were written are found
unchanged, so nothing is taken in twice. A file that ends its reader every time is given up after `rules.ATTEMPTS`.
"""

import time

from backend.audit import service as audit
from backend.batches import errors, rules, store
from backend.batches.model import Batch
from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.common.errors import Kind, ServiceError
from backend.common.mongo import atomic
from backend.evidence.rules import sealing
from backend.intake.files import Held
from backend.intake.quality import Quality
from backend.notices import service as notices
from backend.records import service as records
from schemas.notices import DeskNoticeKind
from schemas.terms import BatchState, CaseKind, Role

ROOM = "records"
TOLD_EVERY_S = 1.0


class _Lost(Exception):
    """Another worker has the batch by now."""


def process(deps: Deps, actor: Actor) -> int:
    """Read the batch that has waited longest; how many were finished. Safe twice at once: each has a batch of its own."""
    actor.require(Role.SYSTEM)
    now = deps.now()
    batch = store.claim(deps.db, deps.new_id(), now=now, until=now + rules.LEASE)
    if batch is None:
        return 0
    if batch.attempts > rules.ATTEMPTS:
        return _failed(deps, actor, batch, errors.gave_up())
    refusals = rules.Refusals()
    try:
        quality = _taken_in(deps, actor, batch, refusals)
    except _Lost:
        return 0
    except ServiceError as error:
        if error.kind is not Kind.INVALID and error.reason != errors.damaged().reason:
            raise
        return _failed(deps, actor, batch, error)
    return _done(deps, actor, batch, quality, refusals)


def _taken_in(deps: Deps, actor: Actor, batch: Batch, refusals: rules.Refusals) -> Quality:
    file = Held(str(deps.sealer.open(batch.name_sealed)), _content(deps, batch))
    progress = _Progress(deps, batch)
    return records.import_records(
        deps, actor, path=file, unit=batch.unit_code, told=progress.tell, refused=refusals.add
    )


def _content(deps: Deps, batch: Batch) -> bytes:
    key = deps.sealer.open(batch.key_sealed or b"")
    try:
        return sealing.open_sealed(key, batch.id, store.segments_of(deps.db, batch.id), batch.sha256)
    except sealing.Damaged as error:
        raise errors.damaged() from error


class _Progress:
    """Tells now and then how far reading has come, and keeps the claim by it."""

    def __init__(self, deps: Deps, batch: Batch) -> None:
        self._deps = deps
        self._batch = batch
        self._told_at = time.monotonic()

    def tell(self, read_bytes: int) -> None:
        if time.monotonic() - self._told_at < TOLD_EVERY_S:
            return
        self._told_at = time.monotonic()
        until = self._deps.now() + rules.LEASE
        if not store.keep_claim(self._deps.db, self._batch, read_bytes=read_bytes, until=until):
            raise _Lost


@atomic
def _done(deps: Deps, actor: Actor, batch: Batch, quality: Quality, refusals: rules.Refusals) -> int:
    packed = refusals.packed()
    changes = {
        "state": BatchState.DONE.value,
        "finished_at": deps.now(),
        "read_bytes": batch.size,
        "report_sealed": deps.sealer.seal(ROOM, rules.packed(quality.told())),
        "refused_sealed": deps.sealer.seal(ROOM, packed) if packed else None,
        "refused_kept": refusals.count,
    }
    if not store.finish(deps.db, batch, changes):
        return 0
    audit.record(
        deps,
        actor,
        "batches.finish",
        batch.id,
        unit=batch.unit_code,
        rows=quality.rows,
        accepted=quality.accepted,
        refused=quality.refused,
    )
    counts = {"rows": quality.rows, "accepted": quality.accepted, "refused": quality.refused}
    _tell(deps, batch, DeskNoticeKind.BATCH_DONE, **counts)
    return 1


@atomic
def _failed(deps: Deps, actor: Actor, batch: Batch, error: ServiceError) -> int:
    words = rules.packed({"zh": error.text.zh, "en": error.text.en})
    changes = {
        "state": BatchState.FAILED.value,
        "finished_at": deps.now(),
        "fault_reason": error.reason,
        "fault_sealed": deps.sealer.seal(ROOM, words),
    }
    if not store.finish(deps.db, batch, changes):
        return 0
    audit.record(deps, actor, "batches.fail", batch.id, unit=batch.unit_code, reason=error.reason)
    _tell(deps, batch, DeskNoticeKind.BATCH_FAILED)
    return 1


def _tell(deps: Deps, batch: Batch, kind: DeskNoticeKind, **more: int) -> None:
    """Tell the desk of the unit that handed it in."""
    notices.tell_desk(
        deps,
        role=Role.PROVIDER,
        unit=batch.unit_code,
        kind=kind,
        case=CaseKind.BATCH,
        case_id=batch.id,
        **more,
    )
