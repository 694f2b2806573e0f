"""Reading cases. Whoever sees a record or the words of a case is in the subject's access log before it leaves."""

from backend.audit import service as audit
from backend.clocks import service as clocks
from backend.common import numbers
from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.common.pages import Page, Position
from backend.evidence import service as evidence
from backend.evidence.model import Download
from backend.objections import errors, rules, store, texts
from backend.objections.model import Event, Line, Objection, Person, Shown
from backend.objections.service import moving
from backend.records import service as records
from backend.records.model import Record
from backend.records.service import ShownRecord
from backend.registry import service as registry
from schemas.terms import ObjectionAct, Role
from schemas.text import Text

# What the person, an officer or a provider does by asking for it; all else is the system's.
_MOVES = tuple(
    act
    for act in ObjectionAct
    if any(one.act is act and one.by is not Role.SYSTEM for one in rules.TRANSITIONS)
)


def mine(deps: Deps, actor: Actor, *, limit: int, cursor: str | None = None) -> Page[Shown]:
    """The caller's own cases, newest first, without the record and without words."""
    page = _own_page(deps, actor, limit=limit, cursor=cursor)
    cases = moving.all_as_of(deps, page.items)
    return Page(tuple(_outlined(deps, actor, case) for case in cases), page.next_cursor)


def own_words(deps: Deps, actor: Actor, *, limit: int, cursor: str | None = None) -> Page[Shown]:
    """The same with every word, to who has just proved to be that person; the record is the report's. Whoever hands it out has
    written the look down."""
    if not actor.is_verified(deps.now()):
        return mine(deps, actor, limit=limit, cursor=cursor)
    page = _own_page(deps, actor, limit=limit, cursor=cursor)
    cases = moving.all_as_of(deps, page.items)
    return Page(tuple(_whole(deps, actor, case, None) for case in cases), page.next_cursor)


def _own_page(deps: Deps, actor: Actor, *, limit: int, cursor: str | None) -> Page[Objection]:
    subject_id = actor.require_subject()
    scope = f"objections:{subject_id}"
    found = store.list_own(deps.db, subject_id, after=deps.cursors.read(cursor, scope), limit=limit + 1)
    return deps.cursors.page(found, limit, scope, lambda case: Position(case.submitted_at, case.id))


def find_mine(deps: Deps, actor: Actor, *, objection_id: str) -> Shown:
    """One of the own cases; to who has just proved to be that person, with the record and every word."""
    subject_id = actor.require_subject()
    case = _own(deps, subject_id, objection_id)
    if not actor.is_verified(deps.now()):
        return _outlined(deps, actor, moving.as_of(deps, case))
    _look(deps, actor, case, texts.OWN_CASE)
    record = records.find_own(deps, subject_id, case.record_id)
    return _whole(deps, actor, moving.as_of(deps, case), record)


def find_for_officer(deps: Deps, actor: Actor, *, objection_id: str) -> Shown:
    """Any case, with the record and whose it is; the subject reads who looked."""
    actor.require(Role.CASE_OFFICER)
    case = store.find(deps.db, objection_id)
    if case is None:
        raise errors.not_found()
    return _for_staff(deps, actor, case)


def find_for_provider(deps: Deps, actor: Actor, *, objection_id: str) -> Shown:
    """A case that was forwarded to the caller's unit, likewise while it runs; afterwards without record, person or words."""
    case = _of_unit(deps, actor, objection_id)
    return _for_staff(deps, actor, case) if _runs(deps, case) else plain(deps, actor, case)


def download_mine(deps: Deps, actor: Actor, *, objection_id: str, evidence_id: str) -> Download:
    """A file of the own case, to who has just proved to be that person."""
    subject_id = actor.require_verified(deps.now())
    return _download(deps, actor, _own(deps, subject_id, objection_id), evidence_id, texts.OWN_CASE)


def download_for_officer(deps: Deps, actor: Actor, *, objection_id: str, evidence_id: str) -> Download:
    """A file of a case, to its own officer alone."""
    actor.require(Role.CASE_OFFICER)
    case = store.find(deps.db, objection_id)
    if case is None:
        raise errors.not_found()
    if case.officer_id != actor.id:
        raise errors.not_yours()
    return _download(deps, actor, case, evidence_id, texts.HANDLING)


def download_for_provider(deps: Deps, actor: Actor, *, objection_id: str, evidence_id: str) -> Download:
    """A file of a case, to the unit it was forwarded to, while it runs."""
    case = _of_unit(deps, actor, objection_id)
    if not _runs(deps, case):
        raise errors.not_found()
    return _download(deps, actor, case, evidence_id, texts.HANDLING)


def plain(deps: Deps, actor: Actor, case: Objection) -> Shown:
    """The case without the record and without any word, names of files too: what a move answers, so that a look is always a
    look of its own, and an answer kept for a repeated request holds nothing that an erasure would have to reach."""
    return _shown(deps, actor, moving.as_of(deps, case), whole=False, named=False)


def _outlined(deps: Deps, actor: Actor, case: Objection) -> Shown:
    """The same for its owner, who reads the names of the own files after proving to be that person."""
    return _shown(deps, actor, case, whole=False, named=actor.is_verified(deps.now()))


def _own(deps: Deps, subject_id: str, objection_id: str) -> Objection:
    case = store.find_own(deps.db, subject_id, objection_id)
    if case is None:
        raise errors.not_found()
    return case


def _of_unit(deps: Deps, actor: Actor, objection_id: str) -> Objection:
    case = store.find_of_unit(deps.db, moving.unit_of(actor), objection_id)
    if case is None:
        raise errors.not_found()
    return case


def _runs(deps: Deps, case: Objection) -> bool:
    """Whether it is still with somebody, or the person may still dissent; time may have closed it before any sweep has."""
    return moving.as_of(deps, case).state in rules.LIVE


def _for_staff(deps: Deps, actor: Actor, case: Objection) -> Shown:
    """While the case runs its record is there to be worked on, suspended or past its window or not; afterwards it is as
    far as any query may show it (DOMAIN 2)."""
    _look(deps, actor, case, texts.HANDLING)
    case = moving.as_of(deps, case)
    if case.state in rules.LIVE:
        return _whole(deps, actor, case, records.find_any(deps, case.record_id))
    return _whole(deps, actor, case, records.find_own(deps, case.subject_id, case.record_id))


def _whole(deps: Deps, actor: Actor, case: Objection, record: Record | None) -> Shown:
    shown = records.show(deps, [record])[0] if record else None
    return _shown(deps, actor, case, whole=True, record=shown)


def _shown(
    deps: Deps,
    actor: Actor,
    case: Objection,
    *,
    whole: bool,
    named: bool = True,
    record: ShownRecord | None = None,
) -> Shown:
    staff = actor.role is not Role.CITIZEN
    return Shown(
        id=case.id,
        record_id=case.record_id,
        unit=records.unit_name(deps, case.unit_code),
        ground=case.ground,
        state=case.state,
        outcome=case.outcome,
        submitted_at=case.submitted_at,
        closed_at=case.closed_at,
        suspended_at=case.suspended_at,
        officer_name=case.officer_name if staff else None,
        clocks=tuple(clocks.shown(clock, deps.now()) for clock in case.clocks),
        timeline=tuple(_line(deps, event, whole=whole) for event in case.events),
        evidence=evidence.shown_of_case(deps, case.id, named=named),
        may=_may(actor, case),
        statement=str(deps.sealer.open(case.statement_sealed)) if whole else None,
        record=record,
        subject=_person(deps, case) if whole and staff else None,
        coming=rules.coming(case.returns_to or case.state, clocks.limits(case.limits_code)),
    )


def _line(deps: Deps, event: Event, *, whole: bool) -> Line:
    note = str(deps.sealer.open(event.note_sealed)) if whole and event.note_sealed else None
    return Line(event.at, event.act, event.state, _by(deps, event), note, event.clock)


def _by(deps: Deps, event: Event) -> Text:
    if event.role is Role.CITIZEN:
        return texts.SUBJECT
    if event.role is Role.PROVIDER and event.unit_code is not None:
        return records.unit_name(deps, event.unit_code).name
    return event.role.label


def _may(actor: Actor, case: Objection) -> tuple[ObjectionAct, ...]:
    """What the reader can do now; of another officer's case only take it over."""
    found = [act for act in _MOVES if rules.step(case, act, actor.role) is not None]
    if actor.role is Role.CASE_OFFICER and case.officer_id is not None:
        own = case.officer_id == actor.id
        found = [act for act in found if (act is ObjectionAct.TAKE_OVER) is not own]
    return tuple(found)


def _person(deps: Deps, case: Objection) -> Person | None:
    subject = registry.find(deps, case.subject_id)
    if subject is None:
        return None
    words = registry.words_of(deps, subject)
    return Person(words.name, numbers.mask(words.number))


def _look(deps: Deps, actor: Actor, case: Objection, purpose: Text) -> None:
    audit.look(
        deps,
        actor,
        "objections.read",
        subject_id=case.subject_id,
        purpose=purpose,
        scope=texts.CASE_SCOPE,
        target_id=case.id,
    )


def _download(deps: Deps, actor: Actor, case: Objection, evidence_id: str, purpose: Text) -> Download:
    return evidence.download(
        deps, actor, case_id=case.id, evidence_id=evidence_id, subject_id=case.subject_id, purpose=purpose
    )
