"""Merchants in the console: taken on, keys and passwords shown once, figures, paused and ended."""

import pytest
from flask.testing import FlaskClient

from backend.common.deps import Deps
from backend.merchants import service
from schemas.terms import MerchantState, Role
from tests.backend.merchants.conftest import MANAGER, Market
from tests.backend.pages.conftest import Visiting
from tests.backend.pages.console import Signed, at_desk, form_code, let_in
from tests.support import browser as browsing

HOME = "/staff/merchants"
WORDS = {
    "name": "良友超市（淮海中路店）",
    "kinds": ["supermarket", "other"],
    "district": "黄浦区",
    "contact_name": "周莉",
    "contact_phone": "021-63210000",
    "rate_per_minute": "120",
}


@pytest.fixture
def market(deps: Deps) -> Market:
    return Market(deps)


@pytest.fixture
def song(deps: Deps) -> Signed:
    return at_desk(deps, "song.hui", Role.BENEFIT_MANAGER)


def test_a_merchant_is_taken_on_and_changed(market: Market, song: Signed, visitor: FlaskClient) -> None:
    browser = let_in(visitor, song)
    sent = WORDS | {"_form": form_code(browser, f"{HOME}/new")}
    found = browser.post(f"{HOME}/new", data=sent | {"uscc": "9131019990000009XX", "contact_phone": "12"})
    assert found.status_code == 422
    assert 'id="e-uscc">统一社会信用代码末位' in found.text
    assert 'id="e-contact_phone" hidden' not in found.text
    assert 'value="other" checked' in found.text
    found = browser.post(f"{HOME}/new", data=sent)
    assert found.status_code == 303, found.text
    address = found.headers["Location"]
    assert "周莉" in browser.get(address).text
    found = browser.post(f"{address}/edit", data=sent | {"version": "1", "rate_per_minute": "300"})
    assert found.status_code == 303, found.text
    ident = address.rpartition("/")[2]
    assert service.find(market.deps, MANAGER, merchant_id=ident).rate_per_minute == 300
    found = browser.post(f"{address}/edit", data=sent | {"version": "1", "rate_per_minute": "200"})
    assert (found.status_code, 'value="200"' in found.text) == (409, True)


def test_a_key_is_shown_once_and_works_until_it_is_revoked(
    market: Market, song: Signed, visiting: Visiting
) -> None:
    merchant = market.merchant()
    one = visiting(size=browsing.DESK).signed_in(song.tokens, "staff")
    one.open(f"{HOME}/{merchant.id}")
    one.page.fill("#f-keys-label", "一号收银台")
    one.page.click("button:has-text('签发密钥')")
    key = one.page.inner_text(".once")
    assert market.enter(key).id == merchant.id
    one.check()
    one.open(f"{HOME}/{merchant.id}")
    assert key not in one.page.content()
    one.page.on("dialog", lambda dialog: dialog.accept())
    one.page.click("button:has-text('吊销')")
    one.page.wait_for_selector("text=已吊销")
    (kept,) = service.keys(market.deps, MANAGER, merchant_id=merchant.id, limit=9).items
    assert kept.revoked_by_name == song.name


def test_a_key_form_sent_twice_makes_one_key(market: Market, song: Signed, visitor: FlaskClient) -> None:
    merchant, browser = market.merchant(), let_in(visitor, song)
    address = f"{HOME}/{merchant.id}"
    sent = {"_form": form_code(browser, address), "_once": "m1", "label": "收银台"}
    assert "mk_" in browser.post(f"{address}/keys", data=sent).text
    again = browser.post(f"{address}/keys", data=sent)
    assert (again.status_code, "已经生成过，只显示一次" in again.text) == (200, True)
    assert 'class="once"' not in again.text
    assert len(service.keys(market.deps, MANAGER, merchant_id=merchant.id, limit=9).items) == 1


def test_a_clerk_is_let_in_and_out(market: Market, song: Signed, visitor: FlaskClient) -> None:
    merchant, browser = market.merchant(), let_in(visitor, song)
    address = f"{HOME}/{merchant.id}"
    code = form_code(browser, address)
    found = browser.post(
        f"{address}/clerks", data={"_form": code, "username": "liangyou.zhou", "password": "kurz"}
    )
    assert found.status_code == 422
    assert "kurz" not in found.text
    found = browser.post(
        f"{address}/clerks", data={"_form": code, "username": "liangyou.zhou", "_once": "m2"}
    )
    again = browser.post(
        f"{address}/clerks", data={"_form": code, "username": "liangyou.zhou", "_once": "m2"}
    )
    assert (again.status_code, "已经生成过，只显示一次" in again.text) == (200, True)
    password = found.text.partition('<p class="once" translate="no">')[2].partition("<")[0]
    assert market.sign_in("liangyou.zhou", password)
    (clerk,) = service.clerks(market.deps, MANAGER, merchant_id=merchant.id)
    assert browser.post(f"{address}/clerks/{clerk.id}/close", data={"_form": code}).status_code == 303
    assert service.clerks(market.deps, MANAGER, merchant_id=merchant.id) == ()
    assert browser.post(f"{address}/clerks/{clerk.id}/close", data={"_form": code}).status_code == 404
    assert "2026-01" in browser.get(f"{address}?month=2026-01").text


def test_it_is_paused_and_ended(market: Market, song: Signed, visitor: FlaskClient) -> None:
    merchant, browser = market.merchant(), let_in(visitor, song)
    address = f"{HOME}/{merchant.id}"
    code = form_code(browser, address)
    for act, state in (("pause", "paused"), ("resume", "active"), ("close", "closed")):
        assert browser.post(f"{address}/{act}", data={"_form": code, "reason": "装修"}).status_code == 303
        now = service.find(market.deps, MANAGER, merchant_id=merchant.id)
        assert now.state is MerchantState(state)
    assert browser.post(f"{address}/keys", data={"_form": code, "label": "x"}).status_code == 409
    assert browser.get(f"{HOME}/nothing").status_code == 404
