"""Chats of the account on a page: a code for a new one, unbinding, and switching off what was sent there."""

import re

import pytest
from flask.testing import FlaskClient

from backend.chats import service as chats
from backend.common.deps import Deps
from backend.reports import service as reports
from schemas.terms import Audience, Way
from tests.backend.chats.conftest import bind, redeem
from tests.backend.pages.conftest import Visiting
from tests.backend.pages.test_home import code_of
from tests.backend.pages.test_lending import SLEPT
from tests.backend.pages.test_proving import bound, known
from tests.support import people, residents
from tests.support.residents import Resident


@pytest.fixture
def one(deps: Deps) -> Resident:
    return bound(deps)


def posted(visitor: FlaskClient, path: str, **fields: str) -> str:
    form = {"_form": code_of(visitor.get("/chats").text), **fields}
    found = visitor.post(path, data=form, follow_redirects=True)
    assert found.status_code == 200
    return found.text


def test_a_code_is_made_without_script_and_binds_the_chat(
    deps: Deps, one: Resident, visiting: Visiting
) -> None:
    chats.introduce(deps, channel=Way.TELEGRAM, name="credit_shanghai_bot")
    visit = visiting(java_script_enabled=False).signed_in(one.tokens)
    visit.open("/chats")
    assert "还没有绑定聊天" in visit.text()
    visit.page.click("button[value=telegram]")
    code = visit.page.inner_text("#code")
    link = visit.page.get_attribute("main .card a", "href") or ""
    assert link == f"https://t.me/credit_shanghai_bot?start={code}"
    assert "有效至" in visit.text()
    redeem(deps, code)
    visit.page.click("text=看看绑好没有")
    assert "最近使用" in visit.text()
    visit.page.click("button:has-text('解除 Telegram 绑定')")
    assert "已解除绑定" in visit.text()
    assert chats.mine(deps, one.actor) == ()


def test_the_code_counts_down_and_its_drawing_has_a_name(
    deps: Deps, one: Resident, visiting: Visiting
) -> None:
    chats.introduce(deps, channel=Way.TELEGRAM, name="credit_shanghai_bot")
    visit = visiting().signed_in(one.tokens)
    visit.open("/chats")
    visit.page.click("button[value=telegram]")
    visit.page.wait_for_selector("[data-until]:not(:empty)")
    assert visit.page.is_visible("[role=img] svg")
    visit.check()
    visit.page.evaluate(SLEPT, 24 * 3600)
    assert visit.page.inner_text("[data-until]") == "已过期，请重新获取"


def test_a_channel_without_links_says_what_to_send(one: Resident, visitor: FlaskClient) -> None:
    known(visitor, one)
    page = posted(visitor, "/chats/codes", channel="wechat")
    code = re.search(r'id="code">([0-9a-z]{8})<', page)
    assert code is not None
    assert f"绑定 {code[1]}" in page
    assert "<svg viewBox" in page
    assert "t.me" not in page


def test_a_channel_that_does_not_exist_is_refused(one: Resident, visitor: FlaskClient) -> None:
    known(visitor, one)
    form = {"_form": code_of(visitor.get("/chats").text), "channel": "sms"}
    assert visitor.post("/chats/codes", data=form).status_code == 422


def test_everything_is_taken_back_at_once(deps: Deps, one: Resident, visitor: FlaskClient) -> None:
    proved = people.verified(deps, one.actor)
    bind(deps, proved)
    bind(deps, proved, user="wx", channel=Way.WECHAT)
    reports.make_link(deps, proved, purpose="租房看房", audience=Audience.SELF)
    known(visitor, one)
    assert "报告链接全部失效（1 个）" in visitor.get("/chats").text
    assert "所有报告链接都已失效" in posted(visitor, "/chats/links/kill")
    assert reports.count_active_links(deps, one.actor) == 0
    assert "已解除绑定" in posted(visitor, "/chats/unbind")
    assert chats.mine(deps, one.actor) == ()


def test_somebody_elses_chat_is_not_found(deps: Deps, one: Resident, visitor: FlaskClient) -> None:
    made = bind(deps, one.actor)
    known(visitor, residents.sign_in(deps, "13900002222"))
    form = {"_form": code_of(visitor.get("/chats").text)}
    assert visitor.post(f"/chats/{made.id}/unbind", data=form).status_code == 404
    assert len(chats.mine(deps, one.actor)) == 1


@pytest.mark.parametrize("path", ["/chats/codes", "/chats/unbind", "/chats/links/kill", "/chats/x/unbind"])
def test_a_form_without_our_code_does_nothing(
    deps: Deps, one: Resident, visitor: FlaskClient, path: str
) -> None:
    bind(deps, one.actor)
    known(visitor, one)
    assert visitor.post(path, data={"channel": "telegram"}).status_code == 403
    assert len(chats.mine(deps, one.actor)) == 1
