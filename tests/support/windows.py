"""The browser of a test worker, and its windows, which visits hand on."""

import asyncio
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import wraps
from typing import Any
from weakref import WeakSet

import pytest
from playwright.sync_api import Browser, BrowserContext, CDPSession, Error, Page, Playwright, sync_playwright

from tests.support.browser import ARGUMENTS, CHROMIUM, COMMON, PHONE, Visit

# A page lives a second here and is asked of its tree, its styles and its boxes. A browser without room for what it draws draws
# nothing, and lays out, hides and clicks as ever. Compiling a script for a long life took longer than what it ran faster by.
UNDRAWN = ("--force-gpu-mem-available-mb=0", "--js-flags=--no-maglev --no-turbofan --sparkplug")


def _spoils(kind: type[Page | BrowserContext], name: str) -> None:
    """What is used of a window by this name, be it called or read, stays with it: see `Windows`."""
    found = getattr(kind, name)

    def use(self: Any, *given: Any, **named: Any) -> Any:
        SPOILED.add(self.context if kind is Page else self)
        return found.__get__(self) if isinstance(found, property) else found(self, *given, **named)

    setattr(kind, name, property(use) if isinstance(found, property) else wraps(found)(use))


SPOILED: WeakSet[BrowserContext] = WeakSet()
"""The windows that were told something which outlasts the visit."""
_LASTING = re.compile(
    r"(on|once|clock|close|(route|add_init|expose_|emulate_|grant_|set_(?!checked|input|default)|new_page).*)$"
)
for _kind in (Page, BrowserContext):
    for _name in filter(_LASTING.match, dir(_kind)):
        _spoils(_kind, _name)


class Windows:
    """Windows that visits hand on: a new one starts a process, and compiles axe-core and all scripts anew, which is more than
    most visits do. None is handed on that was told anything which outlasts a visit, be it a clock or how to answer a request,
    that has another beside it, or that saw a test fail."""

    MOST = 4

    def __init__(self, browser: Browser) -> None:
        self.browser = browser
        self._kept: list[tuple[dict[str, Any], BrowserContext, CDPSession]] = []

    @contextmanager
    def visit(self, home: str, *, size: Mapping[str, Any] = PHONE, **more: Any) -> Iterator[Visit]:
        """As `visit`."""
        wanted = {"java_script_enabled": True, **COMMON, **size, **more}
        made = self._begin(home, wanted)
        SPOILED.discard(made.context)
        try:
            yield made
        except BaseException:
            made.context.close()
            raise
        if made.context in SPOILED or len(made.context.pages) > 1 or not made.page.url.startswith(home + "/"):
            made.end()
            return
        try:
            self._kept.append((wanted, made.context, made.hand_back()))
        except Error:  # it went elsewhere meanwhile
            made.context.close()
        made.leave()
        if len(self._kept) > self.MOST:
            self._kept.pop(0)[1].close()

    def end(self) -> None:
        while self._kept:
            self._kept.pop()[1].close()

    def _begin(self, home: str, wanted: dict[str, Any]) -> Visit:
        for at, (made_for, context, screen) in enumerate(self._kept):
            if made_for == wanted and len(context.pages) == 1:  # another may have opened late
                del self._kept[at]
                return Visit(context, home, _screen=screen)
        return Visit(self.browser.new_context(**wanted), home)


class Driver:
    """Playwright and one browser for a whole worker, for starting them takes longer than most tests.

    The loop that Playwright runs in this thread counts as running between its calls too, which `asyncio.run` refuses to
    work beside. So the thread is told of that loop only while tests of pages run: see `at_work`.
    """

    def __init__(self) -> None:
        self.playwright = sync_playwright().start()
        self._loop = asyncio.get_running_loop()
        asyncio._set_running_loop(None)
        self._browser: Browser | None = None
        self._windows: Windows | None = None

    @contextmanager
    def at_work(self) -> Iterator[Playwright]:
        asyncio._set_running_loop(self._loop)
        try:
            yield self.playwright
        finally:
            asyncio._set_running_loop(None)

    def browser(self) -> Browser:
        """The one that runs, or a new one in the place of one that a test brought down."""
        if self._browser is None or not self._browser.is_connected():
            self._browser = self.playwright.chromium.launch(
                executable_path=CHROMIUM, args=[*ARGUMENTS, *UNDRAWN]
            )
        return self._browser

    def windows(self, browser: Browser) -> Windows:
        if self._windows is None or self._windows.browser is not browser:
            self._windows = Windows(browser)
        return self._windows

    def end(self) -> None:
        with self.at_work():
            if self._browser is not None:
                self._browser.close()
            self.playwright.stop()


@pytest.fixture(scope="session")
def driver() -> Iterator[Driver]:
    made = Driver()
    yield made
    made.end()


@pytest.fixture(scope="module")
def playwright(driver: Driver) -> Iterator[Playwright]:
    with driver.at_work() as working:
        yield working


@pytest.fixture(scope="module")
def browser(playwright: Playwright, driver: Driver) -> Browser:
    """One browser for all tests of a worker; each visit has its own cookies."""
    return driver.browser()


@pytest.fixture(scope="module")
def windows(browser: Browser, driver: Driver) -> Windows:
    """Those of that browser."""
    return driver.windows(browser)


@pytest.fixture
def drawing_browser(playwright: Playwright) -> Iterator[Browser]:
    """A browser of its own that draws what it shows, for what is to be photographed off the screen."""
    started = playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
    try:
        yield started
    finally:
        started.close()
