"""Where the map ends, what a question about it may be, and how much of a position the database gets to see."""

from enum import Enum

from backend.common.coordinates import LngLat, converted
from backend.places.model import Box
from schemas.terms import Crs

CITY = Box(120.80, 30.65, 122.30, 31.92)
"""The city with its islands, in WGS-84. A hint for mistakes, and no border: which district a shop is in, its list says."""
NEAR_M, FARTHEST_M = 3_000, 50_000
FEW, MOST = 200, 500
DEEPEST = 22
ROUNDED_TO, ROUNDED_M = 3, 75.0
"""The database is asked from a position cut to a thousandth of a degree: so far it may lie from the true one."""
LONGEST_STRETCH, SHORTEST_STRETCH = 1.0015, 0.9945
"""A true distance over the database's, which takes the earth for a sphere: at most and at least, in the city."""


class Misplaced(Enum):
    """What is wrong with a position that the map does not have."""

    OUTSIDE = "outside"
    SWAPPED = "swapped"


def misplaced(position: LngLat, crs: Crs) -> Misplaced | None:
    """Whether the position is off the map, or its two numbers were named the other way round."""
    if _is_in_city(position, crs):
        return None
    swapped = LngLat(position.lat, position.lng)
    return Misplaced.SWAPPED if _is_in_city(swapped, crs) else Misplaced.OUTSIDE


def box_misplaced(box: Box, crs: Crs) -> Misplaced | None:
    """The same for a part of the map: fine where it has any of the city in it."""
    if _touches_city(box, crs):
        return None
    swapped = Box(box.south, box.west, box.north, box.east)
    return Misplaced.SWAPPED if _is_sound(swapped) and _touches_city(swapped, crs) else Misplaced.OUTSIDE


def box_of(text: str) -> Box | None:
    """`west,south,east,north`; None when it is no four numbers, or turned round."""
    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError:
        return None
    if len(numbers) != 4 or not all(-180 <= number <= 180 for number in numbers):
        return None
    box = Box(*numbers)
    return box if box.west < box.east and box.south < box.north else None


def in_wgs84(box: Box, crs: Crs) -> Box:
    """The smallest rectangle in WGS-84 around one of another system, cut to the city; its sides may lie some metres outside,
    since straight lines of one system are none of the other's."""
    cut = _cut(box, _city_in(crs))
    if crs is Crs.WGS84:
        return cut
    middle = ((cut.west + cut.east) / 2, (cut.south + cut.north) / 2)
    rim = [
        converted(LngLat(lng, lat), crs, Crs.WGS84)
        for lng in (cut.west, middle[0], cut.east)
        for lat in (cut.south, middle[1], cut.north)
    ]
    lngs, lats = [at.lng for at in rim], [at.lat for at in rim]
    return Box(min(lngs) - SLACK, min(lats) - SLACK, max(lngs) + SLACK, max(lats) + SLACK)


SLACK = 0.0006
"""How far, in degrees, a line that is straight in one system bends in another between the points that are looked at."""


def rounded(position: LngLat) -> LngLat:
    """As much of a resident's position as leaves the process: a square of 100 m."""
    return LngLat(round(position.lng, ROUNDED_TO), round(position.lat, ROUNDED_TO))


def is_sure(farthest_m: float, wanted_m: float) -> bool:
    """Whether nothing nearer than `wanted_m` to the true position can lie beyond what was read, whose last entry is
    `farthest_m` from the rounded one."""
    return wanted_m <= farthest_m / LONGEST_STRETCH * SHORTEST_STRETCH - ROUNDED_M


def reach(radius_m: float) -> float:
    """How far the database must look around the rounded position, so that all within `radius_m` of the true one are found."""
    return (radius_m + ROUNDED_M) / SHORTEST_STRETCH


def _is_in_city(position: LngLat, crs: Crs) -> bool:
    return _city_in(crs).holds(position)


def _touches_city(box: Box, crs: Crs) -> bool:
    city = _city_in(crs)
    return (
        box.west <= city.east
        and city.west <= box.east
        and box.south <= city.north
        and city.south <= box.north
    )


def _is_sound(box: Box) -> bool:
    return box.west < box.east and box.south < box.north


def _cut(box: Box, city: Box) -> Box:
    return Box(
        max(box.west, city.west),
        max(box.south, city.south),
        min(box.east, city.east),
        min(box.north, city.north),
    )


def _city_in(crs: Crs) -> Box:
    return _CITY_IN[crs]


def _corners(crs: Crs) -> Box:
    south_west = converted(LngLat(CITY.west, CITY.south), Crs.WGS84, crs)
    north_east = converted(LngLat(CITY.east, CITY.north), Crs.WGS84, crs)
    return Box(*south_west, *north_east)


_CITY_IN = {crs: _corners(crs) for crs in Crs}
