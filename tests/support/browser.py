"""A real browser on real pages: Debian's Chromium, driven by Playwright, over a real HTTP server in this process.

Everything a page does is watched: what it says on the console, what it asks of whom, and, with `check`, what a screen reader
would stumble over (axe-core). At the end of a visit nothing of that may be left over.
"""

import asyncio
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import axe_playwright_python
import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, Response, sync_playwright
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.serving import make_server

from backend.accounts.model import Tokens

CHROMIUM = "/usr/bin/chromium-headless-shell"
ARGUMENTS = ("--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--disable-software-rasterizer")
# `target-size` is of WCAG 2.2 and off unless asked for; the shops of a map lie where they lie.
AXE = (
    (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()
    + """
;axe.configure({ rules: [{ id: "target-size", enabled: true, selector: "*:not(.leaflet-marker-icon)" }] });"""
)
AXE_PATH = "/axe-core.js"
FETCH_AXE = """(path) => "axe" in window || new Promise((loaded, failed) => {
  const script = document.createElement("script");
  script.onload = loaded;
  script.onerror = failed;
  script.src = path;
  document.head.append(script);
})"""
PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "has_touch": True,
    "is_mobile": True,
    "device_scale_factor": 2,
}
DESK: dict[str, Any] = {"viewport": {"width": 1280, "height": 800}}
COMMON: dict[str, Any] = {"locale": "zh-CN", "timezone_id": "Asia/Shanghai"}
LOOKS: dict[str, dict[str, str]] = {
    "light": {"theme": "light", "size": "normal"},
    "dark": {"theme": "dark", "size": "normal"},
    "large": {"theme": "light", "size": "large"},
}
"""How visitors read, as the reading settings keep it: nothing else of a page depends on them but its colours and its measures."""
# What axe-core asks of names, roles, labels and the order of headings is the same in each look and is asked once, in light. In
# dark the colours are others. Large type has the colours of light, and larger letters need less of them: it is measured.
BY_COLOUR = ("color-contrast", "link-in-text-block")
BY_MEASURE = ("target-size", "scrollable-region-focusable")
BY_WORDS = ("button-name", "empty-heading", "html-has-lang", "html-lang-valid", "label", "link-name")
ALL = ("*",)
ASKED: dict[str, tuple[tuple[str, ...], bool]] = {
    "light": (ALL, True), "dark": ((), True), "large": (BY_MEASURE, False),
}  # fmt: skip
"""What axe-core is asked in each look: the rules beside those of colour, and whether those too."""
# As the server writes a look (templates/layout.html, switches.html); scripts that measure hear that the measures changed.
WEAR = """(look) => {
  const root = document.documentElement;
  root.dataset.theme = look.theme;
  root.dataset.size = look.size;
  for (const button of document.querySelectorAll("form[action='/look'] > button[name=size]")) {
    button.hidden = button.value === look.size;
  }
  window.dispatchEvent(new Event("resize"));
}"""
# Whether letters can be read is most of what axe-core works for, and on most pages the same letters lie on the same ground. So
# they are told apart by kinds: colour, size and weight of the letters, the colours behind them up to one that lets nothing
# through, and for a link what is around it. Of each kind that axe-core has not found good in this process it judges one, the
# longest text, and the others too if it could not tell of that one. Letters are of no kind, and judged wherever they stand, if
# anything painted that does not hold them meets their box, if they reach out of the box that is their ground, or if they are
# blended with it.
KINDS = """(proved) => {
  const grounds = new Map(), painted = [];
  const alpha = colour => colour.startsWith("rgba") ? parseFloat(colour.split(",")[3]) : colour.startsWith("rgb") ? 1 : 0.5;
  const ground = (one) => {
    if (!one) return { colours: "", blended: false, boxes: [] };
    if (!grounds.has(one)) {
      const style = getComputedStyle(one), below = ground(one.parentElement), seen = alpha(style.backgroundColor);
      const blended = style.opacity !== "1" || style.filter !== "none" || style.mixBlendMode !== "normal"
        || style.backgroundImage !== "none" || style.clipPath !== "none";
      grounds.set(one, {
        colours: seen === 1 ? style.backgroundColor : seen ? `${style.backgroundColor} on ${below.colours}` : below.colours,
        blended: blended || below.blended,
        boxes: seen === 1 ? [one] : seen ? [one, ...below.boxes] : below.boxes,
      });
      if (seen || style.backgroundImage !== "none") painted.push([one, one.getBoundingClientRect()]);
    }
    return grounds.get(one);
  };
  const all = [...document.body.querySelectorAll("*")].filter(one => one.checkVisibility({ visibilityProperty: true }));
  all.forEach(ground);
  const meet = (a, b) => a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1;
  const holds = (a, b) => a.left <= b.left + 1 && a.right >= b.right - 1 && a.top <= b.top + 1 && a.bottom >= b.bottom - 1;
  const unknown = new Map(), apart = [];
  for (const one of all) {
    const words = [...one.childNodes].filter(node => node.nodeType === 3 && node.data.trim());
    if (!words.length && !/^(INPUT|SELECT|TEXTAREA)$/.test(one.tagName)) continue;
    const { colours, blended, boxes } = ground(one), box = one.getBoundingClientRect();
    const elsewhere = boxes.some(at => at !== document.body && !holds(at.getBoundingClientRect(), box));
    if (blended || elsewhere || painted.some(([other, at]) => !other.contains(one) && !one.contains(other) && meet(at, box))) {
      apart.push(one);
      continue;
    }
    const style = getComputedStyle(one), around = getComputedStyle(one.parentElement);
    const among = one.tagName === "A" && one.parentElement.innerText.trim() !== one.innerText.trim();
    const kind = [style.color, style.fontSize, style.fontWeight, style.textShadow, colours, words.length ? "" : one.tagName,
      ...(one.tagName === "A" ? [around.color, around.fontWeight, style.textDecorationLine, style.display, among] : [])];
    const name = kind.join("; ");
    if (!proved.has(name)) unknown.set(name, [...unknown.get(name) || [], one]);
  }
  for (const those of unknown.values()) those.sort((one, other) => other.textContent.length - one.textContent.length);
  return [unknown, apart];
}"""
PROVED: set[str] = set()
"""Kinds of letters that axe-core found good in this process."""
# A bar that stays in place covers what one would scroll to, of which axe-core could then say nothing; what still moves has not
# the colours that it comes to have. Width is not compared with `innerWidth`: on a phone that grows with what does not fit.
LOOK_OVER = """async ([looks, proved, byColour]) => {
  const wear = WEAR, kinds = KINDS;
  const bars = [...document.querySelectorAll(".top, .tabs")];
  const told = [];
  for (const bar of bars) bar.style.position = "static";
  for (const [name, look, rules, colours] of looks) {
    if (look) wear(look);
    const moving = document.getAnimations().filter(one => one.playState === "running");
    await Promise.allSettled(moving.filter(one => one.effect.getComputedTiming().endTime < Infinity).map(one => one.finished));
    const violations = [], passed = new Set(), failed = new Set();
    const ask = async (where, how) => {
      const found = await axe.run(where, { selectors: false, ...how });
      violations.push(...found.violations.map(one => [one.id, one.help, one.nodes.map(node => node.html)]));
      for (const [told, those] of [[found.passes, passed], [found.violations, failed]]) {
        for (const one of told) if (one.id === "color-contrast") for (const node of one.nodes) those.add(node.element);
      }
    };
    if (rules.includes("*")) {
      const left = Object.fromEntries(byColour.map(rule => [rule, { enabled: false }]));
      await ask(document, { rules: left, resultTypes: ["violations"] });
    } else if (rules.length) {
      await ask(document, { runOnly: { type: "rule", values: rules }, resultTypes: ["violations"] });
    }
    const colour = { runOnly: { type: "rule", values: byColour }, elementRef: true };
    const [unknown, apart] = colours ? kinds(new Set(proved)) : [new Map(), []];
    const first = [...[...unknown.values()].map(those => those[0]), ...apart];
    if (first.length) await ask({ include: first }, colour);
    const untold = [...unknown.values()].filter(([one]) => !passed.has(one) && !failed.has(one)).flatMap(those => those.slice(1));
    if (untold.length) await ask({ include: untold }, colour);
    const wide = document.documentElement.scrollWidth - screen.width;
    told.push([name, wide, violations, [...unknown].filter(([, those]) => passed.has(those[0])).map(([kind]) => kind)]);
  }
  for (const bar of bars) bar.style.position = "";
  return told;
}""".replace("WEAR", WEAR).replace("KINDS", KINDS)
# The browser says so on the console, and the answer itself is looked at closer: see `Visit._weigh`.
REFUSED = "Failed to load resource: the server responded with a status of 4"

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


_SERVED: set[str] = set()


def _axe(_: Any, start_response: Any) -> list[bytes]:
    """axe-core as a script of the site itself: the browser keeps what it made of it, where `evaluate` has it read half a
    megabyte anew on every page."""
    kept = [("Content-Type", "text/javascript; charset=utf-8"), ("Cache-Control", "max-age=86400, immutable")]
    start_response("200 OK", kept)
    return [AXE.encode()]


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """The app over real HTTP, and axe-core beside it; gives its address."""
    server = make_server("127.0.0.1", 0, DispatcherMiddleware(app, {AXE_PATH: _axe}), threaded=True)
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


@dataclass
class Visit:
    """One visitor with a browser of their own; `page` is what they look at."""

    context: BrowserContext
    home: str
    page: Page = field(init=False)
    said: list[str] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)
    refusals: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.page = self.context.new_page()
        self.page.set_default_timeout(20_000)
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.said.append(f"error: {error}"))
        self.page.on("request", lambda asked: self._watch(asked.url))
        self.page.on("response", self._weigh)

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
        self._look_over(("as it is", None, ALL, colours))

    def check_looks(self) -> None:
        """The same in light, in dark and in large type, which the page is put in where it stands, without loading it anew."""
        self._look_over(*((name, look, *ASKED[name]) for name, look in LOOKS.items()))

    def check_words(self) -> None:
        """What another language can change: the room that its words need, and that nothing is without them."""
        self._look_over(("as it is", None, BY_WORDS + BY_MEASURE, False))

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
        """A page in each look."""
        self.open(path)
        self.check_looks()

    def wear(self, look: str) -> None:
        """Put the page in a look, as the server would have written it."""
        self.page.evaluate(WEAR, LOOKS[look])

    def _look_over(self, *looks: tuple[str, dict[str, str] | None, tuple[str, ...], bool]) -> None:
        """Each look with the rules that are asked in it, and whether its colours are."""
        self.page.wait_for_load_state()
        self._bring_axe()
        seen = self.page.evaluate(LOOK_OVER, [looks, list(PROVED), BY_COLOUR])
        told = [
            f"{look}: {rule}: {what}: {[html[:160] for html in nodes[:4]]}"
            for look, _, violations, _ in seen
            for rule, what, nodes in violations
        ]
        told += [
            f"{look}: the page is {wide} px wider than the screen" for look, wide, *_ in seen if wide > 0
        ]
        assert not told, "\n".join([self.page.url, *told])
        PROVED.update(kind for *_, kinds in seen for kind in kinds)

    def _bring_axe(self) -> None:
        if self.home in _SERVED:
            self.page.evaluate(FETCH_AXE, AXE_PATH)
        elif not self.page.evaluate("'axe' in window"):
            self.page.evaluate(AXE)

    def end(self) -> None:
        self.context.close()
        self.leave()

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
def visit(browser: Browser, home: str, *, size: Mapping[str, Any] = PHONE, **more: Any) -> Iterator[Visit]:
    """A visitor whose every fault fails the test, unless it fails for another reason first."""
    made = Visit(browser.new_context(**{**COMMON, **size, **more}), home)
    try:
        yield made
    except BaseException:
        made.context.close()
        raise
    made.end()


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
            self._browser = self.playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        return self._browser

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
