"""Submitting: the case, its evidence and the mark on the record come into being together or not at all."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from backend.audit import service as audit
from backend.clocks import service as limits
from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.common.mongo import Retry, atomic
from backend.evidence import service as evidence
from backend.evidence.model import Evidence, Upload
from backend.idempotency import errors as repeated
from backend.limits import service as tries
from backend.limits.service import Charge, Limit
from backend.objections import errors, rules, store, texts
from backend.objections.model import Event, Objection, Shown
from backend.objections.service import forgetting, moving, reading, telling
from backend.records import service as records
from backend.records.model import Record
from schemas.notices import DeskNoticeKind, NoticeKind
from schemas.terms import ObjectionAct, ObjectionGround, ObjectionState, RecordMark

# Far beyond what anybody needs who objects in earnest.
PER_RECORD, PER_PERSON = Limit(10, timedelta(days=30)), Limit(100, timedelta(days=30))


@dataclass(frozen=True)
class _Wish:
    """What the resident asks for, and under which key of a request."""

    subject_id: str
    record_id: str
    ground: ObjectionGround
    statement: str
    uploads: Sequence[Upload]
    key_mac: bytes | None


def submit(
    deps: Deps,
    actor: Actor,
    *,
    record_id: str,
    ground: ObjectionGround,
    statement: str,
    uploads: Sequence[Upload] = (),
    idempotency_key: str | None = None,
) -> Shown:
    """Object to one of the own records (Regulation 36, Measures 28); the record is marked in the same instant.

    Asked again under the same key it gives the case of the first time, also when nobody ever got the first answer; asked for
    something else under it, 409 `idempotency.mismatch` with the id of that case. Raises 404 `objections.record_not_found`,
    409 `objections.already_open` with the id of the case, 429 `objections.too_often`,
    and what evidence refuses; then nothing is stored.
    """
    subject_id = actor.require_verified(deps.now())
    wish = _Wish(subject_id, record_id, ground, statement, uploads, moving.key_mac(deps, idempotency_key))
    case = _known(deps, actor, wish)
    if case is None:
        _require_open_to(deps, wish, _live(deps, wish))
        charged = tries.charged(deps, _charges(wish), errors.too_often)
        with charged, evidence.held(deps, actor, uploads=uploads) as files:
            case = _open(deps, actor, wish, files)
    return reading.plain(deps, actor, case)


@atomic
def _open(deps: Deps, actor: Actor, wish: _Wish, files: Sequence[Evidence]) -> Objection:
    """Everything is asked again inside the transaction: somebody may have been faster while the files were stored."""
    if (known := _known(deps, actor, wish)) is not None:
        return known
    record = _require_open_to(deps, wish, _settle_before(deps, wish))
    case = _made(deps, actor, wish, record)
    if not store.insert(deps.db, case):
        raise Retry(case.id)
    evidence.attach(deps, evidence=files, case_id=case.id)
    records.mark(
        deps,
        moving.BY_ITSELF,
        record_id=case.record_id,
        subject_id=case.subject_id,
        kind=RecordMark.CONTESTED,
        case_id=case.id,
        reason=texts.MARKED,
    )
    _tell(deps, actor, case, files)
    return case


def _tell(deps: Deps, actor: Actor, case: Objection, files: Sequence[Evidence]) -> None:
    audit.record(
        deps,
        actor,
        "objections.submit",
        case.id,
        subject_id=case.subject_id,
        record_id=case.record_id,
        ground=case.ground.value,
        files=len(files),
    )
    telling.resident(deps, case, NoticeKind.OBJECTION_RECEIVED, due_on=moving.due_on(case, "decide"))
    telling.officers(deps, case, DeskNoticeKind.OBJECTION_RECEIVED, due_on=moving.due_on(case, "compare"))


def _made(deps: Deps, actor: Actor, wish: _Wish, record: Record) -> Objection:
    """Submitted by the resident and, as the second event of the same instant, marked by the system."""
    by = moving.terms(deps)
    sealed = deps.sealer.seal(moving.ROOM, wish.statement)
    first = Event(by.now, ObjectionAct.SUBMIT, ObjectionState.SUBMITTED, actor.role, actor.id)
    case = Objection(
        id=deps.new_id(),
        subject_id=wish.subject_id,
        account_id=actor.id,
        record_id=record.id,
        unit_code=record.unit_code,
        ground=wish.ground,
        statement_sealed=sealed,
        state=ObjectionState.SUBMITTED,
        submitted_at=by.now,
        limits_code=limits.LIVE,
        clocks=rules.opened(by.limits, by.now, by.calendar, limits.LIVE),
        events=(first,),
        key_mac=wish.key_mac,
    )
    return moving.moved(deps, moving.BY_ITSELF, case, ObjectionAct.MARK)


def _charges(wish: _Wish) -> list[Charge]:
    """Who submits and withdraws over and over makes work for the desks each time."""
    return [
        ("objections.record", f"{wish.subject_id}:{wish.record_id}", PER_RECORD),
        ("objections.person", wish.subject_id, PER_PERSON),
    ]


def _known(deps: Deps, actor: Actor, wish: _Wish) -> Objection | None:
    """The case that was opened under this key before, if it says all that is said now."""
    case = store.find_by_key(deps.db, actor.id, wish.key_mac) if wish.key_mac else None
    if case is not None and not _says(deps, case, wish):
        raise repeated.sent_before(objection_id=case.id)
    return case


def _says(deps: Deps, case: Objection, wish: _Wish) -> bool:
    """Fewer files are no change: a browser that went back has forgotten them. Of a case whose words were deleted nobody knows."""
    said = deps.sealer.open(case.statement_sealed)
    if said == forgetting.SILENCE:
        return True
    return (case.ground, said) == (wish.ground, wish.statement) and evidence.has_all(
        deps, case.id, wish.uploads
    )


def _live(deps: Deps, wish: _Wish) -> Objection | None:
    """The case about this record that is not closed."""
    return store.find_live(deps.db, f"{wish.subject_id}:{wish.record_id}")


def _settle_before(deps: Deps, wish: _Wish) -> Objection | None:
    """The same, after one that time has closed has made room, whether or not a sweep has run."""
    before = _live(deps, wish)
    if before is None:
        return None
    moving.settled(deps, before)
    return _live(deps, wish)


def _require_open_to(deps: Deps, wish: _Wish, live: Objection | None) -> Record:
    """The record, if the resident may object to it now: `live` is the case about it that is not closed."""
    # Under the same key it is this very case, which was sent twice at the same moment; `_known` then finds it.
    another = live is not None and (wish.key_mac is None or live.key_mac != wish.key_mac)
    if live is not None and another and moving.as_of(deps, live).state in rules.LIVE:
        raise errors.already_open(live.id)
    record = records.find_own(deps, wish.subject_id, wish.record_id)
    if record is None:
        raise errors.record_not_found()
    return record
