"""Deposit-free on pages: the notice, the pass at the counter, and what became of it."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from backend.common.deps import Deps
from backend.eligibility import service as eligibility
from backend.eligibility.model import ShownPass
from backend.merchants import service as merchants
from backend.orders import service as orders
from schemas.terms import PassState
from tests.backend.eligibility.counter import MANAGER, Counter, make_counter
from tests.backend.pages.conftest import Visiting
from tests.support import guests, residents, scanning
from tests.support.guests import Guest, hidden
from tests.support.world import Clock


@pytest.fixture
def counter(deps: Deps) -> Counter:
    return make_counter(deps)


@pytest.fixture
def guest(deps: Deps) -> Guest:
    return guests.verified(deps)


def make_pass(visitor: FlaskClient, counter: Counter) -> str:
    """Where the button of the notice leads to."""
    page = visitor.get(f"/deposit-free/{counter.lending.id}").text
    sent = {name: hidden(page, name) for name in ("_form", "service_id", "service_version")}
    return visitor.post("/passes", data=sent).headers["Location"]


def shown_code(page: str) -> str | None:
    found = re.search(r'id="code">([^<]+)<', page)
    return found[1] if found else None


def latest(deps: Deps, guest: Guest) -> ShownPass:
    return eligibility.my_passes(deps, guest.actor, limit=1).items[0]


def test_a_pass_is_made_after_its_notice_and_scans(
    counter: Counter, visiting: Visiting, guest: Guest
) -> None:
    one = visiting().signed_in(guest.tokens)
    one.open("/deposit-free?kind=library_books")
    one.page.click("main a.card >> nth=0")
    for told in ("静安区示范图书馆", "服务台 021-54320000", "决定借阅图书时是否免收押金", "只得到“可免押金”"):
        assert told in one.text()
    one.page.click("form.act button")
    one.page.wait_for_selector(".sheet")
    code = one.page.inner_text("#code")
    assert scanning.read(one.page) == code
    one.page.wait_for_load_state()
    one.page.wait_for_selector("[data-clock]:has-text('还剩')")  # its script may come after the page
    assert re.fullmatch(r"还剩 [12]:\d\d", one.page.inner_text("[data-clock]"))
    for choices in ({"theme": "dark"}, {"theme": "dark", "size": "large"}):
        one.prefers(**choices)
        one.page.reload()
        assert one.page.inner_text("#code") == code
        one.check()
    ground = one.page.evaluate("getComputedStyle(document.querySelector('.sheet')).backgroundColor")
    assert ground == "rgb(255, 255, 255)"
    one.page.click("[data-brighten]")
    assert scanning.read(one.page, "dialog .qr svg") == code
    one.check()


def test_the_end_of_a_pass_is_told_and_another_is_at_hand_over_the_whole_screen_too(
    counter: Counter, visiting: Visiting, guest: Guest
) -> None:
    one = visiting().signed_in(guest.tokens)
    page, keys = one.page, one.page.keyboard
    page.clock.install()
    one.open(f"/deposit-free/{counter.lending.id}")
    page.click("form.act button")
    page.wait_for_selector(".sheet")
    page.focus("[data-brighten]")
    keys.press("Enter")
    page.wait_for_selector("dialog.sheet-full")
    assert page.evaluate("document.activeElement.textContent") == "返回"
    page.clock.run_for(20_000)
    assert page.inner_text("dialog .said") == ""
    for passed, told in ((41_000, "还剩 1 分钟"), (30_000, "还剩 30 秒")):
        page.clock.run_for(passed)
        assert page.inner_text("dialog .said") == told
    one.check()
    keys.press("Escape")
    assert page.inner_text(".sheet .said") == "还剩 30 秒"
    assert page.evaluate("document.activeElement.hasAttribute('data-brighten')")
    keys.press("Enter")
    keys.press("Shift+Tab")
    assert page.evaluate("document.activeElement.textContent") == "来不及？再生成一个"
    one.check_thumbs()
    keys.press("Enter")
    page.wait_for_url(f"**/deposit-free/{counter.lending.id}")


SLEPT = """(seconds) => {
  const awake = Date.now;
  Date.now = () => awake() + 1000 * seconds;
  document.dispatchEvent(new Event("visibilitychange"));
}"""


def test_a_phone_that_slept_shows_how_long_the_pass_still_lasts(
    counter: Counter, visiting: Visiting, guest: Guest
) -> None:
    """As where the clock that nobody sets stood still meanwhile and the phone's own went on."""
    one = visiting().signed_in(guest.tokens)
    one.page.clock.install()
    one.open(f"/deposit-free/{counter.lending.id}")
    one.page.click("form.act button")
    one.page.wait_for_selector(".sheet")
    one.page.wait_for_selector("[data-clock]:has-text('还剩')")  # its script may come after the page
    assert re.fullmatch(r"还剩 [12]:\d\d", one.page.inner_text("[data-clock]"))
    one.page.evaluate(SLEPT, 70)
    assert re.fullmatch(r"还剩 0:[3-5]\d", one.page.inner_text("[data-clock]"))
    one.page.evaluate(SLEPT, 30)
    assert one.page.inner_text(".sheet .said") == "还剩 30 秒"


def test_the_page_at_the_counter_changes_when_the_clerk_has_checked(
    counter: Counter, visiting: Visiting, guest: Guest
) -> None:
    one = visiting().signed_in(guest.tokens)
    one.open(f"/deposit-free/{counter.elsewhere.id}")
    one.page.click("form.act button")
    one.page.wait_for_selector(".sheet")
    code = one.page.inner_text("#code")
    eligibility.check(counter.deps, counter.other, code=code, service_id=counter.elsewhere.id)
    one.page.wait_for_selector("text=看结果和原因")
    assert code not in one.text()
    one.page.click("text=看结果和原因")
    one.page.click("main a.card")
    one.page.click("text=重新计算一次")
    assert "结果一致" in one.page.inner_text("#again")
    assert "可免押金" in one.text()
    one.check()


def test_only_the_browser_that_made_it_shows_the_code_again(
    deps: Deps, counter: Counter, pages_app: Flask, visitor: FlaskClient, guest: Guest, clock: Clock
) -> None:
    target = make_pass(guests.enter(visitor, guest.tokens), counter)
    code = shown_code(visitor.get(target).text)
    assert code
    assert shown_code(visitor.get(target).text) == code
    other = pages_app.test_client()
    other.environ_base["HTTP_ACCEPT"] = "text/html"
    page = guests.enter(other, guest.tokens).get(target).text
    assert shown_code(page) is None
    assert "只在生成它的那部手机上显示" in page
    clock.advance(minutes=2)
    assert "已过期" in visitor.get(target).text
    assert code not in visitor.get(target).text


def test_the_key_of_a_pass_stays_on_its_address_and_out_of_scripts(
    counter: Counter, visitor: FlaskClient, guest: Guest
) -> None:
    guests.enter(visitor, guest.tokens)
    page = visitor.get(f"/deposit-free/{counter.lending.id}").text
    sent = {name: hidden(page, name) for name in ("_form", "service_id", "service_version")}
    made = visitor.post("/passes", data=sent)
    (line,) = [one for one in made.headers.getlist("Set-Cookie") if one.startswith("pass=")]
    assert f"Path={made.headers['Location']};" in f"{line};"
    assert "HttpOnly" in line
    assert "Max-Age=120" in line


def test_a_second_session_of_the_person_with_the_key_does_not_see_the_code(
    deps: Deps, counter: Counter, visitor: FlaskClient, guest: Guest
) -> None:
    """The code is made from the session too."""
    target = make_pass(guests.enter(visitor, guest.tokens), counter)
    again = residents.sign_in(deps, "13900001011")
    guests.enter(visitor, again.tokens)
    page = visitor.get(target)
    assert page.status_code == 200
    assert shown_code(page.text) is None


def test_the_state_is_told_to_the_waiting_page(counter: Counter, visitor: FlaskClient, guest: Guest) -> None:
    target = make_pass(guests.enter(visitor, guest.tokens), counter)
    assert visitor.get(f"{target}/state").json == {"state": "open", "left_s": 120}


def test_a_consent_is_taken_back(deps: Deps, counter: Counter, visiting: Visiting, guest: Guest) -> None:
    one = visiting().signed_in(guest.tokens)
    one.open(f"/deposit-free/{counter.lending.id}")
    one.page.click("form.act button")
    one.page.click("text=撤回同意")
    one.page.wait_for_selector("text=已撤回，通行码已失效")
    assert latest(deps, guest).state is PassState.WITHDRAWN
    one.check()


def test_a_pass_needs_a_fresh_proof_and_comes_back_to_the_notice(
    deps: Deps, counter: Counter, visitor: FlaskClient
) -> None:
    other = guests.bound(deps)
    guests.enter(visitor, other.tokens)
    target = f"/deposit-free/{counter.lending.id}"
    page = visitor.get(target).text
    sent = {name: hidden(page, name) for name in ("_form", "service_id", "service_version")}
    led = visitor.post("/passes", data=sent, headers={"Referer": f"http://localhost{target}"})
    assert led.headers["Location"] == f"/verify-me?next={target.replace('/', '%2F')}"


def test_a_notice_that_changed_is_shown_again(counter: Counter, visitor: FlaskClient, guest: Guest) -> None:
    guests.enter(visitor, guest.tokens)
    page = visitor.get(f"/deposit-free/{counter.lending.id}").text
    sent = {name: hidden(page, name) for name in ("_form", "service_id")}
    found = visitor.post("/passes", data=sent | {"service_version": "7"})
    assert found.status_code == 409
    assert "请重新阅读" in found.text
    wrong = visitor.post("/passes", data=sent | {"service_version": "many"})
    assert wrong.status_code == 422


def test_a_service_of_a_paused_merchant_is_not_there(counter: Counter, visitor: FlaskClient) -> None:
    merchants.pause(counter.deps, MANAGER, merchant_id=counter.till.id, reason="盘点")
    assert visitor.get(f"/deposit-free/{counter.lending.id}").status_code == 404
    assert "徐汇区示范图书馆" not in visitor.get("/deposit-free").text


def test_what_is_somebody_elses_is_not_there(
    deps: Deps, counter: Counter, visitor: FlaskClient, guest: Guest
) -> None:
    made = counter.passed(guest.actor)
    check_id = counter.check(made).check_id
    order = orders.create(deps, counter.till, order_no="LIB-1", check_id=check_id)
    guests.enter(visitor, guests.verified(deps, "022", "阿依古丽·买买提").tokens)
    for path in (
        f"/passes/{made.id}",
        f"/passes/{made.id}/state",
        f"/checks/{check_id}",
        f"/loans/{order.id}",
    ):
        assert visitor.get(path).status_code == 404
    form = hidden(visitor.get("/deposit-free").text, "_form")
    for path in (f"/passes/{made.id}/withdraw", f"/checks/{check_id}/replay", f"/checks/{check_id}/contest"):
        assert visitor.post(path, data={"_form": form}).status_code == 404
        assert visitor.post(path).status_code == 403


def test_a_check_tells_nothing_of_the_record_without_a_fresh_proof(
    counter: Counter, visitor: FlaskClient, guest: Guest, clock: Clock
) -> None:
    counter.mar(guest.actor)
    check_id = counter.asked(guest.actor).check_id
    clock.advance(minutes=11)
    guests.enter(visitor, guest.tokens)
    for path in ("/checks", f"/checks/{check_id}"):
        page = visitor.get(path).text
        assert "核验" in page
        assert "请按押金方式办理" not in page
        assert "第十二条" not in page


def test_a_no_is_explained_worked_out_again_and_looked_at_by_a_person(
    counter: Counter, visiting: Visiting, guest: Guest
) -> None:
    record = counter.mar(guest.actor)
    check_id = counter.asked(guest.actor).check_id
    one = visiting().signed_in(guest.tokens)
    one.open(f"/checks/{check_id}")
    assert "您仍可交押金办理" in one.text()
    assert one.page.query_selector(f'a[href="/objections/new?record={record.id}"]') is not None
    one.page.click("text=重新计算一次")
    assert "结果一致" in one.page.inner_text("#again")
    one.page.fill("#f-statement", "已经补缴，请看一看")
    one.page.click("#review form button")
    one.page.wait_for_url("**/checks/*#review")
    assert "已经补缴，请看一看" in one.text()
    assert "最迟 2026年12月4日 24:00" in one.text()
    one.check()


def test_a_loan_is_shown_with_its_course(
    deps: Deps, counter: Counter, visiting: Visiting, guest: Guest
) -> None:
    check_id = counter.asked(guest.actor).check_id
    order = orders.create(deps, counter.till, order_no="LIB-2026-0007", check_id=check_id, days=7)
    orders.activate(deps, counter.till, order_id=order.id)
    one = visiting().signed_in(guest.tokens)
    one.open("/loans")
    one.page.click("main a.card")
    assert "2026年11月28日 24:00" in one.text()
    assert "不会进入公共信用记录" in one.text()
