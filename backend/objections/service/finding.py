"""What the information provider does with an objection forwarded to its unit: it corrects or upholds (Regulation 36(2))."""

from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.common.mongo import atomic
from backend.objections import errors, store, texts
from backend.objections.model import Objection, Shown
from backend.objections.service import agreeing, moving, reading, telling
from backend.objections.service.correcting import Remedy, corrected
from backend.records.model import Correction
from schemas.notices import DeskNoticeKind, NoticeKind
from schemas.terms import ObjectionAct, ObjectionOutcome, RemovalWish


@moving.closes_void
def find_corrected(
    deps: Deps,
    actor: Actor,
    *,
    objection_id: str,
    explanation: str,
    correction: Correction | None = None,
    remove: RemovalWish | None = None,
) -> Shown:
    """The provider was wrong: the record is corrected or removed, and the case closed."""
    remedy = Remedy(correction, remove, explanation)
    return reading.plain(deps, actor, _find_corrected(deps, actor, objection_id, remedy))


@atomic
def _find_corrected(deps: Deps, actor: Actor, objection_id: str, remedy: Remedy) -> Objection:
    case = of_unit(deps, actor, objection_id)
    moving.require(deps, actor, case, ObjectionAct.CORRECT)
    case = corrected(deps, actor, case, remedy, "objections.find")
    telling.officers(deps, case, DeskNoticeKind.FINDING_ARRIVED)
    return case


@moving.closes_void
def find_upheld(deps: Deps, actor: Actor, *, objection_id: str, explanation: str) -> Shown:
    """The provider stands by the record: a suspension ends, the mark stays while the person may still dissent."""
    return reading.plain(deps, actor, _find_upheld(deps, actor, objection_id, explanation))


@atomic
def _find_upheld(deps: Deps, actor: Actor, objection_id: str, explanation: str) -> Objection:
    case = of_unit(deps, actor, objection_id)
    case = moving.moved(
        deps,
        actor,
        case,
        ObjectionAct.UPHOLD,
        note=explanation,
        outcome=ObjectionOutcome.UPHELD,
    )
    case = agreeing.release(deps, case, texts.RELEASED)
    case = moving.save(deps, actor, case, "objections.find")
    agreeing.agree(deps, case)
    due_on = moving.due_on(case, "dissent")
    telling.resident(deps, case, NoticeKind.OBJECTION_UPHELD, due_on=due_on)
    telling.officers(deps, case, DeskNoticeKind.FINDING_ARRIVED)
    return case


def of_unit(deps: Deps, actor: Actor, objection_id: str) -> Objection:
    """The settled case, where it was forwarded to the caller's unit; any other does not exist for the caller."""
    case = store.find_of_unit(deps.db, moving.unit_of(actor), objection_id)
    if case is None:
        raise errors.not_found()
    return moving.settled(deps, case)
