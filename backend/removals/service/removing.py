"""The act common to all removals: one transaction with the deletion, its line in the log, its ripple, and the case."""

from datetime import datetime

from backend.audit.model import Entry
from backend.calendars import service as calendars
from backend.clocks import rules as clock_rules
from backend.clocks import service as clocks
from backend.clocks.model import Clock, Words
from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.records import service as records
from backend.records.model import Record
from backend.removals import errors, store
from backend.removals.model import Ground, Removal
from schemas.terms import RemovalKind
from schemas.text import Text

ROOM = "records"


def basis(limit: str) -> Text:
    """The article of a limit."""
    return clocks.limits()[limit].basis


def clock(deps: Deps, limit: str, since: datetime) -> Clock:
    """The limit from `since`, met now."""
    started = clock_rules.start(clocks.limits()[limit], since, calendars.calendar(deps), clocks.LIVE)
    return clock_rules.meet(started, deps.now())


def remove(deps: Deps, actor: Actor, record: Record, ground: Ground, within: Clock | None) -> Removal:
    """Do it, and keep why, inside which clock, and which line of the log proves it."""
    removal_id = deps.new_id()
    proof = _do(deps, actor, record, ground, removal_id)
    removal = Removal(
        id=removal_id,
        kind=ground.kind,
        record_id=record.id,
        subject_id=record.subject_id,
        unit_code=record.unit_code,
        batch_id=record.source.batch_id,
        line=record.source.line,
        reason=Words(*ground.reason),
        basis=Words(*ground.basis),
        asked_by=actor.id,
        asked_role=actor.role,
        asked_at=deps.now(),
        done_at=proof.at,
        proof_id=proof.id,
        clock=within,
        case_id=ground.case_id,
        document_no=ground.document_no,
        noticed_on=ground.noticed_on,
        note_sealed=None if ground.note is None else deps.sealer.seal(ROOM, ground.note),
    )
    store.insert(deps.db, removal)
    return removal


def _do(deps: Deps, actor: Actor, record: Record, ground: Ground, removal_id: str) -> Entry:
    match ground.kind:
        case RemovalKind.ERASED:
            return records.erase(deps, actor, record=record, case_id=removal_id)
        case RemovalKind.WITHDRAWN:
            return records.withdraw(deps, actor, record=record, case_id=removal_id)
        case RemovalKind.HIDDEN:
            hidden = records.hide(
                deps, actor, record=record, reason=ground.reason, cause=ground.cause, case_id=removal_id
            )
    if hidden is None:
        raise errors.changed()
    return hidden
