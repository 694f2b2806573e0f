"""What every act of staff on a shop has in common, and what staff read."""

from dataclasses import dataclass, replace
from datetime import datetime

from backend.audit import service as audit
from backend.common.actor import Actor
from backend.common.coordinates import LngLat
from backend.common.deps import Deps
from backend.common.districts import code_of
from backend.common.mongo import Retry
from backend.common.pages import Page, Position
from backend.places import errors
from backend.places.model import Assessment, Event, Place, Reply, Source
from backend.places.rules import showing
from backend.places.store import editions, shops
from schemas.terms import PlaceAct, PlaceKind, PlaceState, Role
from schemas.text import Text

KEEPERS = (Role.DATA_STEWARD, Role.BENEFIT_MANAGER, Role.ADMIN, Role.SYSTEM)


@dataclass(frozen=True)
class StaffShown:
    """A shop as staff read it; `on_map`: residents see it now; `may`: what can be done with it."""

    id: str
    name: str
    kind: PlaceKind
    district: str
    district_name: str
    address: str
    position: LngLat
    source: Source
    state: PlaceState
    on_map: bool
    assessments: tuple[Assessment, ...]
    reply: Reply | None
    events: tuple[Event, ...]
    may: tuple[PlaceAct, ...]
    version: int

    @property
    def state_label(self) -> Text:
        return self.state.label


def find_for_staff(deps: Deps, actor: Actor, *, place_id: str) -> StaffShown:
    """A shop, shown or not. Raises 404 `places.not_found`."""
    return shown(deps, kept(deps, actor, place_id))


def listed_for_staff(
    deps: Deps,
    actor: Actor,
    *,
    state: PlaceState | None = None,
    district: str | None = None,
    limit: int,
    cursor: str | None = None,
) -> Page[StaffShown]:
    """All shops, the latest put down first. Raises 422 `places.no_district`."""
    actor.require(*KEEPERS)
    if district is not None and code_of(district) is None:
        raise errors.no_district()
    code = None if district is None else code_of(district)
    scope = f"staff-places:{state}:{code}"
    after = deps.cursors.read(cursor, scope)
    found = shops.list_newest(deps.db, state=state, district=code, after=after, limit=limit + 1)
    page = deps.cursors.page(found, limit, scope, lambda one: Position(one.created_at, one.id))
    return Page(tuple(shown(deps, one) for one in page.items), page.next_cursor)


def kept(deps: Deps, actor: Actor, place_id: str) -> Place:
    """The shop, for somebody who keeps the map. Raises 404 `places.not_found`."""
    actor.require(*KEEPERS)
    place = shops.find(deps.db, place_id)
    if place is None:
        raise errors.not_found()
    return place


def acted(deps: Deps, actor: Actor, place: Place, act: PlaceAct, reason: str | None = None) -> Place:
    """The shop after `act`, not yet saved; 409 `places.changed` when that cannot be done now."""
    state = showing.step(place.state, act)
    if state is None:
        raise errors.changed(place.state)
    return noted(replace(place, state=state), event(actor, deps.now(), act, state, reason))


def event(actor: Actor, at: datetime, act: PlaceAct, state: PlaceState, reason: str | None = None) -> Event:
    return Event(at, act, state, actor.id, actor.name, reason)


def noted(place: Place, happened: Event) -> Place:
    return replace(place, events=(*place.events, happened))


def save(deps: Deps, actor: Actor, place: Place, **facts: str) -> Place:
    """Write it over the version it was made from, with a line in the log and the next edition of the map."""
    written = shops.put(deps.db, place)
    if written is None:
        raise errors.known(place.id)
    if not written:
        raise Retry(place.id)
    published(deps, actor, place, **facts)
    return replace(place, version=place.version + 1)


def published(deps: Deps, actor: Actor, place: Place, **facts: str) -> None:
    editions.count_up(deps.db, deps.now())
    act = place.events[-1].act.value
    audit.record(deps, actor, f"places.{act}", place.id, state=place.state.value, **facts)


def shown(deps: Deps, place: Place) -> StaffShown:
    return StaffShown(
        id=place.id,
        name=place.name,
        kind=place.kind,
        district=place.district,
        district_name=place.district_name,
        address=place.address,
        position=place.position,
        source=place.source,
        state=place.state,
        on_map=showing.is_shown(place, deps.now()),
        assessments=place.assessments[::-1],
        reply=place.reply,
        events=place.events,
        may=showing.may(place.state),
        version=place.version,
    )
