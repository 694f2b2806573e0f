"""Merchants over HTTP, with the service's own guard: real keys, real sessions."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from flask.testing import FlaskClient

from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.common.ids import new_code
from backend.merchants import rules, service
from backend.merchants.model import Particulars
from backend.staff import service as staff
from schemas.terms import MerchantKind, Role
from tests.backend.merchants.conftest import PASSWORD
from tests.support import residents
from tests.support.web import Standing, loud

STAFF = "/api/v1/staff/merchants"
ME = "/api/v1/merchant/me"
BODY = {"name": "良友超市", "kinds": ["supermarket"], "contact_name": "周莉", "contact_phone": "021-63210000"}
Headers = dict[str, str]


@pytest.fixture
def shop(deps: Deps, system_actor: Actor, standing: Standing) -> Iterator[FlaskClient]:
    """The service as it stands, with a benefit manager and an auditor."""
    for name, role in (("song.hui", Role.BENEFIT_MANAGER), ("he.rui", Role.AUDITOR)):
        staff.create(deps, system_actor, name=name, role=role, unit=None, password=PASSWORD, totp=False)
    with loud(standing.app(deps)) as app:
        yield app.test_client()


def bearer(token: str) -> Headers:
    return {"Authorization": f"Bearer {token}"}


def desk(shop: FlaskClient, username: str = "song.hui") -> Headers:
    answer = shop.post("/api/v1/auth/staff-sessions", json={"username": username, "password": PASSWORD})
    return bearer((answer.json or {})["access_token"])


def told(answer: Any) -> tuple[int, str]:
    return answer.status_code, (answer.json or {}).get("reason", "")


@pytest.fixture
def manager(shop: FlaskClient) -> Headers:
    return desk(shop)


@pytest.fixture
def merchant(shop: FlaskClient, manager: Headers) -> dict[str, Any]:
    answer = shop.post(STAFF, json=BODY, headers=manager)
    assert answer.status_code == 201, answer.text
    return dict(answer.json or {})


def issue(shop: FlaskClient, manager: Headers, merchant: dict[str, Any], **more: str) -> Any:
    url = f"{STAFF}/{merchant['id']}/keys"
    return shop.post(url, json={"label": "till 1"}, headers=manager | more)


def test_without_a_key_nobody_is_let_in(shop: FlaskClient) -> None:
    assert told(shop.get(ME)) == (401, "auth.required")
    assert told(shop.get(ME, headers=bearer("mk_short"))) == (401, "auth.mistyped_key")
    unknown = shop.get(ME, headers=bearer(rules.key_of(new_code(44))[1]))
    assert told(unknown) == (401, "auth.invalid_key")
    assert unknown.headers["WWW-Authenticate"]


def test_the_whole_way_of_a_merchant(shop: FlaskClient, manager: Headers, merchant: dict[str, Any]) -> None:
    one = f"{STAFF}/{merchant['id']}"
    assert (merchant["state_label"], merchant["rate_per_minute"]) == ("正常", 120)
    assert "close" in merchant["may"]
    made = issue(shop, manager, merchant).json
    till = bearer(made["key"])
    me = shop.get(ME, headers=till).json or {}
    assert (me["id"], me["through"]["label"], me["rate_left"]) == (merchant["id"], "till 1", 119)
    assert [
        one["count"] for one in (shop.get("/api/v1/merchant/figures", headers=till).json or {})["figures"]
    ] == [0] * 3
    changed = shop.put(one, json=BODY | {"version": 2, "rate_per_minute": 60}, headers=manager)
    assert (changed.status_code, (changed.json or {})["rate_per_minute"]) == (200, 60)
    again = shop.put(one, json=BODY | {"version": 2}, headers=manager)
    assert told(again) == (409, "merchants.stale")
    assert (again.json or {})["data"] == {"version": 3}
    assert shop.post(f"{one}/pause", json={"reason": "整改"}, headers=manager).status_code == 200
    assert told(shop.get(ME, headers=till)) == (403, "merchants.paused")
    assert told(shop.post(f"{one}/pause", json={"reason": "x"}, headers=manager)) == (
        409,
        "merchants.changed",
    )
    assert shop.post(f"{one}/resume", json={}, headers=manager).status_code == 200
    assert shop.get(ME, headers=till).status_code == 200
    listed = (shop.get(f"{one}/keys", headers=manager).json or {})["items"]
    assert listed[0].keys() == {
        "id", "label", "created_at", "created_by_name", "last_used_at", "revoked_at", "revoked_by_name",
    }  # fmt: skip
    assert listed[0]["last_used_at"]
    assert shop.delete(f"{one}/keys/{made['id']}", headers=manager).status_code == 204
    assert told(shop.get(ME, headers=till)) == (401, "auth.invalid_key")
    last = issue(shop, manager, merchant).json["key"]
    assert (shop.post(f"{one}/close", json={"reason": "歇业"}, headers=manager).json or {})[
        "state"
    ] == "closed"
    assert told(shop.get(ME, headers=bearer(last))) == (403, "merchants.closed")
    assert [
        one["state"] for one in (shop.get(f"{STAFF}?state=closed", headers=manager).json or {})["items"]
    ] == ["closed"]
    assert (shop.get(f"{one}/figures?month=2026-10", headers=manager).json or {})["final"] is True
    assert told(shop.get(f"{one}/figures?month=2026-12", headers=manager)) == (422, "merchants.invalid_month")


def test_a_repeated_request_tells_which_key_was_made_and_not_the_key(
    shop: FlaskClient, manager: Headers, merchant: dict[str, Any], deps: Deps
) -> None:
    once = {"Idempotency-Key": "k-1"}
    first = issue(shop, manager, merchant, **once)
    again = issue(shop, manager, merchant, **once)
    assert (first.status_code, again.status_code, again.headers["Idempotent-Replay"]) == (201, 201, "true")
    assert again.json == first.json | {"key": None}
    assert shop.get(ME, headers=bearer(first.json["key"])).status_code == 200
    (slot,) = deps.db["idempotency_slots"].find()
    assert first.json["key"][3:].encode() not in deps.sealer.open(slot["sealed_reply"])["body"]
    assert deps.db["merchant_keys"].count_documents({}) == 1


def test_a_repeated_clerk_has_no_password_either(
    shop: FlaskClient, manager: Headers, merchant: dict[str, Any]
) -> None:
    url, body = f"{STAFF}/{merchant['id']}/clerks", {"username": "zhou", "totp": True}
    first, again = (
        shop.post(url, json=body, headers=manager | {"Idempotency-Key": "k"}).json or {} for _ in range(2)
    )
    assert first["password"]
    assert first["totp_uri"].startswith("otpauth://")
    assert again == first | dict.fromkeys(("password", "totp_secret", "totp_uri"))


def test_a_clerk_signs_in_at_the_own_door_and_reaches_no_desk(
    shop: FlaskClient, manager: Headers, merchant: dict[str, Any]
) -> None:
    url = f"{STAFF}/{merchant['id']}/clerks"
    entry = {"username": "zhou", "password": PASSWORD}
    made = shop.post(url, json=entry, headers=manager)
    assert made.status_code == 201
    assert told(shop.post("/api/v1/auth/staff-sessions", json=entry)) == (401, "staff.wrong_credentials")
    opened = shop.post("/api/v1/auth/merchant-sessions", json=entry)
    assert opened.status_code == 201
    clerk = bearer((opened.json or {})["access_token"])
    assert (shop.get(ME, headers=clerk).json or {})["through"] == {
        "kind": "clerk", "id": (made.json or {})["id"], "label": "zhou",
    }  # fmt: skip
    for path in ("/staff/me", "/staff/desk", "/staff/merchants", "/me", "/provider/objections"):
        assert told(shop.get(f"/api/v1{path}", headers=clerk)) == (403, "auth.not_allowed")
    assert shop.delete("/api/v1/auth/sessions/current", headers=clerk).status_code == 204
    assert told(shop.get(ME, headers=clerk)) == (401, "auth.session_ended")
    (shown,) = (shop.get(url, headers=manager).json or {})["items"]
    assert not {"password_hash", "totp_sealed", "password"} & shown.keys()
    assert shop.delete(f"{url}/{shown['id']}", headers=manager).status_code == 204
    assert told(shop.post("/api/v1/auth/merchant-sessions", json=entry)) == (401, "staff.wrong_credentials")


def test_residents_and_other_desks_are_refused_and_a_key_opens_no_desk(
    shop: FlaskClient, deps: Deps, manager: Headers, merchant: dict[str, Any]
) -> None:
    resident = bearer(residents.sign_in(deps).tokens.access_token)
    auditor = desk(shop, "he.rui")
    for who in (resident, auditor, manager):
        assert told(shop.get(ME, headers=who)) == (403, "auth.not_allowed")
    for who in (resident, auditor):
        assert told(shop.get(STAFF, headers=who)) == (403, "auth.not_allowed")
    till = bearer(issue(shop, manager, merchant).json["key"])
    for path in ("/staff/me", "/staff/merchants", "/me", "/me/report"):
        assert told(shop.get(f"/api/v1{path}", headers=till)) == (403, "auth.not_allowed")


def test_the_limit_is_told_with_when_to_come_again(shop: FlaskClient, manager: Headers) -> None:
    merchant = shop.post(STAFF, json=BODY | {"rate_per_minute": 10}, headers=manager).json or {}
    till = bearer(issue(shop, manager, merchant).json["key"])
    answers = [shop.get(ME, headers=till) for _ in range(11)]
    assert [one.status_code for one in answers] == [200] * 10 + [429]
    assert answers[-1].headers["Retry-After"] == "60"


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"name": " "}, "请填写"),
        ({"name": "a\nb"}, "控制字符"),
        ({"kinds": ["bank"]}, "以下之一"),
        ({"rate_per_minute": 5}, "10"),
        ({"uscc": "9131019990000009X0"}, "末位校验码不符"),
        ({"contact_phone": "63210000"}, "区号"),
        ({"owner": "x"}, "不认识的字段"),
        ({"contact_name": None}, "不能为空"),
    ],
)
def test_what_is_wrong_is_explained(
    shop: FlaskClient, manager: Headers, wrong: dict[str, Any], says: str
) -> None:
    answer = shop.post(STAFF, json=BODY | wrong, headers=manager)
    assert answer.status_code == 422
    assert says in answer.text


def test_the_log_of_requests_never_holds_a_key(
    shop: FlaskClient, manager: Headers, merchant: dict[str, Any], lines: Any
) -> None:
    key = issue(shop, manager, merchant).json["key"]
    for shown in (key, key[:-1], key[:-5] + "00000", f"{key} "):
        shop.get(f"{ME}?key={shown}", headers=bearer(shown))
    requests = [line for line in lines() if line["event"] == "request"]
    assert [line["status"] for line in requests] == [201, 200, 401, 401, 200]
    assert {line["actor"] for line in requests[1:]} == {merchant["id"], "anonymous"}
    assert key[15:40] not in str(lines())


def test_a_merchant_that_there_is_not_is_not_found(shop: FlaskClient, manager: Headers) -> None:
    for method, path in (
        ("GET", ""),
        ("GET", "/keys"),
        ("GET", "/clerks"),
        ("GET", "/figures"),
        ("DELETE", "/keys/x"),
    ):
        answer = shop.open(f"{STAFF}/nobody{path}", method=method, headers=manager)
        assert told(answer) == (404, "merchants.not_found")


def test_a_till_behind_an_address_of_wrong_keys_still_gets_in(
    deps: Deps, system_actor: Actor, standing: Standing
) -> None:
    limited = replace(deps, settings=replace(deps.settings, limit_per_address=6_000))
    wanted = Particulars("甲", (MerchantKind.OTHER,), 120)
    _, made = service.create_with_key(limited, system_actor, wanted=wanted, label="x")
    with loud(standing.app(limited)) as app:
        client = app.test_client()
        wrong = [told(client.get(ME, headers=bearer(rules.key_of(new_code(44))[1])))[0] for _ in range(31)]
        assert wrong == [401] * 30 + [429]
        assert client.get(ME, headers=bearer(made.key)).status_code == 200


def test_what_is_wrong_is_told_with_its_field(shop: FlaskClient, manager: Headers) -> None:
    far = shop.post(STAFF, json=BODY | {"rate_per_minute": 10**30}, headers=manager)
    assert told(far) == (422, "request.invalid")
    assert list((far.json or {})["errors"]["json"]) == ["rate_per_minute"]
    wrong = shop.post(STAFF, json=BODY | {"district": "zz", "contact_phone": "110"}, headers=manager)
    assert told(wrong) == (422, "merchants.invalid_district")
    named = [one["field"] for one in (wrong.json or {})["data"]["errors"]]
    assert named == ["district", "contact_phone"]
    sound = shop.post(STAFF, json=BODY | {"district": "310101"}, headers=manager)
    assert (sound.status_code, (sound.json or {})["district"]) == (201, "黄浦区")
