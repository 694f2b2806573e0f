"""A fault comes in the frame of the part of the service where it happened, and every frame has a way to how one reads."""

import re

import pytest
from flask.testing import FlaskClient

from backend.app import create_app
from backend.common.deps import Deps
from backend.merchants import service as merchants
from schemas.merchants import LEAST_RATE
from schemas.terms import Role
from tests.backend.pages.both import check_on_both
from tests.backend.pages.casework import hidden
from tests.backend.pages.conftest import Visiting
from tests.backend.pages.console import at_desk, let_in
from tests.support import guests, residents
from tests.support.guests import MANAGER, Shop

TABS = 'class="tabs"'
CONSOLE, TILL = 'class="brand" href="/staff"', 'class="brand" href="/merchant"'


@pytest.fixture
def shop(deps: Deps) -> Shop:
    return guests.shop(deps)


@pytest.mark.parametrize(
    ("path", "code"), [("/staff/nothing", 404), ("/staff/objections/x", 404), ("/staff/audit", 403)]
)
def test_a_fault_of_the_console_stands_in_its_frame(
    deps: Deps, visitor: FlaskClient, path: str, code: int
) -> None:
    browser = let_in(visitor, at_desk(deps, "gao", Role.CASE_OFFICER))
    found = browser.get(path)
    assert found.status_code == code
    assert CONSOLE in found.text
    assert TABS not in found.text
    assert '<a class="button second" href="/staff">回工作台</a>' in found.text
    if code == 404 and path != "/staff/nothing":
        assert 'href="/staff/objections"' in found.text  # the way round


def test_a_stale_form_and_a_fault_of_ours_stand_in_it_too(deps: Deps, visitor: FlaskClient) -> None:
    browser = let_in(visitor, at_desk(deps, "gao", Role.NEWS_EDITOR))
    found = browser.post("/staff/news/new", data={"_form": "0" * 64})
    assert (found.status_code, CONSOLE in found.text, TABS in found.text) == (403, True, False)


def test_a_fault_that_nobody_foresaw_stands_in_the_frame_of_its_part(deps: Deps, shop: Shop) -> None:
    """An app of its own: those of the fixtures fail where anything is unforeseen."""
    visitor = create_app(deps).test_client()
    visitor.environ_base["HTTP_ACCEPT"] = "text/html"
    guests.enter(visitor, shop.tokens, "merchant")
    deps.db["orders"].insert_one({"_id": "broken", "merchant_id": shop.id})
    found = visitor.get("/merchant/orders/broken")
    assert (found.status_code, TILL in found.text, TABS in found.text) == (500, True, False)


def test_too_many_requests_of_a_merchant_are_told_at_the_till(deps: Deps, visitor: FlaskClient) -> None:
    shop = guests.shop(deps, name="小书店", username="small.han", rate=LEAST_RATE)
    guests.enter(visitor, shop.tokens, "merchant")
    for _ in range(LEAST_RATE + 1):
        found = visitor.get("/merchant/orders")
    assert (found.status_code, TILL in found.text, TABS in found.text) == (429, True, False)
    assert found.headers["Retry-After"]


def test_a_fault_at_the_till_keeps_the_way_round(deps: Deps, visitor: FlaskClient, shop: Shop) -> None:
    guests.enter(visitor, shop.tokens, "merchant")
    found = visitor.get("/merchant/orders/nothing")
    assert found.status_code == 404
    assert TILL in found.text
    assert 'href="/merchant/redeem"' in found.text
    assert '<a class="button second" href="/merchant">回收银台</a>' in found.text
    assert TABS not in found.text


def test_a_paused_merchants_clerk_is_told_at_the_till(deps: Deps, visitor: FlaskClient, shop: Shop) -> None:
    guests.enter(visitor, shop.tokens, "merchant")
    merchants.pause(deps, MANAGER, merchant_id=shop.id, reason="核查")
    found = visitor.get("/merchant")
    assert (found.status_code, TILL in found.text, TABS in found.text) == (403, True, False)
    assert "换一个账号登录" in found.text


def test_a_residents_fault_stays_in_the_residents_frame(visitor: FlaskClient) -> None:
    found = visitor.get("/merchants-of-nothing")
    assert (found.status_code, TABS in found.text) == (404, True)


@pytest.mark.parametrize("door", ["staff", "merchant"])
def test_how_one_reads_is_chosen_from_every_part_and_leads_back(
    deps: Deps, visitor: FlaskClient, shop: Shop, door: str
) -> None:
    if door == "staff":
        let_in(visitor, at_desk(deps, "gao", Role.CASE_OFFICER))
        here, brand = "/staff/objections?state=marked", CONSOLE
    else:
        guests.enter(visitor, shop.tokens, "merchant")
        here, brand = "/merchant/orders?state=active", TILL
    (way,) = re.findall(r'href="(/look\?next=[^"]+)"', visitor.get(here).text)
    choices = visitor.get(way.replace("&amp;", "&")).text
    assert brand in choices
    assert TABS not in choices
    assert f'<a href="{here}">' in choices
    sent = {"_form": hidden(choices, "_form"), "theme": "dark"}
    forms = re.findall(r'name="next" value="([^"]+)"', choices)
    assert here in forms
    assert visitor.post("/look", data=sent | {"next": here}).headers["Location"] == here
    assert 'data-theme="dark"' in visitor.get(here).text


def test_the_choices_in_the_consoles_frame_say_nothing_of_a_resident(
    deps: Deps, visitor: FlaskClient
) -> None:
    tokens = residents.sign_in(deps).tokens
    visitor.set_cookie("citizen_access", tokens.access_token, domain="localhost")
    page = visitor.get("/look?next=/staff").text
    assert "/staff/logout" not in page
    assert 'class="rooms"' not in page


def test_faults_and_choices_hold_in_every_look(deps: Deps, visiting: Visiting, shop: Shop) -> None:
    signed = at_desk(deps, "gao", Role.CASE_OFFICER)
    one = visiting().signed_in(signed.tokens, "staff")
    till = visiting().signed_in(shop.tokens, "merchant")
    for who, path in (
        (one, "/staff/nothing"),
        (one, "/look?next=/staff"),
        (till, "/merchant/orders/nothing"),
        (till, "/look?next=/merchant"),
        (till, "/merchant"),
    ):
        who.open(path)
        check_on_both(who)
