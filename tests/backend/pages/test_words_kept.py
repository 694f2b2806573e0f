"""What somebody wrote is not lost when the proof or the sign-in runs out in the meantime."""

import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from backend.accounts import service as accounts
from backend.common.deps import Deps
from backend.eligibility import service as eligibility
from backend.limits import service as limits
from backend.pages import written
from backend.reports import service as reports
from backend.reports.service.questions import PER_PERSON
from schemas.terms import Role
from tests.backend.eligibility.counter import make_counter
from tests.backend.pages.casework import hidden, make_case
from tests.backend.pages.console import at_desk, let_in
from tests.support import guests, people, residents
from tests.support.forms import form
from tests.support.guests import Guest
from tests.support.readers import Reader, enters, proved, reader
from tests.support.world import Clock

HOME = {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}
WORDS = "我已经补缴，请看附件。"


@pytest.fixture
def me(deps: Deps) -> Reader:
    return reader(deps)


def refused_check(deps: Deps, guest: Guest) -> str:
    counter = make_counter(deps)
    counter.mar(guest.actor)
    return counter.check(counter.passed(guest.actor)).check_id


def test_the_statement_of_a_contest_stands_in_its_form_again(
    deps: Deps, visitor: FlaskClient, clock: Clock
) -> None:
    guest = guests.verified(deps)
    path = f"/checks/{refused_check(deps, guest)}"
    guests.enter(visitor, guest.tokens)
    code = hidden(visitor.get(path).text, "_form")
    clock.advance(minutes=11)
    sent = {"_form": code, "statement": WORDS}
    found = visitor.post(f"{path}/contest", data=sent)
    assert found.status_code == 403
    assert f">{WORDS}</textarea>" in found.text
    assert f'href="/verify-me?next={path.replace("/", "%2F")}" target="_blank"' in found.text
    assert "依据" not in found.text  # what only the proved person sees
    again = guests.proved(deps, guest)
    guests.enter(visitor, again.tokens)
    assert visitor.post(f"{path}/contest", data=sent).headers["Location"] == f"{path}#review"
    (review,) = eligibility.my_contests(deps, again.actor, limit=9).items
    assert review.statement == WORDS


def test_the_purpose_of_a_link_stands_in_its_form_again(
    deps: Deps, visitor: FlaskClient, clock: Clock, me: Reader
) -> None:
    code = hidden(enters(visitor, me).get("/report/links").text, "_form")
    clock.advance(minutes=11)
    sent = {"_form": code, "audience": "third_party", "purpose": "租房", "minutes": "30", "max_opens": "5"}
    found = visitor.post("/report/links", data=sent)
    assert found.status_code == 403
    assert 'value="租房"' in found.text
    assert 'value="third_party" required checked' in found.text
    assert '<option value="30" selected>' in found.text
    assert 'href="/verify-me?next=%2Freport%2Flinks" target="_blank"' in found.text
    enters(visitor, proved(deps, me))
    assert visitor.post("/report/links", data=sent).status_code == 200
    assert reports.count_active_links(deps, me.actor) == 1


def test_a_question_that_is_refused_stands_in_its_form_again(
    deps: Deps, visitor: FlaskClient, me: Reader
) -> None:
    """Also on a later part of the list, and with its tick."""
    for _ in range(25):
        reports.summary(deps, me.actor)
    enters(visitor, me)
    onward = re.findall(r'href="(/report/looks\?cursor=[^"]+)"', visitor.get("/report/looks").text)[0]
    page = visitor.get(onward.replace("&amp;", "&")).text
    action = re.findall(r'action="(/report/looks/[^"]+/questions\?cursor=[^"]+)"', page)[-1]
    long = {"_form": hidden(page, "_form"), "statement": "问" * 1001, "end_sessions": "yes"}
    found = visitor.post(action, data=long)
    assert found.status_code == 422
    assert "问" * 1001 in found.text
    assert 'value="yes" checked' in found.text


def test_too_many_questions_lose_no_words(deps: Deps, visitor: FlaskClient, me: Reader) -> None:
    reports.summary(deps, me.actor)
    page = enters(visitor, me).get("/report/looks").text
    for _ in range(PER_PERSON.count):
        limits.spend(deps, "reports.question", me.subject_id, limit=PER_PERSON)
    action = re.findall(r'action="(/report/looks/[^"]+/questions)"', page)[0]
    found = visitor.post(action, data={"_form": hidden(page, "_form"), "statement": "为什么查我"})
    assert found.status_code == 429
    assert found.headers["Retry-After"]
    assert ">为什么查我</textarea>" in found.text


@pytest.mark.parametrize("ends", [{}, {"end_sessions": "yes"}], ids=["asks", "and_signs_out"])
def test_a_second_question_about_a_look_is_not_dropped_unsaid(
    deps: Deps, visitor: FlaskClient, me: Reader, ends: dict[str, str]
) -> None:
    """The first one stays; what was written now is shown with the words that it was not handed on."""
    reports.summary(deps, me.actor)
    page = enters(visitor, me).get("/report/looks").text
    action = re.findall(r'action="(/report/looks/[^"]+/questions)"', page)[0]
    sent = {"_form": hidden(page, "_form"), "statement": "为什么查我"}
    first = visitor.post(action, data=sent).headers["Location"]
    assert visitor.post(action, data=sent).headers["Location"] == first
    answer = visitor.post(action, data=sent | {"statement": "还有一问"} | ends)
    assert answer.status_code == 409
    assert "这次写的内容没有提交" in answer.text
    assert "还有一问</blockquote>" in answer.text
    assert len(reports.own_questions(deps, me.actor, limit=5).items) == 1
    assert bool(ends) is ("所有手机、网页和聊天里的登录都已结束" in answer.text)


def test_without_proof_a_second_tap_is_no_second_question(
    deps: Deps, visitor: FlaskClient, clock: Clock, me: Reader
) -> None:
    """Whether another form says the same as the question that stands is not told to who may not read that."""
    reports.summary(deps, me.actor)
    clock.advance(minutes=11)
    page = enters(visitor, me).get("/report/looks").text
    action = re.findall(r'action="(/report/looks/[^"]+/questions)"', page)[0]
    sent = {name: hidden(page, name) for name in ("_form", "_once")} | {"statement": "为什么查我"}
    first = visitor.post(action, data=sent).headers["Location"]
    assert visitor.post(action, data=sent).headers["Location"] == first
    for words in ("为什么查我", "还有一问"):
        answer = visitor.post(action, data=sent | {"_once": words, "statement": words})
        assert (answer.status_code, f"{words}</blockquote>" in answer.text) == (409, True)


def test_a_form_whose_sign_in_is_over_is_sent_again_after_it(
    deps: Deps, visitor: FlaskClient, me: Reader
) -> None:
    """The words stand in a form on the page that says so; after signing in beside it they are sent from there."""
    page = enters(visitor, me).get("/report/links").text
    sent = {name: hidden(page, name) for name in ("_form", "_once")}
    sent |= {"audience": "self", "purpose": "租房", "minutes": "30", "max_opens": "5"}
    accounts.end_sessions(deps, people.COMMAND, me.actor.id)
    over = visitor.post(
        "/report/links", data=sent, headers=HOME | {"Referer": "http://localhost/report/links"}
    )
    assert over.status_code == 401
    assert 'href="/login?next=/report/links" target="_blank"' in over.text
    assert '<form method="post" action="/report/links"' in over.text
    assert ">租房</textarea>" in over.text
    anew = residents.sign_in(deps, people.PHONE)
    enters(visitor, Reader(anew.actor, anew.tokens))
    late = visitor.post("/report/links", data=sent | {"_form": hidden(over.text, "_form")}, headers=HOME)
    assert late.status_code == 403
    assert ">租房</textarea>" in late.text
    once_more = {name: hidden(late.text, name) for name in ("_form", "_once", "audience", "minutes")}
    done = visitor.post("/report/links", data=sent | once_more, headers=HOME)
    assert done.status_code == 200
    assert "/r/" in done.text


@pytest.mark.parametrize("headers", [{}, {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}])
def test_what_may_have_come_from_elsewhere_is_no_form_to_send(
    visitor: FlaskClient, me: Reader, headers: dict[str, str]
) -> None:
    enters(visitor, me)
    sent = {"_form": "0" * 64, "audience": "third_party", "purpose": "别人写的用途，别人写的用途"}
    found = visitor.post("/report/links", data=sent, headers=headers)
    assert found.status_code == 403
    assert 'action="/report/links"' not in found.text
    assert "别人写的用途" not in found.text


def test_whoever_is_signed_out_in_another_tab_is_told_so_at_once(
    deps: Deps, visitor: FlaskClient, me: Reader
) -> None:
    """Another page has made the browser forget the sign-in already; the form does not call itself too old."""
    page = enters(visitor, me).get("/report/links").text
    sent = {name: hidden(page, name) for name in ("_form", "_once")} | {"audience": "self", "purpose": "租房"}
    accounts.end_sessions(deps, people.COMMAND, me.actor.id)
    visitor.get("/")
    assert visitor.get_cookie("citizen_session") is None
    over = visitor.post("/report/links", data=sent, headers=HOME)
    assert over.status_code == 401
    assert "已退出登录，请重新登录" in over.text
    assert "打开得太久" not in over.text
    assert re.search(r'for="kept-\d">用途</label>', over.text)


def test_what_staff_write_is_kept_however_short_with_the_way_to_sign_in(
    deps: Deps, visitor: FlaskClient
) -> None:
    signed = at_desk(deps, "gao", Role.NEWS_EDITOR)
    browser = let_in(visitor, signed)
    page = browser.get("/staff/news/new").text
    sent = {name: hidden(page, name) for name in ("_form", "_once")}
    accounts.end_sessions(deps, people.COMMAND, signed.id)
    over = browser.post(
        "/staff/news/new", data=sent | {"title": "短", "summary": "ok", "body": "abc"}, headers=HOME
    )
    assert over.status_code == 401
    for word in (
        "已退出登录",
        ">短</textarea>",
        ">ok</textarea>",
        ">abc</textarea>",
        ">摘要</label>",
        'href="/staff/login',
    ):
        assert word in over.text


def test_every_large_box_is_known_by_name() -> None:
    """Whoever adds one says in `boxes` what it is called, or its words are lost with a sign-in that is over."""
    found = {
        name
        for template in (Path(written.__file__).parent / "templates").rglob("*.html")
        for name in re.findall(r"ui\.area\([^\"]*\"(\w+)\"", template.read_text())
    }
    assert "pledge" in found
    assert found - {"evidence", "dissent", "typed"} <= written.BOXES.keys()


def test_a_secret_is_not_handed_back(deps: Deps, visitor: FlaskClient, me: Reader) -> None:
    enters(visitor, me)
    sent = {"_form": "0" * 64, "reason": "因为要换密码", "password": "hunter hunter hunter"}
    found = visitor.post("/staff/password", data=sent, headers=HOME)
    assert found.status_code == 403
    assert "hunter" not in found.text
    assert 'action="/staff/password"' not in found.text


BIG = bytes(9_900_000)


@pytest.mark.parametrize("way", ["files", "words", "plain"])
def test_words_of_a_form_that_is_too_large_can_be_read_and_the_form_is_one_step_away(
    visitor: FlaskClient, deps: Deps, way: str
) -> None:
    """Seven large files; a statement of 200,000 characters; the same in a form without files."""
    case = make_case(deps)
    case.in_client(visitor)
    path = f"/objections/new?record={case.town.record().id}"
    code = hidden(visitor.get(path).text, "_form")
    statement = WORDS if way == "files" else WORDS + "长" * 200_000
    sent = {"_form": code, "ground": "error_or_omission", "statement": statement}
    if way == "files":
        files = [(BIG, f"{number}.jpg") for number in range(7)]
        found = visitor.post(path, **form(sent | {"evidence": files}), headers=HOME)
    elif way == "words":
        found = visitor.post(path, **form(sent), headers=HOME)
    else:
        found = visitor.post(path, data=sent, headers=HOME)
    assert found.status_code == 413
    assert f"readonly>{statement[:1000]}" in found.text
    assert f'href="{path}">回到表单</a>' in found.text
    assert 'id="kept-2"' not in found.text, "only what somebody wrote"


def test_no_files_are_asked_for_again_where_none_were(visitor: FlaskClient, deps: Deps) -> None:
    case = make_case(deps)
    case.in_client(visitor)
    path = f"/objections/new?record={case.town.record().id}"
    record, code = path.rpartition("=")[2], hidden(visitor.get(path).text, "_form")
    sent = {"_form": code, "record_id": record, "ground": "error_or_omission", "statement": WORDS}
    found = visitor.post(path, **form(sent | {"evidence": (b"not a picture", "a.txt")}))
    assert "选过的文件需要重新选择" in found.text
    found = visitor.post(path, **form(sent | {"statement": "", "evidence": (b"", "")}))
    assert found.status_code == 422
    assert "选过的文件需要重新选择" not in found.text
