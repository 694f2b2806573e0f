"""Windows that are handed on from visit to visit: the next one finds nothing of the one before."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser

from tests.support import browser as browsing
from tests.support.browser import Visit
from tests.support.windows import SPOILED, Windows

FOUND = """() => [document.cookie, localStorage.length, sessionStorage.length, history.length, innerWidth,
  performance.getEntriesByType("navigation")[0].type]"""


def pops_up(visit: Visit) -> None:
    with visit.page.expect_popup():
        visit.page.evaluate("void open('/')")


def speaks(visit: Visit) -> None:
    visit.open("/")
    visit.page.evaluate("console.error('not so good')")


def fails(visit: Visit) -> None:
    visit.open("/")
    raise AssertionError("never so")


@pytest.fixture
def windows(browser: Browser) -> Iterator[Windows]:
    """No others."""
    made = Windows(browser)
    yield made
    made.end()


def test_nothing_is_left_for_the_next(windows: Windows, home: str) -> None:
    with windows.visit(home) as new:
        new.open("/")
        untouched = new.page.evaluate(FOUND)
    with windows.visit(home) as first:
        first.prefers(lang="en").open("/")
        first.page.evaluate("localStorage.setItem('a', '1'); sessionStorage.setItem('a', '1')")
        first.expect("/nothing.js")
        first.open("/login")
        with first.turned(browsing.DESK):
            first.check()
        first.page.evaluate("window.late = setInterval(() => fetch('/nothing.js'), 1)")
    with windows.visit(home) as second:
        assert (first.context, first.page) == (second.context, second.page) == (new.context, new.page)
        second.open("/")
        assert second.page.evaluate(FOUND) == untouched
        assert second.page.get_attribute("html", "lang") == "zh-CN"


def test_what_was_typed_and_not_sent_holds_nobody(windows: Windows, home: str) -> None:
    with windows.visit(home) as first:
        first.open("/login")
        first.page.evaluate("addEventListener('beforeunload', event => event.preventDefault())")
        first.page.press("#f-phone", "1")  # by hand, or nobody would be asked
    with windows.visit(home) as second:
        assert second.context is first.context
        assert second.page.url == "about:blank"


LASTING: list[Callable[[Visit], object]] = [
    lambda visit: visit.page.clock.install(),
    lambda visit: visit.page.route("**/x", lambda route: route.abort()),
    lambda visit: visit.page.on("dialog", lambda dialog: dialog.accept()),
    lambda visit: visit.page.emulate_media(media="print"),
    lambda visit: visit.page.set_viewport_size({"width": 300, "height": 300}),
    lambda visit: visit.context.add_init_script("1"),
    lambda visit: visit.context.route("**/x", lambda route: route.abort()),
    lambda visit: visit.context.set_offline(False),
    lambda visit: visit.context.grant_permissions(["geolocation"]),
    lambda visit: visit.context.new_page(),
]


def test_what_outlasts_a_visit_is_known(windows: Windows, home: str) -> None:
    with windows.visit(home) as visit:
        for tell in LASTING:
            SPOILED.discard(visit.context)
            tell(visit)
            assert visit.context in SPOILED


@pytest.mark.parametrize("tell", [LASTING[0], pops_up, lambda visit: visit.page.goto("about:blank")])
def test_a_window_that_was_told_what_lasts_is_not_handed_on(
    windows: Windows, home: str, tell: Callable[[Visit], object]
) -> None:
    with windows.visit(home) as first:
        first.open("/")
        tell(first)
    with windows.visit(home) as second:
        assert second.context is not first.context


def test_each_has_a_window_of_the_kind_that_was_asked_for(windows: Windows, home: str) -> None:
    with windows.visit(home) as first, windows.visit(home) as second:
        assert first.context is not second.context
        for one in (first, second):
            one.open("/")
    with (
        windows.visit(home, size=browsing.DESK) as third,
        windows.visit(home, java_script_enabled=False) as plain,
    ):
        assert len({one.context for one in (first, second, third, plain)}) == 4


def test_a_fault_of_a_page_fails_the_visit_and_not_the_next(windows: Windows, home: str) -> None:
    with pytest.raises(AssertionError, match="not so good"), windows.visit(home) as first:
        speaks(first)
    with windows.visit(home) as second:
        second.open("/")


def test_a_window_that_saw_a_failure_is_closed(windows: Windows, home: str) -> None:
    with pytest.raises(AssertionError, match="never so"), windows.visit(home) as first:
        fails(first)
    with windows.visit(home) as second:
        assert second.context is not first.context
