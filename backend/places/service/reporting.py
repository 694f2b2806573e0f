"""Residents say that a shop has moved or closed; three of them make a task for the desk, and staff look.

Who reported is kept as keyed hashes (one of the person or the account, one of the phone, which outlives an account) bound to
the shop, only to count nobody twice, and is deleted with the answer. A report has no words and no position of who sends it.
"""

import hmac
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from backend.accounts import service as accounts
from backend.audit import service as audit
from backend.clocks.model import Queue
from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.common.mongo import Retry, atomic
from backend.common.pages import Page, Position
from backend.limits import service as limits
from backend.limits.service import Limit
from backend.places import errors, texts
from backend.places.model import Place, Report, Task
from backend.places.rules.showing import ENOUGH_REPORTS
from backend.places.service.reading import on_map
from backend.places.service.staffing import KEEPERS, acted, save
from backend.places.store import reports, shops
from schemas.terms import PlaceAct, PlaceFinding, PlaceReportKind, PlaceState, PlaceTaskState, Role

A_DAY = Limit(10, timedelta(days=1))
GATHERED_FOR = timedelta(days=90)
PURPOSE = "place-reports"
QUEUE = "places"
_STEPS = {PlaceFinding.MOVED: PlaceAct.PAUSE, PlaceFinding.CLOSED: PlaceAct.CLOSE}


@dataclass(frozen=True)
class ShownTask:
    """A task with its shop."""

    id: str
    place_id: str
    place_name: str
    place_address: str
    place_state: PlaceState
    moved: int
    closed: int
    state: PlaceTaskState
    since: datetime
    raised_at: datetime
    finding: PlaceFinding | None
    reason: str | None
    resolved_at: datetime | None


def report(deps: Deps, actor: Actor, *, place_id: str, kind: PlaceReportKind) -> Report:
    """Say that a shop has moved or closed; once a person and shop, the first one stays until staff have looked.

    Raises 404 `places.not_found`, 429 `places.too_many_reports`.
    """
    actor.require(Role.CITIZEN)
    on_map(deps, place_id)
    holder, phone = (_mac(deps, place_id, who) for who in (actor.subject_id or actor.id, _phone(deps, actor)))
    found = reports.find(deps.db, place_id, holder_mac=holder, phone_mac=phone)
    if found is not None:
        return found
    with limits.charged(deps, [("places.reports", actor.id, A_DAY)], errors.too_many_reports):
        return _report(deps, Report(deps.new_id(), place_id, kind, deps.now(), holder, phone))


def tasks(
    deps: Deps, actor: Actor, *, state: PlaceTaskState, limit: int, cursor: str | None = None
) -> Page[ShownTask]:
    """The desk's tasks, the one raised first in front."""
    actor.require(*KEEPERS)
    scope = f"place-tasks:{state}"
    found = reports.list_raised(deps.db, state, after=deps.cursors.read(cursor, scope), limit=limit + 1)
    page = deps.cursors.page(found, limit, scope, lambda one: Position(reports.raised_at(one), one.id))
    places = shops.find_many(deps.db, [one.place_id for one in page.items])
    return Page(tuple(_shown(one, places[one.place_id]) for one in page.items), page.next_cursor)


@atomic
def resolve(deps: Deps, actor: Actor, *, task_id: str, finding: PlaceFinding, reason: str) -> ShownTask:
    """Say what was found, once: a shop that has moved is paused until its new place is put down, a closed one is withdrawn.

    Raises 404 `places.task_not_found`, 409 `places.task_changed`.
    """
    actor.require(*KEEPERS)
    task = reports.find_task(deps.db, task_id)
    if task is None:
        raise errors.task_not_found()
    if task.state is not PlaceTaskState.OPEN:
        raise errors.task_changed(task.state)
    place = shops.find(deps.db, task.place_id)
    if place is None:
        raise errors.not_found()
    resolved = _resolved(deps, actor, task, finding, reason)
    act = _STEPS.get(finding)
    already = PlaceState.PAUSED if act is PlaceAct.PAUSE else PlaceState.CLOSED
    if act is not None and place.state not in (already, PlaceState.CLOSED):
        place = save(deps, actor, acted(deps, actor, place, act, reason), task=task.id)
    return _shown(resolved, place)


def settle(deps: Deps, actor: Actor, place_id: str, finding: PlaceFinding, reason: str) -> None:
    """Staff have acted on the shop: its task, raised or not, is answered by that; in the caller's transaction."""
    task = reports.find_open(deps.db, place_id)
    if task is not None:
        _resolved(deps, actor, task, finding, reason)


def queues(deps: Deps, actor: Actor) -> tuple[Queue, ...]:
    """The shops to be checked, for who keeps the map; no law sets a limit, so none is due."""
    if actor.role not in KEEPERS:
        return ()
    return (Queue(QUEUE, texts.QUEUE, reports.count_raised(deps.db), 0, None),)


def forget_reports(deps: Deps, actor: Actor) -> int:
    """Forget reports that in three months nobody else has confirmed; how many shops' were forgotten."""
    actor.require(Role.SYSTEM)
    stale = reports.ids_gathering_since(deps.db, deps.now() - GATHERED_FOR)
    return sum(_forget(deps, task_id) for task_id in stale)


@atomic
def _forget(deps: Deps, task_id: str) -> bool:
    task = reports.find_task(deps.db, task_id)
    if task is None or not reports.remove_task(deps.db, task):
        return False
    reports.remove_of(deps.db, task.place_id)
    return True


@atomic
def _report(deps: Deps, made: Report) -> Report:
    """Insert, count, and raise the task with the report that makes it enough; all or nothing."""
    known = reports.find(deps.db, made.place_id, holder_mac=made.holder_mac, phone_mac=made.phone_mac)
    if known is not None:
        return known
    if not reports.insert(deps.db, made):
        raise Retry(made.place_id)
    fresh = Task(deps.new_id(), made.place_id, PlaceTaskState.GATHERING, deps.now(), open_key=made.place_id)
    task = reports.count_up(deps.db, fresh, made.kind)
    if task.state is PlaceTaskState.GATHERING and task.moved + task.closed >= ENOUGH_REPORTS:
        raised = replace(task, state=PlaceTaskState.OPEN, raised_at=deps.now())
        if not reports.put(deps.db, task, raised):
            raise Retry(task.id)
    return made


def _resolved(deps: Deps, actor: Actor, task: Task, finding: PlaceFinding, reason: str) -> Task:
    after = replace(
        task,
        state=PlaceTaskState.RESOLVED,
        raised_at=task.raised_at or deps.now(),
        open_key=None,
        finding=finding,
        reason=reason,
        resolved_at=deps.now(),
        resolved_by_id=actor.id,
    )
    if not reports.put(deps.db, task, after):
        raise Retry(task.id)
    reports.remove_of(deps.db, task.place_id)
    audit.record(deps, actor, "places.resolve", task.place_id, task=task.id, finding=finding.value)
    return after


def _shown(task: Task, place: Place) -> ShownTask:
    return ShownTask(
        id=task.id,
        place_id=place.id,
        place_name=place.name,
        place_address=place.address,
        place_state=place.state,
        moved=task.moved,
        closed=task.closed,
        state=task.state,
        since=task.since,
        raised_at=reports.raised_at(task),
        finding=task.finding,
        reason=task.reason,
        resolved_at=task.resolved_at,
    )


def _phone(deps: Deps, actor: Actor) -> str:
    return accounts.phone_in(deps, accounts.open_ones(deps, [actor.id]).get(actor.id)) or actor.id


def _mac(deps: Deps, place_id: str, who: str) -> bytes:
    """Bound to the shop, so that not even our own key shows at a glance where else somebody reported."""
    return hmac.digest(deps.sealer.derive(PURPOSE), f"{place_id}\0{who}".encode(), "sha256")
