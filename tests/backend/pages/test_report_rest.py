"""Who looked, "not me", the forgetting calendar, and links that are made and switched off."""

from dataclasses import replace
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from backend.common.deps import Deps
from backend.reports import service
from schemas.terms import Audience, Channel, LinkState, QuestionFinding, Role
from tests.backend.pages.conftest import Visiting
from tests.backend.pages.test_report import OTHER, code_of
from tests.support import browser as browsing
from tests.support import people
from tests.support.readers import Reader, enters, reader
from tests.support.records import keep, make_record
from tests.support.world import START

AUDITOR = replace(people.COMMAND, role=Role.AUDITOR, channel=Channel.CONSOLE, id="staff-9", name="审计")


@pytest.fixture
def me(deps: Deps) -> Reader:
    return reader(deps)


def shared_once(deps: Deps, one: Reader) -> None:
    """Somebody opens a link: a look that is not the subject's own."""
    link = service.make_link(deps, one.actor, purpose="租房", audience=Audience.THIRD_PARTY)
    service.open_link(deps, people.COMMAND, code=link.url.rpartition("/")[2])


def test_every_look_is_told_in_words(deps: Deps, visiting: Visiting, me: Reader) -> None:
    shared_once(deps, me)
    service.summary(deps, me.actor)
    for size in (browsing.PHONE, browsing.DESK):
        one = visiting(size=size).signed_in(me.tokens)
        one.check_each_look("/report/looks")
    said = one.text()
    for words in ("持您所给报告链接的人", "租房", "报告链接", "您自己", "本人查询信用记录数量"):
        assert words in said


def test_not_me_is_asked_without_script_and_its_answer_read(
    deps: Deps, visiting: Visiting, me: Reader
) -> None:
    shared_once(deps, me)
    one = visiting(java_script_enabled=False).signed_in(me.tokens)
    one.open("/report/looks")
    card = one.page.locator(".look").first
    card.locator("summary").click()
    card.locator("textarea").fill("我没有给过任何人")
    card.locator("button").click()
    one.page.wait_for_url("**/report/questions#*")
    assert "我没有给过任何人" in one.text()
    (question,) = service.own_questions(deps, me.actor, limit=5).items
    service.answer(
        deps,
        AUDITOR,
        question_id=question.id,
        finding=QuestionFinding.LAWFUL,
        explanation="由您授权的房东查看",
    )
    one.open("/report/questions")
    for words in ("已答复", "查询依法有据", "由您授权的房东查看"):
        assert words in one.text()
    one.open("/report/looks")
    assert "您已就此提出疑问" in one.text()


def test_the_questions_hold_in_every_look(deps: Deps, visiting: Visiting, me: Reader) -> None:
    shared_once(deps, me)
    one = visiting().signed_in(me.tokens)
    one.check_each_look("/report/questions")
    entry = service.access_log(deps, me.actor, limit=1).items[0]
    service.ask(deps, me.actor, entry_id=entry.id)
    one.check_each_look("/report/questions")


def test_not_me_ends_every_sign_in_where_wanted(deps: Deps, visiting: Visiting, me: Reader) -> None:
    shared_once(deps, me)
    one = visiting().signed_in(me.tokens)
    one.open("/report/looks")
    card = one.page.locator(".look").first
    card.locator("summary").click()
    card.locator("input[type=checkbox]").check()
    card.locator("button").click()
    one.page.wait_for_selector(".note.good")
    assert "已退出全部登录" in one.text()
    one.check()
    one.open("/report/looks")
    assert "/login?next=" in one.page.url


def test_nobody_asks_about_anothers_look(deps: Deps, visitor: FlaskClient, me: Reader) -> None:
    shared_once(deps, me)
    entry = service.access_log(deps, me.actor, limit=1).items[0]
    other = reader(deps, phone="13900002222", number=OTHER, name="李四")
    page = enters(visitor, other).get("/report/looks").text
    assert "租房" not in page
    path = f"/report/looks/{entry.id}/questions"
    assert visitor.post(path, data={"_form": code_of(page)}).status_code == 404
    assert visitor.post(path, data={}).status_code == 403
    assert service.own_questions(deps, me.actor, limit=1).items == ()


def test_the_calendar_tells_what_comes_and_what_may_be_done_now(
    deps: Deps, visiting: Visiting, me: Reader
) -> None:
    one = visiting().signed_in(me.tokens)
    one.check_each_look("/report/forgetting")
    assert "您没有失信信息" in one.text()
    (record, _) = keep(
        deps,
        make_record(subject_id=me.subject_id, public_until=START + timedelta(days=40)),
        make_record(subject_id=me.subject_id, title="尚未履行", ended_on=None, query_until=None),
    )
    for size in (browsing.PHONE, browsing.DESK):
        visiting(size=size).signed_in(me.tokens).check_each_look("/report/forgetting")
    plain = visiting(java_script_enabled=False).signed_in(me.tokens)
    plain.open("/report/forgetting")
    said = plain.page.text_content("main") or ""
    for words in (
        "2026 年",
        "2026年12月31日",
        "2030 年",
        "2030年3月1日24:00",
        "《上海市社会信用条例》第三十五条",
        "未设截止日期",
    ):
        assert words in said
    assert plain.page.get_attribute(".note.good a", "href") == f"/restorations/new?record={record.id}"


def test_a_link_is_made_shown_once_listed_and_switched_off(
    deps: Deps, visiting: Visiting, me: Reader
) -> None:
    one = visiting(java_script_enabled=False).signed_in(me.tokens)
    one.open("/report/links")
    one.page.fill("#f-purpose", "应聘入职")
    one.page.select_option("#f-minutes", "120")
    one.page.select_option("#f-max_opens", "2")
    one.page.click("main form.card button")
    one.page.wait_for_selector(".qr svg")
    address = one.page.inner_text(".address")
    assert "/r/" in address
    one.page.click("main .row a.button")
    one.page.wait_for_url("**/report/links")
    assert address not in one.page.content()
    assert "0 次，共 2 次" in one.text()
    one.page.click("button.danger")
    one.page.wait_for_load_state()
    assert "已停用" in one.text()
    (link,) = service.links(deps, me.actor, limit=5).items
    assert link.state is LinkState.KILLED
    assert link.expires_at == START + timedelta(minutes=120)


def test_the_pages_of_links_hold_in_every_look(deps: Deps, visiting: Visiting, me: Reader) -> None:
    service.make_link(deps, me.actor, purpose="应聘入职", audience=Audience.SELF)
    for size in (browsing.PHONE, browsing.DESK):
        one = visiting(size=size).signed_in(me.tokens)
        one.check_each_look("/report/links")
    for theme in ("light", "dark"):
        one.prefers(theme=theme, size="normal")
        one.open("/report/links")
        one.page.fill("#f-purpose", "应聘入职")
        one.page.click("main form.card button")
        one.page.wait_for_selector(".qr svg")
        one.check()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"purpose": ""}, "请检查标出的项目"),
        ({"purpose": f"给{people.NAME}"}, "请勿填写姓名"),
        ({"minutes": "0"}, "请检查标出的项目"),
        ({"minutes": "x"}, "请检查标出的项目"),
        ({"max_opens": "²"}, "请检查标出的项目"),
        ({"audience": "all"}, "请检查标出的项目"),
    ],
    ids=str,
)
def test_a_link_that_cannot_be_is_told_on_the_form(
    deps: Deps, visitor: FlaskClient, me: Reader, wrong: dict[str, str], said: str
) -> None:
    code = code_of(enters(visitor, me).get("/report/links").text)
    sent = {"_form": code, "purpose": "应聘", "audience": "third_party", "minutes": "30", "max_opens": "1"}
    page = visitor.post("/report/links", data=sent | wrong)
    assert page.status_code == 422
    assert said in page.text
    assert deps.db["report_links"].count_documents({}) == 0


def test_a_link_for_others_wants_the_proof_first(deps: Deps, visitor: FlaskClient) -> None:
    bound = reader(deps, verify=False)
    code = code_of(enters(visitor, bound).get("/report/links").text)
    sent = {"_form": code, "purpose": "应聘", "audience": "third_party", "minutes": "30", "max_opens": "1"}
    page = visitor.post("/report/links", data=sent, headers={"Referer": "http://localhost/report/links"})
    assert page.status_code == 403
    assert 'href="/verify-me?next=%2Freport%2Flinks" target="_blank"' in page.text
    assert service.links(deps, bound.actor, limit=1).items == ()


def test_nobody_switches_off_anothers_link(deps: Deps, visitor: FlaskClient, me: Reader) -> None:
    link = service.make_link(deps, me.actor, purpose="办理签证", audience=Audience.SELF)
    other = reader(deps, phone="13900002222", number=OTHER, name="李四")
    page = enters(visitor, other).get("/report/links").text
    assert "办理签证" not in page
    assert visitor.post(f"/report/links/{link.id}/kill", data={"_form": code_of(page)}).status_code == 404
    assert service.links(deps, me.actor, limit=1).items[0].state is LinkState.ACTIVE
