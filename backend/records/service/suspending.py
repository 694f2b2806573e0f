"""A record out of every query while its provider is silent (Measures 30): planned, done, and released."""

from datetime import datetime

from backend.audit import service as audit
from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.common.mongo import atomic
from backend.records import errors, rules, store
from backend.records.model import Record
from backend.records.service import rippling
from backend.records.service.marking import change
from schemas.terms import RippleCause
from schemas.text import Text


@atomic
def plan_suspension(deps: Deps, actor: Actor, *, record_id: str, at: datetime | None) -> bool:
    """From `at` on the record is suspended without anybody doing anything; None takes the plan back.

    False when nothing changes; 409 `records.changed` when the record is gone or another was faster.
    """
    record = _record(deps, record_id)
    if record.suspends_at == at or record.suspended_at is not None:
        return False
    if not store.set_suspension(deps.db, record, {"suspends_at": at}, None):
        raise errors.changed()
    audit.record(
        deps,
        actor,
        "records.plan_suspension",
        record.id,
        subject_id=record.subject_id,
        at=at.isoformat() if at else None,
    )
    return True


@atomic
def suspend(deps: Deps, actor: Actor, *, record_id: str, reason: Text) -> bool:
    """Take the record out of every query; false when it is written down as out already. A plan whose instant has come gives
    the instant from which it is out."""
    record = _record(deps, record_id)
    if record.suspended_at is not None:
        return False
    now = deps.now()
    planned = record.suspends_at
    since = planned if planned is not None and planned <= now else now
    told = change(deps, "suspended", reason)
    if not store.set_suspension(deps.db, record, {"suspended_at": since, "suspends_at": None}, told):
        raise errors.changed()
    audit.record(deps, actor, "records.suspend", record.id, subject_id=record.subject_id)
    rippling.begin(deps, record, RippleCause.SUSPENDED)
    return True


@atomic
def release(deps: Deps, actor: Actor, *, record_id: str, reason: Text) -> bool:
    """Let the record into queries again, and drop a plan to suspend it; false when there was neither. A plan that never
    came true leaves no line in the record's history."""
    record = _record(deps, record_id)
    if record.suspended_at is None and record.suspends_at is None:
        return False
    was_out = rules.suspended(record, deps.now())
    told = change(deps, "released", reason) if was_out else None
    if not store.set_suspension(deps.db, record, {"suspended_at": None, "suspends_at": None}, told):
        raise errors.changed()
    audit.record(deps, actor, "records.release", record.id, subject_id=record.subject_id, suspended=was_out)
    if was_out:
        rippling.begin(deps, record, RippleCause.RELEASED)
    return True


def _record(deps: Deps, record_id: str) -> Record:
    record = store.find_any(deps.db, record_id)
    if record is None:
        raise errors.changed()
    return record
