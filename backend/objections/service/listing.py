"""The desks' lists and queues, as of now: what time has moved and no sweep has written down yet is moved in memory first."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from backend.clocks import service as clocks
from backend.clocks.model import Queue
from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.common.pages import Page, Position
from backend.objections import errors, rules, store, texts
from backend.objections.model import NEVER, Listed, Objection, Wanted
from backend.objections.service import moving
from backend.records import service as records
from schemas.terms import ObjectionState, Role
from schemas.text import Text


def for_officers(
    deps: Deps,
    actor: Actor,
    *,
    limit: int,
    cursor: str | None = None,
    state: ObjectionState | None = None,
    overdue: bool | None = None,
    unit: str | None = None,
) -> Page[Listed]:
    """Every case, nearest due first; `overdue` keeps those with a clock that somebody here should have met."""
    actor.require(Role.CASE_OFFICER)
    wanted = Wanted(state=state, unit_code=unit, overdue_at=deps.now() if overdue else None)
    return _listed(deps, actor, wanted, limit=limit, cursor=cursor)


def for_provider(
    deps: Deps,
    actor: Actor,
    *,
    limit: int,
    cursor: str | None = None,
    state: ObjectionState | None = None,
    overdue: bool | None = None,
) -> Page[Listed]:
    """The cases that were forwarded to the caller's unit, nearest due first."""
    unit = moving.unit_of(actor)
    overdue_at = deps.now() if overdue else None
    wanted = Wanted(state=state, unit_code=unit, overdue_at=overdue_at, forwarded=True)
    return _listed(deps, actor, wanted, limit=limit, cursor=cursor)


def about(deps: Deps, actor: Actor, *, objection_id: str) -> tuple[str, str]:
    """Whose case it is and about which record, as ids: to find what else is about that record."""
    actor.require(Role.CASE_OFFICER)
    case = store.find(deps.db, objection_id)
    if case is None:
        raise errors.not_found()
    return case.subject_id, case.record_id


def of_record(deps: Deps, actor: Actor, *, subject_id: str, record_id: str) -> tuple[Listed, ...]:
    """Every case of this person about this record, as the officers' list has them."""
    actor.require(Role.CASE_OFFICER)
    return tuple(_entries(deps, actor, store.list_of_record(deps.db, subject_id, record_id)))


def queues(deps: Deps, actor: Actor) -> tuple[Queue, ...]:
    """The queues of the caller's desk."""
    if actor.role is Role.PROVIDER and actor.unit is not None:
        own = Wanted(state=ObjectionState.FORWARDED, unit_code=actor.unit)
        return (_queue(deps, "objections.findings", texts.QUEUE_FINDINGS, own),)
    if actor.role is not Role.CASE_OFFICER:
        return ()
    return tuple(
        _queue(deps, f"objections.{state.value}", label, Wanted(state=state))
        for state, label in (
            (ObjectionState.MARKED, texts.QUEUE_MARKED),
            (ObjectionState.COMPARING, texts.QUEUE_COMPARING),
            (ObjectionState.SUPPLEMENT_REQUESTED, texts.QUEUE_SUPPLEMENT),
            (ObjectionState.FORWARDED, texts.QUEUE_FORWARDED),
        )
    )


def _listed(deps: Deps, actor: Actor, wanted: Wanted, *, limit: int, cursor: str | None) -> Page[Listed]:
    scope = f"objections:{actor.role}:{actor.unit}"
    after = deps.cursors.read(cursor, scope)
    stored = store.list_for_desk(deps.db, wanted, deps.now(), after=after, limit=limit + 1)
    turned = [case for case in _turned(deps, wanted) if after is None or _place(case) > (after.at, after.id)]
    found = sorted((*stored, *turned), key=_place)[: limit + 1]
    page = deps.cursors.page(found, limit, scope, lambda case: Position(case.due_at, case.id))
    return Page(tuple(_entries(deps, actor, page.items)), page.next_cursor)


def _turned(deps: Deps, wanted: Wanted) -> list[Objection]:
    """The wanted ones among the cases that time has moved on since they were written: few, as a sweep runs every minute."""
    found = moving.all_as_of(deps, store.list_turned(deps.db, wanted.unit_code, deps.now()))
    return [case for case in found if rules.is_wanted(case, wanted)]


def _place(case: Objection) -> tuple[datetime, str]:
    """Where it stands in a list: nearest due first."""
    return case.due_at, case.id


def _entries(deps: Deps, actor: Actor, cases: Sequence[Objection]) -> Iterable[Listed]:
    now = deps.now()
    for case in moving.all_as_of(deps, cases):
        yield Listed(
            id=case.id,
            record_id=case.record_id,
            unit=records.unit_name(deps, case.unit_code),
            ground=case.ground,
            state=case.state,
            submitted_at=case.submitted_at,
            officer_name=case.officer_name,
            mine=case.officer_id == actor.id,
            suspended_at=case.suspended_at,
            due_at=case.due_at if case.due_at < NEVER else None,
            overdue=case.due_at <= now,
            clocks=tuple(clocks.shown(clock, now) for clock in case.clocks),
        )


def _queue(deps: Deps, name: str, label: Text, wanted: Wanted) -> Queue:
    now = deps.now()
    count, overdue, nearest = store.queue(deps.db, wanted, now)
    turned = [case.due_at for case in _turned(deps, wanted)]
    first = min((*turned, nearest or NEVER))
    return Queue(
        name,
        label,
        count + len(turned),
        overdue + sum(at <= now for at in turned),
        first if first < NEVER else None,
    )
