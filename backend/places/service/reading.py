"""Reading the map. A resident's position is used here and forgotten: the database is asked from one that is cut to 100 m,
no line of any log has either, and no refusal repeats what was sent (docs/adr/0027)."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import islice

from backend.common.clock import shanghai_date
from backend.common.coordinates import LngLat, converted, metres_apart
from backend.common.deps import Deps
from backend.common.districts import code_of
from backend.common.ids import is_id
from backend.common.periods import end_of
from backend.places import errors
from backend.places.model import (
    Box,
    Cluster,
    Clusters,
    Edition,
    Finds,
    Found,
    Only,
    Pin,
    Place,
    Shown,
)
from backend.places.rules import asking, grid, listing, showing
from backend.places.rules.asking import CITY, Misplaced
from backend.places.store import editions, shops
from schemas.terms import Crs, PlaceKind


def edition(deps: Deps) -> Edition:
    """Which state of the map is in force; read it before the map itself, so that an answer is never older than it says."""
    number, changed_at = editions.current(deps.db) or (0, None)
    morning = end_of(shanghai_date(deps.now()) - timedelta(days=1))
    return Edition(number, changed_at, max(changed_at or morning, morning))


def search(
    deps: Deps,
    *,
    crs: Crs,
    lng: float | None = None,
    lat: float | None = None,
    radius_m: float | None = None,
    bbox: str | None = None,
    kind: PlaceKind | None = None,
    year: int | None = None,
    district: str | None = None,
    limit: int = asking.FEW,
) -> Finds:
    """Shops around a position, nearest first; or in a part of the map; or all of a district or the city.

    Raises 422 `places.half_position`, `places.point_or_bbox`, `places.radius_alone`, `places.bad_bbox`, `places.outside`,
    `places.swapped`, `places.no_district`.
    """
    only = Only(kind, _district(district), year)
    if (lng is None) is not (lat is None):
        raise errors.half_position()
    if lng is None or lat is None:
        if radius_m is not None:
            raise errors.radius_alone()
        return _in_box(deps, only, crs, None if bbox is None else _box(bbox, crs), limit)
    if bbox is not None:
        raise errors.point_or_box()
    position = LngLat(lng, lat)
    _require_in_city(asking.misplaced(position, crs))
    around = converted(position, crs, Crs.WGS84)
    return _around(deps, only, crs, around, asking.NEAR_M if radius_m is None else radius_m, limit)


def clusters(
    deps: Deps,
    *,
    crs: Crs,
    zoom: int,
    bbox: str | None = None,
    kind: PlaceKind | None = None,
    year: int | None = None,
    district: str | None = None,
) -> Clusters:
    """The shops of each square of the map that `bbox` touches (without one: of the city), counted in the database.

    Raises as `search`.
    """
    only = Only(kind, _district(district), year)
    box = CITY if bbox is None else asking.in_wgs84(_box(bbox, crs), crs)
    wanted = grid.clusters(box, zoom)
    rows = shops.count_squares(deps.db, only, deps.now(), grid.prefixes(box), depth=wanted.depth)
    rows = [row for row in rows if wanted.holds(row["_id"])]
    alone = shops.names(deps.db, [row["first"] for row in rows if row["count"] == 1])
    features = tuple(
        Cluster(
            row["_id"],
            row["count"],
            converted(LngLat(row["lng"], row["lat"]), Crs.WGS84, crs),
            *((row["first"], alone[row["first"]]) if row["first"] in alone else (None, None)),
        )
        for row in rows
    )
    return Clusters(crs, min(zoom, grid.zoom_of(wanted.depth)), features)


def find(deps: Deps, *, place_id: str, crs: Crs) -> Shown:
    """One shop with all its years. Raises 404 `places.not_found`, also for one that is not shown now."""
    place = on_map(deps, place_id)
    listed = showing.standing(place.assessments, None, deps.now())
    assert listed is not None
    return Shown(
        id=place.id,
        name=place.name,
        kind=place.kind,
        district=place.district,
        address=place.address,
        position=listing.position_of(place, crs),
        assessment=listed,
        crs=crs,
        assessments=place.assessments[::-1],
        reply=place.reply,
        source=place.source,
    )


def on_map(deps: Deps, place_id: str) -> Place:
    """A shop that is shown now. What is no id, a position in a mistaken address too, the database is not even asked for."""
    place = shops.find(deps.db, place_id) if is_id(place_id) else None
    if place is None or not showing.is_shown(place, deps.now()):
        raise errors.not_found()
    return place


def _around(deps: Deps, only: Only, crs: Crs, around: LngLat, radius_m: float, limit: int) -> Finds:
    """Nearest first by true distance. Somewhat more than wanted is read, and more still where that could miss a nearer one."""
    asked, wanted = asking.rounded(around), limit + limit // 4 + 8
    while True:
        at = deps.now()
        pins = shops.nearest(deps.db, only, at, around=asked, within_m=asking.reach(radius_m), limit=wanted)
        measured = sorted(
            ((metres_apart(around, pin.position), pin) for pin in pins), key=lambda one: (one[0], one[1].id)
        )
        within = [one for one in measured if one[0] <= radius_m]
        if len(pins) < wanted or (
            len(within) > limit and asking.is_sure(metres_apart(asked, pins[-1].position), within[limit][0])
        ):
            break
        wanted *= 2
    features = tuple(_found(pin, only, crs, at, distance) for distance, pin in within[:limit])
    return Finds(crs, features, more=len(within) > limit)


def _in_box(deps: Deps, only: Only, crs: Crs, box: Box | None, limit: int) -> Finds:
    """What lies in the rectangle as the asked system draws it; without one, in the city."""
    at = deps.now()
    prefixes = grid.prefixes(CITY if box is None else asking.in_wgs84(box, crs))
    pins = shops.each_in(deps.db, only, at, prefixes, batch=limit + 1)
    inside: Iterable[Found] = (_found(pin, only, crs, at, None) for pin in pins)
    if box is not None:
        inside = (one for one in inside if box.holds(one.position))
    found = tuple(islice(inside, limit + 1))
    return Finds(crs, found[:limit], more=len(found) > limit)


def _found(pin: Pin, only: Only, crs: Crs, at: datetime, distance_m: float | None) -> Found:
    listed = showing.standing(pin.assessments, only.year, at)
    assert listed is not None
    position = converted(pin.position, Crs.WGS84, crs)
    far = None if distance_m is None else round(distance_m, 1)
    return Found(pin.id, pin.name, pin.kind, pin.district, pin.address, position, listed, far)


def _box(bbox: str, crs: Crs) -> Box:
    box = asking.box_of(bbox)
    if box is None:
        raise errors.bad_box()
    _require_in_city(asking.box_misplaced(box, crs))
    return box


def _require_in_city(wrong: Misplaced | None) -> None:
    if wrong is Misplaced.SWAPPED:
        raise errors.swapped()
    if wrong is Misplaced.OUTSIDE:
        raise errors.outside()


def _district(named: str | None) -> str | None:
    if named is None:
        return None
    code = code_of(named)
    if code is None:
        raise errors.no_district()
    return code
