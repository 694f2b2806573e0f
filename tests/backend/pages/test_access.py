"""Access for everybody: by thumb, by keyboard, by ear, enlarged, and without losing a word to the reading settings.

By thumb on the pages that need no state of their own: `test_thumbs.py`.
"""

from typing import Any

import pytest
from playwright.sync_api import Dialog

from backend.accounts import service as accounts
from backend.chats import service as chats
from backend.common.deps import Deps
from schemas.terms import Role, Way
from tests.backend.objections.town import STATEMENT, make_town
from tests.backend.pages.casework import Case, make_case
from tests.backend.pages.conftest import Visiting
from tests.backend.pages.console import at_desk
from tests.support import browser as browsing
from tests.support import guests, people, residents
from tests.support.browser import Visit

ENLARGED: dict[str, Any] = {"viewport": {"width": 640, "height": 400}, "device_scale_factor": 2}
"""A desk of 1280 x 800 at twice its size."""
LEFT = "Object.keys(sessionStorage).filter((name) => !name.startsWith('whose:'))"
# Counts how often a live region said something new.
EAR = """(where) => {
  window.heard = [];
  const place = document.querySelector(where);
  const hear = new MutationObserver(() => window.heard.push(place.textContent));
  hear.observe(place, {childList: true, characterData: true, subtree: true});
}"""
DESK = [
    "/staff",
    "/staff/objections",
    "/staff/notices",
    "/staff/password",
    "/staff/calendars",
    "/staff/catalogue",
]
TILL = ["/merchant", "/merchant/redeem", "/merchant/orders", "/merchant/account"]


@pytest.fixture
def case(deps: Deps) -> Case:
    return make_case(deps)


def heard(visit: Visit) -> list[str]:
    return list(visit.page.evaluate("window.heard"))


# ---- By thumb and by keyboard


def test_a_thumb_finds_everything_of_a_form_and_of_a_case(case: Case, visiting: Visiting) -> None:
    one = case.signed_in(visiting(size=browsing.NARROW))
    record = case.town.record()
    shown = case.town.submit(record)
    for path in ("/objections/new", f"/objections/new?record={record.id}", f"/objections/{shown.id}"):
        one.open(path)
        one.check_thumbs()
        one.check()


def test_a_thumb_finds_everything_of_the_desk_and_the_till(deps: Deps, visiting: Visiting) -> None:
    town, shop = make_town(deps), guests.shop(deps)
    town.submit()
    one = visiting(size=browsing.NARROW).signed_in(at_desk(deps, "lu", Role.CASE_OFFICER).tokens, "staff")
    one.signed_in(shop.tokens, "merchant")
    for path in (*DESK, *TILL):
        one.open(path)
        one.check_thumbs()
        one.check()


@pytest.mark.parametrize("path", ["/", "/login", "/look", "/news", "/benefits", "/verify"])
def test_the_keyboard_walks_a_page_in_its_order_and_is_seen(visiting: Visiting, path: str) -> None:
    for size in (browsing.NARROW, ENLARGED):
        one = visiting(size=size)
        one.open(path)
        walked = one.walk()
        assert 'class="skip"' in walked[0]
        assert len(walked) > 5


@pytest.mark.parametrize("path", ["/me", "/verify-me", "/report", "/objections/new", "/notices/settings"])
def test_the_keyboard_walks_ones_own_pages(case: Case, visiting: Visiting, path: str) -> None:
    record = case.town.record()
    one = case.signed_in(visiting())
    one.open(path + (f"?record={record.id}" if path.endswith("new") else ""))
    assert len(one.walk()) > 5


def test_the_keyboard_walks_the_desk(deps: Deps, visiting: Visiting) -> None:
    make_town(deps).submit()
    one = visiting(size=browsing.DESK).signed_in(at_desk(deps, "lu", Role.CASE_OFFICER).tokens, "staff")
    for path in ("/staff", "/staff/objections"):
        one.open(path)
        assert len(one.walk()) > 5


def test_the_first_key_leads_past_the_head_of_the_page(visiting: Visiting) -> None:
    one = visiting()
    one.open("/login")
    one.page.keyboard.press("Tab")
    one.page.keyboard.press("Enter")
    assert one.page.evaluate("document.activeElement.id") == "main"
    one.page.keyboard.press("Tab")
    assert one.page.evaluate("document.activeElement.id") == "f-phone"


@pytest.mark.parametrize("path", ["/", "/login", "/map", "/benefits"])
def test_a_page_stands_with_forced_colours_without_motion_and_on_paper(visiting: Visiting, path: str) -> None:
    one = visiting(size=ENLARGED)
    one.page.emulate_media(forced_colors="active", reduced_motion="reduce")
    one.open(path)
    one.check()
    one.page.emulate_media(media="print")
    assert one.page.is_hidden(".top")
    assert one.page.is_visible("h1")


# ---- Single keys of the console


@pytest.mark.parametrize("script", [True, False])
def test_single_keys_are_switched_off_and_on_at_the_desk(
    deps: Deps, visiting: Visiting, *, script: bool
) -> None:
    make_town(deps).submit()
    tokens = at_desk(deps, "lu", Role.CASE_OFFICER).tokens
    one = visiting(size=browsing.DESK, java_script_enabled=script).signed_in(tokens, "staff")
    one.open("/staff")
    one.page.click("button[name=keys]")
    one.page.wait_for_selector("button[name=keys][value=on]")
    assert "已关闭" in one.text()
    one.open("/staff/objections")
    assert "单键快捷键已关闭" in one.page.inner_text(".keys")
    one.page.keyboard.press("j")
    assert one.page.query_selector("[data-row]:focus") is None
    one.page.click(".keys a")
    one.page.click("button[name=keys]")
    one.page.wait_for_selector("button[name=keys][value=off]")
    one.check() if script else None
    one.open("/staff/objections")
    assert "j" in one.page.inner_text(".keys")
    one.page.keyboard.press("j")
    assert (one.page.query_selector("[data-row]:focus") is not None) == script


# ---- Time that runs out, by ear


def test_a_code_for_a_chat_tells_its_time_now_and_then(deps: Deps, visiting: Visiting) -> None:
    guest = guests.bound(deps)
    chats.introduce(deps, channel=Way.TELEGRAM, name="credit_shanghai_bot")
    one = visiting().signed_in(guest.tokens)
    one.page.clock.install()
    one.open("/chats")
    one.page.click("button[value=telegram]")
    one.page.wait_for_selector("[data-until]:not(:empty)")
    one.page.evaluate(EAR, "[data-minutes]")
    one.page.clock.run_for(30_000)
    assert heard(one) == []
    one.page.clock.run_for(120_000)
    assert heard(one) == ["还有 9 分钟", "还有 8 分钟"]
    one.page.clock.run_for(431_000)
    assert heard(one)[-2:] == ["还有 1 分钟", "还有 30 秒"]
    one.page.clock.run_for(31_000)
    assert heard(one)[-1] == "绑定码已过期，请重新获取"
    one.check()


def test_a_proof_that_runs_out_is_told_with_the_way_to_another(deps: Deps, visiting: Visiting) -> None:
    guest = guests.verified(deps)
    one = visiting().signed_in(guest.tokens)
    one.page.clock.install()
    one.open("/me")
    one.page.evaluate(EAR, ".proved [role=status]")
    one.page.clock.run_for(7 * 60_000)
    assert heard(one) == []
    assert one.page.is_hidden(".proved a")
    one.page.clock.run_for(62_000)
    assert heard(one) == ["本人核验还有 2 分钟到期"]
    one.check()
    one.page.clock.run_for(120_000)
    assert heard(one)[1:] == ["本人核验还有 1 分钟到期", "本人核验已到期"]
    assert "已到期" in one.page.inner_text(".proved")
    one.check_thumbs()
    one.page.click(".proved a")
    one.page.wait_for_url("**/verify-me?next=%2Fme")


def test_the_way_to_another_proof_leaves_what_is_being_written(case: Case, visiting: Visiting) -> None:
    one = case.signed_in(visiting())
    one.page.clock.install()
    one.open(f"/objections/new?record={case.town.record().id}")
    one.page.fill("#f-statement", STATEMENT)
    one.page.clock.run_for(9 * 60_000)
    with one.context.expect_page() as opened:
        one.page.click(".proved a")
    assert "/verify-me" in opened.value.url
    assert one.page.input_value("#f-statement") == STATEMENT


# ---- Nothing of anybody is left for who comes after


def drafting(case: Case, one: Visit) -> None:
    one.open(f"/objections/new?record={case.town.record().id}")
    one.page.fill("#f-statement", STATEMENT)
    assert one.page.evaluate(LEFT) != []


def test_signing_out_in_one_tab_drops_the_drafts_of_every_tab(case: Case, visiting: Visiting) -> None:
    one = case.signed_in(visiting())
    drafting(case, one)
    other = one.context.new_page()
    other.goto(one.home + "/me")
    other.click("text=退出这台设备")
    other.wait_for_url(one.home + "/")
    one.page.wait_for_function(f"{LEFT}.length === 0")


def test_a_session_that_is_over_drops_its_drafts(deps: Deps, case: Case, visiting: Visiting) -> None:
    one = case.signed_in(visiting())
    drafting(case, one)
    accounts.end_sessions(deps, people.COMMAND, case.town.resident.id)
    one.open("/")
    assert one.page.evaluate(LEFT) == []


def test_somebody_else_finds_no_draft(deps: Deps, case: Case, visiting: Visiting) -> None:
    one = case.signed_in(visiting())
    drafting(case, one)
    one.signed_in(residents.sign_in(deps, "13900002222").tokens)
    one.open("/me")
    assert one.page.evaluate(LEFT) == []


def test_a_door_keeps_what_is_its_own(deps: Deps, case: Case, visiting: Visiting) -> None:
    """A clerk who signs out at the till does not lose what they wrote as a resident, nor the other way round."""
    one = case.signed_in(visiting()).signed_in(guests.shop(deps).tokens, "merchant")
    drafting(case, one)
    one.open("/merchant/account")
    one.page.evaluate("sessionStorage.setItem('merchant:last:x', '[]')")
    one.page.click("text=退出")
    one.page.wait_for_url("**/merchant/login")
    (left,) = one.page.evaluate(LEFT)
    assert left.startswith("citizen:draft:")


def test_a_fault_of_ours_drops_nothing(case: Case, visiting: Visiting) -> None:
    one = case.signed_in(visiting())
    drafting(case, one)
    one.open("/nothing-here")
    assert one.page.evaluate(LEFT) != []


# ---- The reading settings lose no word


def test_another_size_of_type_leaves_everything_where_it_is(visiting: Visiting) -> None:
    one = visiting()
    one.open("/login")
    one.page.fill("#f-phone", "1390000")
    with one.page.expect_response("**/look"):
        one.page.click("button[value=large]")
    assert one.page.get_attribute("html", "data-size") == "large"
    assert one.page.input_value("#f-phone") == "1390000"
    assert one.page.evaluate("document.activeElement.value") == "normal"
    one.check()
    one.open("/")
    assert one.page.get_attribute("html", "data-size") == "large"


def test_another_language_brings_back_what_was_typed(case: Case, visiting: Visiting) -> None:
    one = case.signed_in(visiting())
    one.open(f"/objections/new?record={case.town.record().id}")
    one.page.check("input[value=expired_not_removed]")
    one.page.fill("#f-statement", STATEMENT)
    one.page.click("button[value=en]")
    one.page.wait_for_selector("html[lang=en]")
    assert one.page.input_value("#f-statement") == STATEMENT
    assert one.page.is_checked("input[value=expired_not_removed]")
    one.open("/me")
    assert all(":typed" not in name for name in one.page.evaluate(LEFT))


def test_files_are_asked_about_before_another_language_drops_them(case: Case, visiting: Visiting) -> None:
    one = case.signed_in(visiting())
    one.open(f"/objections/new?record={case.town.record().id}")
    chosen: Any = {"name": "a.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4"}
    one.page.set_input_files("#f-evidence", chosen)
    asked: list[str] = []

    def decline(dialog: Dialog) -> None:
        asked.append(dialog.message)
        dialog.dismiss()

    one.page.on("dialog", decline)
    one.page.click("button[value=en]")
    assert "文件要重新选" in asked[0]
    assert one.page.get_attribute("html", "lang") == "zh-CN"
    assert "a.pdf" in one.page.inner_text("[data-chosen]")


def test_the_page_of_the_settings_leads_back_to_what_was_typed(visiting: Visiting) -> None:
    one = visiting()
    one.open("/login")
    one.page.fill("#f-phone", "1390000")
    one.page.click("footer a[href='/look']")
    one.page.check("input[value=dark]")
    one.page.click("main .button")
    one.page.wait_for_url("**/login")
    assert one.page.get_attribute("html", "data-theme") == "dark"
    assert one.page.input_value("#f-phone") == "1390000"


def test_the_answer_to_a_form_can_be_made_larger_where_it_stands(visiting: Visiting) -> None:
    one = visiting()
    one.open("/login")
    one.page.fill("#f-phone", "110")
    one.page.click("main button")
    one.page.wait_for_selector("[data-refusal]")
    one.page.click("button[value=large]")
    assert one.page.get_attribute("html", "data-size") == "large"
    assert one.page.is_visible("[data-refusal]")
    assert one.page.query_selector("button[name=lang]") is None


def test_without_a_script_the_answer_to_a_form_offers_nothing_that_leads_away(visiting: Visiting) -> None:
    one = visiting(java_script_enabled=False)
    one.open("/login")
    one.page.fill("#f-phone", "110")
    one.page.click("main button")
    one.page.wait_for_selector("[data-refusal]")
    assert one.page.is_hidden("button[value=large]")
    one.open("/login")
    one.page.click("button[value=large]")
    assert one.page.get_attribute("html", "data-size") == "large"
