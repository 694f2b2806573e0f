"""The console's door and the front of the desk."""

import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from backend import pages
from backend.common.deps import Deps
from backend.staff import service as staff
from schemas.terms import STAFF_ROLES, ObjectionState, Role
from tests.backend.objections.town import make_town
from tests.backend.pages.conftest import Visiting
from tests.backend.pages.console import PASSWORD, STRANGER, at_desk, form_code, let_in
from tests.support import browser as browsing
from tests.support import residents
from tests.support.people import COMMAND

TEMPLATES = Path(pages.__file__).parent / "templates" / "staff"


@pytest.fixture
def officer(deps: Deps) -> str:
    staff.create(deps, COMMAND, name="lu", role=Role.CASE_OFFICER, unit=None, password=PASSWORD, totp=False)
    return "lu"


def test_an_officer_signs_in_looks_and_signs_out(officer: str, visiting: Visiting) -> None:
    one = visiting(size=browsing.DESK)
    one.open("/staff/notices")
    assert one.page.url.endswith("/staff/login?next=%2Fstaff%2Fnotices")
    one.page.fill("#f-username", officer)
    one.page.fill("#f-password", PASSWORD)
    one.page.click("main button")
    one.page.wait_for_url("**/staff/notices")
    cookies = [each for each in one.context.cookies() if each["name"].startswith("staff_")]
    assert {each["path"] for each in cookies} == {"/staff"}
    one.page.click("text=退出")
    one.page.wait_for_url("**/staff/login")
    one.open("/staff")
    assert "/staff/login" in one.page.url


def test_a_wrong_password_is_told_and_nothing_of_it_stays(officer: str, visiting: Visiting) -> None:
    one = visiting()
    one.open("/staff/login")
    one.page.fill("#f-username", officer)
    one.page.fill("#f-password", "wrong")
    one.page.click("main button")
    one.page.wait_for_selector("[data-refusal]")
    assert one.page.input_value("#f-username") == officer
    assert one.page.input_value("#f-password") == ""
    one.check()


def test_a_resident_has_no_way_into_the_console(deps: Deps, visitor: FlaskClient) -> None:
    tokens = residents.sign_in(deps).tokens
    visitor.set_cookie("staff_access", tokens.access_token, domain="localhost", path="/staff")
    found = visitor.get("/staff")
    assert found.status_code == 403
    assert "没有" in found.text


@pytest.mark.parametrize("role", sorted(STAFF_ROLES))
def test_every_room_on_somebodys_way_is_there(deps: Deps, visitor: FlaskClient, role: Role) -> None:
    make_town(deps)
    browser = let_in(visitor, at_desk(deps, "gao", role, "METRO" if role is Role.PROVIDER else None))
    front = browser.get("/staff").text
    rooms = re.findall(r'<li><a href="(/staff[^"?]*)"', front)
    assert len(rooms) > 2
    assert {room: browser.get(room).status_code for room in rooms} == dict.fromkeys(rooms, 200)
    queues = re.findall(r'href="(/staff/[^"]*\?queue=[^"]*)"', front)
    found = {queue: browser.get(queue, follow_redirects=True).status_code for queue in queues}
    assert found == dict.fromkeys(queues, 200)


def test_a_notice_leads_to_its_case_and_is_read_for_the_whole_desk(deps: Deps, visitor: FlaskClient) -> None:
    town = make_town(deps)
    case = town.bring_to(ObjectionState.FORWARDED)
    browser = let_in(visitor, at_desk(deps, "qin", Role.PROVIDER, "METRO"))
    code = form_code(browser, "/staff/notices")
    address = re.search(r'action="(/staff/notices/[^"]+/read)"', browser.get("/staff/notices").text)
    assert address is not None
    found = browser.post(address[1], data={"_form": code})
    assert found.headers["Location"] == f"/staff/objections/{case.id}"
    assert "已读：qin" in browser.get("/staff/notices").text


def test_the_queues_of_the_desk_are_walked_by_the_keyboard(
    deps: Deps, officer: str, visiting: Visiting
) -> None:
    make_town(deps).submit()
    tokens = staff.sign_in(deps, STRANGER, username=officer, password=PASSWORD)
    one = visiting(size=browsing.DESK).signed_in(tokens, "staff")
    one.open("/staff")
    second = one.page.locator(".tiles a").nth(1).get_attribute("href")
    for key in "jjk":
        one.page.keyboard.press(key)
    one.page.keyboard.press("j")
    assert one.page.evaluate("document.activeElement.getAttribute('href')") == second
    one.page.keyboard.press("Enter")
    one.page.wait_for_url(f"**{second}")
    one.check()


@pytest.mark.parametrize(
    ("mark", "hint"),
    [
        ("data-row", "filter.keys()"),
        ("data-act", "keys()"),
        ("pieces.moves(", "cases.keys()"),
        ("pieces.reasoned(", "cases.keys()"),
    ],
)
def test_whatever_the_keys_reach_says_so_and_has_the_script(mark: str, hint: str) -> None:
    """A key that nobody is told of is used by nobody; one that is told of and does nothing is worse."""
    rooms = [one for one in TEMPLATES.rglob("*.html") if one.name not in ("pieces.html", "filter.html")]
    found = {one.name: one.read_text("utf-8") for one in rooms if mark in one.read_text("utf-8")}
    assert found
    assert [name for name, text in found.items() if hint not in text or "console.js" not in text] == []
