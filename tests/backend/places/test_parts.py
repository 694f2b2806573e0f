"""Parts of the map, clusters, and that each question is answered by an index."""

from collections import Counter
from collections.abc import Callable
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.common.coordinates import LngLat, converted
from backend.common.deps import Deps
from backend.common.mongo import Document
from backend.places import service
from backend.places.model import Box, Only
from backend.places.rules import asking, grid
from backend.places.rules.asking import CITY
from backend.places.store import shops
from schemas.terms import Crs, PlaceKind
from tests.backend.places.conftest import SQUARE, Put
from tests.backend.places.test_near import scatter
from tests.support.plans import recorded

MIDDLE = LngLat(*SQUARE)


def planned(deps: Deps, work: Callable[[], Any]) -> list[Document]:
    """What the server noted of searches."""
    return [line for line in recorded(deps, work) if "planSummary" in line and line["ns"].endswith(".places")]


positions = st.builds(LngLat, st.floats(CITY.west, CITY.east), st.floats(CITY.south, CITY.north))


@st.composite
def boxes(draw: Any) -> Box:
    one, other = draw(positions), draw(positions)
    west, east = sorted((one.lng, other.lng))
    south, north = sorted((one.lat, other.lat))
    return Box(west, south, east + 1e-6, north + 1e-6)


@given(at=positions, box=boxes())
@settings(max_examples=400, deadline=None)
def test_a_position_in_a_box_is_in_one_of_the_squares_that_cover_it(at: LngLat, box: Box) -> None:
    prefixes = grid.prefixes(box)
    assert len(prefixes) <= grid.MOST_PREFIXES
    assert not box.holds(at) or any(grid.cell(at).startswith(prefix) for prefix in prefixes)


@given(at=positions, box=boxes(), crs=st.sampled_from([Crs.GCJ02, Crs.BD09]))
@settings(max_examples=600, deadline=None)
def test_a_box_of_another_system_is_covered_by_its_own(at: LngLat, box: Box, crs: Crs) -> None:
    if box.holds(converted(at, Crs.WGS84, crs)):
        assert asking.in_wgs84(box, crs).holds(at)


@given(at=positions, depth=st.integers(0, grid.DEPTH))
@settings(max_examples=300, deadline=None)
def test_a_larger_square_is_a_prefix_of_a_smaller_one(at: LngLat, depth: int) -> None:
    alone = grid.span(Box(at.lng, at.lat, at.lng, at.lat), depth)
    assert alone.size == 1
    assert alone.holds(grid.cell(at)[:depth])


@pytest.mark.parametrize("crs", Crs)
def test_a_box_holds_what_its_system_draws_in_it(deps: Deps, crs: Crs) -> None:
    places = scatter(deps, 300, around=MIDDLE, spread=0.05)
    drawn = Random(2)
    for _ in range(10):
        corner = converted(MIDDLE, Crs.WGS84, crs)
        west, south = corner.lng + drawn.uniform(-0.05, 0), corner.lat + drawn.uniform(-0.05, 0)
        box = Box(west, south, west + drawn.uniform(0.001, 0.05), south + drawn.uniform(0.001, 0.05))
        inside = {one.id for one in places if box.holds(converted(one.position, Crs.WGS84, crs))}
        asked = f"{box.west},{box.south},{box.east},{box.north}"
        found = service.search(deps, crs=crs, bbox=asked, limit=500)
        assert {one.id for one in found.features} == inside
        assert all(one.distance_m is None for one in found.features)
        assert not found.more


@pytest.mark.parametrize(
    "asked", [{}, {"district": "310101"}, {"kind": PlaceKind.CONVENIENCE}, {"year": 2026}], ids=str
)
def test_who_asks_for_few_of_many_has_few_read(deps: Deps, asked: dict[str, Any]) -> None:
    scatter(deps, 2_000, around=MIDDLE, spread=0.3)
    (plan, *_) = planned(deps, lambda: service.search(deps, crs=Crs.WGS84, limit=10, **asked))
    assert plan["docsExamined"] <= 20, plan


def test_more_than_asked_for_is_told(deps: Deps) -> None:
    scatter(deps, 30, around=MIDDLE, spread=0.01)
    found = service.search(deps, crs=Crs.WGS84, bbox="121.3,31.1,121.6,31.4", limit=29)
    assert (len(found.features), found.more) == (29, True)
    found = service.search(deps, crs=Crs.WGS84, bbox="121.3,31.1,121.6,31.4", limit=30)
    assert (len(found.features), found.more) == (30, False)


@pytest.mark.parametrize("zoom", [0, 8, 11, 14, 22])
def test_clusters_count_every_shop_of_each_square_once(deps: Deps, zoom: int) -> None:
    places = scatter(deps, 400, around=MIDDLE, spread=0.1)
    found = service.clusters(deps, crs=Crs.WGS84, zoom=zoom)
    assert sum(one.count for one in found.features) == 400
    depth = len(found.features[0].id)
    assert {one.id: one.count for one in found.features} == Counter(one.cell[:depth] for one in places)
    for one in found.features:
        of_square = [place for place in places if place.cell.startswith(one.id)]
        assert one.position.lng == pytest.approx(sum(place.lng for place in of_square) / len(of_square))
        assert one.position.lat == pytest.approx(sum(place.lat for place in of_square) / len(of_square))
        alone = (of_square[0].id, of_square[0].name) if len(of_square) == 1 else (None, None)
        assert (one.place_id, one.name) == alone


def test_a_square_is_whole_however_the_map_cuts_it(deps: Deps) -> None:
    scatter(deps, 300, around=MIDDLE, spread=0.1)
    whole = {one.id: one.count for one in service.clusters(deps, crs=Crs.WGS84, zoom=10).features}
    part = service.clusters(deps, crs=Crs.WGS84, zoom=10, bbox="121.42,31.19,121.53,31.28").features
    assert 0 < len(part) < len(whole)
    assert all(whole[one.id] == one.count for one in part)


def test_a_large_part_at_a_high_zoom_gets_larger_squares(deps: Deps, put: Put) -> None:
    put()
    assert service.clusters(deps, crs=Crs.WGS84, zoom=22).zoom < 16
    assert service.clusters(deps, crs=Crs.WGS84, zoom=15, bbox="121.47,31.23,121.48,31.24").zoom == 15
    assert grid.clusters(CITY, 22).size <= grid.MOST_CLUSTERS


@pytest.mark.parametrize(
    "only", [Only(), Only(kind=PlaceKind.CONVENIENCE), Only(district="310101"), Only(year=2026)]
)
def test_every_question_is_answered_by_an_index(deps: Deps, only: Only) -> None:
    places = scatter(deps, 2_000, around=MIDDLE, spread=0.3)
    box = Box(121.47, 31.22, 121.49, 31.24)
    inside = sum(box.holds(one.position) for one in places)
    asked: dict[str, tuple[Any, int]] = {
        "near": (
            lambda: shops.nearest(deps.db, only, deps.now(), around=MIDDLE, within_m=3_000, limit=20),
            200,
        ),
        "box": (
            lambda: list(shops.each_in(deps.db, only, deps.now(), grid.prefixes(box), batch=500)),
            5 * inside + 20,
        ),
    }
    for name, (ask, most) in asked.items():
        (plan,) = planned(deps, ask)
        assert "COLLSCAN" not in str(plan["planSummary"]), name
        assert plan["docsExamined"] <= most, (name, plan)


@pytest.mark.parametrize("only", [Only(), Only(kind=PlaceKind.CONVENIENCE), Only(district="310101")])
def test_clusters_read_no_shop(deps: Deps, only: Only) -> None:
    scatter(deps, 500, around=MIDDLE, spread=0.3)
    squares = grid.clusters(CITY, 9)
    (plan,) = planned(
        deps,
        lambda: shops.count_squares(deps.db, only, deps.now(), grid.prefixes(CITY), depth=squares.depth),
    )
    assert (plan["docsExamined"], "COLLSCAN" in plan["planSummary"]) == (0, False)
