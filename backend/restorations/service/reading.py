"""Reading cases. Whoever sees the record or the words of a case is in the subject's access log before it leaves."""

from backend.audit import service as audit
from backend.clocks.model import Queue
from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.common.pages import Page, Position
from backend.evidence import service as evidence
from backend.evidence.model import Download
from backend.records import service as records
from backend.restorations import errors, rules, store, texts
from backend.restorations.model import NEVER, Listed, Restoration, Shown
from backend.restorations.service import moving, showing
from schemas.terms import RestorationState, Role
from schemas.text import Text


def mine(deps: Deps, actor: Actor, *, limit: int, cursor: str | None = None) -> Page[Shown]:
    """The caller's own cases, newest first, without the record and without words."""
    page = _own_page(deps, actor, limit=limit, cursor=cursor)
    return Page(tuple(showing.outlined(deps, actor, case) for case in page.items), page.next_cursor)


def own_words(deps: Deps, actor: Actor, *, limit: int, cursor: str | None = None) -> Page[Shown]:
    """The same with every word, to who has just proved to be that person; the record is the report's. Whoever hands it out has
    written the look down."""
    if not actor.is_verified(deps.now()):
        return mine(deps, actor, limit=limit, cursor=cursor)
    page = _own_page(deps, actor, limit=limit, cursor=cursor)
    return Page(tuple(showing.whole(deps, actor, case, None) for case in page.items), page.next_cursor)


def _own_page(deps: Deps, actor: Actor, *, limit: int, cursor: str | None) -> Page[Restoration]:
    subject_id = actor.require_subject()
    scope = f"restorations:{subject_id}"
    found = store.list_own(deps.db, subject_id, after=deps.cursors.read(cursor, scope), limit=limit + 1)
    return deps.cursors.page(found, limit, scope, lambda case: Position(case.submitted_at, case.id))


def find_mine(deps: Deps, actor: Actor, *, restoration_id: str) -> Shown:
    """One of the own cases; to who has just proved to be that person, with the record and every word."""
    subject_id = actor.require_subject()
    case = _own(deps, subject_id, restoration_id)
    if not actor.is_verified(deps.now()):
        return showing.outlined(deps, actor, case)
    _look(deps, actor, case, texts.OWN_CASE)
    return showing.whole(deps, actor, case, records.find_own(deps, subject_id, case.record_id))


def find_for_officer(deps: Deps, actor: Actor, *, restoration_id: str) -> Shown:
    """Any case; while it is open with the record, the words and whose it is, and the subject reads who looked."""
    return _for_staff(deps, actor, _any(deps, actor, restoration_id))


def find_for_provider(deps: Deps, actor: Actor, *, restoration_id: str) -> Shown:
    """A case of the caller's unit that was accepted, likewise."""
    return _for_staff(deps, actor, _of_unit(deps, actor, restoration_id))


def for_officers(
    deps: Deps,
    actor: Actor,
    *,
    limit: int,
    cursor: str | None = None,
    state: RestorationState | None = None,
    overdue: bool | None = None,
    unit: str | None = None,
) -> Page[Listed]:
    """Every case, nearest due first; `overdue` keeps those with a clock that is past its end."""
    actor.require(Role.CASE_OFFICER)
    wanted = store.wanted(state=state, unit_code=unit, overdue_at=deps.now() if overdue else None)
    return _listed(deps, actor, wanted, limit=limit, cursor=cursor)


def for_provider(
    deps: Deps,
    actor: Actor,
    *,
    limit: int,
    cursor: str | None = None,
    state: RestorationState | None = None,
    overdue: bool | None = None,
) -> Page[Listed]:
    """The accepted cases of the caller's unit, nearest due first."""
    unit, overdue_at = moving.unit_of(actor), deps.now() if overdue else None
    wanted = store.wanted(state=state, unit_code=unit, overdue_at=overdue_at, accepted=True)
    return _listed(deps, actor, wanted, limit=limit, cursor=cursor)


def download_mine(deps: Deps, actor: Actor, *, restoration_id: str, evidence_id: str) -> Download:
    """A file of the own case, to who has just proved to be that person."""
    case = _own(deps, actor.require_verified(deps.now()), restoration_id)
    return _download(deps, actor, case, evidence_id, texts.OWN_CASE)


def download_for_officer(deps: Deps, actor: Actor, *, restoration_id: str, evidence_id: str) -> Download:
    """A file, to any officer until somebody has decided, then to who accepted the case; when it is over to nobody."""
    case = _any(deps, actor, restoration_id)
    if not rules.opens_for(case, actor.id):
        raise errors.not_found()
    return _download(deps, actor, case, evidence_id, texts.HANDLING)


def download_for_provider(deps: Deps, actor: Actor, *, restoration_id: str, evidence_id: str) -> Download:
    """A file, to the unit of an accepted case until its proof is given or the application withdrawn."""
    case = _of_unit(deps, actor, restoration_id)
    if case.state not in rules.OPEN:
        raise errors.not_found()
    return _download(deps, actor, case, evidence_id, texts.HANDLING)


def about(deps: Deps, actor: Actor, *, restoration_id: str) -> tuple[str, str]:
    """Whose case it is and about which record, as ids: to find what else is about that record."""
    case = _any(deps, actor, restoration_id)
    return case.subject_id, case.record_id


def of_record(deps: Deps, actor: Actor, *, subject_id: str, record_id: str) -> tuple[Listed, ...]:
    """Every case of this person about this record, as the officers' list has them."""
    actor.require(Role.CASE_OFFICER)
    found = store.list_of_record(deps.db, subject_id, record_id)
    return tuple(showing.entry(deps, case) for case in found)


def queues(deps: Deps, actor: Actor) -> tuple[Queue, ...]:
    """The queues of the caller's desk."""
    if actor.role is Role.PROVIDER and actor.unit is not None:
        own = store.wanted(state=RestorationState.ACCEPTED, unit_code=actor.unit)
        return (_queue(deps, "restorations.proofs", texts.QUEUE_PROOFS, own),)
    if actor.role is not Role.CASE_OFFICER:
        return ()
    return tuple(
        _queue(deps, f"restorations.{state.value}", label, store.wanted(state=state))
        for state, label in (
            (RestorationState.SUBMITTED, texts.QUEUE_SUBMITTED),
            (RestorationState.ACCEPTED, texts.QUEUE_ACCEPTED),
        )
    )


def _own(deps: Deps, subject_id: str, restoration_id: str) -> Restoration:
    return _found(store.find_own(deps.db, subject_id, restoration_id))


def _any(deps: Deps, actor: Actor, restoration_id: str) -> Restoration:
    actor.require(Role.CASE_OFFICER)
    return _found(store.find(deps.db, restoration_id))


def _of_unit(deps: Deps, actor: Actor, restoration_id: str) -> Restoration:
    return _found(store.find_of_unit(deps.db, moving.unit_of(actor), restoration_id))


def _found(case: Restoration | None) -> Restoration:
    if case is None:
        raise errors.not_found()
    return case


def _for_staff(deps: Deps, actor: Actor, case: Restoration) -> Shown:
    """While the case is open its record and words are there to be worked on; when it is over the desks need neither them nor
    the person any more, and read what was asked and decided, when, and by which clocks."""
    if case.state not in rules.OPEN:
        return showing.plain(deps, actor, case)
    _look(deps, actor, case, texts.HANDLING)
    return showing.whole(deps, actor, case, records.find_any(deps, case.record_id))


def _listed(
    deps: Deps, actor: Actor, wanted: dict[str, object], *, limit: int, cursor: str | None
) -> Page[Listed]:
    scope = f"restorations:{actor.role}:{actor.unit}"
    after = deps.cursors.read(cursor, scope)
    found = store.list_for_desk(deps.db, wanted, after=after, limit=limit + 1)
    page = deps.cursors.page(found, limit, scope, lambda case: Position(case.due_at, case.id))
    return Page(tuple(showing.entry(deps, case) for case in page.items), page.next_cursor)


def _queue(deps: Deps, name: str, label: Text, wanted: dict[str, object]) -> Queue:
    count, overdue, nearest = store.queue(deps.db, wanted, deps.now())
    return Queue(name, label, count, overdue, nearest if nearest and nearest < NEVER else None)


def _look(deps: Deps, actor: Actor, case: Restoration, purpose: Text) -> None:
    audit.look(
        deps,
        actor,
        "restorations.read",
        subject_id=case.subject_id,
        purpose=purpose,
        scope=texts.CASE_SCOPE,
        target_id=case.id,
    )


def _download(deps: Deps, actor: Actor, case: Restoration, evidence_id: str, purpose: Text) -> Download:
    return evidence.download(
        deps, actor, case_id=case.id, evidence_id=evidence_id, subject_id=case.subject_id, purpose=purpose
    )
