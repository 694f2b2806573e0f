"""Deposit-free over HTTP: statuses, fields, and who is refused."""

import json
import re
from dataclasses import replace
from typing import Any

import pytest
from flask.testing import FlaskClient

from backend.common.actor import Actor
from backend.merchants.service import guessing
from tests.backend.eligibility.counter import MANAGER, OFFER, Counter
from tests.support.web import ClientAs
from tests.support.world import Clock

STAFF = "/api/v1/staff/services"


def body_of(**changes: Any) -> dict[str, Any]:
    return vars(OFFER) | {"kind": OFFER.kind.value, "minimum_grade": OFFER.minimum_grade.value} | changes


def told(answer: Any) -> tuple[int, str | None]:
    return answer.status_code, (answer.json or {}).get("reason")


def test_anybody_reads_what_is_lent_without_a_deposit(counter: Counter, web: FlaskClient) -> None:
    answer = web.get("/api/v1/deposit-free/services?kind=library_books")
    assert answer.status_code == 200
    assert {one["merchant"] for one in answer.json["items"]} == {"徐汇区示范图书馆", "静安区示范图书馆"}
    one = answer.json["items"][0]
    assert (one["minimum_grade"], one["deposit_fen"], one["title"]) == ("good", 20_000, "图书免押借阅")
    english = web.get(f"/api/v1/deposit-free/services/{one['id']}", headers={"Accept-Language": "en"})
    assert english.json["title"] == "Library books without deposit"


def test_the_way_of_a_resident_from_notice_to_reasons(
    counter: Counter, resident: Actor, web_as: ClientAs
) -> None:
    phone, till = web_as(resident), web_as(counter.till)
    made = phone.post("/api/v1/me/passes", json={"service_id": counter.lending.id})
    assert made.status_code == 201
    assert {"code", "qr_svg", "merchant", "purpose", "expires_at"} <= set(made.json)
    assert made.json["merchant"] == "徐汇区示范图书馆"
    assert re.fullmatch(r".*\+08:00", made.json["expires_at"])
    asked = {"code": made.json["code"], "service_id": counter.lending.id}
    answer = till.post("/api/v1/merchant/checks", json=asked)
    assert (answer.status_code, answer.json["verdict"]) == (200, "eligible")
    assert told(till.post("/api/v1/merchant/checks", json=asked)) == (409, "eligibility.code_not_usable")
    (check,) = phone.get("/api/v1/me/checks").json["items"]
    assert check["id"] == answer.json["check_id"]
    assert check["reasons"][0]["code"] == "grade.no_record"
    assert phone.get(f"/api/v1/me/checks/{check['id']}").json["rule_version"] == "shanghai-2026-1"
    (consent,) = phone.get("/api/v1/me/passes").json["items"]
    assert (consent["state"], "code" in consent) == ("used", False)
    assert told(phone.delete(f"/api/v1/me/passes/{consent['id']}")) == (409, "eligibility.pass_over")


def test_a_repeated_request_of_the_till_has_the_first_answer_to_the_byte(
    counter: Counter, resident: Actor, web_as: ClientAs
) -> None:
    till = web_as(counter.till)
    asked = {"code": counter.passed(resident).code, "service_id": counter.lending.id}
    first, again = (
        till.post("/api/v1/merchant/checks", json=asked, headers={"Idempotency-Key": "t1"}) for _ in range(2)
    )
    assert (again.status_code, again.data) == (200, first.data)
    assert again.headers["Idempotent-Replay"] == "true"
    other = asked | {"code": "0000-0000"}
    mismatch = till.post("/api/v1/merchant/checks", json=other, headers={"Idempotency-Key": "t1"})
    assert told(mismatch) == (409, "idempotency.mismatch")


def test_a_withdrawn_pass_is_gone(counter: Counter, resident: Actor, web_as: ClientAs) -> None:
    made = counter.passed(resident)
    assert web_as(resident).delete(f"/api/v1/me/passes/{made.id}").status_code == 204
    assert web_as(resident).get(f"/api/v1/me/passes/{made.id}").json["state"] == "withdrawn"


def test_staff_set_up_change_pause_and_close(counter: Counter, web_as: ClientAs) -> None:
    desk = web_as(MANAGER)
    made = desk.post(STAFF, json=body_of(merchant_id=counter.till.id, title_zh="雨伞", kind="umbrella"))
    assert made.status_code == 201, made.text
    url = f"{STAFF}/{made.json['id']}"
    put = desk.put(url, json=body_of(version=1, title_zh="雨伞借用", kind="umbrella"))
    assert (put.status_code, put.json["version"]) == (200, 2)
    assert told(desk.put(url, json=body_of(version=1))) == (409, "eligibility.stale")
    for verb, state in (("pause", "paused"), ("resume", "active"), ("close", "closed")):
        assert desk.post(f"{url}/{verb}", json={"reason": "理由"}).json["state"] == state
    assert told(desk.post(f"{url}/pause", json={"reason": "理由"})) == (409, "eligibility.changed")
    assert len(desk.get(STAFF).json["items"]) == 3


def test_everything_wrong_is_told_at_once(counter: Counter, web_as: ClientAs) -> None:
    wrong = body_of(merchant_id=counter.till.id, max_days=0, deposit_fen=-1, title_en="图书")
    answer = web_as(MANAGER).post(STAFF, json=wrong)
    assert told(answer) == (422, "eligibility.invalid_service")
    assert {one["field"] for one in answer.json["data"]["errors"]} == {"max_days", "deposit_fen", "title_en"}


MALFORMED = [
    "",
    " ",
    None,
    12345678,
    ["0000-0000"],
    {"$gt": ""},
    True,
    "0" * 5_000,
    "００００－００００",
    "🙂🙂🙂🙂🙂🙂🙂🙂",
    "0000\u00000000",
    "\ud83d000-0000",
    "0000-000",
    "abcd-efgh",
    "不是通行码",
    "' or 1=1 --",
]


@pytest.mark.parametrize("kind", ["checks", "redemptions"])
def test_every_malformed_code_is_answered_like_an_unknown_one_and_counts(
    counter: Counter, web_as: ClientAs, kind: str
) -> None:
    till, url = web_as(counter.till), f"/api/v1/merchant/{kind}"
    more = {"service_id": counter.lending.id} if kind == "checks" else {}
    sent = [json.dumps({"code": code} | more) for code in ["7K2M-9QXA-41TD", *MALFORMED]]
    answers = [till.post(url, data=body, content_type="application/json") for body in sent]
    assert {(one.status_code, one.data) for one in answers} == {(409, answers[0].data)}
    (tries,) = counter.deps.db["limit_tries"].find({"_id": {"$regex": "^merchants.codes:"}})
    assert (len(tries["spent"]), tries["held"]) == (len(answers), [])
    for _ in range(guessing.WRONG_OF_MERCHANT.count - len(answers)):
        till.post(url, json={"code": "x"} | more)
    for code in ("7K2M-9QXA-41TD", "", None):
        locked = till.post(url, json={"code": code} | more)
        assert (locked.status_code, locked.headers["Retry-After"]) == (429, "900")


def test_a_body_without_a_code_is_a_mistake_of_the_till_and_tries_nothing(
    counter: Counter, web_as: ClientAs
) -> None:
    till = web_as(counter.till)
    bodies: list[Any] = [{}, {"service_id": counter.lending.id}, {"code": "x", "service_id": "\0"}, [], "x"]
    for body in bodies:
        answer = till.post("/api/v1/merchant/checks", json=body)
        assert answer.status_code in (400, 422), body
    assert counter.deps.db["limit_tries"].count_documents({"_id": {"$regex": "^merchants.codes:"}}) == 0


KEY = {"Idempotency-Key": "phone-1"}


def test_a_repeated_request_for_a_pass_shows_the_code_to_its_own_session_while_it_is_good(
    counter: Counter, resident: Actor, web_as: ClientAs
) -> None:
    asked, url = {"service_id": counter.lending.id}, "/api/v1/me/passes"
    first = web_as(resident).post(url, json=asked, headers=KEY)
    again = web_as(resident).post(url, json=asked, headers=KEY)
    assert (again.status_code, again.json) == (201, first.json)
    assert again.headers["Idempotent-Replay"] == "true"
    other = web_as(replace(resident, session_id="s-other")).post(url, json=asked, headers=KEY)
    assert (other.status_code, other.json) == (201, first.json | {"code": None, "qr_svg": None})
    assert counter.deps.db["passes"].count_documents({}) == 1
    counter.check(first.json["code"])
    late = web_as(resident).post(url, json=asked, headers=KEY)
    assert late.json == first.json | {"code": None, "qr_svg": None}


@pytest.mark.parametrize("end", ["withdraw", "expire", "replace"])
def test_a_pass_that_is_over_is_not_shown_again(
    counter: Counter, resident: Actor, web_as: ClientAs, clock: Clock, end: str
) -> None:
    asked, url = {"service_id": counter.lending.id}, "/api/v1/me/passes"
    first = web_as(resident).post(url, json=asked, headers=KEY).json
    if end == "withdraw":
        web_as(resident).delete(f"{url}/{first['id']}")
    elif end == "expire":
        clock.advance(minutes=2)
    else:
        counter.passed(resident)
    again = web_as(resident).post(url, json=asked, headers=KEY).json
    assert (again["id"], again["code"], again["qr_svg"]) == (first["id"], None, None)


def test_the_code_lies_nowhere_not_even_sealed(counter: Counter, resident: Actor, web_as: ClientAs) -> None:
    made = web_as(resident).post("/api/v1/me/passes", json={"service_id": counter.lending.id}, headers=KEY)
    (slot,) = counter.deps.db["idempotency_slots"].find()
    kept = counter.deps.sealer.open(slot["sealed_reply"])
    assert made.json["code"].encode() not in kept["body"]
    assert json.loads(kept["body"])["code"] is None


def test_the_version_of_the_rules_is_named_in_each_answer(
    counter: Counter, resident: Actor, web_as: ClientAs
) -> None:
    listed = web_as(resident).get("/api/v1/deposit-free/services").json["items"]
    one = web_as(resident).get(f"/api/v1/deposit-free/services/{counter.lending.id}").json
    made = web_as(resident).post("/api/v1/me/passes", json={"service_id": counter.lending.id}).json
    versions = {item["rule_version"] for item in [*listed, one, made]}
    assert versions == {"shanghai-2026-1"}
    answer = web_as(counter.till).post(
        "/api/v1/merchant/checks", json={"code": made["code"], "service_id": counter.lending.id}
    )
    assert set(answer.json) == {"check_id", "verdict", "decided_at"}


def test_a_number_of_thirty_figures_is_told_with_its_field(
    counter: Counter, resident: Actor, web_as: ClientAs
) -> None:
    asked = {"service_id": counter.lending.id, "service_version": 10**30}
    answer = web_as(resident).post("/api/v1/me/passes", json=asked)
    assert (told(answer), list(answer.json["errors"]["json"])) == (
        (422, "request.invalid"),
        ["service_version"],
    )
    wrong = body_of(merchant_id=counter.till.id, deposit_fen=10**30, max_days=-(10**30))
    answer = web_as(MANAGER).post(STAFF, json=wrong)
    assert told(answer) == (422, "eligibility.invalid_service")
    assert {one["field"] for one in answer.json["data"]["errors"]} == {"deposit_fen", "max_days"}
