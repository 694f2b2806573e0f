"""Staff keep the map: each act once, by compare-and-set, with a line in the log and a new edition."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.places import service
from backend.places.rules.listing import assessment
from schemas.terms import Channel, Crs, PlaceAct, PlaceState, Role
from tests.backend.places.conftest import LISTED, SHOP, STEWARD, Put
from tests.support.refusals import at_once, refused


def acts(deps: Deps) -> list[str]:
    return [line["action"] for line in deps.db["audit_log"].find(sort=[("at", 1), ("seq", 1)])]


def test_a_shop_is_put_down_with_the_pair_as_it_came(deps: Deps) -> None:
    given = replace(SHOP, lng=121.4781, lat=31.2285, crs=Crs.GCJ02, district="310101")
    place = service.create(deps, STEWARD, given=given, listed=LISTED)
    assert (place.source.crs, place.source.coordinates) == (Crs.GCJ02, (121.4781, 31.2285))
    stored = deps.db["places"].find_one({"_id": place.id})
    assert stored["location"]["type"] == "Point"
    assert stored["location"]["coordinates"] == [
        pytest.approx(121.4736, abs=2e-4),
        pytest.approx(31.2304, abs=2e-4),
    ]
    shown = service.find(deps, place_id=place.id, crs=Crs.GCJ02)
    assert shown.geometry.coordinates == (121.4781, 31.2285), "asked for in its own system, to the digit"
    assert acts(deps) == ["places.create"]


def test_everything_that_is_wrong_is_told_at_once(deps: Deps) -> None:
    given = replace(SHOP, name="\u200b", district="999999", lng=31.2, lat=121.4)
    listed = assessment(2026, "甲", date(2020, 1, 1), "文件")
    refusal = refused("places.invalid", service.create, deps, STEWARD, given=given, listed=listed)
    assert [one["field"] for one in refusal.data["errors"]] == ["name", "district", "lng", "valid_until"]
    assert "填反" in refusal.data["errors"][2]["zh"]


def test_a_shop_is_on_the_map_once(deps: Deps, put: Put) -> None:
    first = put(name="ＡＢ 超市", address="南京西路１号")
    given = replace(SHOP, name="ab超市", address="南京西路 1号")
    refusal = refused("places.known", service.create, deps, STEWARD, given=given, listed=LISTED)
    assert refusal.data == {"place_id": first.id}


def test_two_who_put_down_the_same_shop_at_once_make_one(deps: Deps) -> None:
    ended = at_once(lambda: service.create(deps, STEWARD, given=SHOP, listed=LISTED), 4)
    assert sorted(getattr(one, "reason", "made") for one in ended) == ["made"] + 3 * ["places.known"]
    assert deps.db["places"].count_documents({}) == 1


def test_who_changed_another_version_looks_again(deps: Deps, put: Put) -> None:
    place = put()
    wanted: dict[str, Any] = {
        "place_id": place.id,
        "given": replace(SHOP, address="新址1号"),
        "listed": LISTED,
    }
    changed = service.change(deps, STEWARD, version=1, **wanted)
    assert (changed.address, changed.version) == ("新址1号", 2)
    assert refused("places.stale", service.change, deps, STEWARD, version=1, **wanted).data == {"version": 2}
    assert service.change(deps, STEWARD, version=2, **wanted).version == 2, "the same again changes nothing"


def test_a_change_does_not_make_two_shops_one(deps: Deps, put: Put) -> None:
    one, other = put(address="一路1号"), put(address="二路2号")
    given = replace(SHOP, address="一路1号")
    refusal = refused(
        "places.known",
        service.change,
        deps,
        STEWARD,
        place_id=other.id,
        version=1,
        given=given,
        listed=LISTED,
    )
    assert refusal.data == {"place_id": one.id}


def test_the_moves_are_those_of_the_table(deps: Deps, put: Put) -> None:
    place = put()
    assert PlaceAct.RESUME not in place.may
    refused("places.changed", service.resume, deps, STEWARD, place_id=place.id)
    assert service.pause(deps, STEWARD, place_id=place.id, reason="装修").state is PlaceState.PAUSED
    refused("places.changed", service.pause, deps, STEWARD, place_id=place.id, reason="再停")
    assert service.resume(deps, STEWARD, place_id=place.id).on_map
    closed = service.close(deps, STEWARD, place_id=place.id, reason="取消资格")
    assert (closed.state, closed.may, closed.on_map) == (PlaceState.CLOSED, (), False)
    assert [event.reason for event in closed.events] == [None, "装修", None, "取消资格"]
    for verb in (service.pause, service.close):
        refused("places.changed", verb, deps, STEWARD, place_id=place.id, reason="再来")
    assert acts(deps) == ["places.create", "places.pause", "places.resume", "places.close"]


def test_of_many_who_pause_at_once_one_does(deps: Deps, put: Put) -> None:
    place = put()
    ended = at_once(lambda: service.pause(deps, STEWARD, place_id=place.id, reason="同时"), 4)
    assert [getattr(one, "reason", "done") for one in ended].count("done") == 1
    assert len(service.find_for_staff(deps, STEWARD, place_id=place.id).events) == 2


def test_the_shops_reply_is_public_and_can_be_taken_back(deps: Deps, put: Put) -> None:
    place = put()
    refused("places.invalid", service.put_reply, deps, STEWARD, place_id=place.id, text="感谢", on=None)
    service.put_reply(deps, STEWARD, place_id=place.id, text="感谢认可", on=date(2026, 11, 20))
    assert service.find(deps, place_id=place.id, crs=Crs.WGS84).reply.text == "感谢认可"
    service.put_reply(deps, STEWARD, place_id=place.id, text=None)
    assert service.find(deps, place_id=place.id, crs=Crs.WGS84).reply is None


def test_every_change_is_a_new_edition_and_a_refusal_is_none(deps: Deps, put: Put) -> None:
    assert service.edition(deps).version == 0
    place = put()
    assert service.edition(deps).version == 1
    service.pause(deps, STEWARD, place_id=place.id, reason="装修")
    assert service.edition(deps).version == 2
    refused("places.changed", service.pause, deps, STEWARD, place_id=place.id, reason="再停")
    assert service.edition(deps).version == 2


@pytest.mark.parametrize(
    "role", [Role.CITIZEN, Role.CASE_OFFICER, Role.AUDITOR, Role.PROVIDER, Role.MERCHANT]
)
def test_others_keep_their_hands_off(deps: Deps, put: Put, role: Role) -> None:
    place, other = put(), Actor("x", role, Channel.API)
    refused("auth.not_allowed", service.pause, deps, other, place_id=place.id, reason="x")
    refused("auth.not_allowed", service.create, deps, other, given=SHOP, listed=LISTED)
    refused("auth.not_allowed", service.listed_for_staff, deps, other, limit=1)


def test_the_list_of_staff_has_what_the_map_has_not(deps: Deps, put: Put) -> None:
    shown, closed, elsewhere = put(), put(), put(district="310151")
    service.close(deps, STEWARD, place_id=closed.id, reason="取消")
    everything = service.listed_for_staff(deps, STEWARD, limit=2)
    rest = service.listed_for_staff(deps, STEWARD, limit=2, cursor=everything.next_cursor)
    assert {one.id for one in (*everything.items, *rest.items)} == {shown.id, closed.id, elsewhere.id}
    (one,) = service.listed_for_staff(deps, STEWARD, state=PlaceState.CLOSED, limit=9).items
    assert one.id == closed.id
    (one,) = service.listed_for_staff(deps, STEWARD, district="崇明区", limit=9).items
    assert one.id == elsewhere.id
