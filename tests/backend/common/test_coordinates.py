"""Positions in three systems and true distances, against other people's code."""

import pytest
from coordTransform import bd09_to_wgs84, wgs84_to_bd09, wgs84_to_gcj02
from geographiclib.geodesic import Geodesic
from hypothesis import given, settings
from hypothesis import strategies as st
from prcoords import bd_wgs_bored, gcj_wgs_bored

from backend.common.coordinates import LngLat, converted, metres_apart
from schemas.terms import Crs

positions = st.builds(LngLat, st.floats(120.80, 122.30), st.floats(30.65, 31.92))
steps = st.floats(-0.2, 0.2)
# Several an example, 500 in all: what an example costs by itself is more than drawing a position and shifting it.
several = st.lists(positions, min_size=10, max_size=10)
thorough = settings(max_examples=50, deadline=None)


@given(these=several, source=st.sampled_from(Crs), target=st.sampled_from(Crs))
@thorough
def test_there_and_back_again_is_the_same_place(these: list[LngLat], source: Crs, target: Crs) -> None:
    for at in these:
        back = converted(converted(at, source, target), target, source)
        assert metres_apart(at, back) < 0.001


@given(these=several)
@thorough
def test_the_shifts_are_those_of_another_library(these: list[LngLat]) -> None:
    for at in these:
        assert metres_apart(converted(at, Crs.WGS84, Crs.GCJ02), LngLat(*wgs84_to_gcj02(*at))) < 0.05
        assert metres_apart(converted(at, Crs.WGS84, Crs.BD09), LngLat(*wgs84_to_bd09(*at))) < 0.05


@given(these=several)
@thorough
def test_the_inverses_are_those_of_other_libraries(these: list[LngLat]) -> None:
    for at in these:
        for crs, theirs in ((Crs.GCJ02, gcj_wgs_bored), (Crs.BD09, bd_wgs_bored)):
            found = theirs((at.lat, at.lng))
            assert metres_apart(converted(at, crs, Crs.WGS84), LngLat(found.lon, found.lat)) < 1
        rough = LngLat(*bd09_to_wgs84(*at))
        assert metres_apart(converted(at, Crs.BD09, Crs.WGS84), rough) < 5


def test_the_shift_over_the_city_is_what_was_measured() -> None:
    for lng in range(1208, 1224):
        for lat in range(307, 320):
            at = LngLat(lng / 10, lat / 10)
            assert 440 < metres_apart(at, converted(at, Crs.WGS84, Crs.GCJ02)) < 520


@given(these=st.lists(st.tuples(positions, steps, steps), min_size=10, max_size=10))
@thorough
def test_distances_are_those_of_a_geodesic(these: list[tuple[LngLat, float, float]]) -> None:
    for at, east, north in these:
        other = LngLat(at.lng + east, at.lat + north)
        true = Geodesic.WGS84.Inverse(at.lat, at.lng, other.lat, other.lng)["s12"]
        assert metres_apart(at, other) == pytest.approx(true, abs=0.1)
