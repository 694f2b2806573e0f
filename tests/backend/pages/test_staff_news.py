"""News in the console: written, looked at, reviewed by somebody else, published; nothing typed is lost."""

from datetime import timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import FilePayload

from backend.common.actor import Actor
from backend.common.clock import SHANGHAI
from backend.common.deps import Deps
from backend.news import service
from backend.pages.staff import differences
from schemas.terms import Channel, NewsState, Role
from tests.backend.news.press import BO, Press, photo
from tests.backend.pages.conftest import Visiting
from tests.backend.pages.console import Signed, at_desk, form_code, let_in
from tests.support import browser as browsing
from tests.support.forms import empty_file
from tests.support.forms import form as multipart

HOME = "/staff/news"
WORDS = {"category": "policy", "title": "信用修复怎么办", "body": "## 三步\n\n申请**修复**。"}


@pytest.fixture
def press(deps: Deps) -> Press:
    return Press(deps)


@pytest.fixture
def anna(deps: Deps) -> Signed:
    return at_desk(deps, "an.na", Role.NEWS_EDITOR)


@pytest.fixture
def bo(deps: Deps) -> Signed:
    return at_desk(deps, "bo.wen", Role.NEWS_EDITOR)


def as_actor(one: Signed) -> Actor:
    return Actor(one.id, Role.NEWS_EDITOR, Channel.PAGE, "s", name=one.name)


def test_one_writes_another_approves_and_readers_see_it(
    press: Press, anna: Signed, bo: Signed, visiting: Visiting
) -> None:
    one = visiting(size=browsing.DESK).signed_in(anna.tokens, "staff")
    one.open(f"{HOME}/new")
    one.page.select_option("#f-category", "policy")
    one.page.fill("#f-title", "信用修复怎么办")
    one.page.fill("#f-body", "## 三步\n\n申请**修复**。")
    one.page.wait_for_selector("[data-look] h2:has-text('三步')")  # as it is typed
    one.check()
    one.page.click("button:has-text('保存')")
    one.page.wait_for_selector(".badge:has-text('草稿')")
    ident = one.page.url.rpartition("/")[2]
    one.page.click("button:has-text('提交审核')")
    one.page.wait_for_selector(".badge:has-text('待审核')")
    assert "不能自己审核" in one.text()
    assert one.page.locator("button:has-text('审核通过')").count() == 0
    one.check()
    two = visiting().signed_in(bo.tokens, "staff")
    two.open(f"{HOME}?state=submitted")
    two.check()
    two.page.click("[data-row]")
    two.page.click("button:has-text('审核通过第 1 稿')")
    two.page.wait_for_selector(".badge:has-text('已审核')")
    two.page.click("button:has-text('立即发布')")
    two.page.wait_for_selector(".badge.good")
    assert press.titles() == ["信用修复怎么办"]
    two.check()
    two.page.click("summary:has-text('撤下')")
    two.page.fill("#f-unpublish-reason", "文号有误")
    two.page.click("button:has-text('撤下')")
    two.page.wait_for_selector(".badge.bad")
    assert press.titles() == []
    assert service.find_for_staff(press.deps, BO, article_id=ident).state is NewsState.UNPUBLISHED


def test_who_wrote_it_cannot_approve_it_even_by_hand(
    press: Press, anna: Signed, visitor: FlaskClient
) -> None:
    made = press.submit(press.draft(by=as_actor(anna)))
    browser = let_in(visitor, anna)
    code = form_code(browser, f"{HOME}/{made.id}")
    found = browser.post(f"{HOME}/{made.id}/approve", data={"_form": code, "version": str(made.version)})
    assert found.status_code == 403
    assert "没有参与撰写的人审核" in found.text
    assert press.look(made).state is NewsState.SUBMITTED


def test_of_two_who_edit_the_second_keeps_every_word_and_sees_what_changed(
    press: Press, anna: Signed, visitor: FlaskClient
) -> None:
    made, browser = press.draft(), let_in(visitor, anna)
    address = f"{HOME}/{made.id}/edit"
    code = form_code(browser, address)
    press.change(made, BO, body="同事写的新正文")
    sent = WORDS | {"_form": code, "version": str(made.version), "body": "我写的新正文"}
    found = browser.post(address, **multipart(sent))
    assert found.status_code == 409
    assert "没有丢失" in found.text
    assert "bo.wen" in found.text
    assert ">我写的新正文</textarea>" in found.text
    assert "<del>同事</del><ins>我</ins>写的新正文" in found.text
    version = press.look(made).version
    assert f'name="version" value="{version}"' in found.text
    found = browser.post(address, **multipart(sent | {"version": str(version)}))
    assert found.status_code == 303
    assert (press.look(made).content.body, press.look(made).revision) == ("我写的新正文", 3)


def test_without_a_script_a_text_is_looked_at_before_it_is_kept(
    press: Press, anna: Signed, visitor: FlaskClient
) -> None:
    browser = let_in(visitor, anna)
    code = form_code(browser, f"{HOME}/new")
    found = browser.post(f"{HOME}/new", **multipart(WORDS | {"_form": code, "preview": "1"}))
    assert found.status_code == 200
    assert "<strong>修复</strong>" in found.text
    assert 'value="信用修复怎么办"' in found.text
    assert service.listed_for_staff(press.deps, BO, limit=5).items == ()
    harmful = WORDS | {"_form": code, "preview": "1", "body": "<script>alert(1)</script>"}
    found = browser.post(f"{HOME}/new", **multipart(harmful))
    assert "<script>alert" not in found.text


def test_every_fault_stands_at_its_box(anna: Signed, visitor: FlaskClient) -> None:
    browser = let_in(visitor, anna)
    code = form_code(browser, f"{HOME}/new")
    found = browser.post(f"{HOME}/new", **multipart(WORDS | {"_form": code, "title": ""}))
    assert found.status_code == 422
    assert 'id="f-title" name="title" type="text" value=""' in found.text
    assert 'aria-invalid="true"' in found.text
    found = browser.post(f"{HOME}/new", **multipart(WORDS | {"_form": code, "title_en": "How"}))
    assert found.status_code == 422
    assert '<p class="fault" id="e-body_en">英文版须同时有标题和正文</p>' in found.text


def test_a_picture_is_added_and_what_was_typed_stays(
    press: Press, anna: Signed, visitor: FlaskClient
) -> None:
    made, browser = press.draft(), let_in(visitor, anna)
    address = f"{HOME}/{made.id}/edit"
    sent = WORDS | {"_form": form_code(browser, address), "version": "1", "upload": "1", "body": "写到一半"}
    found = browser.post(address, **multipart(sent | {"picture": (photo(), "街景.jpg")}))
    assert found.status_code == 200
    assert "写到一半</textarea>" in found.text
    (picture,) = press.look(made).pictures
    assert f"picture:{picture.id}" in found.text
    assert browser.get(f"{HOME}/{made.id}/pictures/{picture.id}").mimetype == "image/jpeg"
    found = browser.post(address, **multipart(sent | {"picture": (b"%PDF-1.7", "a.pdf")}))
    assert (found.status_code, "写到一半</textarea>" in found.text) == (415, True)
    found = browser.post(address, **multipart(sent | {"picture": (b"", "")}))
    assert "请先选择一张图片" in found.text


def test_the_longest_article_in_both_languages_is_taken(
    press: Press, anna: Signed, visitor: FlaskClient
) -> None:
    browser = let_in(visitor, anna)
    sent = WORDS | {"_form": form_code(browser, f"{HOME}/new"), "title_en": "How"}
    sent |= {"body": "信" * 20_000, "body_en": "a word " * 5_700}
    found = browser.post(f"{HOME}/new", **multipart(sent | {"preview": "1"}))
    assert (found.status_code, found.text.count("信" * 20_000)) == (200, 2)
    assert browser.post(f"{HOME}/new", **multipart(sent)).status_code == 303
    assert browser.post(f"{HOME}/new", **multipart(sent | {"body": "信" * 20_001})).status_code == 422


def test_only_what_was_seen_is_approved(press: Press, anna: Signed, visitor: FlaskClient) -> None:
    made, browser = press.submit(press.draft(BO), BO), let_in(visitor, anna)
    address = f"{HOME}/{made.id}"
    code = form_code(browser, address)
    press.change(made, BO, body="又改了一句")
    press.submit(made, BO)
    found = browser.post(f"{address}/approve", data={"_form": code, "version": str(made.version)})
    assert (found.status_code, press.look(made).state) == (409, NewsState.SUBMITTED)
    assert "又改了一句" in found.text
    assert "您填写的都还在下面" not in found.text


def test_a_picture_that_is_too_large_is_told_before_it_is_sent(
    press: Press, anna: Signed, visiting: Visiting, tmp_path: Path
) -> None:
    made = press.draft()
    one = visiting(size=browsing.DESK).signed_in(anna.tokens, "staff")
    one.open(f"{HOME}/{made.id}/edit")
    large = empty_file(tmp_path / "大图.jpg", 8 * 1024 * 1024 + 1)
    one.page.set_input_files("#f-picture", files=large)
    one.page.wait_for_selector("#e-picture:has-text('超过 8 MB')")
    one.check()
    small = FilePayload(name="图.jpg", mimeType="image/jpeg", buffer=photo())
    one.page.set_input_files("#f-picture", files=small)
    one.page.click("button:has-text('上传图片')")
    one.page.wait_for_selector(".note.good")
    one.page.click("button:has-text('插入正文')")
    one.page.keyboard.type("服务大厅")
    one.page.wait_for_selector("[data-look] img[alt='服务大厅']")
    one.check()


def test_a_time_to_publish_is_shanghais_and_none_publishes_nothing(
    press: Press, anna: Signed, visitor: FlaskClient
) -> None:
    made, browser = press.approved(), let_in(visitor, anna)
    address = f"{HOME}/{made.id}/publish"
    code = form_code(browser, f"{HOME}/{made.id}")
    at = (press.deps.now() + timedelta(days=1)).astimezone(SHANGHAI).replace(second=0, microsecond=0)
    found = browser.post(address, data={"_form": code, "later": "1", "publish_at": ""})
    assert (found.status_code, press.look(made).state) == (422, NewsState.APPROVED)
    found = browser.post(address, data={"_form": code, "later": "1", "publish_at": "2020-01-01T08:00"})
    assert (found.status_code, "须在将来" in found.text) == (422, True)
    browser.post(address, data={"_form": code, "later": "1", "publish_at": f"{at:%Y-%m-%dT%H:%M}"})
    assert press.look(made).publish_at == at
    found = browser.post(f"{HOME}/{made.id}/unpublish", data={"_form": code, "reason": "改期"})
    assert (found.status_code, press.look(made).state) == (303, NewsState.APPROVED)


def test_revisions_show_what_changed(press: Press, anna: Signed, visiting: Visiting) -> None:
    made = press.draft(body="第一段。\n\n修复需要三步。", title_en="How", body_en="Three steps.")
    press.change(made, BO, body="第一段。\n\n修复需要两步。", title_en="How", body_en="Two steps.")
    one = visiting().signed_in(anna.tokens, "staff")
    one.open(f"{HOME}/{made.id}/revisions/2")
    assert one.page.locator("del").all_inner_texts()[1:] == ["三", "Three"]
    assert one.page.locator("ins").all_inner_texts()[1:] == ["两", "Two"]


def test_an_unknown_article_and_a_form_from_elsewhere(
    press: Press, anna: Signed, visitor: FlaskClient
) -> None:
    made, browser = press.draft(), let_in(visitor, anna)
    code = form_code(browser, HOME)
    assert browser.get(f"{HOME}/nothing").status_code == 404
    assert browser.post(f"{HOME}/nothing/submit", data={"_form": code}).status_code == 404
    assert browser.post(f"{HOME}/nothing/preview", data={"_form": code, "body": "x"}).status_code == 404
    assert browser.post(f"{HOME}/{made.id}/submit", data={}).status_code == 403
    assert press.look(made).state is NewsState.DRAFT


def test_what_stays_the_same_is_left_out() -> None:
    before = "\n".join(f"line {number}" for number in range(50))
    found = differences.of(before, before.replace("line 25", "line 2500"))
    assert [None if line is None else "".join(piece.text for piece in line) for line in found] == [
        None, "line 24", "line 252500", "line 26", None,
    ]  # fmt: skip
    assert differences.of(before, before) == []
