"""Putting the record right and closing the case: the same for the officer's decision and the provider's finding."""

from dataclasses import dataclass

from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.objections import errors, texts
from backend.objections.model import Objection
from backend.objections.service import agreeing, moving, telling
from backend.records import service as records
from backend.records.model import Correction
from backend.records.rules import correction as correction_of_import
from backend.removals import service as removals
from schemas.notices import DeskNoticeKind, NoticeKind
from schemas.terms import ObjectionAct, ObjectionOutcome, RemovalKind, RemovalWish, Role
from schemas.text import Text


@dataclass(frozen=True)
class Remedy:
    """What becomes of the record, and why in the words of whoever decided: a correction or a removal, or neither where the
    provider has handed the record in anew since the objection."""

    correction: Correction | None
    remove: RemovalWish | None
    reason: str


def corrected(deps: Deps, actor: Actor, case: Objection, remedy: Remedy, action: str) -> Objection:
    """The settled case, corrected and closed in one write; joins the caller's transaction."""
    _require_remedy(deps, case, remedy)
    outcome = ObjectionOutcome.REMOVED if remedy.remove else ObjectionOutcome.CORRECTED
    after = moving.moved(deps, actor, case, ObjectionAct.CORRECT, note=remedy.reason, outcome=outcome)
    _put_right(deps, actor, case, remedy)
    after = agreeing.let_go(deps, after, texts.UNMARKED_CORRECTED)
    closed = moving.moved(deps, moving.BY_ITSELF, after, ObjectionAct.CLOSE, closed_at=deps.now())
    closed = moving.save(deps, actor, closed, action)
    telling.resident(deps, closed, NoticeKind.OBJECTION_CORRECTED)
    return closed


def _require_remedy(deps: Deps, case: Objection, remedy: Remedy) -> None:
    if remedy.correction is not None and remedy.remove is not None:
        raise errors.nothing_decided()
    if remedy.correction is None and remedy.remove is None and not _handed_in_anew(deps, case):
        raise errors.nothing_decided()


def _handed_in_anew(deps: Deps, case: Objection) -> bool:
    """Whether an import has put the record right while the case ran, which is how most units correct."""
    record = records.find_any(deps, case.record_id)
    by_import = correction_of_import(deps.now()).what
    changes = record.changes if record else ()
    return any(change.what == by_import and change.at >= case.submitted_at for change in changes)


def _put_right(deps: Deps, actor: Actor, case: Objection, remedy: Remedy) -> None:
    record = records.find_any(deps, case.record_id)
    if record is None:
        raise errors.record_deleted()
    if remedy.correction is not None:
        records.correct(
            deps,
            actor,
            record=record,
            correction=remedy.correction,
            reason=texts.CORRECTED,
            case_id=case.id,
        )
        _tell_unit(deps, actor, case, texts.CORRECTED)
    elif remedy.remove is not None:
        kind, reason = _REMOVALS[remedy.remove]
        removals.remove_objected(deps, actor, record=record, kind=kind, case_id=case.id, reason=reason)
        _tell_unit(deps, actor, case, reason)


def _tell_unit(deps: Deps, actor: Actor, case: Objection, how: Text) -> None:
    """The unit put right what it found itself; of what the officers did to its record it hears here, without the content."""
    if actor.role is Role.CASE_OFFICER:
        telling.provider(deps, case, DeskNoticeKind.RECORD_PUT_RIGHT, record_id=case.record_id, how=how)


_REMOVALS = {
    RemovalWish.HIDDEN: (RemovalKind.HIDDEN, texts.HIDDEN),
    RemovalWish.ERASED: (RemovalKind.ERASED, texts.ERASED),
}
