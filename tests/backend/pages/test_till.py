"""The till: a clerk, a code typed or scanned, one large answer, and nothing of the person."""

import hashlib
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Page, Playwright

from backend.common.deps import Deps
from backend.common.errors import ServiceError
from backend.eligibility import service as eligibility
from backend.merchants import service as merchants
from schemas.terms import ValueKind
from tests.backend.benefits.fair import FUZHOU, Fair
from tests.backend.eligibility.counter import OFFER
from tests.backend.pages.conftest import Visiting
from tests.support import browser as browsing
from tests.support import camera, guests, people, scanning
from tests.support.guests import MANAGER, PASSWORD, Guest, Shop, hidden
from tests.support.records import keep, make_record

BUTTON = "#ask button:not([type])"


@pytest.fixture
def shop(deps: Deps) -> Shop:
    return guests.shop(deps)


@pytest.fixture
def guest(deps: Deps) -> Guest:
    return guests.verified(deps)


def code_of(deps: Deps, shop: Shop, guest: Guest) -> str:
    return eligibility.make_pass(deps, guest.actor, service_id=shop.service_id).code


def spoil(deps: Deps, guest: Guest) -> None:
    """A recent general adverse record: below the bar."""
    keep(deps, make_record(subject_id=guest.actor.subject_id, ended_on=date(2026, 3, 1)))


def at_till(visitor: FlaskClient, shop: Shop) -> FlaskClient:
    return guests.enter(visitor, shop.tokens, "merchant")


def check(visitor: FlaskClient, shop: Shop, code: str, **changed: str) -> Any:
    page = visitor.get("/merchant").text
    sent = {name: hidden(page, name) for name in ("_form", "key", "service_id")} | {"code": code}
    return visitor.post("/merchant/check", data=sent | changed)


def ask(page: Page, code: str) -> str:
    """Type a code; what was answered."""
    page.fill("#f-code", code)
    page.click(BUTTON)
    page.wait_for_selector("[data-verdict]")
    return str(page.get_attribute("[data-verdict]", "data-verdict"))


def test_a_clerk_signs_in_chooses_the_service_once_and_signs_out(
    deps: Deps, shop: Shop, visiting: Visiting
) -> None:
    eligibility.create_service(deps, MANAGER, merchant_id=shop.id, offer=OFFER)
    one = visiting()
    one.open("/merchant")
    assert one.page.url.endswith("/merchant/login?next=%2Fmerchant")
    one.page.fill("#f-username", shop.username)
    one.page.fill("#f-password", "wrong")
    one.page.click("main form button")
    one.page.wait_for_selector("[data-refusal]")
    one.page.fill("#f-password", PASSWORD)
    one.page.click("main form button")
    one.page.wait_for_selector("text=这台收银机办理哪项服务")
    one.check()
    one.page.click("main form button >> nth=0")
    one.page.wait_for_selector("#ask")
    one.open("/merchant")
    assert one.page.query_selector("#ask") is not None
    cookies = {each["name"]: each for each in one.context.cookies()}
    assert cookies["merchant_access"]["path"] == "/merchant"
    assert cookies["till_service"]["httpOnly"]
    one.page.click("text=退出")
    one.page.wait_for_url("**/merchant/login")
    one.open("/merchant")
    assert "/merchant/login" in one.page.url


def test_both_answers_are_told_by_words_shape_and_colour_at_arms_length(
    deps: Deps, shop: Shop, visiting: Visiting, guest: Guest
) -> None:
    other = guests.verified(deps, "022", "顾念慈")
    spoil(deps, other)
    one = visiting().signed_in(shop.tokens, "merchant")
    one.open("/merchant")
    looks = []
    for who, verdict, words in ((guest, "eligible", "可以免押"), (other, "not_eligible", "按押金办理")):
        assert ask(one.page, code_of(deps, shop, who).lower()) == verdict
        assert words in one.page.inner_text(".verdict-word")
        one.check()
        measured = "(one) => [getComputedStyle(one).backgroundColor, one.querySelector('.shape').innerHTML,\
 parseFloat(getComputedStyle(one.querySelector('.verdict-word')).fontSize)]"
        looks.append(one.page.eval_on_selector(".verdict", measured))
        for secret in ("欧阳䶮", "顾念慈", "等级", "良好", "逃票"):
            assert secret not in one.text()
        one.page.click("#next")
        assert one.page.input_value("#f-code") == ""
    (green, circle, large), (amber, square, _) = looks
    assert green != amber
    assert circle != square
    assert large > 48
    assert one.page.locator("#last li").count() == 2
    assert "按押金办理" in one.page.inner_text("#last li >> nth=0")
    one.check()


def test_the_two_answers_are_pages_of_one_length(
    deps: Deps, shop: Shop, visitor: FlaskClient, guest: Guest
) -> None:
    other = guests.verified(deps, "022", "顾念慈")
    spoil(deps, other)
    at_till(visitor, shop)
    yes = check(visitor, shop, code_of(deps, shop, guest))
    no = check(visitor, shop, code_of(deps, shop, other))
    assert 'data-verdict="eligible"' in yes.text
    assert 'data-verdict="not_eligible"' in no.text
    assert len(yes.data) == len(no.data)


def test_a_page_sent_again_gets_the_same_answer_and_a_used_code_none(
    deps: Deps, shop: Shop, visitor: FlaskClient, guest: Guest
) -> None:
    at_till(visitor, shop)
    code = code_of(deps, shop, guest)
    first, again = (check(visitor, shop, code, key="same") for _ in range(2))
    assert hidden(first.text, "check_id") == hidden(again.text, "check_id")
    used = check(visitor, shop, code)
    assert used.status_code == 409
    assert "这个码不能用" in used.text
    assert code in used.text


def test_a_code_for_another_service_and_a_mistyped_one_are_told_alike(
    deps: Deps, shop: Shop, visitor: FlaskClient, guest: Guest
) -> None:
    elsewhere = guests.shop(deps, "静安区示范图书馆", "library.lu")
    at_till(visitor, shop)
    for code in (code_of(deps, elsewhere, guest), "0000-0000", "无"):
        found = check(visitor, shop, code)
        assert found.status_code == 409
        assert "不适用于本服务" in found.text
    assert (
        check(visitor, shop, "0000-0000", service_id=elsewhere.service_id).headers["Location"] == "/merchant"
    )


@pytest.mark.parametrize("path", ["/merchant", "/merchant/redeem"])
@pytest.mark.parametrize("empty", ["", "  "])
def test_an_empty_box_is_no_code(deps: Deps, shop: Shop, visitor: FlaskClient, path: str, empty: str) -> None:
    page = at_till(visitor, shop).get(path).text
    names = [name for name in ("_form", "key", "service_id") if f'name="{name}"' in page]
    sent = {name: hidden(page, name) for name in names} | {"code": empty}
    (target,) = re.findall(r'<form method="post" action="([^"]+)" id="ask"', page)
    for _ in range(30):  # more than may be guessed
        found = visitor.post(target, data=sent)
        assert found.status_code == 422
    assert "请先扫码，或输入顾客出示的码" in found.text
    assert "这个码不能用" not in found.text


def test_guessing_locks_the_till_and_says_how_long(deps: Deps, shop: Shop, visitor: FlaskClient) -> None:
    for number in range(60):
        with pytest.raises(ServiceError):
            eligibility.check(deps, shop.actor, code=f"0000-{number:04}", service_id=shop.service_id)
    found = check(at_till(visitor, shop), shop, "0000-9999")
    assert found.status_code == 429
    assert int(found.headers["Retry-After"]) > 0
    assert "请稍等" in found.text
    assert "请按押金方式办理" in found.text


def test_a_lost_answer_is_asked_for_again_with_the_same_key(
    deps: Deps, shop: Shop, visiting: Visiting, guest: Guest
) -> None:
    """The check was made, the line went down: pressing again gets that answer."""
    one = visiting().signed_in(shop.tokens, "merchant")
    one.open("/merchant")
    key = one.page.input_value("#ask [name=key]")
    code = code_of(deps, shop, guest)
    answer = eligibility.check(deps, shop.actor, code=code, service_id=shop.service_id, idempotency_key=key)
    one.context.set_offline(True)
    one.page.fill("#f-code", code)
    one.page.click(BUTTON)
    one.page.wait_for_selector("text=没有得到答复")
    one.context.set_offline(False)
    one.page.click(BUTTON)
    one.page.wait_for_selector("[data-verdict=eligible]")
    assert one.page.inner_text("#check-id") == answer.check_id
    one.said = [line for line in one.said if "ERR_INTERNET_DISCONNECTED" not in line]


def test_a_red_packet_is_redeemed_once(deps: Deps, shop: Shop, visiting: Visiting, guest: Guest) -> None:
    fair = Fair(deps, guest.actor)
    held = fair.claim(fair.start(shop.actor, tiers=FUZHOU, value_kind=ValueKind.PERCENT_OFF))
    one = visiting().signed_in(shop.tokens, "merchant")
    one.open("/merchant")
    one.page.fill("#f-code", held.code)
    one.page.click(BUTTON)
    one.page.wait_for_url("**/merchant/redeem")
    assert one.page.input_value("#f-code") == held.code
    one.page.click(BUTTON)
    one.page.wait_for_selector("[data-verdict=redeemed]")
    assert "9 折" in one.page.inner_text(".verdict-word")
    one.check()
    one.page.click("#next")
    one.expect("/merchant/redeem")
    assert ask(one.page, held.code) == "refused"
    assert "不能核销" in one.text()
    one.check()


def test_a_phone_before_the_camera_is_read_and_answered(
    deps: Deps, shop: Shop, playwright: Playwright, home: str, guest: Guest, tmp_path: Path
) -> None:
    shown = scanning.film(tmp_path / "pass.y4m", scanning.symbol(code_of(deps, shop, guest)))
    with (
        camera.seeing(playwright, shown) as filming,
        browsing.visit(filming, home, permissions=["camera"]) as one,
    ):
        one.signed_in(shop.tokens, "merchant")
        one.open("/merchant")
        one.page.click("#scan-start")
        one.page.wait_for_selector("[data-verdict=eligible]")
        assert "可以免押" in one.text()
        one.page.click("#next")
        assert one.page.is_visible("#eye")
        one.check()
        one.page.click("#scan-stop")
        assert not one.page.is_visible("#eye")


def test_a_camera_that_may_not_be_used_leaves_typing(shop: Shop, visiting: Visiting) -> None:
    one = visiting().signed_in(shop.tokens, "merchant")
    one.open("/merchant")
    one.page.click("#scan-start")
    one.page.wait_for_selector("text=请输入号码")
    assert one.page.evaluate("document.activeElement.id") == "f-code"
    one.check()


def test_the_till_works_without_script(deps: Deps, shop: Shop, visiting: Visiting, guest: Guest) -> None:
    one = visiting(java_script_enabled=False).signed_in(shop.tokens, "merchant")
    one.open("/merchant")
    assert not one.page.is_visible("#scan")
    assert ask(one.page, code_of(deps, shop, guest)) == "eligible"
    assert not one.page.is_visible("#ask")
    one.page.click("#next")
    assert one.page.is_visible("#ask")


def test_what_is_lent_is_noted_down_and_followed(
    deps: Deps, shop: Shop, visiting: Visiting, guest: Guest
) -> None:
    one = visiting().signed_in(shop.tokens, "merchant")
    one.open("/merchant")
    ask(one.page, code_of(deps, shop, guest))
    one.page.click("summary")
    one.page.fill("#f-order_no", people.NUMBER)
    one.page.click("details button")
    one.page.wait_for_selector("[data-refusal]")
    assert "订单号中含有身份证号" in one.text()
    one.page.fill("#f-order_no", "LIB-2026-0007")
    one.page.fill("#f-days", "7")
    one.page.click("main form button >> nth=-1")
    one.page.wait_for_url("**/merchant/orders/*")
    for words, state in (("已交给顾客", "借用中"), ("已还回", "已归还")):
        one.page.click(f"button:has-text('{words}')")
        one.page.wait_for_selector(f".badge:has-text('{state}')")
    one.check()
    one.page.fill("#f-charged_fen", "1.505")
    one.page.click("button:has-text('费用已结清')")
    one.page.wait_for_selector("#e-charged_fen:has-text('应为金额（元）')")
    one.page.fill("#f-charged_fen", "1.50")
    one.page.click("button:has-text('费用已结清')")
    one.page.wait_for_selector(".badge:has-text('已结清')")
    assert "¥1.50" in one.text()
    one.open("/merchant/orders?state=settled")
    assert "LIB-2026-0007" in one.text()
    one.check()


def test_an_order_of_another_merchant_is_not_there(
    deps: Deps, shop: Shop, visitor: FlaskClient, guest: Guest
) -> None:
    at_till(visitor, shop)
    answered = check(visitor, shop, code_of(deps, shop, guest)).text
    sent = {name: hidden(answered, name) for name in ("_form", "check_id")} | {"order_no": "LIB-1"}
    target = visitor.post("/merchant/orders", data=sent).headers["Location"]
    other = guests.shop(deps, "静安区示范图书馆", "library.lu")
    at_till(visitor, other)
    assert visitor.get(target).status_code == 404
    form = hidden(visitor.get("/merchant").text, "_form")
    for act in ("activate", "return", "settle", "cancel", "nothing"):
        assert visitor.post(f"{target}/{act}", data={"_form": form}).status_code == 404
    refused = visitor.post("/merchant/orders", data=sent | {"_form": form})
    assert refused.status_code == 404


def test_a_clerk_changes_the_password(shop: Shop, visiting: Visiting) -> None:
    one = visiting().signed_in(shop.tokens, "merchant")
    one.open("/merchant/account")
    assert "library.han" in one.text()
    one.page.fill("#f-password", PASSWORD)
    one.page.fill("#f-new_password", "short")
    one.page.click("main form button")
    one.page.wait_for_selector("[data-refusal]")
    one.page.fill("#f-password", PASSWORD)
    one.page.fill("#f-new_password", "a wholly different sentence")
    one.page.click("main form button")
    one.page.wait_for_selector("text=密码已修改")
    one.check()


def test_a_paused_merchant_is_told_and_somebody_else_can_sign_in(
    deps: Deps, shop: Shop, visitor: FlaskClient
) -> None:
    at_till(visitor, shop)
    merchants.pause(deps, MANAGER, merchant_id=shop.id, reason="盘点")
    told = visitor.get("/merchant")
    assert told.status_code == 403
    assert "商户已被暂停" in told.text
    assert 'href="/merchant/login"' in told.text
    page = visitor.get("/merchant/login")
    assert page.status_code == 200
    other = guests.shop(deps, "静安区示范图书馆", "library.lu")
    sent = {"_form": hidden(page.text, "_form"), "username": other.username, "password": PASSWORD}
    assert visitor.post("/merchant/login", data=sent).headers["Location"] == "/merchant"
    assert "静安区示范图书馆" in visitor.get("/merchant").text


def test_a_resident_has_no_business_at_the_till_and_a_form_must_be_ours(
    shop: Shop, visitor: FlaskClient, guest: Guest
) -> None:
    guests.enter(visitor, guest.tokens)
    assert visitor.get("/merchant").headers["Location"].startswith("/merchant/login")
    guests.enter(visitor, guest.tokens, "merchant")
    assert visitor.get("/merchant").status_code == 403
    at_till(visitor, shop)
    assert visitor.post("/merchant/check", data={"code": "0000-0000"}).status_code == 403


@pytest.mark.parametrize(
    ("name", "digest"),
    [
        ("decode.js", "00e209820dcb11d624e9a03d6383e580766792b57d1651318f0a29e4e1ff0fe8"),
        ("index.js", "a0de370051f94bd74f218f74401fdf197585e3f9ef0143164f87ea941a3fdd6f"),
        ("LICENSE", "f9946796a8a5bd5981565142fa42e3b0cc36aef6f80e86beaf5905b3c0fef1b5"),
        ("LICENSE-MIT", "07a9f887e9215644439b808628b09f8eece932d79130ff563f958f3a1783e684"),
    ],
)
def test_the_reader_that_others_wrote_lies_here_unchanged_with_its_licences(
    visitor: FlaskClient, name: str, digest: str
) -> None:
    """qr 0.7.0, as npm packs it."""
    found = visitor.get(f"/static/vendor/qr/{name}")
    assert hashlib.sha256(found.data).hexdigest() == digest
