"""Orders over HTTP."""

from typing import Any

from tests.backend.eligibility.counter import MANAGER
from tests.backend.orders.conftest import Desk
from tests.support.web import ClientAs

URL = "/api/v1/merchant/orders"


def told(answer: Any) -> tuple[int, str | None]:
    return answer.status_code, (answer.json or {}).get("reason") or (answer.json or {}).get("state")


def test_the_course_of_an_order(desk: Desk, web_as: ClientAs) -> None:
    till, phone = web_as(desk.counter.till), web_as(desk.resident)
    body = {"order_no": "LIB-1", "check_id": desk.checked(), "days": 3}
    made = till.post(URL, json=body)
    assert (made.status_code, made.json["state"]) == (201, "created")
    again = till.post(URL, json=body)
    assert (again.status_code, again.json["id"]) == (201, made.json["id"])
    assert told(till.post(URL, json=body | {"days": 4})) == (409, "orders.number_taken")
    one = f"{URL}/{made.json['id']}"
    for verb, state in (("activate", "active"), ("return", "returned")):
        assert told(till.post(f"{one}/{verb}")) == (200, state)
    assert told(till.post(f"{one}/settle", json={"charged_fen": 100})) == (200, "settled")
    assert told(till.post(f"{one}/cancel")) == (409, "orders.changed")
    assert told(till.get(one)) == (200, "settled")
    assert [item["order_no"] for item in till.get(f"{URL}?state=settled").json["items"]] == ["LIB-1"]
    (mine,) = phone.get("/api/v1/me/orders").json["items"]
    assert (mine["merchant"], mine["charged_fen"], mine["may"]) == ("徐汇区示范图书馆", 100, [])
    assert told(phone.get(f"/api/v1/me/orders/{mine['id']}")) == (200, "settled")


def test_what_the_merchant_reads_has_nothing_of_the_person(desk: Desk, web_as: ClientAs) -> None:
    made = desk.lent()
    said = web_as(desk.counter.till).get(f"{URL}/{made.id}").text
    (kept,) = desk.deps.db["orders"].find()
    secrets = [kept["subject_id"], desk.resident.id, "王小明"]
    assert [word for word in secrets if word in said] == []


def test_another_merchants_key_opens_nothing(desk: Desk, web_as: ClientAs) -> None:
    made = desk.lent()
    other = web_as(desk.counter.other)
    for path in ("", "/activate", "/return", "/settle", "/cancel"):
        way = other.get if path == "" else other.post
        body: dict[str, int] | None = {} if path == "/settle" else None
        assert told(way(f"{URL}/{made.id}{path}", json=body)) == (404, "orders.not_found")


def test_staff_see_how_many_orders_would_end_and_nothing_else(desk: Desk, web_as: ClientAs) -> None:
    desk.lent()
    url = f"/api/v1/staff/merchants/{desk.counter.till.id}"
    answer = web_as(MANAGER).get(f"{url}/open-orders")
    assert answer.json == {"created": 0, "active": 1, "overdue": 0, "returned": 0}
    assert web_as(desk.counter.till).get(f"{url}/open-orders").status_code == 403
    assert web_as(MANAGER).post(f"{url}/close", json={"reason": "停业"}).status_code == 200
    (mine,) = web_as(desk.resident).get("/api/v1/me/orders").json["items"]
    assert (mine["state"], mine["ended_for"], mine["ended_for_label"]) == (
        "ended",
        "merchant_closed",
        "商户已终止合作",
    )


def test_a_number_of_thirty_figures_is_told_with_its_field_like_one_of_ten(
    desk: Desk, web_as: ClientAs
) -> None:
    till = web_as(desk.counter.till)
    order = {"order_no": "n1", "check_id": desk.checked()}
    settle = f"{URL}/{desk.lent().id}/settle"
    for url, name, rest in ((URL, "days", order), (settle, "charged_fen", {})):
        ten, thirty = (till.post(url, json=rest | {name: number}) for number in (10**9, 10**30))
        assert told(thirty) == (422, "request.invalid")
        assert thirty.json["errors"] == ten.json["errors"]
        assert list(thirty.json["errors"]["json"]) == [name]


def test_a_customers_number_in_an_order_number_is_refused_and_named_by_its_field(
    desk: Desk, web_as: ClientAs
) -> None:
    answer = web_as(desk.counter.till).post(
        URL, json={"order_no": "T13800138000", "check_id": desk.checked()}
    )
    assert told(answer) == (422, "orders.personal_number")
    assert [one["field"] for one in answer.json["data"]["errors"]] == ["order_no"]
    assert "13800138000" not in answer.text
