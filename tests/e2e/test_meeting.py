"""Ways on which people meet, over what `make run` starts: at the counter and the till, by a link, and by a push.

Everybody has a phone, and finds at each step that a desk would have done as well (`OnBoth`).
"""

import re
from contextlib import AbstractContextManager, nullcontext
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, Playwright

from backend.common.clock import utc_now
from backend.deliveries.rules import is_quiet
from tests.e2e.both import OnBoth
from tests.e2e.conftest import IN_A_CHAT, Visiting
from tests.support import browser as browsing
from tests.support import camera, people, scanning, walking
from tests.support.bot_api import BotApi
from tests.support.bot_api.people import Person
from tests.support.browser import Visit
from tests.support.city import City
from tests.support.moving_in import Newcomer
from tests.support.processes import Process
from tests.support.walking import Walker

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(600)]

NEWCOMER = Walker("祝䶮", people.number_of("20010131", "003"), "13490000003")
PREVIEW = {"User-Agent": "TelegramBot (like TwitterBot)", "Accept": "*/*"}
A_WHILE = timedelta(minutes=5)


def test_from_the_counter_to_the_till(
    city: City, visiting: Visiting, drawing_browser: Browser, playwright: Playwright, tmp_path: Path
) -> None:
    """Without a face: the code from the window opens the report, and a pass is typed, refused elsewhere, and scanned."""
    who = NEWCOMER
    one = visiting(by=drawing_browser, kind=OnBoth)
    one.open("/report")
    walking.sign_in(one.page, city, who.phone)
    walking.bind(one.page, who)
    walking.prove(one.page, handed_out(city, visiting(kind=OnBoth), who))
    one.page.wait_for_url("**/report")
    assert who.name in one.text()
    assert "没有记录不等于信用不好" in one.text()
    one.check()

    film = tmp_path / "phone.y4m"
    with (
        camera.seeing(playwright, film) as filming,
        browsing.visit(filming, city.site, kind=OnBoth, permissions=["camera"]) as till,
    ):
        till.open("/merchant")
        walking.enter(till.page, city, "library.han", "/merchant")
        typed(till, pass_of(one))
        one.page.wait_for_selector("text=看结果和原因")
        one.check()

        code = pass_of(one)
        refused_elsewhere(city, visiting(kind=OnBoth), code)

        scanning.film(film, scanning.shown(one.page))
        till.page.click("#next")
        with till.turned(browsing.DESK):
            scanned(till)
        till.check()
        till.page.click("#next")
        till.page.click("#scan-stop")
        assert till.page.locator("#last li:has-text('可以免押')").count() == 2
        assert who.name not in till.page.content()
    off_a_desk(
        city,
        visiting(by=drawing_browser, size=browsing.DESK, storage_state=one.context.storage_state()),
        playwright,
        film,
    )
    one.page.wait_for_selector("text=看结果和原因")
    one.page.click("text=看结果和原因")
    assert one.page.locator("main a.card:has-text('徐汇区示范图书馆')").count() == 3
    one.check()


def scanned(till: Visit) -> None:
    """What is before the camera when it is switched on."""
    till.page.click("#scan-start")
    till.page.wait_for_selector("[data-verdict=eligible]")


def off_a_desk(city: City, one: Visit, playwright: Playwright, film: Path) -> None:
    """A pass as a desk draws it, scanned by a phone."""
    pass_of(one)
    scanning.film(film, scanning.shown(one.page))
    with (
        camera.seeing(playwright, film) as filming,
        browsing.visit(filming, city.site, permissions=["camera"]) as till,
    ):
        till.open("/merchant")
        walking.enter(till.page, city, "library.han", "/merchant")
        scanned(till)
        till.check()
    one.page.wait_for_selector("text=看结果和原因")
    one.check()


def handed_out(city: City, counter: Visit, who: Walker) -> str:
    """The clerk at the window looks at the card and reads the code out."""
    counter.open("/staff/window-codes")
    walking.enter(counter.page, city, "chen.jing", "/staff/window-codes")
    counter.page.fill("#f-id_number", who.number)
    counter.page.click("main button:has-text('发放')")
    code = counter.page.inner_text(".code-large")
    counter.check()
    return code


def pass_of(one: Visit) -> str:
    """A pass for the library; its code stands on the screen, and in its drawing."""
    one.open("/deposit-free?kind=library_books")
    one.page.click("main a.card")
    one.check()
    one.page.click("form.act button")
    one.page.wait_for_selector(".sheet")
    code = one.page.inner_text("#code")
    assert scanning.read(one.page) == code
    one.check()
    return code


def typed(till: Visit, code: str) -> None:
    till.page.fill("#f-code", code.lower())
    till.page.click("#ask button:not([type])")
    till.page.wait_for_selector("[data-verdict=eligible]")
    size = "(one) => parseFloat(getComputedStyle(one).fontSize)"
    assert till.page.eval_on_selector(".verdict-word", size) > 48
    till.check()


def refused_elsewhere(city: City, elsewhere: Visit, code: str) -> None:
    """Another merchant's clerk learns that the code is not for them, and the pass stays good."""
    elsewhere.expect("/merchant/check")
    elsewhere.open("/merchant")
    walking.enter(elsewhere.page, city, "umbrella.lei", "/merchant")
    elsewhere.page.click("main form button:has-text('雨伞')")
    elsewhere.page.fill("#f-code", code)
    elsewhere.page.click("#ask button:not([type])")
    elsewhere.page.wait_for_selector("[data-verdict=refused]")
    assert "不适用于本服务" in elsewhere.text()
    elsewhere.check()


def test_a_report_link_from_the_chat_and_one_for_somebody_else(
    city: City, visiting: Visiting, bot_api: BotApi
) -> None:
    who = IN_A_CHAT
    person = bot_api.person(7101, who.name)
    one = visiting(kind=OnBoth)
    one.open("/chats")
    walking.sign_in(one.page, city, who.phone)
    one.page.wait_for_url("**/chats")
    one.open("/identity?next=%2Fchats")
    walking.bind(one.page, who)
    one.page.wait_for_url("**/chats")
    bind_chat(one, person, bot_api)

    person.say("报告")
    link = button_of(person, "打开报告")
    assert link.startswith(f"{city.site}/r/")
    nobody_else_opens(link, who, city, visiting(kind=OnBoth))

    one.open(link.removeprefix(city.site))
    one.page.wait_for_url("**/verify-me*")
    assert who.doc_no not in one.page.content()
    walking.prove(one.page, city.window_code(who.number))
    one.page.wait_for_url(link)
    one.check()
    one.page.click("main form button")
    one.page.wait_for_selector(".report")
    assert "您用报告链接打开了这份报告" in one.text()
    assert who.doc_no in one.text()
    one.check()

    shared = shared_link(one)
    httpx.get(shared, headers=PREVIEW)
    assert opens(one) == "0 次，共 3 次"
    other = visiting(kind=OnBoth)
    other.open(shared.removeprefix(city.site))
    assert "租房看房" in other.text()
    assert who.doc_no not in other.page.content()
    other.check()
    other.page.click("main form button")
    other.page.wait_for_selector(".shared")
    assert "第三方查看版本" in other.text()
    assert who.doc_no in other.text()
    assert who.name not in other.page.content()
    other.check()
    assert opens(one) == "1 次，共 3 次"
    its_owner_sees_it(one)
    person.wait_until(lambda me: sum("报告链接" in text and "被打开" in text for text in me.texts) >= 2)


def bind_chat(one: Visit, person: Person, bot_api: BotApi) -> None:
    """By the link on the page, which a phone would open in the chat."""
    bot_api.wait_for_call("getUpdates")
    one.page.click("button[value=telegram]")
    one.page.wait_for_selector("#code")
    one.check()
    deep = one.page.get_attribute("main .card a.button", "href") or ""
    person.say(f"/start {deep.partition('?start=')[2]}")
    person.wait_until(lambda me: any("绑定成功" in text for text in me.texts))
    one.page.click("text=看看绑好没有")
    one.page.wait_for_selector("button:has-text('解除 Telegram 绑定')")
    one.check()


def button_of(person: Person, label: str) -> str:
    """Where the newest button of this label leads, once the bot has shown it."""

    def found(me: Person) -> list[str]:
        rows = [row for one in me.heard for row in (one.get("reply_markup") or {}).get("inline_keyboard", [])]
        return [
            button["url"] for row in rows for button in row if button["text"] == label and "url" in button
        ]

    return found(person.wait_until(lambda me: bool(found(me))))[-1]


def nobody_else_opens(link: str, who: Newcomer, city: City, stranger: Visit) -> None:
    """A preview opens nothing; a stranger has to sign in and say who they are, and sees nothing of it on the way."""
    preview = httpx.get(link, headers=PREVIEW)
    assert preview.status_code == 401
    assert who.doc_no not in preview.text
    stranger.open(link.removeprefix(city.site))
    assert "/login?next=" in stranger.page.url
    stranger.check()
    walking.sign_in(stranger.page, city, f"1390000{int(who.phone[-4:]) + 90}")
    stranger.page.wait_for_url("**/identity*")
    for words in (who.name, who.doc_no):
        assert words not in stranger.page.content()
    stranger.check()


def shared_link(one: Visit) -> str:
    """The address of a link for somebody else."""
    one.open("/report/links")
    one.page.check("input[name=audience][value=third_party]")
    one.page.fill("#f-purpose", "租房看房")
    one.check()
    one.page.click("main form button:has-text('做一个链接')")
    one.page.wait_for_selector("h1:has-text('链接已做好')")
    one.check()
    return one.page.inner_text(".address a")


def opens(one: Visit) -> str:
    one.open("/report/links")
    said = one.page.inner_text("li.card:has-text('租房看房') dl dd >> nth=1")
    return said.partition("，最近")[0]


def its_owner_sees_it(one: Visit) -> None:
    one.check()
    one.open("/report/looks")
    look = one.page.inner_text("li.look:not(.own) >> nth=0")
    assert "持您所给报告链接的人" in look
    assert "租房看房" in look
    one.check()
    one.open("/notices")
    assert "报告链接" in one.page.inner_text(".notice >> nth=0")
    one.check()


def test_an_editors_push(city: City, visiting: Visiting, bot_api: BotApi) -> None:
    """Written, approved by another, published, counted, confirmed, watched; those who follow have it in their language."""
    bot_api.wait_for_call("getUpdates")
    reader, english = bot_api.person(8101, "关注者"), bot_api.person(8102, "Follower", language="en")
    for one in (reader, english):
        one.say("/start")
    for one in (reader, english):
        one.wait_for(1)
    writer = visiting(kind=OnBoth)
    writer.open("/staff/news/new")
    walking.enter(writer.page, city, "xie.wen", "/staff/news/new")
    address = written(writer)
    approved(city, visiting(kind=OnBoth), address)
    writer.open(address)
    writer.page.click("button:has-text('立即发布')")
    writer.page.wait_for_selector(".badge.good")
    writer.check()
    with awake(city):
        count = pushed(writer)
        writer.page.wait_for_selector(f"[data-figure=delivered]:has-text('{count}')", timeout=60_000)
        writer.page.wait_for_selector("[data-changed]:visible")
    writer.page.click("[data-changed] a")
    writer.page.wait_for_selector(".badge:has-text('已完成')")
    writer.check()
    number = address.rpartition("/")[2]
    for person, words in (
        (reader, "图书馆免押新增三处\n\n带身份证即可，不收押金。"),
        (english, "Three more libraries\n\nBring your identity card."),
    ):
        assert person.texts[-1] == f"{words}\n\n{city.site}/news/{number}"
    resident = visiting(kind=OnBoth)
    resident.open("/")
    resident.page.click("a:has-text('图书馆免押新增三处')")
    resident.page.wait_for_url(f"**/news/{number}")
    assert "带身份证即可" in resident.text()
    resident.check()


def written(writer: Visit) -> str:
    """The article's page in the console, once it is handed in."""
    page = writer.page
    page.select_option("#f-category", "policy")
    page.fill("#f-title", "图书馆免押新增三处")
    page.fill("#f-body", "## 怎么借\n\n带身份证即可，**不收押金**。")
    page.click("details.english summary")
    page.fill("#f-title_en", "Three more libraries")
    page.fill("#f-body_en", "Bring your **identity card**.")
    page.wait_for_selector("[data-look] strong:has-text('identity card')")
    writer.check()
    page.click("button:has-text('保存')")
    page.wait_for_selector(".badge:has-text('草稿')")
    page.click("button:has-text('提交审核')")
    page.wait_for_selector(".badge:has-text('待审核')")
    writer.check()
    return path_of(page)


def path_of(page: Page) -> str:
    return re.sub(r"^https?://[^/]+|[?#].*$", "", page.url)


def approved(city: City, reviewer: Visit, address: str) -> None:
    """By the second pair of eyes."""
    reviewer.open(address)
    walking.enter(reviewer.page, city, "qian.yi", address)
    reviewer.check()
    reviewer.page.click("button:has-text('审核通过第 1 稿')")
    reviewer.page.wait_for_selector(".badge:has-text('已审核')")
    reviewer.check()


def pushed(writer: Visit) -> int:
    """To those who follow the chat without an account; how many they are."""
    page = writer.page
    page.click("text=推送这篇资讯")
    page.wait_for_selector("#f-title")
    assert page.input_value("#f-title_en") == "Three more libraries"
    for place in range(page.locator("select[name=channels]").count()):
        page.select_option(f"select[name=channels] >> nth={place}", "telegram" if place == 0 else "")
    with page.expect_response("**/staff/pushes/audience") as counted:
        page.check("input[name=roles][value=anonymous]")
    count = int(counted.value.json()["people"])
    assert count >= 2
    page.wait_for_selector(f"[data-count]:has-text('现在约 {count} 人会收到')")
    writer.check()
    page.click("button:has-text('下一步')")
    page.wait_for_selector("h1:has-text('确认推送')")
    writer.check()
    page.click(f"button:has-text('确认，发给 {count} 人')")
    page.wait_for_selector("[data-watch]")
    writer.check()
    return count


def awake(city: City) -> AbstractContextManager[object]:
    """At night nothing goes out: then a second worker, for whom it is noon, helps the one that the run started."""
    if not (is_quiet(utc_now()) or is_quiet(utc_now() + A_WHILE)):
        return nullcontext()
    settings = {"APP_ENV": "demo", "MONGODB_URI": city.mongodb_uri}
    return Process("tests.support.noon_worker", env=city.env | settings)
