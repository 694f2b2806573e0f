"""A form that is sent again, by a second tap or by loading its answer once more, does nothing twice."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from backend.calendars import service as calendars
from backend.chats import service as chats
from backend.common.deps import Deps
from backend.eligibility import service as eligibility
from backend.reports import service as reports
from backend.staff import service as staff
from backend.web.rights import PAGES
from schemas.terms import Audience, Role, Way
from tests.backend.calendars.test_service import STEWARD
from tests.backend.chats.conftest import redeem
from tests.backend.eligibility.counter import make_counter
from tests.backend.pages.casework import hidden
from tests.backend.pages.console import PASSWORD, STRANGER, Signed, at_desk, let_in
from tests.backend.pages.test_lending import shown_code
from tests.support import guests, people, residents
from tests.support.people import acts
from tests.support.readers import Reader, enters, reader
from tests.support.world import Clock

NEW = "a sentence that nobody has used"
SHOWN_BEFORE = "已经生成过，只显示一次"

# Why each form of the pages may be sent twice. Who adds one decides it here.
CARRIED_OUT_ONCE = {
    "POST /login",
    "POST /passes",
    "POST /merchant/account",
    "POST /chats/codes",
    "POST /report/links",
    "POST /report/looks/<entry_id>/questions",
    "POST /staff/password",
    "POST /staff/window-codes",
    "POST /staff/calendars/<int:year>",
    "POST /staff/news/new",
    "POST /staff/pushes/new",
    "POST /staff/benefits/new",
    "POST /staff/services/new",
    "POST /staff/places/new",
    "POST /staff/merchants/new",
    "POST /staff/merchants/<merchant_id>/keys",
    "POST /staff/merchants/<merchant_id>/clerks",
}
KNOWN_BY_A_KEY = {
    "POST /benefits/<benefit_id>/claim",
    "POST /merchant/check",
    "POST /merchant/redeem",
    "POST /r/<code>",
    "POST /objections/new",
    "POST /objections/<objection_id>/evidence",
    "POST /restorations/new",
}
ONE_BY_ITSELF = {
    "POST /identity",
    "POST /checks/<check_id>/contest",
    "POST /merchant/orders",
    "POST /report/withdrawals/<record_id>",
    "POST /map/<place_id>/reports",
    "POST /verify-me/consent",
    "POST /staff/imports",
    "POST /staff/phrases",
    "POST /staff/phrases/remove",
}
"""The use case: the first one stays, or the same again is the same."""
A_STEP_FROM_A_STATE = {
    "POST /passes/<pass_id>/withdraw",
    "POST /merchant/orders/<order_id>/<act>",
    "POST /me/consents/<consent_id>/withdraw",
    "POST /me/close",
    "POST /report/links/<link_id>/kill",
    "POST /chats/unbind",
    "POST /chats/links/kill",
    "POST /chats/<binding_id>/unbind",
    "POST /objections/<objection_id>/dissent",
    "POST /objections/<objection_id>/withdraw",
    "POST /restorations/<restoration_id>/withdraw",
    "POST /staff/objections/<objection_id>/compare",
    "POST /staff/objections/<objection_id>/<any('take-over','request-supplement','forward'):act>",
    "POST /staff/objections/<objection_id>/decide",
    "POST /staff/objections/<objection_id>/findings",
    "POST /staff/restorations/<restoration_id>/<any('accept','decline'):act>",
    "POST /staff/restorations/<restoration_id>/proofs",
    "POST /staff/contests/<contest_id>/answer",
    "POST /staff/questions/<question_id>/answer",
    "POST /staff/news/<news_id>/<any('submit','return','approve','publish','unpublish'):act>",
    "POST /staff/news/<news_id>/edit",
    "POST /staff/pushes/<push_id>/<any('pause','resume','cancel'):act>",
    "POST /staff/benefits/<benefit_id>/edit",
    "POST /staff/benefits/<benefit_id>/<any('pause','resume','close'):act>",
    "POST /staff/services/<service_id>/edit",
    "POST /staff/services/<service_id>/<any('pause','resume','close'):act>",
    "POST /staff/merchants/<merchant_id>/edit",
    "POST /staff/merchants/<merchant_id>/<any('pause','resume','close'):act>",
    "POST /staff/merchants/<merchant_id>/keys/<key_id>/revoke",
    "POST /staff/merchants/<merchant_id>/clerks/<clerk_id>/close",
    "POST /staff/places/<place_id>/edit",
    "POST /staff/places/<place_id>/<any('pause','resume','close','reply'):act>",
    "POST /staff/places/tasks/<task_id>/resolve",
}
"""The second finds the state, or the version, that the first has left, and changes nothing."""
A_CODE_IS_USED_UP = {
    "POST /login/code",
    "POST /verify-me/window",
    "POST /verify-me/challenges/<challenge_id>/frames",
}
PUTS_THE_SAME = {
    "POST /look",
    "POST /me/language",
    "POST /me/sign-out-everywhere",
    "POST /merchant/service",
    "POST /notices/read",
    "POST /notices/<notice_id>/read",
    "POST /notices/settings",
    "POST /staff/notices/<notice_id>/read",
    "POST /logout",
    "POST /merchant/logout",
    "POST /staff/logout",
}
ASKS_ONLY = {
    "POST /map",
    "POST /staff/news/<news_id>/preview",
    "POST /staff/pushes/audience",
    "POST /claims/<claim_id>/why",
    "POST /checks/<check_id>/replay",
    "POST /verify-me/challenges",
    "POST /merchant/login",
    "POST /staff/login",
}
"""An answer of now; a challenge or a sign-in that nobody goes on with runs out by itself."""
DECIDED = (
    CARRIED_OUT_ONCE,
    KNOWN_BY_A_KEY,
    ONE_BY_ITSELF,
    A_STEP_FROM_A_STATE,
    A_CODE_IS_USED_UP,
    PUTS_THE_SAME,
    ASKS_ONLY,
)

Enter = Callable[[Deps, str, Role], FlaskClient]


@pytest.fixture
def me(deps: Deps) -> Reader:
    return reader(deps)


def filled(visitor: FlaskClient, path: str, **typed: str) -> dict[str, str]:
    """The form of a page as it is sent."""
    page = visitor.get(path).text
    return {name: hidden(page, name) for name in ("_form", "_once")} | typed


def at(visitor: FlaskClient, deps: Deps, role: Role) -> tuple[FlaskClient, Signed]:
    signed = at_desk(deps, "gao", role)
    return let_in(visitor, signed), signed


def test_every_form_is_decided() -> None:
    forms = {key for key in PAGES if key.startswith("POST ")}
    assert set().union(*DECIDED) == forms
    assert sum(map(len, DECIDED)) == len(forms)


def test_a_link_is_made_once_and_the_way_to_another_is_told(
    deps: Deps, visitor: FlaskClient, me: Reader
) -> None:
    sent = filled(enters(visitor, me), "/report/links", audience="self", purpose="租房看房")
    sent |= {"minutes": "120", "max_opens": "2"}
    first, again = (visitor.post("/report/links", data=sent) for _ in range(2))
    assert "/r/" in first.text
    assert (again.status_code, SHOWN_BEFORE in again.text, "/r/" in again.text) == (200, True, False)
    (kept,) = reports.links(deps, me.actor, limit=9).items
    assert f"/report/links/{kept.id}/kill" in again.text
    another = sent | {"_once": hidden(again.text, "_once")}
    assert "/r/" in visitor.post("/report/links", data=another).text
    assert len(reports.links(deps, me.actor, limit=9).items) == 2


def test_what_was_refused_has_made_nothing_and_may_be_sent_again(
    deps: Deps, visitor: FlaskClient, clock: Clock, me: Reader
) -> None:
    clock.advance(minutes=11)
    sent = filled(enters(visitor, me), "/report/links", audience="third_party", purpose="应聘入职")
    sent |= {"minutes": "120", "max_opens": "2"}
    refused = visitor.post("/report/links", data=sent)
    assert refused.status_code == 403
    assert hidden(refused.text, "_once") == sent["_once"]
    sent["audience"] = "self"
    assert visitor.post("/report/links", data=sent).status_code == 200
    (kept,) = reports.links(deps, me.actor, limit=9).items
    assert kept.audience is Audience.SELF


def test_a_code_for_a_chat_is_made_once_and_the_first_goes_on_working(
    deps: Deps, visitor: FlaskClient, me: Reader
) -> None:
    sent = filled(enters(visitor, me), "/chats", channel="wechat")
    first, again = (visitor.post("/chats/codes", data=sent) for _ in range(2))
    code = re.search(r'id="code">([0-9a-z]{8})<', first.text)
    assert code is not None
    assert (again.status_code, SHOWN_BEFORE in again.text, code[1] in again.text) == (200, True, False)
    redeem(deps, code[1], channel=Way.WECHAT)
    assert len(chats.mine(deps, me.actor)) == 1


def test_another_code_is_got_from_the_page_of_the_first(visitor: FlaskClient, me: Reader) -> None:
    page = visitor_post(enters(visitor, me), "/chats/codes", "/chats", channel="wechat")
    other = {"_form": hidden(page, "_form"), "_once": hidden(page, "_once"), "channel": "wechat"}
    assert 'id="code"' in visitor.post("/chats/codes", data=other).text


def test_a_window_code_is_handed_out_once(deps: Deps, visitor: FlaskClient) -> None:
    people.resident(deps)
    browser, _ = at(visitor, deps, Role.WINDOW_CLERK)
    sent = filled(browser, "/staff/window-codes", id_number=people.NUMBER)
    first, again = (browser.post("/staff/window-codes", data=sent) for _ in range(2))
    assert "code-large" in first.text
    assert (again.status_code, SHOWN_BEFORE in again.text, "code-large" in again.text) == (200, True, False)
    assert len(acts(deps, "identity.window_code_issue")) == 1
    # A slip was lost: the same person again, from the page of the slip.
    anew = sent | {"_once": hidden(first.text, "_once")}
    assert "code-large" in browser.post("/staff/window-codes", data=anew).text


def test_a_password_changed_by_two_taps_is_changed_and_no_wrong_one_is_counted(
    deps: Deps, visitor: FlaskClient
) -> None:
    browser, signed = at(visitor, deps, Role.CASE_OFFICER)
    sent = filled(browser, "/staff/password", password=PASSWORD, new_password=NEW)
    first, again = (browser.post("/staff/password", data=sent) for _ in range(2))
    for found in (first, again):
        assert (found.status_code, found.headers["Location"]) == (303, "/staff/password?done=1")
    assert "密码已修改" in browser.get("/staff/password?done=1").text
    assert staff.sign_in(deps, STRANGER, username=signed.name, password=NEW)


@pytest.mark.parametrize("weak", ["abcdefg", "1" * 12, PASSWORD], ids=["short", "one", "old"])
def test_a_password_is_refused_by_the_rule_that_the_page_says(
    deps: Deps, visitor: FlaskClient, weak: str
) -> None:
    browser, signed = at(visitor, deps, Role.CASE_OFFICER)
    assert "8 至 128 个字符" in browser.get("/staff/password").text
    found = browser.post(
        "/staff/password", data=filled(browser, "/staff/password", password=PASSWORD, new_password=weak)
    )
    assert found.status_code == 422
    assert "密码须为 8 至 128 个字符，不能是用户名或原密码" in found.text
    assert staff.sign_in(deps, STRANGER, username=signed.name, password=PASSWORD)


def test_a_clerk_changes_the_password_by_two_taps(deps: Deps, visitor: FlaskClient) -> None:
    shop = guests.shop(deps)
    browser = guests.enter(visitor, shop.tokens, "merchant")
    sent = filled(browser, "/merchant/account", password=guests.PASSWORD, new_password=NEW)
    for _ in range(2):
        assert browser.post("/merchant/account", data=sent).headers["Location"] == "/merchant/account?done=1"


def test_a_code_to_sign_in_is_sent_once_and_goes_on_working(deps: Deps, visitor: FlaskClient) -> None:
    sent = filled(visitor, "/login", phone=residents.PHONE)
    for _ in range(2):
        page = visitor.post("/login", data=sent)
        assert (page.status_code, residents.PHONE in page.text) == (200, True)
    (message,) = residents.messages(deps)
    code = {"_form": hidden(page.text, "_form"), "phone": residents.PHONE, "code": message["code"]}
    assert visitor.post("/login/code", data=code).status_code == 303


def test_another_code_to_sign_in_is_sent_when_asked_for(
    deps: Deps, visitor: FlaskClient, clock: Clock
) -> None:
    page = visitor.post("/login", data=filled(visitor, "/login", phone=residents.PHONE)).text
    clock.advance(minutes=2)
    more = {"_form": hidden(page, "_form"), "_once": hidden(page, "_once"), "phone": residents.PHONE}
    assert visitor.post("/login", data=more).status_code == 200
    assert len(residents.messages(deps)) == 2


def test_another_code_asked_for_too_soon_leaves_the_page_of_the_first(
    deps: Deps, visitor: FlaskClient, clock: Clock
) -> None:
    page = visitor.post("/login", data=filled(visitor, "/login", phone=residents.PHONE)).text
    (again,) = re.findall(r'<form method="post" action="/login" class="center">(.*?)</form>', page, re.DOTALL)
    more = dict(re.findall(r'name="(\w+)" value="([^"]*)"', again))
    clock.advance(seconds=20)
    early = visitor.post("/login", data=more)
    assert early.status_code == 429
    assert 'action="/login/code"' in early.text
    assert "请 40 秒后再试" in early.text
    assert 'id="f-phone"' not in early.text
    (message,) = residents.messages(deps)
    code = {"_form": hidden(early.text, "_form"), "phone": residents.PHONE, "code": message["code"]}
    assert visitor.post("/login/code", data=code).status_code == 303


def test_who_left_the_page_of_the_code_and_gives_the_number_again_finds_the_box_for_it(
    deps: Deps, visitor: FlaskClient, clock: Clock
) -> None:
    visitor.post("/login", data=filled(visitor, "/login", phone=residents.PHONE))
    clock.advance(seconds=20)
    found = visitor.post("/login", data=filled(visitor, "/login", phone=residents.PHONE))
    assert found.status_code == 429
    assert "请 40 秒后再试" in found.text
    assert "之前收到的验证码在有效期内仍可使用" in found.text
    (message,) = residents.messages(deps)
    code = {"_form": hidden(found.text, "_form"), "phone": residents.PHONE, "code": message["code"]}
    assert visitor.post("/login/code", data=code).status_code == 303


def test_whose_phone_was_sent_too_many_is_asked_for_the_number_again(
    deps: Deps, visitor: FlaskClient, clock: Clock
) -> None:
    for _ in range(5):
        visitor.post("/login", data=filled(visitor, "/login", phone=residents.PHONE))
        clock.advance(minutes=2)
    found = visitor.post("/login", data=filled(visitor, "/login", phone=residents.PHONE))
    assert found.status_code == 429
    assert 'action="/login/code"' not in found.text


def test_a_pass_is_made_once_and_its_code_shown_to_whose_first_answer_was_lost(
    deps: Deps, visitor: FlaskClient
) -> None:
    counter, guest = make_counter(deps), guests.verified(deps)
    guests.enter(visitor, guest.tokens)
    page = visitor.get(f"/deposit-free/{counter.lending.id}").text
    names = ("_form", "_once", "service_id", "service_version")
    sent = {name: hidden(page, name) for name in names}
    first = visitor.post("/passes", data=sent).headers["Location"]
    code = shown_code(visitor.get(first).text)
    visitor.delete_cookie("pass", domain="localhost", path=first)
    assert shown_code(visitor.get(first).text) is None
    assert visitor.post("/passes", data=sent).headers["Location"] == first
    assert shown_code(visitor.get(first).text) == code
    assert len(eligibility.my_passes(deps, guest.actor, limit=9).items) == 1


def test_the_form_of_a_pass_that_is_over_makes_another(
    deps: Deps, visitor: FlaskClient, clock: Clock
) -> None:
    """Come back to by the browser's button, with the word of before."""
    counter, guest = make_counter(deps), guests.verified(deps)
    guests.enter(visitor, guest.tokens)
    page = visitor.get(f"/deposit-free/{counter.lending.id}").text
    sent = {name: hidden(page, name) for name in ("_form", "_once", "service_id", "service_version")}
    first = visitor.post("/passes", data=sent).headers["Location"]
    clock.advance(minutes=3)
    second = visitor.post("/passes", data=sent).headers["Location"]
    assert second != first
    assert shown_code(visitor.get(second).text)


def test_a_year_is_put_in_once(deps: Deps, visitor: FlaskClient) -> None:
    browser, _ = at(visitor, deps, Role.DATA_STEWARD)
    days = "2027-01-01..2027-01-03 2027-05-01..2027-05-05 2027-10-01..2027-10-07"
    typed = {"holidays": days, "make_up_days": "", "source": "国办发明电〔2026〕8号"}
    code = hidden(browser.get("/staff/calendars/2027").text, "_form")
    checked = browser.post("/staff/calendars/2027", data={"_form": code, "act": "check", **typed})
    assert checked.status_code == 200, checked.text
    once = hidden(checked.text, "_once")
    sent = {"_form": code, "_once": once, "act": "put", "replaces": "0", **typed}
    first, again = (browser.post("/staff/calendars/2027", data=sent) for _ in range(2))
    assert "已录入" in first.text, first.text
    assert (again.status_code, again.headers["Location"]) == (303, "/staff/calendars")
    years = {one.year: one.version for one in calendars.tables(deps, STEWARD).items}
    assert years[2027] == 1


def test_a_question_that_ended_every_session_leads_to_a_page_that_may_be_loaded_again(
    deps: Deps, visitor: FlaskClient, me: Reader
) -> None:
    reports.summary(deps, me.actor)
    entry = reports.access_log(deps, me.actor, limit=1).items[0]
    code = hidden(enters(visitor, me).get("/report/looks").text, "_form")
    asked = {"_form": code, "statement": "不是我", "end_sessions": "yes"}
    found = visitor.post(f"/report/looks/{entry.id}/questions", data=asked)
    assert (found.status_code, found.headers["Location"]) == (303, "/report/asked")
    for _ in range(2):
        assert "已退出全部登录" in visitor.get("/report/asked").text


def test_an_unknown_fault_leaves_the_form_free_to_be_sent_again(
    deps: Deps, visitor: FlaskClient, me: Reader
) -> None:
    """Nothing stays claimed by a request that failed: the lease of a dead one would last a minute."""
    sent = filled(enters(visitor, me), "/report/links", audience="third_party", purpose="应聘入职")
    people_of = deps.db["sessions"]
    people_of.update_many({}, {"$set": {"verified_until": deps.now() - timedelta(minutes=1)}})
    for _ in range(2):
        assert visitor.post("/report/links", data=sent).status_code == 403
    assert deps.db["idempotency_slots"].count_documents({}) == 0


def visitor_post(visitor: FlaskClient, path: str, form_at: str, **typed: str) -> str:
    return visitor.post(path, data=filled(visitor, form_at, **typed)).text
