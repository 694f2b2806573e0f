"""Positions in the three systems that maps of the city speak, and true distances.

GPS, browsers and Telegram give WGS-84; AMap, Tencent and WeChat GCJ-02, which is shifted by some 480 m here; Baidu shifts
that once more (BD-09). Nobody publishes the shift's inverse, so it is found by steps. A pair is (longitude, latitude) in
degrees, as in GeoJSON.
"""

import math
from collections.abc import Callable
from typing import NamedTuple

from schemas.terms import Crs

STEPS = 8
"""Each step of an inverse leaves about a thousandth of the error: after eight there is nothing left that a float holds."""
# Krasovsky 1940, on which GCJ-02 is made; WGS-84, on which distances are measured.
_GCJ_AXIS, _GCJ_E2 = 6_378_245.0, 0.006_693_421_622_965_943
_AXIS, _E2 = 6_378_137.0, 0.006_694_379_990_141_317
_BAIDU = math.pi * 3000 / 180
_BAIDU_SHIFT = (0.0065, 0.006)


class LngLat(NamedTuple):
    lng: float
    lat: float


def converted(position: LngLat, source: Crs, target: Crs) -> LngLat:
    """The same place in another system; there and back again are less than a millimetre apart anywhere in the city."""
    if source is target:
        return position
    return _FROM_WGS84[target](_TO_WGS84[source](position))


def metres_apart(one: LngLat, other: LngLat) -> float:
    """The distance on the ellipsoid between two WGS-84 positions of the city, right to a decimetre over 20 km.

    A plane that is scaled to the curvature of the latitude half-way: within a city as exact as a geodesic, at a
    hundredth of its cost.
    """
    middle = math.radians((one.lat + other.lat) / 2)
    bent = 1 - _E2 * math.sin(middle) ** 2
    prime = _AXIS / math.sqrt(bent)
    east = math.radians(other.lng - one.lng) * math.cos(middle) * prime
    north = math.radians(other.lat - one.lat) * prime * (1 - _E2) / bent
    return math.hypot(east, north)


def _wgs84_to_gcj02(position: LngLat) -> LngLat:
    x, y = position.lng - 105, position.lat - 35
    waves = 20 * math.sin(6 * x * math.pi) + 20 * math.sin(2 * x * math.pi)
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * math.sqrt(abs(x))
    north += (waves + 20 * math.sin(y * math.pi) + 40 * math.sin(y / 3 * math.pi)) * 2 / 3
    north += (160 * math.sin(y / 12 * math.pi) + 320 * math.sin(y * math.pi / 30)) * 2 / 3
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * math.sqrt(abs(x))
    east += (waves + 20 * math.sin(x * math.pi) + 40 * math.sin(x / 3 * math.pi)) * 2 / 3
    east += (150 * math.sin(x / 12 * math.pi) + 300 * math.sin(x / 30 * math.pi)) * 2 / 3
    latitude = math.radians(position.lat)
    bent = 1 - _GCJ_E2 * math.sin(latitude) ** 2
    lat = math.degrees(north * bent * math.sqrt(bent) / (_GCJ_AXIS * (1 - _GCJ_E2)))
    lng = math.degrees(east * math.sqrt(bent) / (_GCJ_AXIS * math.cos(latitude)))
    return LngLat(position.lng + lng, position.lat + lat)


def _gcj02_to_bd09(position: LngLat) -> LngLat:
    x, y = position
    length = math.hypot(x, y) + 0.00002 * math.sin(y * _BAIDU)
    angle = math.atan2(y, x) + 0.000003 * math.cos(x * _BAIDU)
    return LngLat(length * math.cos(angle) + _BAIDU_SHIFT[0], length * math.sin(angle) + _BAIDU_SHIFT[1])


def _wgs84_to_bd09(position: LngLat) -> LngLat:
    return _gcj02_to_bd09(_wgs84_to_gcj02(position))


def _inverse(shift: Callable[[LngLat], LngLat]) -> Callable[[LngLat], LngLat]:
    """The position that `shift` brings to a given one, found by taking away what each guess is off by."""

    def found(wanted: LngLat) -> LngLat:
        guess = wanted
        for _ in range(STEPS):
            reached = shift(guess)
            guess = LngLat(guess.lng - reached.lng + wanted.lng, guess.lat - reached.lat + wanted.lat)
        return guess

    return found


def _as_it_is(position: LngLat) -> LngLat:
    return position


_FROM_WGS84 = {Crs.WGS84: _as_it_is, Crs.GCJ02: _wgs84_to_gcj02, Crs.BD09: _wgs84_to_bd09}
_TO_WGS84 = {Crs.WGS84: _as_it_is, Crs.GCJ02: _inverse(_wgs84_to_gcj02), Crs.BD09: _inverse(_wgs84_to_bd09)}
