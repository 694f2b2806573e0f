"""Deposit-free services as staff put them down: set up, changed, paused, let go on, closed."""

from dataclasses import replace

from backend.audit import service as audit
from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.common.mongo import Retry, atomic
from backend.common.pages import Page, Position
from backend.eligibility import errors, rules, store
from backend.eligibility.model import Event, ManagedService, Offer, Service
from backend.merchants import service as merchants
from schemas.terms import Role, ServiceAct, ServiceKind, ServiceState

MANAGERS = (Role.BENEFIT_MANAGER, Role.ADMIN, Role.SYSTEM)


@atomic
def create_service(deps: Deps, actor: Actor, *, merchant_id: str, offer: Offer) -> ManagedService:
    """Set a service up for a merchant that takes part; residents see it at once.

    Raises 422 `eligibility.invalid_service` with every wrong field, and as `merchants.find_active`.
    """
    actor.require(*MANAGERS)
    offer = _sound(offer)
    merchants.find_active(deps, merchant_id=merchant_id)
    bare = Service(deps.new_id(), merchant_id, offer, ServiceState.ACTIVE, deps.now())
    service = replace(bare, events=(_event(deps, actor, bare, ServiceAct.CREATE),))
    store.insert_service(deps.db, service)
    _record(deps, actor, service)
    return managed(service)


@atomic
def change_service(
    deps: Deps, actor: Actor, *, service_id: str, version: int, offer: Offer
) -> ManagedService:
    """Put down another offer over `version`; the same again changes nothing. A pass that is out is void by it: it was consented
    to, and judged, for the service as it was.

    Raises as `create_service`, 409 `eligibility.stale` when another version is in force, `eligibility.changed` if closed.
    """
    service = _managed(deps, actor, service_id)
    offer = _sound(offer)
    if service.version != version:
        raise errors.stale(service.version)
    if rules.step(service.state, ServiceAct.CHANGE) is None:
        raise errors.changed(service.state)
    if offer == service.offer:
        return managed(service)
    return managed(_acted(deps, actor, replace(service, offer=offer), ServiceAct.CHANGE, None))


@atomic
def pause_service(deps: Deps, actor: Actor, *, service_id: str, reason: str) -> ManagedService:
    """Let no pass be made or used for it until `resume_service`. Raises 404, 409 `eligibility.changed`."""
    return managed(_acted(deps, actor, _managed(deps, actor, service_id), ServiceAct.PAUSE, reason))


@atomic
def resume_service(deps: Deps, actor: Actor, *, service_id: str, reason: str | None = None) -> ManagedService:
    """Open a paused service again. Raises as `pause_service`."""
    return managed(_acted(deps, actor, _managed(deps, actor, service_id), ServiceAct.RESUME, reason))


@atomic
def close_service(deps: Deps, actor: Actor, *, service_id: str, reason: str) -> ManagedService:
    """End it for good; what was lent goes its way. Raises as `pause_service`."""
    return managed(_acted(deps, actor, _managed(deps, actor, service_id), ServiceAct.CLOSE, reason))


def find_service(deps: Deps, actor: Actor, *, service_id: str) -> ManagedService:
    """One service with its history. Raises 404 `eligibility.service_not_found`."""
    return managed(_managed(deps, actor, service_id))


def list_services(
    deps: Deps,
    actor: Actor,
    *,
    state: ServiceState | None = None,
    kind: ServiceKind | None = None,
    merchant_id: str | None = None,
    limit: int = 20,
    cursor: str | None = None,
) -> Page[ManagedService]:
    """Services of every state, newest first."""
    actor.require(*MANAGERS)
    scope = f"services:{state}:{kind}:{merchant_id}"
    after = deps.cursors.read(cursor, scope)
    found = store.list_services(
        deps.db, state=state, kind=kind, merchant_id=merchant_id, after=after, limit=limit + 1
    )
    page = deps.cursors.page(found, limit, scope, lambda one: Position(one.created_at, one.id))
    return Page(tuple(map(managed, page.items)), page.next_cursor)


def managed(service: Service) -> ManagedService:
    """As staff read it."""
    return ManagedService(
        **vars(service.offer),
        id=service.id,
        merchant_id=service.merchant_id,
        state=service.state,
        created_at=service.created_at,
        version=service.version,
        history=service.events,
        may=rules.may(service.state),
    )


def _managed(deps: Deps, actor: Actor, service_id: str) -> Service:
    actor.require(*MANAGERS)
    service = store.find_service(deps.db, service_id)
    if service is None:
        raise errors.service_not_found()
    return service


def _sound(offer: Offer) -> Offer:
    if found := rules.faults(offer):
        raise errors.invalid_service(found)
    return replace(offer, **{name: getattr(offer, name).strip() for name in rules.LONGEST})


def _acted(deps: Deps, actor: Actor, service: Service, act: ServiceAct, reason: str | None) -> Service:
    state = rules.step(service.state, act)
    if state is None:
        raise errors.changed(service.state)
    after = replace(service, state=state, version=service.version + 1)
    after = replace(after, events=(*service.events, _event(deps, actor, after, act, reason)))
    if not store.put_service(deps.db, after):
        raise Retry(service.id)
    _record(deps, actor, after)
    return after


def _event(deps: Deps, actor: Actor, service: Service, act: ServiceAct, reason: str | None = None) -> Event:
    return Event(deps.now(), act, service.state, service.version, actor.id, actor.name, reason)


def _record(deps: Deps, actor: Actor, service: Service) -> None:
    last = service.events[-1]
    audit.record(
        deps,
        actor,
        f"eligibility.{last.act.value}_service",
        service.id,
        state=service.state.value,
        version=service.version,
        merchant_id=service.merchant_id,
    )
