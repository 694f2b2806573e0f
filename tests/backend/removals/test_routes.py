"""Removals over HTTP: the answers, and who is refused."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.records.model import Record
from tests.backend.removals.conftest import NOTICE, PROVIDER, STEWARD, adverse
from tests.support.web import ClientAs

API = "/api/v1"
ROW = {name: adverse()[name] for name in ("item_code", "subject_number", "doc_no")}


def body_of(client: FlaskClient, method: str, path: str, status: int, **more: Any) -> Any:
    answer = getattr(client, method)(API + path, **more)
    assert answer.status_code == status, answer.text
    return answer.json


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("delete", "/me/records/x"),
        ("get", "/me/removals"),
        ("post", "/staff/records/x/erasures"),
        ("post", "/provider/records/erasures"),
        ("get", "/provider/removals"),
    ],
)
def test_nobody_is_let_in_without_a_token(web: FlaskClient, method: str, path: str) -> None:
    assert body_of(web, method, path, 401)["reason"] == "auth.required"


def test_a_good_deed_is_dropped_with_its_clock_and_its_proof(
    web_as: ClientAs, me: Actor, deed: Record
) -> None:
    answer = body_of(web_as(me), "delete", f"/me/records/{deed.id}", 202)
    assert (answer["kind"], answer["kind_label"], answer["due_on"]) == (
        "withdrawn",
        "应本人要求撤下",
        "2026-11-24",
    )
    assert answer["unit"] == {"code": "HRSS", "name": "上海市人力资源和社会保障局"}
    assert answer["article"] == "《上海市公共信用信息归集和使用管理办法》第二十七条"
    (clock,) = answer["clocks"]
    assert (clock["name"], clock["state"], clock["counted_days"]) == (
        "withdraw",
        "met",
        ["2026-11-23", "2026-11-24"],
    )
    assert answer["done_at"] == "2026-11-21T20:00:00.000+08:00"
    assert body_of(web_as(me), "delete", f"/me/records/{deed.id}", 202) == answer
    assert body_of(web_as(me), "get", "/me/removals", 200) == {"items": [answer], "next_cursor": None}


def test_what_cannot_be_dropped_says_why(web_as: ClientAs, me: Actor, bad: Record) -> None:
    refusal = body_of(web_as(me), "delete", f"/me/records/{bad.id}", 409)
    assert refusal["reason"] == "records.not_withdrawable"
    assert "第二十七条" in refusal["message"]
    assert body_of(web_as(me), "delete", "/me/records/x", 404)["reason"] == "records.not_found"


def test_an_erasure_under_one_key_is_one(deps: Deps, web_as: ClientAs, bad: Record) -> None:
    key = {"Idempotency-Key": "k1"}
    path = f"/staff/records/{bad.id}/erasures"
    first = body_of(web_as(STEWARD), "post", path, 201, json=NOTICE, headers=key)
    assert body_of(web_as(STEWARD), "post", path, 201, json=NOTICE, headers=key) == first
    assert (first["kind"], first["due_on"], first["note"]) == ("erased", "2026-11-24", NOTICE["reason"])
    assert deps.db["removals"].count_documents({}) == 1


def test_a_provider_erases_its_row_and_sees_which_rows_are_gone(web_as: ClientAs, bad: Record) -> None:
    body_of(web_as(PROVIDER), "post", "/provider/records/erasures", 201, json=ROW | NOTICE)
    (one,) = body_of(web_as(PROVIDER), "get", "/provider/removals", 200)["items"]
    assert (one["batch_id"], one["line"], one["kind"]) == (bad.source.batch_id, 1, "erased")
    assert {"record_id", "note", "unit"}.isdisjoint(one)


@pytest.mark.parametrize(
    "changes",
    [
        {"document_no": ""},
        {"document_no": "号" * 121},
        {"noticed_on": "2026-11-31"},
        {"reason": "  "},
        {"reason": "字" * 501},
        {"reason": None},
        {"more": 1},
    ],
)
def test_a_notice_that_says_too_little_or_too_much_is_refused(
    web_as: ClientAs, bad: Record, changes: dict[str, Any]
) -> None:
    client = web_as(STEWARD)
    body_of(client, "post", f"/staff/records/{bad.id}/erasures", 422, json=NOTICE | changes)
