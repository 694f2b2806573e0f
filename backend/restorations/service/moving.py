"""What every move has in common: is it legal now, one compare-and-set, a line in the log, and both sides told."""

from dataclasses import replace
from datetime import date
from typing import Any

from backend.accounts import service as accounts
from backend.audit import service as audit
from backend.clocks.model import Clock
from backend.common import errors as common_errors
from backend.common.actor import Actor, system
from backend.common.deps import Deps
from backend.common.mongo import Retry
from backend.notices import service as notices
from backend.restorations import errors, rules, store
from backend.restorations.model import Event, Restoration
from schemas.notices import DeskNoticeKind, NoticeKind
from schemas.terms import CaseKind, Channel, RestorationAct, RestorationState, Role

ROOM = "records"
BY_ITSELF = system(Channel.WORKER, "restorations")


def moved(
    deps: Deps, actor: Actor, case: Restoration, act: RestorationAct, note: str | None = None
) -> Restoration:
    """The case after `act`, not yet saved; 409 `restorations.changed` when that is no legal move now, and
    `restorations.record_deleted` when the case is closed because its record left the database."""
    state = rules.step(case, act, actor.role)
    if state is None:
        if case.state is RestorationState.CLOSED:
            raise errors.record_deleted()
        raise errors.changed(case.state)
    return rules.moved(case, event(deps, actor, replace(case, state=state), act, note))


def event(
    deps: Deps,
    actor: Actor,
    case: Restoration,
    act: RestorationAct,
    note: str | None = None,
    clock: str | None = None,
) -> Event:
    """A line of the timeline of `case` as it stands after the act."""
    sealed = deps.sealer.seal(ROOM, note) if note else None
    return Event(deps.now(), act, case.state, actor.role, actor.id, actor.unit, sealed, clock)


def save(deps: Deps, actor: Actor, case: Restoration, action: str) -> Restoration:
    """Write it over the version it was made from, and write down who did it; somebody faster has it run again."""
    if not store.put(deps.db, case):
        raise Retry(case.id)
    audit.record(deps, actor, action, case.id, subject_id=case.subject_id, state=case.state.value)
    return replace(case, version=case.version + 1)


def unit_of(actor: Actor) -> str:
    """The unit that a provider's member of staff acts for."""
    actor.require(Role.PROVIDER)
    if actor.unit is None:
        raise common_errors.not_allowed()
    return actor.unit


def due_on(case: Restoration, name: str) -> date:
    """The last day of one of its clocks."""
    clock = case.clock(name)
    if clock is None or clock.due_on is None:
        raise AssertionError(f"{name} does not run")
    return clock.due_on


def tell_resident(deps: Deps, case: Restoration, kind: NoticeKind, **payload: Any) -> None:
    """To the account that the person has now; somebody who closed it and has no other is told by nobody."""
    account_id = accounts.account_of(deps, case.subject_id)
    if account_id is not None:
        notices.send(deps, account_id, kind, restoration_id=case.id, **payload)


def tell_officers(deps: Deps, case: Restoration, kind: DeskNoticeKind, **payload: Any) -> None:
    named: dict[str, Any] = {"case": CaseKind.RESTORATION, "case_id": case.id} | payload
    notices.tell_desk(deps, role=Role.CASE_OFFICER, unit=None, kind=kind, **named)


def tell_provider(deps: Deps, case: Restoration, kind: DeskNoticeKind, **payload: Any) -> None:
    named: dict[str, Any] = {"case": CaseKind.RESTORATION, "case_id": case.id} | payload
    notices.tell_desk(deps, role=Role.PROVIDER, unit=case.unit_code, kind=kind, **named)


def tell_whoever_must(
    deps: Deps, case: Restoration, clock: Clock, kind: DeskNoticeKind, **payload: Any
) -> None:
    """The desk that has to meet this clock."""
    tell = tell_provider if rules.is_providers(case, clock) else tell_officers
    tell(deps, case, kind, clock=clock.label.text, **payload)
