"""The map over HTTP: GeoJSON, answers that a phone may keep, and who may do what."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from flask.testing import FlaskClient

from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.places import service
from schemas.terms import Channel, Crs, PlaceReportKind, Role
from tests.backend.places.conftest import SQUARE, STEWARD, Put
from tests.support.web import ClientAs
from tests.support.world import Clock

GEOJSON = jsonschema_rs.validator_for(json.loads(Path(__file__).with_name("geojson.schema.json").read_text()))
NEAR = f"/api/v1/places?lng={SQUARE[0]}&lat={SQUARE[1]}&crs=wgs84"
RESIDENT = Actor("acc-1", Role.CITIZEN, Channel.API)
NEW = {
    "name": "鲜里生鲜（静安店）", "kind": "fresh", "district": "静安区", "address": "南京西路1000号", "lng": 121.4585,
    "lat": 31.2275, "crs": "gcj02", "year": 2026, "assessed_by": "食安联", "valid_until": "2027-12-31",
    "source_document": "2026年度名单",
}  # fmt: skip


@pytest.mark.parametrize("crs", [one.value for one in Crs])
def test_every_answer_about_shops_is_geojson(web: FlaskClient, put: Put, crs: str) -> None:
    ident = put().id
    for path in ("?", "?bbox=121.4,31.2,121.6,31.3&", "/clusters?", "/clusters?zoom=18&", f"/{ident}?"):
        answer = web.get(f"/api/v1/places{path}crs={crs}")
        assert (answer.status_code, answer.content_type) == (200, "application/geo+json")
        body: Any = json.loads(answer.data)
        GEOJSON.validate(body)
        assert body["crs"] == crs
        assert body.get("features", [body])


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_no_list_holds_until_the_end_of_the_calendar(web_as: ClientAs, day: str) -> None:
    client = web_as(STEWARD)
    made = client.post("/api/v1/staff/places", json=NEW)
    address = f"/api/v1/staff/places/{made.json['id']}"
    for answer in (
        client.post("/api/v1/staff/places", json=NEW | {"valid_until": day}),
        client.put(address, json=NEW | {"valid_until": day, "version": 1}),
        client.put(f"{address}/reply", json={"text": "好", "on": day}),
    ):
        assert answer.status_code == 422
        assert "1900" in str(answer.json["errors"])


def test_a_feature_says_what_a_phone_shows(web: FlaskClient, put: Put) -> None:
    place = put()
    (found,) = json.loads(web.get(NEAR).data)["features"]
    assert found["id"] == place.id
    assert found["geometry"] == {"type": "Point", "coordinates": list(SQUARE)}
    assert found["properties"] == {
        "name": place.name, "kind": "convenience", "kind_label": "便利店", "district": "310101", "district_name": "黄浦区",
        "address": place.address, "year": 2026, "assessed_by": "上海市食品安全工作联合会", "valid_until": "2027-12-31",
        "source_document": "名单", "distance_m": 0.0,
    }  # fmt: skip
    english = web.get(NEAR, headers={"Accept-Language": "en"})
    assert json.loads(english.data)["features"][0]["properties"]["kind_label"] == "Convenience store"


def test_what_a_phone_has_is_not_sent_again(web: FlaskClient, put: Put, clock: Clock) -> None:
    put()
    clock.advance(minutes=1)
    first = web.get(NEAR)
    assert first.headers["Cache-Control"] == "private, no-cache"
    assert first.headers["Last-Modified"]
    for headers in (
        {"If-None-Match": first.headers["ETag"]},
        {"If-None-Match": f'W/{first.headers["ETag"]}, "other"'},
        {"If-Modified-Since": first.headers["Last-Modified"]},
    ):
        again = web.get(NEAR, headers=headers)
        assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", first.headers["ETag"])
        assert again.headers["Cache-Control"] == "private, no-cache"
        assert "Content-Type" not in again.headers


def test_any_change_of_any_shop_ends_what_phones_have(
    web: FlaskClient, deps: Deps, put: Put, clock: Clock
) -> None:
    place = put()
    clock.advance(minutes=1)
    first = web.get("/api/v1/places")
    kept = {"If-None-Match": first.headers["ETag"], "If-Modified-Since": first.headers["Last-Modified"]}
    assert web.get("/api/v1/places", headers=kept).status_code == 304
    service.pause(deps, STEWARD, place_id=place.id, reason="装修")
    clock.advance(minutes=1)
    for header in kept:
        answer = web.get("/api/v1/places", headers={header: kept[header]})
        assert (answer.status_code, json.loads(answer.data)["features"]) == (200, [])


@pytest.mark.parametrize(
    ("path", "status"),
    [("/abc", 404), ("?lng=31.2&lat=121.4", 422), ("?bbox=1,2", 422), ("/clusters?bbox=9", 422)],
)
def test_a_date_stands_for_no_answer_that_there_is_not(
    web: FlaskClient, put: Put, path: str, status: int
) -> None:
    put()
    late = {"If-Modified-Since": "Fri, 01 Jan 2038 00:00:00 GMT"}
    assert web.get(f"/api/v1/places{path}", headers=late).status_code == status


def test_the_end_of_a_day_ends_what_phones_have(web: FlaskClient, put: Put, clock: Clock) -> None:
    put()
    clock.set(datetime(2027, 12, 31, 15, 59, tzinfo=UTC))
    first = web.get("/api/v1/places")
    clock.set(datetime(2027, 12, 31, 16, tzinfo=UTC))
    for header, value in (("If-None-Match", "ETag"), ("If-Modified-Since", "Last-Modified")):
        answer = web.get("/api/v1/places", headers={header: first.headers[value]})
        assert (answer.status_code, json.loads(answer.data)["features"]) == (200, [])


def test_a_tag_is_of_one_question_in_one_language(web: FlaskClient, put: Put) -> None:
    put()
    questions = [
        NEAR,
        NEAR.replace("wgs84", "gcj02"),
        f"{NEAR}&kind=fresh",
        "/api/v1/places",
        "/api/v1/places/clusters",
    ]
    tags = {
        web.get(one, headers={"Accept-Language": way}).headers["ETag"]
        for one in questions
        for way in ("zh", "en")
    }
    assert len(tags) == 2 * len(questions)
    assert "Accept-Language" in web.get(NEAR).headers["Vary"]
    other = web.get(questions[1], headers={"If-None-Match": web.get(NEAR).headers["ETag"]})
    assert other.status_code == 200
    assert (
        web.get("/api/v1/places?kind=fresh&year=2026").headers["ETag"]
        == (web.get("/api/v1/places?year=2026&kind=fresh").headers["ETag"])
    ), "the order of the words of a question says nothing"


@pytest.mark.parametrize("later", [10, -5_000], ids=["the same second", "a clock behind"])
def test_a_change_is_not_missed_because_of_the_clock(
    web: FlaskClient, deps: Deps, put: Put, clock: Clock, later: int
) -> None:
    place = put()
    clock.advance(seconds=10)
    first = web.get("/api/v1/places").headers
    clock.advance(milliseconds=later - 10_000)
    service.pause(deps, STEWARD, place_id=place.id, reason="装修")
    kept = {"If-Modified-Since": first["Last-Modified"]}
    for _ in range(10):
        answer = web.get("/api/v1/places", headers=kept)
        assert (answer.status_code, json.loads(answer.data)["features"]) == (200, [])
        clock.advance(seconds=1)
    assert answer.headers["Last-Modified"] > first["Last-Modified"]


def test_only_what_tells_no_place_may_lie_in_shared_caches(web: FlaskClient, put: Put) -> None:
    ident = put().id
    told = {
        path: web.get(f"/api/v1/places{path}").headers["Cache-Control"].split(",")[0]
        for path in (
            "",
            "?district=310101",
            f"/{ident}",
            "/clusters",
            "?bbox=121,31,122,32",
            "/clusters?bbox=121,31,122,32",
        )
    }
    assert list(told.values()) == ["public"] * 4 + ["private"] * 2


def test_a_refusal_is_kept_nowhere(web: FlaskClient) -> None:
    answer = web.get("/api/v1/places?lng=31.23&lat=121.47")
    assert (answer.status_code, answer.json["reason"]) == (422, "places.swapped")
    assert (answer.headers["Cache-Control"], "ETag" in answer.headers) == ("no-store", False)


@pytest.mark.parametrize(
    "query", ["lng=abc&lat=31", "lng=nan&lat=31", "lng=181&lat=31", "radius_m=0", "radius_m=50001", "limit=501",
              "crs=mars", "kind=kiosk", "year=1", "longitude=121", "zoom=23"],
)  # fmt: skip
def test_a_question_out_of_bounds_is_refused(web: FlaskClient, query: str) -> None:
    path = "/api/v1/places/clusters" if "zoom" in query else "/api/v1/places"
    assert web.get(f"{path}?{query}").status_code == 422


def test_a_resident_reports_and_the_same_again_is_the_same(web_as: ClientAs, put: Put) -> None:
    path = f"/api/v1/places/{put().id}/reports"
    first = web_as(RESIDENT).post(path, json={"kind": "closed"})
    assert (first.status_code, first.json["kind_label"]) == (201, "已关门")
    again = web_as(RESIDENT).post(path, json={"kind": "moved"})
    assert (again.status_code, again.json) == (201, first.json)
    said = web_as(RESIDENT).post(path, json={"kind": "moved", "lng": 121.4, "lat": 31.2})
    assert said.status_code == 422, "a position of who reports is not even taken"


def test_staff_keep_a_shop_from_first_to_last(web: FlaskClient, web_as: ClientAs, deps: Deps) -> None:
    staff = web_as(STEWARD)
    made = staff.post("/api/v1/staff/places", json=NEW)
    assert (made.status_code, made.json["district"], made.json["on_map"]) == (201, "310106", True)
    path, shown = f"/api/v1/staff/places/{made.json['id']}", f"/api/v1/places/{made.json['id']}"
    changed = staff.put(path, json=NEW | {"address": "南京西路1001号", "version": 1})
    assert (changed.status_code, changed.json["version"]) == (200, 2)
    assert staff.put(f"{path}/reply", json={"text": "感谢", "on": "2026-11-20"}).status_code == 200
    assert json.loads(web.get(shown).data)["properties"]["reply"] == {"text": "感谢", "on": "2026-11-20"}
    assert json.loads(web.get(f"{shown}?crs=gcj02").data)["geometry"]["coordinates"] == [121.4585, 31.2275]
    assert staff.post(f"{path}/pause", json={"reason": "装修"}).json["state"] == "paused"
    assert web.get(shown).status_code == 404
    assert staff.post(f"{path}/resume", json={}).json["state"] == "active"
    for number in (1, 2, 3):
        service.report(
            deps,
            Actor(f"acc-{number}", Role.CITIZEN, Channel.API),
            place_id=made.json["id"],
            kind=PlaceReportKind.CLOSED,
        )
    (task,) = staff.get("/api/v1/staff/places/tasks").json["items"]
    assert (task["place_id"], task["closed"]) == (made.json["id"], 3)
    queues = {queue["name"]: queue["count"] for queue in staff.get("/api/v1/staff/desk").json["queues"]}
    assert queues["places"] == 1
    done = staff.post(
        f"/api/v1/staff/places/tasks/{task['id']}/resolve", json={"finding": "closed", "reason": "关门"}
    )
    assert (done.status_code, done.json["place_state"]) == (200, "closed")
    assert [event["act"] for event in staff.get(path).json["events"]] == [
        "create", "change", "reply", "pause", "resume", "close",
    ]  # fmt: skip
    assert staff.get("/api/v1/staff/places?state=closed&limit=5").json["items"][0]["id"] == made.json["id"]


def test_what_is_not_there_is_not_said_to_hold(web: FlaskClient, put: Put) -> None:
    put()
    for headers in ({"If-None-Match": "*"}, {"If-None-Match": '"made-up"'}):
        assert web.get("/api/v1/places/01m7zq3ew6rxgeha0cw4hhgb5r", headers=headers).status_code == 404
        assert web.get("/api/v1/places", headers=headers).status_code == 200
