"""Removals that a case has decided: the case's use case calls these in its own transaction and tells the person."""

from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.common.mongo import atomic
from backend.records.model import Record
from backend.removals import rules, store
from backend.removals.model import Ground, Removal
from backend.removals.service.removing import basis, clock, remove
from schemas.terms import RemovalKind, RippleCause
from schemas.text import Text


@atomic
def hide_restored(
    deps: Deps, actor: Actor, *, record: Record, case_id: str, reason: Text, document_no: str | None = None
) -> Removal:
    """Take a restored record out of the query interface on the provider's proof, which has just come (Regulation 38).

    At once, where three working days are allowed; done already, it is the same removal. `document_no` is the proof's.
    """
    done = store.find_of_record(deps.db, record.id, RemovalKind.HIDDEN)
    if done is not None:
        return done
    ground = Ground(RemovalKind.HIDDEN, reason, basis("hide"), RippleCause.RESTORED, case_id, document_no)
    return remove(deps, actor, record, ground, clock(deps, "hide", deps.now()))


@atomic
def remove_objected(
    deps: Deps, actor: Actor, *, record: Record, kind: RemovalKind, case_id: str, reason: Text
) -> Removal:
    """Hide or erase a record as an objection has decided (Regulation 36); the clocks are the objection's."""
    done = store.find_of_record(deps.db, record.id, kind)
    if done is not None:
        return done
    return remove(deps, actor, record, Ground(kind, reason, rules.OBJECTED, case_id=case_id), None)
