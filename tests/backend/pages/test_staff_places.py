"""The map in the console: shops put down and changed, replies, and what residents report looked into."""

import pytest
from flask.testing import FlaskClient

from backend.common.deps import Deps
from backend.places import service
from schemas.terms import PlaceState, Role
from tests.backend.pages.console import Signed, at_desk, form_code, let_in
from tests.backend.places.conftest import STEWARD, Put
from tests.backend.places.conftest import put as put
from tests.backend.places.test_reports import raised, report_thrice

HOME = "/staff/places"
WORDS = {
    "name": "申邻便利（武康路店）",
    "kind": "convenience",
    "district": "310104",
    "address": "武康路376号",
    "lng": "121.4373",
    "lat": "31.2104",
    "crs": "wgs84",
    "year": "2026",
    "assessed_by": "上海市食品安全工作联合会",
    "valid_until": "2027-12-31",
    "source_document": "2026年度守信超市名单",
}


@pytest.fixture
def tang(deps: Deps) -> Signed:
    return at_desk(deps, "tang.yue", Role.DATA_STEWARD)


def test_a_shop_is_put_down_changed_and_withdrawn(deps: Deps, tang: Signed, visitor: FlaskClient) -> None:
    browser = let_in(visitor, tang)
    sent = WORDS | {"_form": form_code(browser, f"{HOME}/new")}
    found = browser.post(f"{HOME}/new", data=sent | {"_once": "a"})
    assert found.status_code == 303, found.text
    address = found.headers["Location"]
    ident = address.rpartition("/")[2]
    found = browser.post(f"{HOME}/new", data=sent | {"_once": "b"})
    assert found.status_code == 409
    assert f'href="{address}"' in found.text
    edit = browser.get(f"{address}/edit").text
    assert 'value="121.4373"' in edit
    assert 'value="2027-12-31"' in edit
    found = browser.post(f"{address}/edit", data=sent | {"version": "1", "address": "武康路378号"})
    assert found.status_code == 303, found.text
    found = browser.post(f"{address}/edit", data=sent | {"version": "1", "address": "武康路380号"})
    assert (found.status_code, "武康路380号" in found.text) == (409, True)
    reply = {"_form": sent["_form"], "text": "感谢认可。", "on": "2026-04-02"}
    assert browser.post(f"{address}/reply", data=reply).status_code == 303
    assert "感谢认可。" in browser.get(address).text
    assert browser.post(f"{address}/reply", data=reply | {"text": "", "on": ""}).status_code == 303
    assert service.find_for_staff(deps, STEWARD, place_id=ident).reply is None
    for act, state in (("pause", "paused"), ("resume", "active"), ("close", "closed")):
        assert (
            browser.post(f"{address}/{act}", data={"_form": sent["_form"], "reason": "装修"}).status_code
            == 303
        )
        assert service.find_for_staff(deps, STEWARD, place_id=ident).state is PlaceState(state)
    assert "武康路378号" in browser.get(f"{HOME}?district=310104&state=closed").text
    assert "武康路378号" not in browser.get(f"{HOME}?district=310101").text
    assert browser.get(f"{HOME}/nothing").status_code == 404


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_an_end_of_the_calendar_is_told_at_its_box(
    tang: Signed, visitor: FlaskClient, put: Put, day: str
) -> None:
    browser = let_in(visitor, tang)
    address = f"{HOME}/{put().id}"
    sent = WORDS | {"_form": form_code(browser, f"{HOME}/new"), "valid_until": day, "version": "1"}
    for found in (browser.post(f"{HOME}/new", data=sent), browser.post(f"{address}/edit", data=sent)):
        assert (found.status_code, "须在 1900 年至 2199 年之间" in found.text) == (422, True)
    reply = {"_form": sent["_form"], "text": "感谢认可。", "on": day}
    assert browser.post(f"{address}/reply", data=reply).status_code == 422


def test_every_fault_stands_at_its_box(deps: Deps, tang: Signed, visitor: FlaskClient) -> None:
    browser = let_in(visitor, tang)
    sent = WORDS | {"_form": form_code(browser, f"{HOME}/new")}
    found = browser.post(f"{HOME}/new", data=sent | {"lng": "31.2104", "lat": "121.4373"})
    assert found.status_code == 422
    assert 'value="武康路376号"' in found.text
    found = browser.post(f"{HOME}/new", data=sent | {"lng": "东经", "year": "去年"})
    assert found.status_code == 422
    for name in ("lng", "year"):
        assert f'id="e-{name}" hidden' not in found.text


def test_a_report_is_looked_into_once(deps: Deps, tang: Signed, put: Put, visitor: FlaskClient) -> None:
    one, browser = put(), let_in(visitor, tang)
    report_thrice(deps, one.id)
    (task,) = raised(deps)
    assert browser.get(f"{HOME}?queue=places").headers["Location"] == f"{HOME}/tasks"
    page = browser.get(f"{HOME}/tasks").text
    assert "3 人说已关门" in page
    code, address = form_code(browser, f"{HOME}/tasks"), f"{HOME}/tasks/{task.id}/resolve"
    found = browser.post(address, data={"_form": code, "finding": "closed", "reason": ""})
    assert found.status_code == 422
    assert 'value="closed" required checked' in found.text
    sent = {"_form": code, "finding": "closed", "reason": "已实地查看"}
    assert browser.post(address, data=sent).status_code == 303
    assert service.find_for_staff(deps, STEWARD, place_id=one.id).state is PlaceState.CLOSED
    found = browser.post(address, data=sent)
    assert (found.status_code, "已核实" in found.text) == (409, True)
    assert "已实地查看" in browser.get(f"{HOME}/tasks?state=resolved").text
