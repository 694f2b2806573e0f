"""A real browser on real pages: Debian's Chromium, driven by Playwright, over a real HTTP server in this process.

Everything a page does is watched: what it says on the console, what it asks of whom, and, with `check`, what a screen reader
would stumble over (`judging`). At the end of a visit nothing of that may be left over.
"""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any
from urllib.parse import urlsplit

from flask import Flask
from playwright.sync_api import Browser, BrowserContext, CDPSession, Page, Response
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.serving import BaseWSGIServer, make_server

from backend.accounts.model import Tokens
from tests.support import judging

CHROMIUM = "/usr/bin/chromium-headless-shell"
# A limit of one keeps no renderer in readiness, which each visit would pay for; visits never share one, whatever the limit.
ARGUMENTS = (
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--disable-software-rasterizer",
    "--renderer-process-limit=1",
)
PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "has_touch": True,
    "is_mobile": True,
    "device_scale_factor": 2,
}
NARROW = PHONE | {"viewport": {"width": 320, "height": 568}}
DESK: dict[str, Any] = {"viewport": {"width": 1280, "height": 800}}
COMMON: dict[str, Any] = {"locale": "zh-CN", "timezone_id": "Asia/Shanghai"}
# The browser says so on the console, and the answer itself is looked at closer: see `Visit._weigh`.
REFUSED = "Failed to load resource: the server responded with a status of 4"

# It goes by itself, so that the process stays the same; what was typed and not sent holds nobody, for Playwright says yes.
FORGET = """() => {
  localStorage.clear();
  sessionStorage.clear();
  location.replace("about:blank");
}"""
# A page learns its size, and whether it is touched, with the next frame.
TURNED = """([width, touched]) => screen.width === width && innerWidth >= width
  && matchMedia("(pointer: coarse)").matches === touched"""
UNTIL = """async (given) => {
  const holds = HOLDS;
  for (const end = Date.now() + 20_000; !holds(given);) {
    if (Date.now() > end) throw new Error(`never so for ${given}: ${holds}`);
    await new Promise(next => setTimeout(next, 10));
  }
}"""

_SERVED: set[str] = set()
_PORTS: list[int] = []


def _server(app: DispatcherMiddleware) -> BaseWSGIServer:
    """Where the last one was, if nobody is there now: a window that is handed on knows the scripts of this address."""
    try:
        return make_server("127.0.0.1", _PORTS.pop(), app, threaded=True)
    except (IndexError, OSError):
        return make_server("127.0.0.1", 0, app, threaded=True)


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """The app over real HTTP, and axe-core beside it; gives its address."""
    server = _server(DispatcherMiddleware(app, {judging.AXE_PATH: judging.serve_axe}))
    # It looks this often whether it is to end, and every test waits for that.
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    address = f"http://127.0.0.1:{server.port}"
    _SERVED.add(address)
    try:
        yield address
    finally:
        _SERVED.discard(address)
        server.shutdown()
        thread.join()
        server.server_close()
        _PORTS.append(server.port)


@dataclass
class Visit:
    """One visitor with a browser of their own; `page` is what they look at."""

    context: BrowserContext
    home: str
    page: Page = field(init=False)
    said: list[str] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)
    refusals: set[str] = field(default_factory=set)
    _screen: CDPSession | None = None
    _heard: dict[str, Callable[[Any], None]] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        self.page = self.context.pages[0] if self.context.pages else self.context.new_page()
        self.page.set_default_timeout(20_000)
        self._heard = {
            "console": self._hear,
            "pageerror": lambda error: self.said.append(f"error: {error}"),
            "request": lambda asked: self._watch(asked.url),
            "response": self._weigh,
        }
        for event, hear in self._heard.items():
            self.page.on(event, hear)  # type: ignore[call-overload]  # each takes what comes with its event

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

    def expect(self, *paths: str) -> "Visit":
        """What the page asks for beside itself and is refused: paths without their query, `*` for what is not known before."""
        self.refusals.update(paths)
        return self

    def text(self) -> str:
        """What stands on the page, once it is all there: a click waits for the next page to begin and no longer."""
        self.page.wait_for_load_state()
        return self.page.inner_text("body")

    def check(self, *, colours: bool = True) -> None:
        """Nothing for axe-core to say about this page as it stands, and it fits the width."""
        self._look_over(("as it is", None, judging.ALL, colours))

    def check_looks(self) -> None:
        """The same in light, in dark and in large type, which the page is put in where it stands, without loading it anew."""
        self._look_over(*((name, look, *judging.ASKED[name]) for name, look in judging.LOOKS.items()))

    def check_words(self) -> None:
        """What another language can change: the room that its words need, and that nothing is without them."""
        self._look_over(("as it is", None, judging.BY_WORDS + judging.BY_MEASURE, False))

    def check_thumbs(self) -> None:
        """Everything that is pressed is large enough for a thumb."""
        small = self.page.evaluate(judging.SMALL, judging.THUMB)
        assert not small, self.page.url + "\n" + "\n".join(small)

    def walk(self, most: int = 80) -> list[str]:
        """By the Tab key through the page: what had the focus, in the order of the page, each drawn as such and not hidden by
        what sticks to the edges."""
        walked: list[str] = []
        last = -1
        self.page.evaluate(judging.NOTE)
        for at in self._steps(most):
            if at is None or at["place"] == last:
                break
            assert at["place"] > last, f"backwards to {at['what']}"
            assert at["drawn"], f"not to be seen that it has the focus: {at['what']}"
            assert at["seen"], f"hidden behind something else: {at['what']}"
            walked.append(at["what"])
            last = at["place"]
        return walked

    def _steps(self, most: int) -> Iterator[dict[str, Any] | None]:
        """What has the focus after each press of the key. The page notes it down, which is asked once in a few steps."""
        for _ in range(0, most, judging.STRIDE):
            for _ in range(judging.STRIDE):
                self.page.keyboard.press("Tab")
            yield from self.page.evaluate("() => window.noted()")

    def check_each_look(self, path: str) -> None:
        """A page in each look."""
        self.open(path)
        self.check_looks()

    def wear(self, look: str) -> None:
        """Put the page in a look, as the server would have written it."""
        self.page.evaluate(judging.WEAR, judging.LOOKS[look])

    def until(self, holds: str, given: Any) -> None:
        """As `wait_for_function`, for which Playwright would bring a third of a megabyte of its own into every page."""
        self.page.evaluate(UNTIL.replace("HOLDS", holds), given)

    @contextmanager
    def turned(self, size: Mapping[str, Any], back: Mapping[str, Any] = PHONE) -> Iterator[None]:
        """The page as it stands on a screen of another kind, which the browser can make of this one and Playwright cannot: the
        style sheets answer at once. For pages whose scripts do not ask at their start what screen there is."""
        try:
            self._turn(size)
            yield
        finally:
            self._turn(back)

    def _turn(self, size: Mapping[str, Any]) -> None:
        # It stays open: with its end the browser would forget the size that Playwright gave the page too.
        self._screen = self._screen or self.context.new_cdp_session(self.page)
        width, height = size["viewport"]["width"], size["viewport"]["height"]
        phone = size.get("is_mobile", False)
        self._screen.send("Emulation.setTouchEmulationEnabled", {"enabled": size.get("has_touch", False)})
        metrics = {
            "width": width,
            "height": height,
            "screenWidth": width,
            "screenHeight": height,
            "mobile": phone,
            "deviceScaleFactor": size.get("device_scale_factor", 1),
            "screenOrientation": {"angle": 0, "type": "portraitPrimary" if phone else "landscapePrimary"},
        }
        self._screen.send("Emulation.setDeviceMetricsOverride", metrics)
        self.until(TURNED, [width, size.get("has_touch", False)])

    def _look_over(self, *looks: judging.Look) -> None:
        self.page.wait_for_load_state()
        path = judging.AXE_PATH if self.home in _SERVED else None
        if path is None and not self.page.evaluate("'axe' in window"):
            # As a script, which the browser compiles once for all pages of a visit; Playwright would have it compiled on each.
            self._screen = self._screen or self.context.new_cdp_session(self.page)
            self._screen.send("Runtime.evaluate", {"expression": judging.AXE})
        seen = self.page.evaluate(judging.LOOK_OVER, judging.asked(path, looks))
        told = [
            f"{look}: {rule}: {what}: {[html[:160] for html in nodes[:4]]}"
            for look, _, violations, _ in seen
            for rule, what, nodes in violations
        ]
        told += [
            f"{look}: the page is {wide} px wider than the screen" for look, wide, *_ in seen if wide > 0
        ]
        assert not told, "\n".join([self.page.url, *told])
        judging.PROVED.update(kind for *_, kinds in seen for kind in kinds)

    def end(self) -> None:
        self.context.close()
        self.leave()

    def hand_back(self) -> CDPSession:
        """The window as it came from the shop: nothing kept, nothing to go back to, nothing that runs on."""
        screen = self._screen = self._screen or self.context.new_cdp_session(self.page)
        self.page.wait_for_load_state()
        screen.send("Page.resetNavigationHistory")
        self.page.evaluate(FORGET)
        self.page.wait_for_url("about:blank", wait_until="commit")
        self.context.clear_cookies()
        for event, hear in self._heard.items():
            self.page.remove_listener(event, hear)
        return screen

    def leave(self) -> None:
        """No message on the console and nothing refused so far, and nothing asked of another site."""
        said, strangers, self.said, self.strangers = self.said, self.strangers, [], []
        assert not said, "\n".join(said)
        assert not strangers, strangers

    def _hear(self, message: Any) -> None:
        if message.type in ("error", "warning") and not message.text.startswith(REFUSED):
            self.said.append(f"{message.type}: {message.text}")

    def _weigh(self, answer: Response) -> None:
        """The page itself may be asked for in vain, and a refusal is one. A script, a picture or an answer to a script that is
        refused is a fault of the page, unless the test named its address."""
        if answer.status < 400 or answer.request.is_navigation_request():
            return
        path = urlsplit(answer.url).path
        if not any(fnmatchcase(path, named) for named in self.refusals):
            self.said.append(f"{answer.status}: {answer.request.method} {answer.url}")

    def _watch(self, url: str) -> None:
        if not url.startswith((self.home + "/", "data:", "blob:", "about:")):
            self.strangers.append(url)


@contextmanager
def visit(
    browser: Browser, home: str, *, size: Mapping[str, Any] = PHONE, kind: type[Visit] = Visit, **more: Any
) -> Iterator[Visit]:
    """A visitor whose every fault fails the test, unless it fails for another reason first."""
    made = kind(browser.new_context(**{**COMMON, **size, **more}), home)
    try:
        yield made
    except BaseException:
        made.context.close()
        raise
    made.end()
