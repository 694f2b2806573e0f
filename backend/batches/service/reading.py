"""Batches as their unit and the data stewards read them."""

from typing import Any

from backend.audit import service as audit
from backend.batches import errors, rules, store
from backend.batches.model import Batch, Fault, RefusedFile, ShownBatch
from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.common.pages import Page, Position
from backend.records import service as records
from schemas.terms import BatchState, Role
from schemas.text import Text

STEWARDS = (Role.DATA_STEWARD,)


def unit_of(actor: Actor) -> str:
    """The unit of a provider's desk."""
    actor.require(Role.PROVIDER)
    if actor.unit is None:
        raise errors.not_found()
    return actor.unit


def of_unit(
    deps: Deps, actor: Actor, *, limit: int, cursor: str | None = None, state: BatchState | None = None
) -> Page[ShownBatch]:
    """The batches of the caller's unit, newest first."""
    return _listed(deps, actor, unit_of(actor), state, limit=limit, cursor=cursor)


def find_of_unit(deps: Deps, actor: Actor, *, batch_id: str) -> ShownBatch:
    """One of them. Raises 404 `batches.not_found`."""
    return shown(deps, _found(store.find_of_unit(deps.db, unit_of(actor), batch_id)))


def refused_of_unit(deps: Deps, actor: Actor, *, batch_id: str) -> RefusedFile:
    """Its rows that were not taken: where and why. Raises 404 `batches.not_found`, `batches.no_refused`."""
    return _refused(deps, actor, _found(store.find_of_unit(deps.db, unit_of(actor), batch_id)))


def batches(
    deps: Deps,
    actor: Actor,
    *,
    limit: int,
    cursor: str | None = None,
    state: BatchState | None = None,
    unit: str | None = None,
) -> Page[ShownBatch]:
    """Every unit's batches, newest first, for data stewards."""
    actor.require(*STEWARDS)
    return _listed(deps, actor, unit, state, limit=limit, cursor=cursor)


def find(deps: Deps, actor: Actor, *, batch_id: str) -> ShownBatch:
    """One of them, likewise. Raises 404 `batches.not_found`."""
    actor.require(*STEWARDS)
    return shown(deps, _found(store.find(deps.db, batch_id)))


def refused_rows(deps: Deps, actor: Actor, *, batch_id: str) -> RefusedFile:
    """The rows of any batch that were not taken, likewise."""
    actor.require(*STEWARDS)
    return _refused(deps, actor, _found(store.find(deps.db, batch_id)))


def shown(deps: Deps, batch: Batch) -> ShownBatch:
    done = batch.state is BatchState.DONE
    return ShownBatch(
        id=batch.id,
        unit=records.unit_name(deps, batch.unit_code),
        name=str(deps.sealer.open(batch.name_sealed)),
        size=batch.size,
        sha256=batch.sha256.hex(),
        state=batch.state,
        handed_in_at=batch.handed_in_at,
        handed_in_by_name=batch.handed_in_by_name,
        begun_at=batch.begun_at,
        finished_at=batch.finished_at,
        progress=1.0 if done else round(min(batch.read_bytes / batch.size, 1.0), 3),
        attempts=batch.attempts,
        fault=_fault(deps, batch),
        report=rules.report(_opened(deps, batch.report_sealed)) if batch.report_sealed else None,
        refused_kept=batch.refused_kept,
    )


def _fault(deps: Deps, batch: Batch) -> Fault | None:
    if batch.fault_reason is None or batch.fault_sealed is None:
        return None
    return Fault(batch.fault_reason, Text(**_opened(deps, batch.fault_sealed)))


def _opened(deps: Deps, sealed: bytes) -> Any:
    return rules.told(deps.sealer.open(sealed))


def _listed(
    deps: Deps,
    actor: Actor,
    unit: str | None,
    state: BatchState | None,
    *,
    limit: int,
    cursor: str | None,
) -> Page[ShownBatch]:
    scope = f"batches:{actor.role}:{unit}:{state}"
    after = deps.cursors.read(cursor, scope)
    found = store.list_newest(deps.db, unit_code=unit, state=state, after=after, limit=limit + 1)
    page = deps.cursors.page(found, limit, scope, lambda one: Position(one.handed_in_at, one.id))
    return Page(tuple(shown(deps, one) for one in page.items), page.next_cursor)


def _refused(deps: Deps, actor: Actor, batch: Batch) -> RefusedFile:
    if batch.refused_sealed is None:
        raise errors.no_refused()
    content = rules.unpacked(deps.sealer.open(batch.refused_sealed))
    audit.record(deps, actor, "batches.refused_rows", batch.id, unit=batch.unit_code)
    return RefusedFile(f"refused-{batch.id}.csv", "text/csv", content)


def _found(batch: Batch | None) -> Batch:
    if batch is None:
        raise errors.not_found()
    return batch
