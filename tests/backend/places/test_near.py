"""Nearest first, in each system, and never a shop that is not to be shown."""

from datetime import UTC, date, datetime
from random import Random
from typing import Any

import pytest

from backend.common.coordinates import LngLat, converted, metres_apart
from backend.common.deps import Deps
from backend.common.documents import to_document
from backend.places import service
from backend.places.model import Particulars, Place
from backend.places.rules import asking
from backend.places.service.managing import made
from backend.places.service.staffing import StaffShown
from schemas.terms import Crs, PlaceKind
from tests.backend.places.conftest import LISTED, SHOP, SQUARE, STEWARD, Put
from tests.support.refusals import refused
from tests.support.world import Clock


def scatter(deps: Deps, count: int, *, around: LngLat, spread: float, seed: int = 1) -> list[Place]:
    """Shops by chance, straight into the database."""
    drawn = Random(seed)
    places = [
        made(
            deps,
            Particulars(
                f"店{n}", SHOP.kind, SHOP.district, f"路{n}号",
                around.lng + drawn.uniform(-spread, spread), around.lat + drawn.uniform(-spread, spread), Crs.WGS84,
            ),
            LISTED,
        )
        for n in range(count)
    ]  # fmt: skip
    deps.db["places"].insert_many([to_document(one) for one in places])
    return places


@pytest.mark.parametrize("spread", [0.002, 0.02, 0.2])
@pytest.mark.parametrize("limit", [1, 5, 40])
def test_the_nearest_are_those_that_measuring_each_would_find(deps: Deps, spread: float, limit: int) -> None:
    places = scatter(deps, 400, around=LngLat(*SQUARE), spread=spread)
    drawn = Random(limit)
    for _ in range(15):
        at = LngLat(SQUARE[0] + drawn.uniform(-spread, spread), SQUARE[1] + drawn.uniform(-spread, spread))
        measured = sorted((metres_apart(at, one.position), one.id) for one in places)
        found = service.search(deps, crs=Crs.WGS84, lng=at.lng, lat=at.lat, radius_m=50_000, limit=limit)
        assert [one.id for one in found.features] == [ident for _, ident in measured[:limit]]
        assert [one.distance_m for one in found.features] == [
            pytest.approx(metres, abs=0.06) for metres, _ in measured[:limit]
        ]
        assert found.more


def test_all_within_the_radius_and_none_beyond(deps: Deps) -> None:
    places = scatter(deps, 300, around=LngLat(*SQUARE), spread=0.01)
    drawn = Random(5)
    for radius in (1, 40, 300, 900, 5_000):
        at = LngLat(SQUARE[0] + drawn.uniform(-0.01, 0.01), SQUARE[1] + drawn.uniform(-0.01, 0.01))
        within = {one.id for one in places if metres_apart(at, one.position) <= radius}
        found = service.search(deps, crs=Crs.WGS84, lng=at.lng, lat=at.lat, radius_m=radius, limit=500)
        assert {one.id for one in found.features} == within
        assert not found.more


@pytest.mark.parametrize("source", Crs)
@pytest.mark.parametrize("asked", Crs)
def test_a_shop_is_where_it_is_in_every_system(deps: Deps, put: Put, source: Crs, asked: Crs) -> None:
    true = LngLat(*SQUARE)
    given = converted(true, Crs.WGS84, source)
    put(lng=given.lng, lat=given.lat, crs=source)
    own = converted(LngLat(SQUARE[0], SQUARE[1] + 0.009), Crs.WGS84, asked)
    found = service.search(deps, crs=asked, lng=own.lng, lat=own.lat)
    (shop,) = found.features
    assert found.crs is asked
    assert metres_apart(shop.position, converted(true, Crs.WGS84, asked)) < 0.01
    assert shop.distance_m == pytest.approx(997.7, abs=1), "in metres of the ground, not of a shifted map"


def test_a_shop_of_another_kind_district_or_year_is_left_out(deps: Deps, put: Put) -> None:
    put(kind=PlaceKind.FRESH, district="310104", year=2025)
    put()
    for one in ({"kind": PlaceKind.FRESH}, {"district": "310104"}, {"district": "徐汇区"}, {"year": 2025}):
        for where in ({}, {"lng": SQUARE[0], "lat": SQUARE[1]}):
            asked: dict[str, Any] = {**one, **where}
            (found,) = service.search(deps, crs=Crs.WGS84, **asked).features
            assert (found.kind, found.district, found.year) == (PlaceKind.FRESH, "310104", 2025)


def everywhere(deps: Deps, year: int | None = None) -> list[int]:
    """How many are shown near, in the box, in all, and in the clusters."""
    near = service.search(deps, crs=Crs.WGS84, lng=SQUARE[0], lat=SQUARE[1], year=year)
    box = service.search(deps, crs=Crs.GCJ02, bbox="121.4,31.2,121.5,31.3", year=year)
    city = service.search(deps, crs=Crs.WGS84, year=year)
    squares = service.clusters(deps, crs=Crs.WGS84, zoom=12, year=year)
    return [
        len(near.features),
        len(box.features),
        len(city.features),
        sum(one.count for one in squares.features),
    ]


def test_a_shop_is_shown_to_the_end_of_its_last_day_and_no_longer(deps: Deps, put: Put, clock: Clock) -> None:
    place = put(valid_until=date(2026, 12, 31))
    clock.set(datetime(2026, 12, 31, 15, 59, 59, 999_000, tzinfo=UTC))
    assert everywhere(deps) == [1, 1, 1, 1]
    clock.set(datetime(2026, 12, 31, 16, tzinfo=UTC))
    assert everywhere(deps) == [0, 0, 0, 0]
    refused("places.not_found", service.find, deps, place_id=place.id, crs=Crs.WGS84)


def test_a_year_is_asked_for_by_its_own_validity(deps: Deps, put: Put, clock: Clock) -> None:
    place = put(year=2025, valid_until=date(2026, 12, 31))
    newer = service.change(deps, STEWARD, place_id=place.id, version=1, given=as_given(place), listed=LISTED)
    assert [one.year for one in newer.assessments] == [2026, 2025]
    assert [everywhere(deps, year)[0] for year in (2024, 2025, 2026)] == [0, 1, 1]
    clock.set(datetime(2027, 1, 1, tzinfo=UTC))
    assert [everywhere(deps, year)[0] for year in (2025, 2026)] == [0, 1]


def as_given(place: StaffShown) -> Particulars:
    return Particulars(place.name, place.kind, place.district, place.address, *SQUARE, Crs.WGS84)


def test_a_paused_or_withdrawn_shop_is_nowhere(deps: Deps, put: Put) -> None:
    place = put()
    service.pause(deps, STEWARD, place_id=place.id, reason="装修")
    assert everywhere(deps) == [0, 0, 0, 0]
    service.resume(deps, STEWARD, place_id=place.id)
    assert everywhere(deps) == [1, 1, 1, 1]
    service.close(deps, STEWARD, place_id=place.id, reason="取消资格")
    assert everywhere(deps) == [0, 0, 0, 0]
    refused("places.not_found", service.find, deps, place_id=place.id, crs=Crs.WGS84)


WRONG = [
    ({"lng": 121.4}, "places.half_position"),
    ({"lat": 31.2}, "places.half_position"),
    ({"lng": 31.2, "lat": 121.4}, "places.swapped"),
    ({"lng": 116.4, "lat": 39.9}, "places.outside"),
    ({"lng": 0.0, "lat": 0.0}, "places.outside"),
    ({"radius_m": 100}, "places.radius_alone"),
    ({"lng": 121.4, "lat": 31.2, "bbox": "121,31,122,32"}, "places.point_or_bbox"),
    ({"bbox": "121,31,122"}, "places.bad_bbox"),
    ({"bbox": "a,b,c,d"}, "places.bad_bbox"),
    ({"bbox": "nan,31,122,32"}, "places.bad_bbox"),
    ({"bbox": "122,31,121,32"}, "places.bad_bbox"),
    ({"bbox": "-999,31,122,32"}, "places.bad_bbox"),
    ({"bbox": "31,121,32,122"}, "places.swapped"),
    ({"bbox": "100,20,101,21"}, "places.outside"),
    ({"district": "浦西区"}, "places.no_district"),
]


@pytest.mark.parametrize(("asked", "reason"), WRONG)
def test_a_question_that_cannot_be_meant_is_told_what_is_wrong(
    deps: Deps, asked: dict[str, Any], reason: str
) -> None:
    refusal = refused(reason, service.search, deps, crs=Crs.WGS84, **asked)
    said = refusal.text.zh + refusal.text.en + str(refusal.data)
    for number in ("121.4,", "31.2", "116.4", "39.9"):
        assert number not in said, "a position that was sent is not repeated"


def test_the_database_never_sees_the_exact_position() -> None:
    at = asking.rounded(LngLat(121.473_702_1, 31.230_416_9))
    assert at == LngLat(121.474, 31.230)
    drawn = Random(3)
    for _ in range(2_000):
        true = LngLat(drawn.uniform(120.8, 122.3), drawn.uniform(30.65, 31.92))
        assert metres_apart(true, asking.rounded(true)) < asking.ROUNDED_M
