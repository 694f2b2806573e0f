"""What the case officer does: compare, forward, ask for more, decide, and take a case over."""

from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.common.mongo import atomic
from backend.objections import errors, store
from backend.objections.model import Objection, Shown
from backend.objections.service import agreeing, moving, reading, telling
from backend.objections.service.correcting import Remedy, corrected
from backend.records.model import Correction
from schemas.notices import DeskNoticeKind, NoticeKind
from schemas.terms import ObjectionAct, RemovalWish, Role


@moving.closes_void
def compare(deps: Deps, actor: Actor, *, objection_id: str) -> Shown:
    """Take the case and begin to compare with what the provider handed in (Measures 29: 2 working days)."""
    return reading.plain(deps, actor, _compare(deps, actor, objection_id))


@atomic
def _compare(deps: Deps, actor: Actor, objection_id: str) -> Objection:
    case = _any(deps, actor, objection_id)
    case = moving.moved(deps, actor, case, ObjectionAct.COMPARE, officer_id=actor.id, officer_name=actor.name)
    case = moving.save(deps, actor, case, "objections.compare")
    telling.resident(deps, case, NoticeKind.OBJECTION_COMPARING)
    return case


@moving.closes_void
def take_over(deps: Deps, actor: Actor, *, objection_id: str, reason: str) -> Shown:
    """Become the officer of another's case; the reason stands on its timeline."""
    return reading.plain(deps, actor, _take_over(deps, actor, objection_id, reason))


@atomic
def _take_over(deps: Deps, actor: Actor, objection_id: str, reason: str) -> Objection:
    case = _any(deps, actor, objection_id)
    moving.require(deps, actor, case, ObjectionAct.TAKE_OVER)
    if case.officer_id == actor.id:
        raise errors.own_already()
    case = moving.moved(
        deps,
        actor,
        case,
        ObjectionAct.TAKE_OVER,
        note=reason,
        officer_id=actor.id,
        officer_name=actor.name,
    )
    return moving.save(deps, actor, case, "objections.take_over")


@moving.closes_void
def request_supplement(deps: Deps, actor: Actor, *, objection_id: str, what: str) -> Shown:
    """Ask the person for more: the running clocks stand still until it comes, or until its own time is over."""
    return reading.plain(deps, actor, _request_supplement(deps, actor, objection_id, what))


@atomic
def _request_supplement(deps: Deps, actor: Actor, objection_id: str, what: str) -> Objection:
    case = _own(deps, actor, objection_id, ObjectionAct.REQUEST_SUPPLEMENT)
    case = moving.moved(deps, actor, case, ObjectionAct.REQUEST_SUPPLEMENT, note=what)
    case = moving.save(deps, actor, case, "objections.request_supplement")
    agreeing.agree(deps, case)
    due_on = moving.due_on(case, "supplement")
    telling.resident(deps, case, NoticeKind.OBJECTION_SUPPLEMENT, due_on=due_on)
    return case


@moving.closes_void
def forward(deps: Deps, actor: Actor, *, objection_id: str, note: str) -> Shown:
    """Our data agree with the provider's: the provider checks them itself and has 5 working days (Regulation 36(2)).

    From the end of those on the record leaves every query by itself, as long as no finding has come (Measures 30).
    """
    return reading.plain(deps, actor, _forward(deps, actor, objection_id, note))


@atomic
def _forward(deps: Deps, actor: Actor, objection_id: str, note: str) -> Objection:
    case = _own(deps, actor, objection_id, ObjectionAct.FORWARD)
    case = moving.moved(deps, actor, case, ObjectionAct.FORWARD, note=note, forwarded_at=deps.now())
    case = moving.save(deps, actor, case, "objections.forward")
    agreeing.agree(deps, case)
    due_on = moving.due_on(case, "finding")
    telling.resident(deps, case, NoticeKind.OBJECTION_FORWARDED, due_on=due_on)
    telling.provider(deps, case, DeskNoticeKind.OBJECTION_FORWARDED, due_on=due_on)
    return case


@moving.closes_void
def decide(
    deps: Deps,
    actor: Actor,
    *,
    objection_id: str,
    reason: str,
    correction: Correction | None = None,
    remove: RemovalWish | None = None,
) -> Shown:
    """Our data differ from the provider's: put the record right with a reason and close (Regulation 36(1)).

    Data that agree are not decided here but forwarded: only the provider can uphold its own finding.
    """
    remedy = Remedy(correction, remove, reason)
    return reading.plain(deps, actor, _decide(deps, actor, objection_id, remedy))


@atomic
def _decide(deps: Deps, actor: Actor, objection_id: str, remedy: Remedy) -> Objection:
    case = _own(deps, actor, objection_id, ObjectionAct.CORRECT)
    return corrected(deps, actor, case, remedy, "objections.decide")


def _any(deps: Deps, actor: Actor, objection_id: str) -> Objection:
    actor.require(Role.CASE_OFFICER)
    case = store.find(deps.db, objection_id)
    if case is None:
        raise errors.not_found()
    return moving.settled(deps, case)


def _own(deps: Deps, actor: Actor, objection_id: str, act: ObjectionAct) -> Objection:
    """The case, where this officer handles it; a move that nobody could make is told first."""
    case = _any(deps, actor, objection_id)
    moving.require(deps, actor, case, act)
    if case.officer_id != actor.id:
        raise errors.other_officer(case.officer_name)
    return case
