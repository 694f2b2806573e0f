"""The resident's moves: apply with a pledge and evidence, and withdraw."""

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from backend.audit import service as audit
from backend.calendars import service as calendars
from backend.clocks import service as limits
from backend.common.actor import Actor
from backend.common.clock import shanghai_date
from backend.common.deps import Deps
from backend.common.errors import ServiceError
from backend.common.mongo import Retry, atomic
from backend.evidence import service as evidence
from backend.evidence.model import Evidence, Upload
from backend.idempotency import errors as repeated
from backend.limits import service as tries
from backend.limits.service import Charge, Limit
from backend.records import rules as record_rules
from backend.records import service as records
from backend.records.model import Record
from backend.restorations import errors, rules, store
from backend.restorations.model import Event, Restoration, Shown
from backend.restorations.service import forgetting, moving, showing
from schemas.notices import DeskNoticeKind, NoticeKind
from schemas.terms import RestorationAct, RestorationState

PURPOSE = "restorations"
# Far beyond what anybody needs who applies in earnest.
PER_RECORD, PER_PERSON = Limit(10, timedelta(days=30)), Limit(100, timedelta(days=30))


@dataclass(frozen=True)
class _Wish:
    """What the resident asks for, and under which key of a request."""

    subject_id: str
    record_id: str
    pledge: str
    uploads: Sequence[Upload]
    key_mac: bytes | None


def apply(
    deps: Deps,
    actor: Actor,
    *,
    record_id: str,
    pledge: str,
    uploads: Sequence[Upload] = (),
    idempotency_key: str | None = None,
) -> Shown:
    """Ask for the restoration of one of the own adverse records.

    Asked again under the same key it gives the case of the first time, also when nobody ever got the first answer; asked for
    something else under it, 409 `idempotency.mismatch` with the id of that case. Raises 404
    `restorations.record_not_found`, 409 `not_adverse`, `not_ended`, `too_early` (with the first day) or `already_open`
    (with the id of the case), 429 `too_often`, and what evidence refuses; then nothing is stored.
    """
    subject_id = actor.require_verified(deps.now())
    wish = _Wish(subject_id, record_id, pledge, uploads, _key_mac(deps, idempotency_key))
    case = _known(deps, actor, wish)
    if case is None:
        _wanted_record(deps, wish)
        charged = tries.charged(deps, _charges(wish), errors.too_often)
        with charged, evidence.held(deps, actor, uploads=uploads) as files:
            case = _open(deps, actor, wish, files)
    return showing.plain(deps, actor, case)


@atomic
def withdraw(deps: Deps, actor: Actor, *, restoration_id: str) -> Shown:
    """Take an open application back; whoever would have decided is told."""
    subject_id = actor.require_verified(deps.now())
    case = store.find_own(deps.db, subject_id, restoration_id)
    if case is None:
        raise errors.not_found()
    with_provider = case.state is RestorationState.ACCEPTED
    case = moving.moved(deps, actor, case, RestorationAct.WITHDRAW)
    case = moving.save(deps, actor, case, "restorations.withdraw")
    tell = moving.tell_provider if with_provider else moving.tell_officers
    tell(deps, case, DeskNoticeKind.RESTORATION_WITHDRAWN)
    moving.tell_resident(deps, case, NoticeKind.RESTORATION_WITHDRAWN)
    return showing.plain(deps, actor, case)


@atomic
def _open(deps: Deps, actor: Actor, wish: _Wish, files: Sequence[Evidence]) -> Restoration:
    """Everything is asked again inside the transaction: somebody may have been faster while the files were stored."""
    if (known := _known(deps, actor, wish)) is not None:
        return known
    case = _made(deps, actor, wish, _wanted_record(deps, wish))
    records.hold(deps, wish.subject_id, (wish.record_id,))
    if not store.insert(deps.db, case):
        raise Retry(case.id)
    evidence.attach(deps, evidence=files, case_id=case.id)
    audit.record(
        deps,
        actor,
        "restorations.apply",
        case.id,
        subject_id=case.subject_id,
        record_id=case.record_id,
        files=len(files),
    )
    due_on = moving.due_on(case, rules.ACCEPT)
    moving.tell_resident(deps, case, NoticeKind.RESTORATION_RECEIVED, due_on=due_on)
    moving.tell_officers(deps, case, DeskNoticeKind.RESTORATION_RECEIVED, due_on=due_on)
    return case


def _made(deps: Deps, actor: Actor, wish: _Wish, record: Record) -> Restoration:
    now, live = deps.now(), limits.limits()
    calendar = calendars.calendar(deps)
    first = Event(now, RestorationAct.SUBMIT, RestorationState.SUBMITTED, actor.role, actor.id)
    return rules.refreshed(
        Restoration(
            id=deps.new_id(),
            subject_id=wish.subject_id,
            account_id=actor.id,
            record_id=wish.record_id,
            unit_code=record.unit_code,
            pledge_sealed=deps.sealer.seal(moving.ROOM, wish.pledge),
            state=RestorationState.SUBMITTED,
            submitted_at=now,
            clocks=rules.opened(live[rules.ACCEPT], live[rules.FEEDBACK], now, calendar, limits.LIVE),
            events=(first,),
            open_key=_open_key(wish),
            key_mac=wish.key_mac,
        )
    )


def _wanted_record(deps: Deps, wish: _Wish) -> Record:
    """The own record, if its restoration can be asked for now and nobody has."""
    record = records.find_own(deps, wish.subject_id, wish.record_id)
    if record is None:
        raise errors.record_not_found()
    if (refusal := hindered(record, shanghai_date(deps.now()))) is not None:
        raise refusal
    opened = store.find_open(deps.db, _open_key(wish))
    # Under the same key it is this very application, which somebody sent at the same moment; `_known` then finds it.
    if opened is not None and (wish.key_mac is None or opened.key_mac != wish.key_mac):
        raise errors.already_open(opened.id)
    return record


def hindered(record: Record, today: date) -> ServiceError | None:
    """The refusal that keeps the restoration of this record from being asked for today, if any."""
    match rules.hindrance(record, today):
        case rules.Hindrance.NOT_ADVERSE:
            return errors.not_adverse()
        case rules.Hindrance.NOT_ENDED:
            return errors.not_ended(record_rules.NOT_ENDED.text)
        case rules.Hindrance.TOO_EARLY:
            return errors.too_early(record_rules.restoration(record).earliest_on or today)
    return None


def _open_key(wish: _Wish) -> str:
    return f"{wish.subject_id}:{wish.record_id}"


def _charges(wish: _Wish) -> list[Charge]:
    """Who applies and withdraws over and over makes work for the desks each time."""
    return [
        ("restorations.record", _open_key(wish), PER_RECORD),
        ("restorations.person", wish.subject_id, PER_PERSON),
    ]


def _known(deps: Deps, actor: Actor, wish: _Wish) -> Restoration | None:
    """The case that was opened under this key before, if it says all that is said now."""
    case = store.find_by_key(deps.db, actor.id, wish.key_mac) if wish.key_mac else None
    if case is not None and not _says(deps, case, wish):
        raise repeated.sent_before(restoration_id=case.id)
    return case


def _says(deps: Deps, case: Restoration, wish: _Wish) -> bool:
    """Fewer files are no change: a browser that went back has forgotten them. Of a case whose words were deleted nobody knows."""
    said = deps.sealer.open(case.pledge_sealed)
    return said == forgetting.SILENCE or (
        said == wish.pledge and evidence.has_all(deps, case.id, wish.uploads)
    )


def _key_mac(deps: Deps, key: str | None) -> bytes | None:
    """How an `Idempotency-Key` is kept with the case: nobody can read it back."""
    return (key and hmac.new(deps.sealer.derive(PURPOSE), key.encode(), hashlib.sha256).digest()) or None
