"""Red packets over HTTP, as clients meet them."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from backend.benefits.model import Tier
from backend.merchants import service as merchants
from tests.backend.benefits.fair import MANAGER, Fair
from tests.support.web import ClientAs
from tests.support.world import Clock

STAFF = "/api/v1/staff/benefits"
KEY = {"Idempotency-Key": "one"}
VERSION = "shanghai-2026-1"


@pytest.fixture
def body(fair: Fair, clock: Clock) -> dict[str, Any]:
    """What staff send for a campaign of two."""
    return {
        "title": "守信惠民购物券",
        "title_en": "Shopping voucher",
        "value_kind": "percent_off",
        "tiers": [{"minimum_grade": "excellent", "value": 20}],
        "floor": 10,
        "stock": 2,
        "starts_at": clock().isoformat(),
        "ends_at": (clock() + timedelta(days=30)).isoformat(),
        "partner_ids": [fair.shop().id],
    }


def told(answer: Any) -> tuple[int, str]:
    return answer.status_code, (answer.json or {}).get("reason", "")


def test_the_whole_way_of_a_red_packet(web_as: ClientAs, web: Any, fair: Fair, body: dict[str, Any]) -> None:
    staff, citizen = web_as(MANAGER), web_as(fair.proved(fair.resident))
    made = staff.post(STAFF, json=body)
    assert made.status_code == 201, made.text
    assert made.json["terms"]["tiers"][-1] == {"minimum_grade": None, "value": 10}
    (listed,) = web.get("/api/v1/benefits").json["items"]
    assert (listed["id"], listed["remaining"], listed["title"]) == (made.json["id"], 2, "守信惠民购物券")
    english = web.get(f"/api/v1/benefits/{listed['id']}", headers={"Accept-Language": "en"}).json
    assert (english["title"], english["tiers"][0]["minimum_grade_label"]) == ("Shopping voucher", "Excellent")
    claims = f"/api/v1/benefits/{listed['id']}/claims"
    claimed = citizen.post(claims, headers=KEY)
    assert claimed.status_code == 201, claimed.text
    assert [one["rule_version"] for one in (listed, english, claimed.json)] == [VERSION] * 3
    assert [(one["name"], one["open"]) for one in listed["partners"]] == [("良友超市", True)]
    again = citizen.post(claims, headers=KEY)
    assert (again.json, again.headers["Idempotent-Replay"]) == (claimed.json, "true")
    assert told(citizen.post(claims)) == (409, "benefits.already_claimed")
    assert citizen.get("/api/v1/me/claims").json["items"] == [claimed.json]
    till = web_as(replace(fair.shop("另一家"), id=body["partner_ids"][0]))
    receipt = till.post("/api/v1/merchant/redemptions", json={"code": claimed.json["code"]})
    assert receipt.status_code == 200, receipt.text
    assert (receipt.json["value"], receipt.json["value_kind"]) == (10, "percent_off")
    assert told(till.post("/api/v1/merchant/redemptions", json={"code": claimed.json["code"]})) == (
        409,
        "benefits.code_not_valid",
    )
    figures = staff.get(f"{STAFF}/{listed['id']}").json["figures"]
    assert (figures["remaining"], figures["redeemed"], figures["balanced"]) == (1, 1, True)


def test_a_retried_redemption_gets_the_same_answer(web_as: ClientAs, fair: Fair) -> None:
    shop = fair.shop()
    code = fair.claim(fair.start(shop)).code
    till, url = web_as(shop), "/api/v1/merchant/redemptions"
    first, second = (till.post(url, json={"code": code}, headers=KEY) for _ in range(2))
    assert (first.status_code, second.status_code, first.json) == (200, 200, second.json)


def test_a_refusal_names_its_reasons_in_the_readers_language(web_as: ClientAs, fair: Fair) -> None:
    record, benefit = fair.record(), fair.start()
    client = web_as(fair.proved(fair.resident))
    refused = client.post(f"/api/v1/benefits/{benefit.id}/claims", headers={"Accept-Language": "en"})
    assert told(refused) == (403, "benefits.not_entitled")
    texts = [reason["text"] for reason in refused.json["data"]["reasons"]]
    assert texts[0] == "Your grade does not reach what this benefit asks for (Good or better)"
    assert record.id in [reason.get("record_id") for reason in refused.json["data"]["reasons"]]
    assert refused.json["data"]["rule_version"] == VERSION


def test_everything_wrong_with_a_campaign_is_told_at_once(web_as: ClientAs, body: dict[str, Any]) -> None:
    broken = body | {"floor": 30, "ends_at": "2026-01-01T00:00:00+08:00", "stock": 0, "districts": ["310199"]}
    broken["partner_ids"] = ["nobody"]
    answer = web_as(MANAGER).post(STAFF, json=broken)
    assert told(answer) == (422, "benefits.invalid")
    errors = answer.json["data"]["errors"]
    assert {one["field"] for one in errors} == {"floor", "ends_at", "stock", "districts", "partner_ids"}
    assert all(one["zh"] and one["en"] for one in errors)
    assert web_as(MANAGER).get(STAFF).json["items"] == []


def test_a_campaign_is_changed_on_its_newest_version_and_moved_by_its_state(
    web_as: ClientAs, body: dict[str, Any]
) -> None:
    staff = web_as(MANAGER)
    one = f"{STAFF}/{staff.post(STAFF, json=body).json['id']}"
    changed = staff.put(one, json=body | {"version": 1, "stock": 5, "reserve": 1})
    assert changed.json["figures"]["remaining"] == 5, changed.text
    assert (changed.json["figures"]["reserve_left"], changed.json["figures"]["balanced"]) == (1, True)
    assert told(staff.put(one, json=body | {"version": 1})) == (409, "benefits.stale")
    less = staff.put(one, json=body | {"version": 2, "stock": 4})
    assert [error["field"] for error in less.json["data"]["errors"]] == ["stock", "reserve"]
    assert staff.post(f"{one}/pause", json={"reason": "核对预算"}).json["state_label"] == "已暂停领取"
    assert told(staff.post(f"{one}/pause", json={"reason": "核对预算"})) == (409, "benefits.changed")
    assert staff.post(f"{one}/resume", json={}).json["may"] == ["change", "pause", "close"]
    closed = staff.post(f"{one}/close", json={"reason": "预算调整"}).json
    assert [line["act"] for line in closed["history"]] == ["create", "change", "pause", "resume", "close"]
    assert told(staff.put(one, json=body | {"version": 5, "stock": 9})) == (409, "benefits.changed")
    assert closed["may"] == ["change"]
    assert told(staff.get(f"{STAFF}/none")) == (404, "benefits.not_found")


def test_a_closed_merchant_is_no_partner(web_as: ClientAs, fair: Fair, body: dict[str, Any]) -> None:
    merchants.close(fair.deps, MANAGER, merchant_id=body["partner_ids"][0], reason="歇业")
    answer = web_as(MANAGER).post(STAFF, json=body)
    assert [one["field"] for one in answer.json["data"]["errors"]] == ["partner_ids"]


def test_a_long_list_goes_on(web_as: ClientAs, web: Any, fair: Fair, clock: Clock) -> None:
    for _ in range(3):
        fair.start()
        clock.advance(seconds=1)
    first = web.get("/api/v1/benefits?limit=2").json
    rest = web.get(f"/api/v1/benefits?limit=2&cursor={first['next_cursor']}").json
    assert (len(first["items"]), len(rest["items"]), rest["next_cursor"]) == (2, 1, None)


def test_who_found_the_stock_empty_gets_one_under_the_same_key_when_it_is_back(
    web_as: ClientAs, fair: Fair, clock: Clock
) -> None:
    benefit = fair.start(stock=1)
    first = fair.claim(benefit, fair.person(1))
    url, me = f"/api/v1/benefits/{benefit.id}/claims", fair.proved(fair.resident)
    assert told(web_as(me).post(url, headers=KEY)) == (409, "benefits.out_of_stock")
    assert first.expires_at is not None
    clock.set(first.expires_at)
    mine = web_as(fair.proved(fair.resident))
    made, again = mine.post(url, headers=KEY), mine.post(url, headers=KEY)
    assert (made.status_code, again.json, again.headers["Idempotent-Replay"]) == (201, made.json, "true")


def test_the_decisions_of_an_own_claim_are_read_and_worked_out_again(web_as: ClientAs, fair: Fair) -> None:
    fair.record()
    benefit = fair.start()
    mine = web_as(fair.proved(fair.resident))
    assert mine.post(f"/api/v1/benefits/{benefit.id}/claims").status_code == 403
    (claim,) = mine.get("/api/v1/me/claims").json["items"]
    one = f"/api/v1/me/claims/{claim['id']}"
    read = mine.get(one).json
    (decision,) = read["decisions"]
    assert (decision["value"], decision["gave"], decision["rule_version"]) == ("fair", True, VERSION)
    assert (decision["superseded_by"], read["reasons"]) == (None, decision["reasons"])
    for url in (f"{one}/replay", f"{one}/decisions/{decision['id']}/replay"):
        again = mine.post(url)
        assert (again.status_code, again.json["outcome"], again.json["value"]) == (200, "same", "fair")
        assert (again.json["claim_id"], again.json["decision_id"]) == (claim["id"], decision["id"])
    other = web_as(fair.proved(fair.person()))
    assert told(other.post(f"{one}/replay")) == (404, "benefits.claim_not_found")
    assert told(mine.post(f"{one}/decisions/none/replay")) == (404, "benefits.decision_not_found")
    assert told(web_as(fair.resident).post(f"{one}/replay")) == (403, "identity.verification_required")


def test_a_claim_that_looked_at_no_record_names_no_rules(web_as: ClientAs, web: Any, fair: Fair) -> None:
    benefit = fair.start(tiers=(Tier(None, 500),))
    assert web.get(f"/api/v1/benefits/{benefit.id}").json["rule_version"] is None
    made = web_as(fair.resident).post(f"/api/v1/benefits/{benefit.id}/claims").json
    mine = web_as(fair.proved(fair.resident))
    read = mine.get(f"/api/v1/me/claims/{made['id']}").json
    assert (made["rule_version"], read["decisions"], read["replay"]) == (None, [], None)
    assert told(mine.post(f"/api/v1/me/claims/{made['id']}/replay")) == (404, "benefits.decision_not_found")


@pytest.mark.parametrize("name", ["stock", "reserve", "per_person", "valid_days", "floor"])
def test_a_number_of_thirty_figures_is_told_with_its_field(
    web_as: ClientAs, body: dict[str, Any], name: str
) -> None:
    ten, thirty = (web_as(MANAGER).post(STAFF, json=body | {name: number}) for number in (10**9, 10**30))
    assert told(thirty) == (422, "request.invalid")
    assert thirty.json["errors"] == ten.json["errors"]
    assert list(thirty.json["errors"]["json"]) == [name]
