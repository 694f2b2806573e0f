"""What browsers, previews and programs find behind the short addresses of report links and of the verification."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from backend.chats import service as chats
from backend.common.deps import Deps
from backend.reports import service
from backend.reports.model import NewLink
from schemas.terms import Audience
from tests.backend.chats.conftest import bind
from tests.backend.pages.both import check_on_both
from tests.backend.pages.casework import hidden
from tests.backend.pages.conftest import Visiting
from tests.backend.pages.test_report import OTHER, code_of
from tests.support import people
from tests.support.readers import Reader, enters, reader
from tests.support.records import keep, make_record
from tests.support.world import Clock

PREVIEWS = [
    {"User-Agent": "TelegramBot (like TwitterBot)", "Accept": "*/*"},
    {"User-Agent": "facebookexternalhit/1.1", "Accept": "*/*"},
    {"User-Agent": "WhatsApp/2.23", "Accept": "application/json"},
    {"Sec-Purpose": "prefetch;prerender", "Accept": "*/*"},
    {"Purpose": "prefetch"},
]


@pytest.fixture
def me(deps: Deps) -> Reader:
    one = reader(deps)
    keep(deps, make_record(subject_id=one.subject_id))
    return one


def made(deps: Deps, one: Reader, audience: Audience = Audience.THIRD_PARTY, max_opens: int = 1) -> NewLink:
    return service.make_link(deps, one.actor, purpose="应聘入职", audience=audience, max_opens=max_opens)


def path_of(link: NewLink) -> str:
    return "/r/" + link.url.rpartition("/")[2]


def opens(deps: Deps, one: Reader) -> int:
    return service.links(deps, one.actor, limit=1).items[0].opens


def test_a_link_for_somebody_else_opens_by_a_tap_without_script(
    deps: Deps, visiting: Visiting, me: Reader
) -> None:
    link = made(deps, me, max_opens=2)
    one = visiting(java_script_enabled=False)
    for _ in range(2):
        one.open(path_of(link))
        assert "应聘入职" in one.text()
        assert "逃票" not in one.page.content()
    assert opens(deps, me) == 0
    one.page.click("main form button")
    one.page.wait_for_selector(".shared")
    said = one.text()
    assert "第三方查看版本 · 第 1 次打开，共可打开 2 次" in said
    assert "授权用途：应聘入职" in said
    assert "欧**" in said
    assert people.NAME not in one.page.content()
    assert one.page.locator(".acts, form[action^='/report'], #looks, a[href='/report.pdf']").count() == 0
    assert opens(deps, me) == 1
    assert not service.access_log(deps, me.actor, limit=1).items[0].own


def test_what_it_opens_holds_in_every_look(deps: Deps, visiting: Visiting, me: Reader) -> None:
    link = made(deps, me, max_opens=9)
    one = visiting()
    one.open(path_of(link))
    one.page.click("main form button")
    one.page.wait_for_selector(".shared")
    check_on_both(one)


@pytest.mark.parametrize("headers", PREVIEWS, ids=str)
def test_what_only_draws_a_preview_opens_nothing(
    deps: Deps, pages_app: Flask, me: Reader, headers: dict[str, str]
) -> None:
    link = made(deps, me)
    page = pages_app.test_client().get(path_of(link), headers=headers)
    assert page.status_code == 200
    assert page.mimetype == "text/html"
    assert opens(deps, me) == 0
    assert "noindex" in page.text
    assert people.acts(deps, "reports.share") == []
    for path in (path_of(link), "/r/" + "0" * 22):
        assert pages_app.test_client().head(path, headers=headers).status_code == 200


@pytest.mark.parametrize("accept", ["application/json", "*/*", None])
def test_a_program_gets_what_the_api_says(
    deps: Deps, pages_app: Flask, me: Reader, accept: str | None
) -> None:
    link = made(deps, me)
    headers = {"Accept": accept} if accept else {}
    answer = pages_app.test_client().get(path_of(link), headers=headers)
    assert answer.json["view"] == "third_party"
    assert {"Accept", "User-Agent"} <= set(answer.vary)
    gone = pages_app.test_client().get(path_of(link), headers=headers)
    assert (gone.status_code, gone.json["reason"]) == (404, "reports.link_gone")
    assert "Accept" in gone.vary


def test_a_person_gets_a_page_and_caches_are_told(deps: Deps, visitor: FlaskClient, me: Reader) -> None:
    page = visitor.get(path_of(made(deps, me)))
    assert page.mimetype == "text/html"
    assert {"Accept", "Cookie"} <= set(page.vary)
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]


def test_a_form_of_another_site_opens_nothing(deps: Deps, visitor: FlaskClient, me: Reader) -> None:
    assert visitor.post(path_of(made(deps, me))).status_code == 403
    assert opens(deps, me) == 0


def test_strangers_are_not_told_why_a_link_is_dead(
    deps: Deps, visitor: FlaskClient, me: Reader, clock: Clock
) -> None:
    used = made(deps, me)
    code = code_of(visitor.get(path_of(used)).text)
    assert visitor.post(path_of(used), data={"_form": code}).status_code == 200
    killed = made(deps, me)
    service.kill_link(deps, me.actor, link_id=killed.id)
    pages = [visitor.get(path) for path in (path_of(used), path_of(killed), "/r/" + "0" * 22)]
    again = visitor.post(path_of(used), data={"_form": code})
    for page in (*pages, again):
        assert page.status_code == 404
        assert "已失效（过期、已用完、已停用或不存在）" in page.text


def test_its_owner_is_told_why_it_is_dead(deps: Deps, visitor: FlaskClient, me: Reader, clock: Clock) -> None:
    used, killed, late = (made(deps, me, Audience.SELF) for _ in range(3))
    enters(visitor, me)
    code = code_of(visitor.get(path_of(used)).text)
    assert visitor.post(path_of(used), data={"_form": code}).status_code == 200
    assert "已打开过，不能再次使用" in visitor.get(path_of(used)).text
    service.kill_link(deps, me.actor, link_id=killed.id)
    assert "报告链接已停用" in visitor.get(path_of(killed)).text
    clock.advance(minutes=31)
    assert "报告链接已过期" in visitor.get(path_of(late)).text


def test_a_link_for_oneself_leads_through_the_proof_and_back(
    deps: Deps, visitor: FlaskClient, clock: Clock, me: Reader
) -> None:
    clock.advance(minutes=10)
    path = path_of(made(deps, me, Audience.SELF))
    asked = path.replace("/", "%2F")
    assert visitor.get(path).headers["Location"] == f"/login?next={asked}"
    enters(visitor, me)
    assert visitor.get(path).headers["Location"] == f"/verify-me?next={asked}"
    assert opens(deps, me) == 0


def test_a_link_for_oneself_shows_the_own_report_marked_as_opened_by_it(
    deps: Deps, visiting: Visiting, me: Reader
) -> None:
    link = made(deps, me, Audience.SELF)
    one = visiting().signed_in(me.tokens)
    one.open(path_of(link))
    assert opens(deps, me) == 0
    one.page.click("main form button")
    one.page.wait_for_selector(".report")
    assert "您用报告链接打开了这份报告" in one.text()
    assert people.NAME in one.text()
    one.check()
    look = service.access_log(deps, me.actor, limit=1).items[0]
    assert (look.channel.value, look.own) == ("link", True)


def shown_form(visitor: FlaskClient, path: str) -> dict[str, str]:
    page = visitor.get(path).text
    return {name: hidden(page, name) for name in ("_form", "_once")}


def test_the_form_of_a_link_sent_three_times_at_once_opens_it_once_and_shows_it_each_time(
    deps: Deps, pages_app: Flask, visitor: FlaskClient, me: Reader
) -> None:
    path = path_of(made(deps, me))
    sent, cookie = shown_form(visitor, path), visitor.get_cookie("form")
    assert cookie is not None

    def send() -> tuple[int, bool]:
        same = pages_app.test_client()
        same.set_cookie("form", cookie.value, domain="localhost")
        answer = same.post(path, data=sent, headers={"Accept": "text/html"})
        return answer.status_code, "第 1 次打开，共可打开 1 次" in answer.text

    assert people.together([send] * 3) == [(200, True)] * 3
    assert opens(deps, me) == 1
    looks = service.access_log(deps, me.actor, limit=9).items
    assert [look.own for look in looks[:3]] == [False] * 3
    assert sum("再次显示" in look.purpose.zh for look in looks[:3] if look.purpose) == 2


def test_a_spent_link_is_shown_again_to_nobody_else_and_not_for_long(
    deps: Deps, pages_app: Flask, visitor: FlaskClient, me: Reader, clock: Clock
) -> None:
    path = path_of(made(deps, me))
    sent = shown_form(visitor, path)
    assert visitor.post(path, data=sent).status_code == 200
    other = pages_app.test_client()
    other.set_cookie("form", "another", domain="localhost")
    theirs = sent | {"_form": hidden(other.get("/login", headers={"Accept": "text/html"}).text, "_form")}
    assert other.post(path, data=theirs, headers={"Accept": "text/html"}).status_code == 404
    clock.advance(minutes=4)
    assert visitor.post(path, data=sent).status_code == 200
    clock.advance(minutes=2)
    assert visitor.post(path, data=sent).status_code == 404


def test_a_link_that_was_switched_off_shows_nothing_again(
    deps: Deps, visitor: FlaskClient, me: Reader
) -> None:
    link = made(deps, me, max_opens=2)
    sent = shown_form(visitor, path_of(link))
    assert visitor.post(path_of(link), data=sent).status_code == 200
    service.kill_link(deps, me.actor, link_id=link.id)
    assert visitor.post(path_of(link), data=sent).status_code == 404


def test_later_the_same_form_counts_as_another_opening(
    deps: Deps, visitor: FlaskClient, me: Reader, clock: Clock
) -> None:
    link = made(deps, me, max_opens=2)
    sent = shown_form(visitor, path_of(link))
    for minutes in (0, 1, 6):
        clock.advance(minutes=minutes)
        assert visitor.post(path_of(link), data=sent).status_code == 200
    assert opens(deps, me) == 2


def test_who_opened_the_own_link_and_sends_its_form_again_is_led_to_the_report(
    deps: Deps, visitor: FlaskClient, me: Reader
) -> None:
    link = made(deps, me, Audience.SELF)
    sent = shown_form(enters(visitor, me), path_of(link))
    assert visitor.post(path_of(link), data=sent).status_code == 200
    again = visitor.post(path_of(link), data=sent)
    assert (again.status_code, again.headers["Location"]) == (303, "/report")
    assert opens(deps, me) == 1


def test_another_persons_own_link_opens_for_nobody_else(deps: Deps, visitor: FlaskClient, me: Reader) -> None:
    link = made(deps, me, Audience.SELF)
    other = reader(deps, phone="13900002222", number=OTHER, name="李四")
    code = code_of(enters(visitor, other).get("/verify").text)
    for page in (visitor.get(path_of(link)), visitor.post(path_of(link), data={"_form": code})):
        assert page.status_code == 404
        assert "应聘入职" not in page.text
    assert opens(deps, me) == 0


def test_a_chats_link_opens_for_its_account_and_ends_with_its_binding(
    deps: Deps, visitor: FlaskClient, me: Reader
) -> None:
    chat = bind(deps, me.actor)
    link = service.make_chat_link(deps, me.actor, chat_id=chat.id)
    other = reader(deps, phone="13900002222", number=OTHER, name="李四")
    elsewhere = enters(visitor, other).get(path_of(link))
    assert elsewhere.status_code == 404
    assert "只能由生成它的聊天所绑定的账号打开" in elsewhere.text
    assert "您本人的报告链接" in enters(visitor, me).get(path_of(link)).text
    chats.unbind_all(deps, me.actor)
    gone = visitor.get(path_of(link))
    assert gone.status_code == 404
    assert "已解除绑定" in gone.text


def test_anybody_verifies_a_report_by_typing(deps: Deps, visiting: Visiting, me: Reader) -> None:
    report = service.mine(deps, me.actor)
    code = report.verify_url.rpartition("=")[2]
    one = visiting()
    one.open("/verify")
    assert "校验码" in one.text()
    assert "验证码" not in one.text()  # that one comes by text message
    one.page.fill("#f-number", report.report_no.lower())
    one.page.fill("#f-code", code)
    one.page.click("main .button")
    one.page.wait_for_selector(".note.good")
    assert "真实" in one.text()
    assert "2026年11月21日 20:00" in one.text()
    assert people.NAME not in one.page.content()
    one.check()
    one.open(f"/verify/{report.report_no}?code=wrong")
    assert "未能核实" in one.text()
    one.check()
    one.open(f"/verify/{report.report_no}")
    assert one.page.input_value("#f-number") == report.report_no
    assert "请再填写校验码" in one.text()
    assert one.page.get_attribute("#f-code", "aria-invalid") == "true"


def test_programs_verify_as_before(deps: Deps, pages_app: Flask, me: Reader) -> None:
    url = service.mine(deps, me.actor).verify_url.removeprefix(deps.settings.site)
    answer = pages_app.test_client().get(url, headers={"Accept": "*/*"})
    assert answer.json["authentic"] is True
    assert "Accept" in answer.vary


@pytest.mark.parametrize("query", ["", "?code=", "?code=x", "?code=" + "0" * 17, "?code=<svg>0000000000"])
def test_a_picture_is_drawn_of_nothing_else(visitor: FlaskClient, query: str) -> None:
    assert visitor.get(f"/verify/SH20261121-7K3M-9Q2W-8CXP-T/qr.svg{query}").status_code == 404
    assert visitor.get("/verify/%3Cx%3E/qr.svg?code=" + "0" * 16).status_code == 404


def test_the_number_of_a_link_page_is_not_in_its_title(deps: Deps, visitor: FlaskClient, me: Reader) -> None:
    """What a messenger writes under a link is its title: nothing of the purpose or the person."""
    page = visitor.get(path_of(made(deps, me))).text
    title = re.search(r"<title>(.*?)</title>", page)
    assert title is not None
    assert title[1] == "信用报告链接 · 信用上海"
