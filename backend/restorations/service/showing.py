"""A case as it is shown: with the record and the words, or without."""

from backend.clocks import service as clocks
from backend.common import numbers
from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.evidence import service as evidence
from backend.records import service as records
from backend.records.model import Record
from backend.records.service import ShownRecord
from backend.registry import service as registry
from backend.restorations import rules, texts
from backend.restorations.model import NEVER, Event, Line, Listed, Person, Restoration, Shown
from schemas.terms import Role
from schemas.text import Text


def plain(deps: Deps, actor: Actor, case: Restoration) -> Shown:
    """The case without the record and without any word, names of files too: what a move answers, so that a look is always a
    look of its own, and an answer kept for a repeated request holds nothing that an erasure would have to reach."""
    return _shown(deps, actor, case, whole=False, named=False)


def outlined(deps: Deps, actor: Actor, case: Restoration) -> Shown:
    """The same for its owner, who reads the names of the own files after proving to be that person."""
    return _shown(deps, actor, case, whole=False, named=actor.is_verified(deps.now()))


def whole(deps: Deps, actor: Actor, case: Restoration, record: Record | None) -> Shown:
    """The case with every word and this record; the caller has written the look down."""
    shown = records.show(deps, [record])[0] if record else None
    return _shown(deps, actor, case, whole=True, record=shown)


def _shown(
    deps: Deps,
    actor: Actor,
    case: Restoration,
    *,
    whole: bool,
    named: bool = True,
    record: ShownRecord | None = None,
) -> Shown:
    return Shown(
        id=case.id,
        record_id=case.record_id,
        unit=records.unit_name(deps, case.unit_code),
        state=case.state,
        submitted_at=case.submitted_at,
        closed_at=case.closed_at,
        document_no=case.document_no if whole or actor.role is not Role.CITIZEN else None,
        removal_id=case.removal_id,
        clocks=tuple(clocks.shown(clock, deps.now()) for clock in case.clocks),
        timeline=tuple(_line(deps, event, whole=whole) for event in case.events),
        evidence=evidence.shown_of_case(deps, case.id, named=named),
        may=rules.moves(case, actor.role),
        pledge=str(deps.sealer.open(case.pledge_sealed)) if whole else None,
        record=record,
        subject=_person(deps, case) if whole and actor.role is not Role.CITIZEN else None,
        coming=rules.coming(case.state, clocks.limits()),
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


def _person(deps: Deps, case: Restoration) -> Person | None:
    subject = registry.find(deps, case.subject_id)
    if subject is None:
        return None
    words = registry.words_of(deps, subject)
    return Person(words.name, numbers.mask(words.number))


def entry(deps: Deps, case: Restoration) -> Listed:
    """A line of a queue."""
    now = deps.now()
    return Listed(
        id=case.id,
        record_id=case.record_id,
        unit=records.unit_name(deps, case.unit_code),
        state=case.state,
        submitted_at=case.submitted_at,
        due_at=case.due_at if case.due_at < NEVER else None,
        overdue=case.due_at <= now,
        clocks=tuple(clocks.shown(clock, now) for clock in case.clocks),
    )
