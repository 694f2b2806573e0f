"""The own inbox and what goes out beside it."""

import re
from datetime import UTC, date, datetime
from typing import Any

import pytest
from flask.testing import FlaskClient

from backend.common.deps import Deps
from backend.notices import service
from backend.notices.model import Notice
from backend.pages import ways
from backend.recipients import service as recipients
from schemas.notices import FORMS, NoticeKind
from schemas.terms import NewsCategory, Way
from schemas.text import Text
from tests.backend.pages.both import check_on_both
from tests.backend.pages.conftest import Visiting
from tests.backend.pages.test_home import code_of
from tests.support import residents
from tests.support.browser import Visit
from tests.support.residents import Resident

OTHER = "13900002222"


@pytest.fixture
def resident(deps: Deps) -> Resident:
    """Somebody with four notices, the first of them read, and texts and Telegram on."""
    one = residents.sign_in(deps)
    first = told(deps, one, NoticeKind.IDENTITY_BOUND)
    service.read(deps, one.actor, notice_id=first.id)
    told(deps, one, NoticeKind.OBJECTION_FORWARDED, objection_id="case-1", due_on=date(2026, 12, 3))
    told(
        deps,
        one,
        NoticeKind.ORDER_DUE_SOON,
        title=Text("共享雨伞<b>䶮</b>", "Umbrella"),
        due_on=date(2026, 12, 1),
    )
    told(deps, one, NoticeKind.CHAT_BOUND, channel=Text("微信", "WeChat"))
    recipients.switch(deps, one.actor, ways={Way.SMS: True}, kinds={})
    recipients.bind(deps, account_id=one.actor.id, way=Way.TELEGRAM, address="4711")
    return one


def told(deps: Deps, one: Resident, kind: NoticeKind, **payload: Any) -> Notice:
    return service.send(deps, one.actor.id, kind, **payload)


def known(visitor: FlaskClient, one: Resident) -> str:
    """Signed in; the code that the forms of this visitor carry."""
    visitor.set_cookie("citizen_access", one.tokens.access_token, domain="localhost")
    return code_of(visitor.get("/notices").text)


def unread(deps: Deps, one: Resident) -> int:
    return service.inbox(deps, one.actor, limit=1).unread


def save(one: Visit) -> None:
    with one.page.expect_navigation():
        one.page.click("main form > .button")


def test_what_the_law_wants_told_unfolds_in_every_look(resident: Resident, visiting: Visiting) -> None:
    one = visiting().signed_in(resident.tokens)
    one.open("/notices/settings")
    one.page.click("summary")
    check_on_both(one)


def test_an_empty_inbox_says_what_will_stand_there(deps: Deps, visiting: Visiting) -> None:
    one = visiting().signed_in(residents.sign_in(deps).tokens)
    one.open("/notices")
    assert "还没有消息" in one.text()


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_opening_a_notice_reads_it_and_leads_to_its_case(
    deps: Deps, resident: Resident, visiting: Visiting, script: bool
) -> None:
    one = visiting(java_script_enabled=script).signed_in(resident.tokens)
    one.open("/notices")
    assert one.page.locator(".fresh").count() == 3
    assert "共享雨伞<b>䶮</b>" in one.text()
    # Who is bound to nobody is led to do that first, and on from there.
    with one.page.expect_navigation(url=re.compile("(/|%2F)objections(/|%2F)case-1$")):
        one.page.click("button:has-text('查看这件异议')")
    assert unread(deps, resident) == 2
    one.open("/notices")
    assert one.page.locator(".fresh").count() == 2
    assert one.page.get_attribute("a:has-text('查看这件异议')", "href") == "/objections/case-1"
    one.page.click("text=本页全部标为已读")
    assert "没有未读消息" in one.text()
    assert unread(deps, resident) == 0


def test_the_inbox_goes_on_and_a_page_that_is_none_begins_at_the_top(
    deps: Deps, resident: Resident, visitor: FlaskClient
) -> None:
    known(visitor, resident)
    for _ in range(20):
        told(deps, resident, NoticeKind.SESSIONS_ENDED)
    first = visitor.get("/notices").text
    more = re.search(r'href="(/notices\?cursor=[^"]+)"', first)
    assert more is not None
    second = visitor.get(more[1]).text
    ids = [re.findall(r'id="n-(\w+)"', page) for page in (first, second)]
    assert (len(ids[0]), len(ids[1])) == (20, 4)
    assert not set(ids[0]) & set(ids[1])
    assert re.findall(r'id="n-(\w+)"', visitor.get("/notices?cursor=nonsense").text) == ids[0]


def test_nobody_reads_or_marks_the_notices_of_another(
    deps: Deps, resident: Resident, visitor: FlaskClient
) -> None:
    other = residents.sign_in(deps, OTHER)
    theirs = told(deps, other, NoticeKind.SESSIONS_ENDED)
    code = known(visitor, resident)
    assert theirs.id not in visitor.get("/notices").text
    assert visitor.post(f"/notices/{theirs.id}/read", data={"_form": code}).status_code == 404
    assert visitor.post("/notices/read", data={"_form": code, "id": [theirs.id, "x"]}).status_code == 303
    assert unread(deps, other) == 1


def test_visitors_are_led_to_signing_in_and_forms_without_our_code_do_nothing(
    deps: Deps, resident: Resident, visitor: FlaskClient
) -> None:
    for path in ("/notices", "/notices/settings"):
        assert visitor.get(path).headers["Location"] == f"/login?next={path.replace('/', '%2F')}"
    known(visitor, resident)
    for path in ("/notices/read", "/notices/settings"):
        assert visitor.post(path, data={"on": ":sms"}).status_code == 403
    assert unread(deps, resident) == 3


def test_a_resident_chooses_what_to_hear_by_what(deps: Deps, resident: Resident, visiting: Visiting) -> None:
    one = visiting(java_script_enabled=False).signed_in(resident.tokens)
    one.open("/notices/settings")
    assert "22:00 至次日 8:00" in one.text()
    one.page.uncheck("[type=checkbox][value='order_due_soon:telegram']")
    one.page.uncheck("[type=checkbox][value='push:sms']")
    one.page.uncheck("[type=checkbox][value=policy]")
    save(one)
    assert "已保存" in one.text()
    assert not one.page.is_checked("[type=checkbox][value='order_due_soon:telegram']")
    assert one.page.is_checked("[type=checkbox][value='order_due_soon:sms']")
    shown = recipients.preferences(deps, resident.actor)
    kinds = {each.kind: each.ways for each in shown.kinds}
    assert kinds["order_due_soon"] == {"app_push": True, "sms": True, "telegram": False, "wechat": True}
    assert kinds["push"]["sms"] is False
    assert set(shown.follows) == set(NewsCategory) - {NewsCategory.POLICY}
    one.page.uncheck("[type=checkbox][value=':sms']")
    save(one)
    assert one.page.locator("[type=checkbox][value='push:sms']").count() == 0
    assert not recipients.preferences(deps, resident.actor).ways[1].bound
    one.page.check("[type=checkbox][value=':sms']")
    save(one)
    assert not one.page.is_checked("[type=checkbox][value='push:sms']")


def test_what_the_law_wants_told_has_no_switch_and_takes_none(
    deps: Deps, resident: Resident, visitor: FlaskClient
) -> None:
    code = known(visitor, resident)
    page = visitor.get("/notices/settings").text
    legal = [kind for kind in NoticeKind if FORMS[kind].legal]
    assert not [kind for kind in legal if f'value="{kind.value}:' in page]
    assert all(kind.zh in page for kind in legal)
    sent = {"_form": code, "shown": ["objection_received:sms"]}
    refused = visitor.post("/notices/settings", data=sent)
    assert refused.status_code == 422
    assert "不能关闭" in refused.text
    unbound = visitor.post("/notices/settings", data={"_form": code, "shown": [":wechat"], "on": [":wechat"]})
    assert unbound.status_code == 409
    for odd in ({"shown": ["nothing:sms"]}, {"shown": [":pigeon"]}, {"follows": ["sports"]}):
        assert visitor.post("/notices/settings", data={"_form": code} | odd).status_code == 400


@pytest.mark.parametrize("kind", NoticeKind)
def test_every_kind_of_notice_leads_somewhere_on_this_site(kind: NoticeKind) -> None:
    """What names a case leads to that case, and nothing of the payload but its id stands in the address."""
    payload = {name: f"{name}-1" for name, form in FORMS[kind].fields.items() if form is str}
    notice = Notice("n", "a", kind, payload, datetime(2026, 11, 21, tzinfo=UTC))
    way = ways.of_notice(notice)
    assert way is not None
    assert re.fullmatch(r"/[a-z-]+(/[a-z_0-9-]+)?", way.target)
    cases = [name for name in payload if name in ("objection_id", "restoration_id", "claim_id")]
    assert all(way.target.endswith(payload[name]) for name in cases)
