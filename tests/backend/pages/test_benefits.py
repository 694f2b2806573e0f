"""Red packets on pages: read, claimed with one tap, refused with reasons, shown at a counter."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from backend.benefits import service as benefits
from backend.common.deps import Deps
from backend.merchants import service as merchants
from backend.records import service as records
from schemas.terms import ValueKind
from tests.backend.benefits.fair import FUZHOU, MANAGER, WORKER, Fair
from tests.backend.pages.conftest import Visiting
from tests.support import browser as browsing
from tests.support import guests, people, residents, scanning
from tests.support.guests import Guest, hidden
from tests.support.world import Clock


@pytest.fixture
def guest(deps: Deps) -> Guest:
    return guests.verified(deps)


@pytest.fixture
def fair(deps: Deps, guest: Guest) -> Fair:
    return Fair(deps, guest.actor)


def as_guest(visitor: FlaskClient, guest: Guest) -> FlaskClient:
    return guests.enter(visitor, guest.tokens)


def claim(visitor: FlaskClient, benefit_id: str, **changed: str) -> str:
    """Where the form of that page leads to."""
    form = visitor.get(f"/benefits/{benefit_id}").text
    sent = {"_form": hidden(form, "_form"), "key": hidden(form, "key")} | changed
    return visitor.post(f"/benefits/{benefit_id}/claim", data=sent).headers["Location"]


def test_nothing_to_claim_and_nothing_claimed_are_said_kindly(visiting: Visiting, guest: Guest) -> None:
    one = visiting().signed_in(guest.tokens)
    one.open("/benefits")
    assert "现在没有可领的红包" in one.text()
    one.check()
    one.open("/claims")
    assert "您还没有领过红包" in one.text()
    one.check()


def test_a_resident_claims_with_one_tap_and_shows_the_code(
    fair: Fair, visiting: Visiting, guest: Guest
) -> None:
    fair.start(fair.shop("良友超市"))
    one = visiting().signed_in(guest.tokens)
    one.open("/benefits")
    one.page.click("a.packet")
    assert "良友超市" in one.text()
    one.page.click("form.act button")
    one.page.wait_for_url("**/claims/*")
    code = one.page.inner_text("#code")
    assert scanning.read(one.page) == code
    assert "还有 14 天" in one.text()
    assert "24:00" in one.text()
    one.page.click("[data-brighten]")
    assert code in one.page.inner_text("dialog")
    one.check()
    one.page.keyboard.press("Escape")
    one.page.wait_for_selector("dialog", state="detached")


def test_a_code_that_may_not_be_copied_is_marked_and_that_is_said(
    fair: Fair, visiting: Visiting, guest: Guest
) -> None:
    held = fair.claim(fair.start())
    one = visiting().signed_in(guest.tokens)
    one.open(f"/claims/{held.id}")
    for answer, told in (
        ("Promise.reject(new DOMException('no', 'NotAllowedError'))", "浏览器没有允许复制"),
        ("Promise.resolve()", "已复制"),
    ):
        one.page.evaluate(f"() => {{ navigator.clipboard.writeText = () => {answer}; }}")
        one.page.click("[data-copy]")
        one.page.wait_for_selector(f".said:has-text('{told}')")
        assert one.page.evaluate("String(getSelection())").strip() == one.page.inner_text("#code")


def test_the_widest_code_fits_the_narrowest_phone(fair: Fair, visiting: Visiting, guest: Guest) -> None:
    held = fair.claim(fair.start())
    narrow = browsing.PHONE | {"viewport": {"width": 320, "height": 640}}
    one = visiting(size=narrow).signed_in(guest.tokens)
    one.open(f"/claims/{held.id}")
    one.page.evaluate("document.getElementById('code').textContent = 'WWWW-MMMM-WWWW'")
    one.check_looks()


def test_who_reads_english_claims_in_english(fair: Fair, visiting: Visiting, guest: Guest) -> None:
    made = fair.start()
    one = visiting().signed_in(guest.tokens).prefers(lang="en")
    one.open(f"/benefits/{made.id}")
    assert "Claim it" in one.text()
    assert "Grade “Good” or better" in one.text()
    one.check()


def test_two_taps_are_one_claim(fair: Fair, visitor: FlaskClient, guest: Guest) -> None:
    made = fair.start()
    form = as_guest(visitor, guest).get(f"/benefits/{made.id}").text
    sent = {"_form": hidden(form, "_form"), "key": hidden(form, "key")}
    first, second = (visitor.post(f"/benefits/{made.id}/claim", data=sent) for _ in range(2))
    assert first.status_code == 303
    assert second.headers["Location"] == first.headers["Location"]
    assert fair.count(made) == (2, 1, 0)


def test_a_refusal_names_each_record_its_article_and_the_way_to_object(
    fair: Fair, visiting: Visiting, guest: Guest
) -> None:
    record = fair.record()
    made = fair.start()
    one = visiting().signed_in(guest.tokens)
    one.open(f"/benefits/{made.id}")
    one.page.click("form.act button")
    one.page.wait_for_selector("[data-refusal]")
    one.check()
    assert "未达到该活动的要求" in one.text()
    assert "第十二条" in one.text()
    assert "shanghai-2026-1" in one.text()
    assert one.page.query_selector(f'a[href="/objections/new?record={record.id}"]') is not None
    one.open("/claims")
    one.page.click("a.packet")
    one.page.click("text=为什么是这个结果")
    one.page.click("text=重新计算一次")
    assert "结果一致" in one.page.inner_text("#again")
    one.check()


def test_who_has_one_is_not_offered_another(
    fair: Fair, visitor: FlaskClient, pages_app: Flask, guest: Guest
) -> None:
    benefit_id = fair.start().id
    held = claim(as_guest(visitor, guest), benefit_id)
    page = visitor.get(f"/benefits/{benefit_id}").text
    assert f'href="{held}"' in page
    assert "您已经领过了" in page
    assert "领取这个红包" not in page
    elsewhere = pages_app.test_client().get(f"/benefits/{benefit_id}", headers={"Accept": "text/html"}).text
    assert "领取这个红包" in elsewhere


def test_a_second_claim_leads_to_the_first(fair: Fair, visiting: Visiting, guest: Guest) -> None:
    made = fair.start()
    one = visiting().signed_in(guest.tokens)
    one.open(f"/benefits/{made.id}")
    held = fair.claim(made)  # in another tab, while this one stood open
    one.page.click("form.act button")
    one.page.click("text=去看我领到的")
    one.page.wait_for_url(f"**/claims/{held.id}")


def test_the_bound_name_does_for_what_is_for_everybody(deps: Deps, fair: Fair, visitor: FlaskClient) -> None:
    """Nothing of the record is read for the code; why it came out so needs the proof."""
    other = guests.bound(deps, phone="13900001222", number=people.number_of("19700101", "022"))
    as_guest(visitor, other)
    target = claim(visitor, fair.start(tiers=FUZHOU[-1:]).id)
    assert 'id="code"' in visitor.get(target).text
    led = visitor.get(f"{target}/why")
    assert led.status_code == 303
    assert led.headers["Location"].startswith("/verify-me?next=")


def test_what_asks_for_a_grade_leads_to_the_proof_and_back(
    deps: Deps, fair: Fair, visitor: FlaskClient
) -> None:
    other = guests.bound(deps, phone="13900001222", number=people.number_of("19700101", "022"))
    made = fair.start()
    as_guest(visitor, other)
    form = visitor.get(f"/benefits/{made.id}").text
    sent = {"_form": hidden(form, "_form"), "key": "k"}
    referrer = {"Referer": f"http://localhost/benefits/{made.id}"}
    led = visitor.post(f"/benefits/{made.id}/claim", data=sent, headers=referrer)
    assert led.headers["Location"] == f"/verify-me?next=%2Fbenefits%2F{made.id}"


def test_who_has_not_signed_in_is_led_there_and_back(fair: Fair, visitor: FlaskClient) -> None:
    made = fair.start()
    form = visitor.get(f"/benefits/{made.id}").text
    sent = {"_form": hidden(form, "_form"), "key": "k"}
    referrer = {"Referer": f"http://localhost/benefits/{made.id}"}
    led = visitor.post(f"/benefits/{made.id}/claim", data=sent, headers=referrer)
    assert led.headers["Location"] == f"/login?next=%2Fbenefits%2F{made.id}"


def test_a_used_claim_says_where_and_when_and_shows_no_code(
    fair: Fair, visitor: FlaskClient, guest: Guest
) -> None:
    shop = fair.shop("良友超市")
    made = fair.start(shop)
    held = fair.claim(made)
    fair.redeem(shop, held.code)
    as_guest(visitor, guest)
    for path in ("/claims", f"/claims/{held.id}"):
        page = visitor.get(path).text
        assert "已使用" in page
        assert "良友超市" in page
        assert held.code not in page


def test_an_expired_claim_says_that_it_counts_against_nobody(
    fair: Fair, visitor: FlaskClient, guest: Guest, clock: Clock
) -> None:
    held = fair.claim(fair.start())
    clock.advance(days=16)
    again = residents.sign_in(fair.deps, "13900001011")
    visitor.set_cookie("citizen_access", again.tokens.access_token, domain="localhost", path="/")
    page = visitor.get(f"/claims/{held.id}").text
    assert "已退回库存" in page
    assert held.code not in page


def test_a_campaign_that_no_shop_serves_says_so(fair: Fair, visitor: FlaskClient, guest: Guest) -> None:
    shop = fair.shop("良友超市")
    made = fair.start(shop)
    merchants.pause(fair.deps, MANAGER, merchant_id=shop.id, reason="装修")
    page = as_guest(visitor, guest).get(f"/benefits/{made.id}").text
    assert "暂不能领取" in page
    assert "领取这个红包" not in page


def test_a_claim_of_somebody_else_is_not_there(deps: Deps, fair: Fair, visitor: FlaskClient) -> None:
    held = fair.claim(fair.start())
    as_guest(visitor, guests.verified(deps, "022", "阿依古丽·买买提"))
    for path in (f"/claims/{held.id}", f"/claims/{held.id}/why", "/claims/none"):
        assert visitor.get(path).status_code == 404


def test_a_refused_claim_is_not_there_without_a_fresh_proof(
    fair: Fair, visitor: FlaskClient, guest: Guest, clock: Clock
) -> None:
    """That there is one tells of the record."""
    fair.record()
    made = fair.start()
    as_guest(visitor, guest)
    form = visitor.get(f"/benefits/{made.id}").text
    sent = {"_form": hidden(form, "_form"), "key": "k"}
    assert visitor.post(f"/benefits/{made.id}/claim", data=sent).status_code == 403
    (kept,) = benefits.mine(fair.deps, guest.actor).items
    assert visitor.get(f"/claims/{kept.id}").status_code == 200
    clock.advance(minutes=11)
    assert visitor.get(f"/claims/{kept.id}").status_code == 404
    assert "未符合条件" not in visitor.get("/claims").text


def test_a_claim_without_our_form_is_refused(fair: Fair, visitor: FlaskClient, guest: Guest) -> None:
    made = fair.start()
    assert as_guest(visitor, guest).post(f"/benefits/{made.id}/claim", data={"key": "k"}).status_code == 403
    assert fair.count(made) == (3, 0, 0)


def test_it_all_works_without_script(fair: Fair, visiting: Visiting, guest: Guest) -> None:
    made = fair.start()
    one = visiting(java_script_enabled=False).signed_in(guest.tokens)
    one.open(f"/benefits/{made.id}")
    one.page.click("form.act button")
    one.page.wait_for_url("**/claims/*")
    assert re.fullmatch(r"[0-9A-Z]{4}(-[0-9A-Z]{4}){2}", one.page.inner_text("#code"))
    assert not one.page.is_visible("[data-brighten]")


def test_what_a_mistake_had_cost_is_claimed_by_one_tap(fair: Fair, visiting: Visiting, guest: Guest) -> None:
    fair.deed()
    record, shop = fair.record(), fair.shop("良友超市")
    made = fair.start(shop, tiers=FUZHOU, value_kind=ValueKind.PERCENT_OFF)
    fair.redeem(shop, fair.claim(made).code)
    records.erase(fair.deps, people.COMMAND, record=records.find_any(fair.deps, record.id))
    fair.ripple()
    one = visiting().signed_in(guest.tokens)
    one.open("/claims")
    one.page.click("a.packet:has-text('补发')")
    assert "从前那一份因记录有误给少了" in one.text()
    one.check()
    one.page.click("text=现在领取")
    one.page.wait_for_selector("#code")
    assert "9 折" in one.page.inner_text(".sheet-what")
    one.page.click("text=为什么是这个结果")
    assert "因记录删除" in one.text()
    one.check()


def test_what_no_shop_takes_any_more_says_so_beside_its_code(
    fair: Fair, visitor: FlaskClient, guest: Guest
) -> None:
    shop = fair.shop("良友超市")
    held = fair.claim(fair.start(shop))
    merchants.close(fair.deps, MANAGER, merchant_id=shop.id, reason="停业")
    benefits.watch_partners(fair.deps, WORKER)
    as_guest(visitor, guest)
    assert "暂无商户可用，已延期" in visitor.get("/claims").text
    page = visitor.get(f"/claims/{held.id}").text
    assert held.code in page
    assert "有效期已为您延长" in page
