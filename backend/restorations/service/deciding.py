"""The officers' decision whether an application is accepted, and the provider's proof, which takes the record out of queries."""

from dataclasses import replace

from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.common.mongo import atomic
from backend.records import service as records
from backend.removals import service as removals
from backend.restorations import errors, rules, store, texts
from backend.restorations.model import Restoration, Shown
from backend.restorations.service import moving, showing
from schemas.notices import DeskNoticeKind, NoticeKind
from schemas.terms import ProofOutcome, RestorationAct, Role

_ACTS = {
    ProofOutcome.RESTORED: RestorationAct.RESTORE,
    ProofOutcome.REFUSED: RestorationAct.REFUSE,
}
_TOLD = {
    ProofOutcome.RESTORED: NoticeKind.RESTORATION_RESTORED,
    ProofOutcome.REFUSED: NoticeKind.RESTORATION_REFUSED,
}


@atomic
def accept(deps: Deps, actor: Actor, *, restoration_id: str, note: str | None = None) -> Shown:
    """Accept an application, three working days from its receipt, and hand it to the provider's unit."""
    case = _decided(deps, actor, restoration_id, RestorationAct.ACCEPT, note)
    due_on = moving.due_on(case, rules.FEEDBACK)
    moving.tell_provider(deps, case, DeskNoticeKind.RESTORATION_ACCEPTED, due_on=due_on)
    moving.tell_resident(deps, case, NoticeKind.RESTORATION_ACCEPTED, due_on=due_on)
    return showing.plain(deps, actor, case)


@atomic
def decline(deps: Deps, actor: Actor, *, restoration_id: str, reason: str) -> Shown:
    """Do not accept an application; the person reads why, and may apply again."""
    case = _decided(deps, actor, restoration_id, RestorationAct.DECLINE, reason)
    moving.tell_resident(deps, case, NoticeKind.RESTORATION_DECLINED)
    return showing.plain(deps, actor, case)


@atomic
def prove(
    deps: Deps,
    actor: Actor,
    *,
    restoration_id: str,
    outcome: ProofOutcome,
    explanation: str,
    document_no: str | None = None,
) -> Shown:
    """The provider's answer: its proof takes the record out of every query at once (Regulation 38, three working days allowed).

    Raises 422 `restorations.no_proof` for a restoration without the number of its document, and 422 `removals.tells_record`
    for a number that repeats the record: it is kept beside a removal.
    """
    case = store.find_of_unit(deps.db, moving.unit_of(actor), restoration_id)
    if case is None:
        raise errors.not_found()
    if outcome is ProofOutcome.RESTORED and document_no is None:
        raise errors.no_proof()
    if document_no is not None:
        _require_silent(deps, case, document_no)
    case = replace(
        moving.moved(deps, actor, case, _ACTS[outcome], explanation),
        document_no=document_no,
    )
    if outcome is ProofOutcome.RESTORED:
        case = _hidden(deps, actor, case)
    case = moving.save(deps, actor, case, "restorations.prove")
    moving.tell_officers(deps, case, DeskNoticeKind.RESTORATION_PROVED)
    moving.tell_resident(deps, case, _TOLD[outcome])
    return showing.plain(deps, actor, case)


def _decided(
    deps: Deps, actor: Actor, restoration_id: str, act: RestorationAct, note: str | None
) -> Restoration:
    actor.require(Role.CASE_OFFICER)
    case = store.find(deps.db, restoration_id)
    if case is None:
        raise errors.not_found()
    return moving.save(deps, actor, moving.moved(deps, actor, case, act, note), f"restorations.{act.value}")


def _require_silent(deps: Deps, case: Restoration, document_no: str) -> None:
    record = records.find_any(deps, case.record_id)
    if record is not None:
        removals.require_silent(deps, record, document_no)


def _hidden(deps: Deps, actor: Actor, case: Restoration) -> Restoration:
    """The record leaves queries with the proof."""
    record = records.find_any(deps, case.record_id)
    if record is None:
        raise errors.record_deleted()
    removal = removals.hide_restored(
        deps, actor, record=record, case_id=case.id, reason=texts.RESTORED, document_no=case.document_no
    )
    clocks = (*case.clocks, removal.clock) if removal.clock else case.clocks
    return replace(case, clocks=clocks, removal_id=removal.id)
