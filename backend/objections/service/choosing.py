"""Before an objection: which of the own records it may be about, and which clocks would run."""

from backend.audit import service as audit
from backend.clocks import service as limits
from backend.clocks.model import Outlook
from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.common.pages import Page
from backend.objections import errors, rules, store, texts
from backend.objections.model import Candidate
from backend.objections.service import moving
from backend.records import service as records
from schemas.terms import Nature, ObjectionState
from schemas.text import Text


def candidates(deps: Deps, actor: Actor, *, limit: int = 20, cursor: str | None = None) -> Page[Candidate]:
    """The own records that may be shown now, to who has just proved to be that person: adverse ones first, each group newest
    first. Only those of this part are opened. Raises 422 `list.bad_cursor`."""
    subject_id = actor.require_verified(deps.now())
    held = sorted(records.of_subject(deps, subject_id), key=lambda one: one.nature is not Nature.ADVERSE)
    scope = f"objection-candidates:{subject_id}"
    part = records.part_of(deps, held, scope=scope, limit=limit, cursor=cursor)
    _look(deps, actor, texts.CHOICE_SCOPE)
    open_ids = _open_ids(deps, subject_id)
    shown = records.show(deps, part.items)
    return Page(tuple(Candidate(one, open_ids.get(one.id)) for one in shown), part.next_cursor)


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
    found = moving.all_as_of(deps, store.list_live(deps.db, subject_id))
    return {case.record_id: case.id for case in found if case.state in rules.LIVE}


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
