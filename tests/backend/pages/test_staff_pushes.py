"""Pushes in the console: counted before they are sent, confirmed, watched while they go out, stopped."""

from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from backend.common.deps import Deps
from backend.gateways.carrying import Handover, Verdict
from backend.pushes import service
from schemas.terms import PushState, Role, Way
from tests.backend.deliveries.test_service import Silent
from tests.backend.news.press import Press
from tests.backend.pages.conftest import Visiting
from tests.backend.pages.console import Signed, at_desk, form_code, let_in
from tests.backend.pushes.test_service import send_all, start
from tests.support import browser as browsing
from tests.support.followers import EDITOR, WORKER, bound, crowd

HOME = "/staff/pushes"
WORDS = {"title": "本月资讯", "body": "第四期已发布", "channels": ["telegram", "wechat"]}


@pytest.fixture
def deps(deps: Deps) -> Deps:
    """Every channel is set up; these tests say what it answered."""
    return replace(deps, carriers=dict.fromkeys(Way, Silent()))


@pytest.fixture
def zhou(deps: Deps) -> Signed:
    return at_desk(deps, "zhou.li", Role.NEWS_EDITOR)


def all_of(deps: Deps) -> list[PushState]:
    return [one.state for one in service.listed(deps, EDITOR, limit=9).items]


def test_a_push_is_counted_confirmed_and_watched(deps: Deps, zhou: Signed, visiting: Visiting) -> None:
    crowd(deps, 3)
    bound(deps, "anna1", Way.WECHAT)
    made = Press(deps).published(title_en="How", body_en="Three steps.")
    one = visiting(size=browsing.DESK).signed_in(zhou.tokens, "staff")
    one.open(f"/staff/news/{made.id}")
    one.page.click("text=推送这篇资讯")
    assert one.page.input_value("#f-title") == "信用修复怎么办"
    assert one.page.input_value("#f-title_en") == "How"
    one.page.wait_for_selector("[data-count]:has-text('现在约 4 人会收到')")
    for place in (1, 2, 3, 4):
        one.page.select_option(f"#f-channel-{place}", ["", "telegram", "", "", ""][place])
    one.page.wait_for_selector("[data-count]:has-text('现在约 3 人会收到')")
    one.check()
    one.page.click("button:has-text('下一步')")
    one.page.wait_for_selector("h1:has-text('确认推送')")
    assert all_of(deps) == []
    one.check()
    one.page.click("button:has-text('确认，发给 3 人')")
    one.page.wait_for_selector("[data-watch]")
    assert all_of(deps) == [PushState.RUNNING]
    assert service.advance(deps, WORKER) == 1
    one.page.wait_for_selector("[data-figure=queued]:has-text('3')")  # by itself
    assert send_all(deps, Way.TELEGRAM, Handover(Verdict.ARRIVED, receipt="1"))
    service.advance(deps, WORKER)
    one.page.wait_for_selector("[data-figure=delivered]:has-text('3')")
    one.page.wait_for_selector("[data-changed]:visible")
    one.check()


def test_without_a_script_and_sent_twice_it_goes_out_once(
    deps: Deps, zhou: Signed, visitor: FlaskClient
) -> None:
    crowd(deps, 2)
    browser = let_in(visitor, zhou)
    sent = WORDS | {"_form": form_code(browser, f"{HOME}/new"), "_once": "m1"}
    found = browser.post(f"{HOME}/new", data=sent)
    assert found.status_code == 200
    assert "确认，发给 2 人" in found.text
    assert "22:00 至 8:00" in found.text
    assert all_of(deps) == []
    back = browser.post(f"{HOME}/new", data=sent | {"back": "1"})
    assert "第四期已发布</textarea>" in back.text
    first = browser.post(f"{HOME}/new", data=sent | {"confirmed": "1"})
    again = browser.post(f"{HOME}/new", data=sent | {"confirmed": "1"})
    assert first.headers["Location"] == again.headers["Location"]
    assert all_of(deps) == [PushState.RUNNING]
    assert "本月资讯" in browser.get(HOME).text
    assert "本月资讯" in browser.get(first.headers["Location"]).text


def test_every_fault_stands_at_its_box_and_nothing_is_lost(
    deps: Deps, zhou: Signed, visitor: FlaskClient
) -> None:
    browser = let_in(visitor, zhou)
    sent = WORDS | {"_form": form_code(browser, f"{HOME}/new"), "title_en": "News", "channels": []}
    found = browser.post(f"{HOME}/new", data=sent)
    assert found.status_code == 422
    assert 'id="e-channels">请至少选择一个渠道' in found.text
    assert 'id="e-title_en">英文标题和正文须同时填写' in found.text
    assert "第四期已发布</textarea>" in found.text
    found = browser.post(f"{HOME}/new", data=sent | {"body": "", "title_en": ""})
    assert 'name="body" rows="4" maxlength="800" required aria-invalid="true"' in found.text
    sent |= {"title_en": "", "channels": ["sms"], "roles": ["anonymous"], "districts": ["310101"]}
    found = browser.post(f"{HOME}/new", data=sent)
    assert "未绑定账号的关注者没有居住区" in found.text
    assert 'value="310101" checked' in found.text
    assert all_of(deps) == []


def test_a_push_is_paused_goes_on_and_is_cancelled_with_reasons(
    deps: Deps, zhou: Signed, visitor: FlaskClient
) -> None:
    bound(deps, "anna1", Way.WECHAT)
    push, browser = start(deps), let_in(visitor, zhou)
    address = f"{HOME}/{push}"
    code = form_code(browser, address)
    for act, state in (("pause", "paused"), ("resume", "running"), ("cancel", "cancelled")):
        found = browser.post(f"{address}/{act}", data={"_form": code, "reason": f"因为{act}"})
        assert (found.status_code, all_of(deps)) == (303, [PushState(state)])
    shown = browser.get(address).text
    assert all(f"因为{act}" in shown for act in ("pause", "resume", "cancel"))
    found = browser.post(f"{address}/resume", data={"_form": code})
    assert (found.status_code, "不能这样操作" in found.text) == (409, True)
    assert browser.post(f"{address}/pause", data={}).status_code == 403
    assert browser.get(f"{HOME}/nothing").status_code == 404
    assert browser.get(f"{HOME}/nothing/progress").status_code == 404
