"""What the person may do with the own case: add evidence, withdraw, and dissent."""

from collections.abc import Sequence

from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.common.mongo import atomic
from backend.evidence import service as evidence
from backend.evidence.model import Evidence, Upload
from backend.idempotency import errors as repeated
from backend.objections import errors, rules, store, texts
from backend.objections.model import Objection, Shown
from backend.objections.service import agreeing, forgetting, moving, reading, telling
from backend.records import service as records
from schemas.notices import DeskNoticeKind, NoticeKind
from schemas.terms import ObjectionAct, ObjectionOutcome, ObjectionState, RecordMark


@moving.closes_void
def add_evidence(
    deps: Deps,
    actor: Actor,
    *,
    objection_id: str,
    uploads: Sequence[Upload] = (),
    note: str | None = None,
    idempotency_key: str | None = None,
) -> Shown:
    """Add files, words or both; where they were asked for, the clocks run on from the day after. 409
    `objections.record_deleted` when the record has left the database: nothing about it is kept any more; `idempotency.mismatch`
    when something else was added under this key."""
    subject_id = actor.require_verified(deps.now())
    if not uploads and not note:
        raise errors.nothing_added()
    key_mac = moving.key_mac(deps, idempotency_key)
    case = _own(deps, subject_id, objection_id)
    if not _was_added(deps, case, key_mac, note, uploads):
        with evidence.held(deps, actor, uploads=uploads, already=evidence.count(deps, case.id)) as files:
            case = _add(deps, actor, (subject_id, objection_id), files, (note, key_mac, uploads))
    return reading.plain(deps, actor, case)


@atomic
def _add(
    deps: Deps,
    actor: Actor,
    own: tuple[str, str],
    files: Sequence[Evidence],
    said: tuple[str | None, bytes | None, Sequence[Upload]],
) -> Objection:
    case, (note, key_mac, uploads) = _own(deps, *own), said
    if _was_added(deps, case, key_mac, note, uploads):
        return case
    before = moving.settled(deps, case)
    moving.require(deps, actor, before, ObjectionAct.ADD_EVIDENCE)
    if not rules.may_add(before):
        raise errors.too_many_additions(rules.MOST_ADDITIONS)
    case = moving.moved(deps, actor, before, ObjectionAct.ADD_EVIDENCE, note=note, key_mac=key_mac)
    case = moving.save(deps, actor, case, "objections.add_evidence")
    evidence.attach(deps, evidence=files, case_id=case.id)
    telling.officers(deps, case, DeskNoticeKind.SUPPLEMENT_ARRIVED)
    if before.state is ObjectionState.SUPPLEMENT_REQUESTED:
        agreeing.agree(deps, case)
        telling.resident(deps, case, NoticeKind.OBJECTION_RESUMED, due_on=moving.latest_due(case))
    if case.state is ObjectionState.FORWARDED:
        telling.provider(deps, case, DeskNoticeKind.SUPPLEMENT_ARRIVED)
    return case


@moving.closes_void
def withdraw(deps: Deps, actor: Actor, *, objection_id: str) -> Shown:
    """Take the objection back: the mark goes, every clock stops, and the person may object again later."""
    subject_id = actor.require_verified(deps.now())
    return reading.plain(deps, actor, _withdraw(deps, actor, subject_id, objection_id))


@atomic
def _withdraw(deps: Deps, actor: Actor, subject_id: str, objection_id: str) -> Objection:
    case = moving.settled(deps, _own(deps, subject_id, objection_id))
    forwarded = case.forwarded_at is not None
    case = moving.moved(
        deps,
        actor,
        case,
        ObjectionAct.WITHDRAW,
        outcome=ObjectionOutcome.WITHDRAWN,
        closed_at=deps.now(),
    )
    case = agreeing.let_go(deps, case, texts.UNMARKED_WITHDRAWN)
    case = moving.save(deps, actor, case, "objections.withdraw")
    telling.resident(deps, case, NoticeKind.OBJECTION_WITHDRAWN)
    telling.officers(deps, case, DeskNoticeKind.OBJECTION_WITHDRAWN)
    if forwarded:
        telling.provider(deps, case, DeskNoticeKind.OBJECTION_WITHDRAWN)
    return case


@moving.closes_void
def dissent(deps: Deps, actor: Actor, *, objection_id: str, statement: str) -> Shown:
    """Leave a statement of up to 500 characters with an upheld record: the mark stays, the words beside it (Measures 30)."""
    subject_id = actor.require_verified(deps.now())
    return reading.plain(deps, actor, _dissent(deps, actor, (subject_id, objection_id), statement))


@atomic
def _dissent(deps: Deps, actor: Actor, own: tuple[str, str], statement: str) -> Objection:
    case = moving.settled(deps, _own(deps, *own))
    case = moving.moved(deps, actor, case, ObjectionAct.DISSENT, note=statement, closed_at=deps.now())
    if agreeing.exists(deps, case):
        records.mark(
            deps,
            moving.BY_ITSELF,
            record_id=case.record_id,
            subject_id=case.subject_id,
            kind=RecordMark.DISSENTED,
            case_id=case.id,
            reason=texts.DISSENTED,
            statement=statement,
        )
        agreeing.unmark(deps, case, texts.UNMARKED_DISSENTED)
    case = moving.save(deps, actor, case, "objections.dissent")
    telling.resident(deps, case, NoticeKind.OBJECTION_DISSENTED)
    telling.officers(deps, case, DeskNoticeKind.OBJECTION_DISSENTED)
    telling.provider(deps, case, DeskNoticeKind.OBJECTION_DISSENTED)
    return case


def _own(deps: Deps, subject_id: str, objection_id: str) -> Objection:
    case = store.find_own(deps.db, subject_id, objection_id)
    if case is None:
        raise errors.not_found()
    return case


def _was_added(
    deps: Deps, case: Objection, key_mac: bytes | None, note: str | None, uploads: Sequence[Upload]
) -> bool:
    """Whether this very request was carried out before. What was deleted since cannot be compared, and counts as the same."""
    known = [event for event in case.events if key_mac is not None and event.key_mac == key_mac]
    if not known or deps.sealer.open(case.statement_sealed) == forgetting.SILENCE:
        return bool(known)
    sealed = known[0].note_sealed
    if (deps.sealer.open(sealed) if sealed else None) != note or not evidence.has_all(deps, case.id, uploads):
        raise repeated.sent_before(objection_id=case.id)
    return True
