"""A real browser on real pages: Debian's Chromium, driven by Playwright, over a real HTTP server in this process.

Everything a page does is watched: what it says on the console, what it asks of whom, and, with `check`, what a screen reader
would stumble over (axe-core). At the end of a visit nothing of that may be left over.
"""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import axe_playwright_python
import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, Response, sync_playwright
from werkzeug.serving import make_server

from backend.accounts.model import Tokens

CHROMIUM = "/usr/bin/chromium-headless-shell"
ARGUMENTS = ("--no-sandbox", "--disable-dev-shm-usage")
AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()
PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "has_touch": True,
    "is_mobile": True,
    "device_scale_factor": 2,
}
DESK: dict[str, Any] = {"viewport": {"width": 1280, "height": 800}}
COMMON: dict[str, Any] = {"locale": "zh-CN", "timezone_id": "Asia/Shanghai"}
# A page may be asked for in vain (a refusal is one); the browser says so on the console, and that alone is no fault of it.
EXPECTED = "Failed to load resource: the server responded with a status of 4"

THUMB = 44
"""The least width and height of what is pressed, in CSS pixels (WCAG 2.5.5)."""
# What is pressed and is smaller than that. A link within a sentence is as high as its line, and a box counts with its label.
SMALL = """(least) => [...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary")]
  .filter((one) => one.checkVisibility({visibilityProperty: true, opacityProperty: false}) && !one.closest(".skip, .sr"))
  .filter((one) => !(one.tagName === "A" && getComputedStyle(one).display === "inline"
    && one.parentElement.innerText.trim() !== one.innerText.trim()))
  .map((one) => {
    const box = (/^(checkbox|radio|file)$/.test(one.type) && one.closest("label") || one).getBoundingClientRect();
    return {what: one.outerHTML.slice(0, 140), width: Math.round(box.width), height: Math.round(box.height)};
  })
  .filter((one) => one.width < least || one.height < least)
  .map((one) => `${one.width} x ${one.height}: ${one.what}`)"""
# Where the focus is: its place in the page, how it is drawn, and whether anything of it is to be seen.
FOCUSED = """() => {
  const one = document.activeElement;
  if (!one || one === document.body) return null;
  const style = getComputedStyle(one), box = one.getBoundingClientRect();
  const drawn = (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 1) || one.matches(".picker input");
  const spots = [[0.5, 0.5], [0.1, 0.5], [0.9, 0.5], [0.5, 0.1], [0.5, 0.9]];
  const seen = spots.some(([x, y]) => {
    const top = document.elementFromPoint(box.left + x * box.width, box.top + y * box.height);
    return top && (one.contains(top) || top.contains(one));
  });
  const places = [...document.querySelectorAll("*")];
  return {what: one.outerHTML.slice(0, 140), place: places.indexOf(one), drawn, seen};
}"""


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """The app over real HTTP; gives its address."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@dataclass
class Visit:
    """One visitor with a browser of their own; `page` is what they look at."""

    context: BrowserContext
    home: str
    page: Page = field(init=False)
    said: list[str] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page = self.context.new_page()
        self.page.set_default_timeout(20_000)
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.said.append(f"error: {error}"))
        self.page.on("request", lambda asked: self._watch(asked.url))

    def open(self, path: str) -> Response:
        found = self.page.goto(self.home + path)
        assert found is not None
        return found

    def signed_in(self, tokens: Tokens, door: str = "citizen") -> "Visit":
        """As after signing in on the page of that door."""
        path = "/" if door == "citizen" else f"/{door}"
        given = {"access": tokens.access_token, "session": tokens.refresh_token or ""}
        self.context.add_cookies(
            [
                {"name": f"{door}_{name}", "value": value, "domain": "127.0.0.1", "path": path}
                for name, value in given.items()
            ]
        )
        return self

    def prefers(self, **choices: str) -> "Visit":
        """`lang`, `size`, `theme`, as kept by the reading settings."""
        self.context.add_cookies(
            [
                {"name": name, "value": value, "domain": "127.0.0.1", "path": "/"}
                for name, value in choices.items()
            ]
        )
        return self

    def text(self) -> str:
        return self.page.inner_text("body")

    def check(self) -> None:
        """Nothing for axe-core to say about this page, and it fits the width."""
        found = self.page.evaluate(AXE + "\n;axe.run({resultTypes: ['violations']})")
        told = [
            f"{one['id']}: {one['help']}: {[node['html'][:160] for node in one['nodes'][:4]]}"
            for one in found["violations"]
        ]
        assert not told, "\n".join(told)
        # Not `innerWidth`: on a phone that grows with what does not fit.
        wide = self.page.evaluate("document.documentElement.scrollWidth - screen.width")
        assert wide <= 0, f"the page is {wide} px wider than the screen"

    def check_thumbs(self) -> None:
        """Everything that is pressed is large enough for a thumb."""
        small = self.page.evaluate(SMALL, THUMB)
        assert not small, self.page.url + "\n" + "\n".join(small)

    def walk(self, most: int = 80) -> list[str]:
        """By the Tab key through the page: what had the focus, in the order of the page, each drawn as such and not hidden by
        what sticks to the edges."""
        walked: list[str] = []
        last = -1
        for _ in range(most):
            self.page.keyboard.press("Tab")
            at = self.page.evaluate(FOCUSED)
            if at is None or at["place"] == last:
                break
            assert at["place"] > last, f"backwards to {at['what']}"
            assert at["drawn"], f"not to be seen that it has the focus: {at['what']}"
            assert at["seen"], f"hidden behind something else: {at['what']}"
            walked.append(at["what"])
            last = at["place"]
        return walked

    def check_each_look(self, path: str) -> None:
        """The page in light, in dark and in large type."""
        for choices in ({"theme": "light"}, {"theme": "dark"}, {"theme": "light", "size": "large"}):
            self.prefers(**{"size": "normal"} | choices)
            self.open(path)
            self.check()

    def end(self) -> None:
        self.context.close()
        assert not self.said, "\n".join(self.said)
        assert not self.strangers, self.strangers

    def _hear(self, message: Any) -> None:
        if message.type in ("error", "warning") and not message.text.startswith(EXPECTED):
            self.said.append(f"{message.type}: {message.text}")

    def _watch(self, url: str) -> None:
        if not url.startswith((self.home + "/", "data:", "blob:", "about:")):
            self.strangers.append(url)


@contextmanager
def visit(browser: Browser, home: str, *, size: Mapping[str, Any] = PHONE, **more: Any) -> Iterator[Visit]:
    """A visitor whose every fault fails the test, unless it fails for another reason first."""
    made = Visit(browser.new_context(**{**COMMON, **size, **more}), home)
    try:
        yield made
    except BaseException:
        made.context.close()
        raise
    made.end()


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="module")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """One browser for all tests of a worker; each visit has its own cookies."""
    started = playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
    yield started
    started.close()
