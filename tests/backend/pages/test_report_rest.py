"""Who looked, "not me", the forgetting calendar, and links that are made and switched off."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from backend.audit import service as audit
from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.reports import service
from schemas.terms import Audience, Channel, LinkState, QuestionFinding, Role
from schemas.text import Text
from tests.backend.pages.both import check_on_both
from tests.backend.pages.conftest import Visiting
from tests.backend.pages.test_report import OTHER, code_of
from tests.support import people
from tests.support.readers import Reader, enters, reader
from tests.support.records import keep, make_record
from tests.support.world import START, Clock

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
    one = visiting().signed_in(me.tokens)
    one.open("/report/looks")
    one.page.locator(".look.own summary").first.click()
    one.check()
    said = one.text()
    for words in ("持您所给报告链接的人", "租房", "报告链接", "您自己看过 1 次", "本人查询信用记录数量"):
        assert words in said


def test_who_looked_stands_on_top_in_one_sentence(deps: Deps, visitor: FlaskClient, me: Reader) -> None:
    service.summary(deps, me.actor)
    assert top(enters(visitor, me)) == "过去 12 个月，除了您自己，没有人看过您的信息。"
    shared_once(deps, me)
    assert top(visitor) == "过去 12 个月，别人看过您的信息 1 次：持您所给报告链接的人。"
    for name, unit in (("吴迪", "HRSS"), ("陈立", "HRSS"), ("周晓", None)):
        officer = replace(AUDITOR, role=Role.PROVIDER if unit else Role.CASE_OFFICER, name=name, unit=unit)
        looked(deps, me, officer)
    looked(deps, me, Actor("m1", Role.MERCHANT, Channel.API, name="<江南书局>"))
    assert top(visitor) == (
        "过去 12 个月，别人看过您的信息 5 次：HRSS（2 次）、&lt;江南书局&gt;（1 次）、异议处理员（1 次），"
        "还有另外 1 个单位或个人。"
    )
    visitor.set_cookie("lang", "en", domain="localhost")
    assert "how often: 5. By whom: HRSS (2×)" in top(visitor)


def looked(deps: Deps, one: Reader, officer: Actor) -> None:
    why = Text("办理异议", "Working on an objection")
    audit.look(deps, officer, "objections.read", subject_id=one.subject_id, purpose=why, scope=why)


def top(visitor: FlaskClient) -> str:
    found = re.search(
        r'<p class="note[^"]* who"><strong>(.*?)</strong>', visitor.get("/report/looks").text, re.DOTALL
    )
    assert found is not None
    return found[1]


def test_own_looks_are_folded_and_those_of_others_stand_out(
    deps: Deps, visiting: Visiting, clock: Clock, me: Reader
) -> None:
    """Two, then somebody else, then three."""
    for _ in range(2):
        service.summary(deps, me.actor)
        clock.advance(minutes=1)
    shared_once(deps, me)
    for _ in range(3):
        service.summary(deps, me.actor)
        clock.advance(minutes=1)
    one = visiting(java_script_enabled=False).signed_in(me.tokens)
    one.open("/report/looks")
    cards = one.page.locator(".look")
    assert [("own" in (cards.nth(place).get_attribute("class") or "")) for place in range(cards.count())] == [
        True,
        False,
        True,
    ]
    assert "您自己看过 3 次" in cards.nth(0).inner_text()
    assert "不是您本人" in cards.nth(1).inner_text()
    assert "本人查询信用记录数量" not in one.text()
    cards.nth(2).locator("summary").first.click()
    assert cards.nth(2).inner_text().count("本人查询信用记录数量") == 2
    one.page.click("a.chip[href='/report/looks?who=others']")
    assert one.page.locator(".look").count() == one.page.locator(".look.other").count() == 1
    assert one.page.locator("nav.which a[aria-current]").inner_text() == "只看别人的"


def test_the_list_of_others_goes_on_to_its_own_next_part(
    deps: Deps, visitor: FlaskClient, me: Reader
) -> None:
    for number in range(25):
        looked(deps, me, replace(AUDITOR, name=f"审计{number:02}"))
        service.summary(deps, me.actor)
    first = enters(visitor, me).get("/report/looks?who=others").text
    assert first.count("look other") == 20
    onward = re.search(r'href="(/report/looks\?who=others&amp;cursor=[^"]+)"', first)
    assert onward is not None
    rest = visitor.get(onward[1].replace("&amp;", "&")).text
    assert rest.count("look other") == 5
    assert "审计00" in rest


def test_a_question_about_an_own_look_that_is_not_taken_stays_in_its_open_fold(
    deps: Deps, visitor: FlaskClient, me: Reader
) -> None:
    for _ in range(2):
        service.summary(deps, me.actor)
    entry = service.access_log(deps, me.actor, limit=2).items[1]
    code = code_of(enters(visitor, me).get("/report/looks").text)
    sent = {"_form": code, "statement": "不是我" * 400}
    page = visitor.post(f"/report/looks/{entry.id}/questions", data=sent)
    assert page.status_code == 422
    assert "<details open><summary><span>您自己看过 2 次" in page.text
    assert page.text.count("<details open>") == 2
    assert sent["statement"] in page.text


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


def test_own_words_show_after_the_proof(deps: Deps, visitor: FlaskClient, clock: Clock, me: Reader) -> None:
    service.summary(deps, me.actor)
    entry = service.access_log(deps, me.actor, limit=1).items[0]
    question = service.ask(deps, me.actor, entry_id=entry.id, statement="我没有给过任何人")
    said = "由您授权的房东查看"
    service.answer(deps, AUDITOR, question_id=question.id, finding=QuestionFinding.LAWFUL, explanation=said)
    service.make_link(deps, me.actor, purpose="办理签证", audience=Audience.SELF)
    browser = enters(visitor, me)
    own = {"/report/questions": ("我没有给过任何人", said), "/report/links": ("办理签证",)}
    for path, words in own.items():
        assert all(one in browser.get(path).text for one in words)
    clock.advance(minutes=11)
    for path, words in own.items():
        assert not any(one in browser.get(path).text for one in words)
    assert "/verify-me?next=/report/questions" in browser.get("/report/questions").text
    assert "查询依法有据" in browser.get("/report/questions").text
    assert "用途在核验后可见" in browser.get("/report/links").text


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
    one.open("/report/forgetting")
    assert "您没有失信信息" in one.text()
    (record, _) = keep(
        deps,
        make_record(subject_id=me.subject_id, public_until=START + timedelta(days=40)),
        make_record(subject_id=me.subject_id, title="尚未履行", ended_on=None, query_until=None),
    )
    one.open("/report/forgetting")
    one.check()
    plain = visiting(java_script_enabled=False).signed_in(me.tokens)
    plain.open("/report/forgetting")
    said = plain.page.text_content("main") or ""
    for words in (
        "2026 年",
        "2026年12月31日",
        "2030 年",
        "2030年3月1日 24:00",
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


def test_a_link_just_made_holds_in_every_look(visiting: Visiting, me: Reader) -> None:
    one = visiting().signed_in(me.tokens)
    one.open("/report/links")
    one.page.fill("#f-purpose", "应聘入职")
    one.page.click("main form.card button")
    one.page.wait_for_selector(".qr svg")
    assert "核验" not in one.page.locator(".qr svg title").text_content()
    check_on_both(one)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"purpose": ""}, '<a href="#f-purpose">用途</a>：请填写'),
        ({"purpose": f"给{people.NAME}"}, '<p class="fault" id="e-purpose">用途会写入查询记录，请勿填写姓名'),
        ({"minutes": "0"}, "请检查标出的项目"),
        ({"minutes": "x"}, '<a href="#f-minutes">多长时间有效</a>：'),
        ({"max_opens": "²"}, "请检查标出的项目"),
        ({"audience": "all"}, '<a href="#e-audience">给谁看</a>：请从列出的选项中选择'),
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
