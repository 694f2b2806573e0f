"""Before an objection: which of the own records it may be about, and which clocks would run."""

from backend.audit import service as audit
from backend.clocks import service as limits
from backend.clocks.model import Outlook
from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.objections import errors, rules, store, texts
from backend.objections.model import Candidate
from backend.objections.service import moving
from backend.records import service as records
from schemas.terms import ObjectionState
from schemas.text import Text


def candidates(deps: Deps, actor: Actor) -> tuple[Candidate, ...]:
    """Every own record that may be shown now, newest first, to who has just proved to be that person."""
    subject_id = actor.require_verified(deps.now())
    _look(deps, actor, texts.CHOICE_SCOPE)
    open_ids = _open_ids(deps, subject_id)
    shown = records.show(deps, records.of_subject(deps, subject_id))
    return tuple(Candidate(record, open_ids.get(record.id)) for record in shown)


def candidate(deps: Deps, actor: Actor, *, record_id: str) -> Candidate:
    """One of them. Raises 404 `objections.record_not_found`."""
    subject_id = actor.require_verified(deps.now())
    record = records.find_own(deps, subject_id, record_id)
    if record is None:
        raise errors.record_not_found()
    _look(deps, actor, texts.CASE_SCOPE, record_id)
    (shown,) = records.show(deps, [record])
    return Candidate(shown, _open_ids(deps, subject_id).get(record_id))


def outlook(deps: Deps) -> Outlook:
    """The clocks that would run if an objection were received now, and what may follow."""
    by = moving.terms(deps)
    begun = rules.opened(by.limits, by.now, by.calendar, limits.LIVE)
    shown = tuple(limits.shown(clock, by.now) for clock in begun)
    return Outlook(shown, rules.coming(ObjectionState.SUBMITTED, by.limits))


def _open_ids(deps: Deps, subject_id: str) -> dict[str, str]:
    """The live case of each record; one that time has closed makes room, whether or not a sweep has run."""
    found = store.list_live(deps.db, subject_id)
    return {case.record_id: case.id for case in found if moving.as_of(deps, case).state in rules.LIVE}


def _look(deps: Deps, actor: Actor, scope: Text, record_id: str | None = None) -> None:
    audit.look(
        deps,
        actor,
        "objections.choose",
        subject_id=actor.require_subject(),
        purpose=texts.CHOOSING,
        scope=scope,
        target_id=record_id,
    )
