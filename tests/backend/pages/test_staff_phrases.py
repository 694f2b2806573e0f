"""Chat phrases in the console: taught, taken back, and how much was not understood."""

import pytest
from flask.testing import FlaskClient

from backend.common.deps import Deps
from backend.dialogues import service
from backend.dialogues.model import Incoming, Sort
from backend.dialogues.service import phrases
from schemas.terms import Role, Way
from tests.backend.pages.conftest import Visiting
from tests.backend.pages.console import Signed, at_desk, form_code, let_in
from tests.support import browser as browsing

HOME = "/staff/phrases"


@pytest.fixture
def an(deps: Deps) -> Signed:
    return at_desk(deps, "an.na", Role.NEWS_EDITOR)


def test_a_phrase_counts_at_once_until_it_is_taken_back(deps: Deps, an: Signed, visiting: Visiting) -> None:
    one = visiting(size=browsing.DESK).signed_in(an.tokens, "staff")
    one.open(HOME)
    one.page.fill("#f-phrase", "摸底档案")
    one.page.select_option("#f-action", "report")
    one.page.click("button:has-text('保存')")
    one.page.wait_for_selector("td:has-text('摸底档案')")
    assert phrases.meant(deps, "摸底档案") == ("report",)
    one.check()
    one.page.click("button:has-text('删除')")
    one.page.wait_for_selector("text=还没有添加说法")
    assert phrases.meant(deps, "摸底档案") == ()


def test_faults_are_told_and_what_was_typed_stays(deps: Deps, an: Signed, visitor: FlaskClient) -> None:
    browser = let_in(visitor, an)
    code = form_code(browser, HOME)
    found = browser.post(HOME, data={"_form": code, "phrase": "7", "action": "report"})
    assert found.status_code == 422
    assert "不能是数字" in found.text
    assert 'value="7"' in found.text
    assert browser.post(HOME, data={"_form": code, "phrase": "", "action": "report"}).status_code == 422
    assert browser.post(f"{HOME}/remove", data={"_form": code, "phrase": "没有"}).status_code == 404
    assert browser.post(HOME, data={"phrase": "查一下", "action": "report"}).status_code == 403


def test_figures_tell_of_each_channel(deps: Deps, an: Signed, visitor: FlaskClient) -> None:
    for number, text in enumerate(("报告", "天上掉下个林妹妹")):
        service.handle(deps, Incoming(Way.TELEGRAM, "5551", str(number), Sort.TEXT, text))
    assert "Telegram" in let_in(visitor, an).get(HOME).text
