"""The three deletions of a record, told apart (DOMAIN 2): hidden from queries, erased from the database, withdrawn."""

from functools import partial

from backend.audit import service as audit
from backend.audit.model import Entry
from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.common.mongo import atomic, before_commit
from backend.records import errors, store
from backend.records.model import Burial, Record, Tombstone
from backend.records.service import rippling
from backend.records.service.marking import change, left
from schemas.terms import RippleCause
from schemas.text import Text


@atomic
def hide(
    deps: Deps,
    actor: Actor,
    *,
    record: Record,
    reason: Text,
    cause: RippleCause = RippleCause.HIDDEN,
    case_id: str | None = None,
) -> Entry | None:
    """Take the record out of the query interface, as after restoration (Regulation 38); it stays in the database.

    The line of the log that proves it; None when it is out already. 409 `records.changed` when the record is gone.
    """
    if not store.hide(deps.db, record.id, deps.now(), change(deps, cause.value, reason)):
        if store.find_any(deps.db, record.id) is None:
            raise errors.changed()
        return None
    return _told(deps, actor, record, cause, case_id)


@atomic
def erase(deps: Deps, actor: Actor, *, record: Record, case_id: str | None = None) -> Entry:
    """Delete the record from the database (Regulation 37): every word, mark, reason and date of it goes, and with them, before
    the transaction commits, what was written about it in cases (`deps.forgetters`).

    What remains is the line of the log, which is returned and holds no content, and a tombstone under the record's key,
    so that the same row handed in again is refused. 409 `records.changed` when it is gone already.
    """
    _bury(deps, record, Burial.ERASED)
    return _told(deps, actor, record, RippleCause.ERASED, case_id)


@atomic
def withdraw(deps: Deps, actor: Actor, *, record: Record, case_id: str | None = None) -> Entry:
    """Drop a good deed at its subject's request (Measures 27): deleted as by `erase`, with its own reason."""
    _bury(deps, record, Burial.WITHDRAWN)
    return _told(deps, actor, record, RippleCause.WITHDRAWN, case_id)


def _bury(deps: Deps, record: Record, why: Burial) -> None:
    tombstone = Tombstone(deps.new_id(), record.subject_id, record.key, why, deps.now(), record.id)
    if not store.bury(deps.db, record, tombstone):
        raise errors.changed()
    left(record.id)
    for forget in deps.forgetters:
        # Last of all: the case that has decided the deletion is still being written by its own use case.
        before_commit(partial(forget, deps, record_id=record.id, subject_id=record.subject_id))


_ACTIONS = {
    RippleCause.HIDDEN: "records.hide",
    RippleCause.RESTORED: "records.restore",
    RippleCause.ERASED: "records.erase",
    RippleCause.WITHDRAWN: "records.withdraw",
}


def _told(deps: Deps, actor: Actor, record: Record, cause: RippleCause, case_id: str | None) -> Entry:
    rippling.begin(deps, record, cause)
    return audit.record(
        deps,
        actor,
        _ACTIONS[cause],
        record.id,
        subject_id=record.subject_id,
        unit=record.unit_code,
        case_id=case_id,
    )
