"""A real browser on real pages: Debian's Chromium, driven by Playwright, over a real HTTP server in this process.

Everything a page does is watched: what it says on the console, what it asks of whom, and, with `check`, what a screen reader
would stumble over (axe-core). At the end of a visit nothing of that may be left over.
"""

import asyncio
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import wraps
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from weakref import WeakSet

import axe_playwright_python
import pytest
from flask import Flask
from playwright.sync_api import (
    Browser,
    BrowserContext,
    CDPSession,
    Error,
    Page,
    Playwright,
    Response,
    sync_playwright,
)
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.serving import BaseWSGIServer, make_server

from backend.accounts.model import Tokens

CHROMIUM = "/usr/bin/chromium-headless-shell"
# A limit of one keeps no renderer in readiness, which each visit would pay for; visits never share one, whatever the limit.
ARGUMENTS = (
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--disable-software-rasterizer",
    "--renderer-process-limit=1",
)
# A page lives a second here and is asked of its tree, its styles and its boxes. A browser without room for what it draws draws
# nothing, and lays out, hides and clicks as ever. Compiling a script for a long life took longer than what it ran faster by.
UNDRAWN = ("--force-gpu-mem-available-mb=0", "--js-flags=--no-maglev --no-turbofan --sparkplug")
# What a page is asked about colours and about the room of what is pressed is asked of the elements that are marked for it: see
# `KINDS` and `CLOSE`. `target-size` is of WCAG 2.2 and off unless asked for; the shops of a map lie where they lie.
AXE = (
    (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()
    + """
;axe.configure({ rules: [
  { id: "target-size", enabled: true, selector: "[data-asked-size]:not(.leaflet-marker-icon)" },
  { id: "color-contrast", selector: "[data-asked-colour]" },
  { id: "link-in-text-block", selector: "a[href][data-asked-colour], [role=link][data-asked-colour]" },
] });"""
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
NARROW = PHONE | {"viewport": {"width": 320, "height": 568}}
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
# longest text, and the others too if it could not tell of that one. What is enough for small letters (`ENOUGH`) is enough for
# letters of any size and weight in the same colours, links apart. Letters are of no kind, and judged wherever they stand, if
# anything painted that does not hold them meets their box, if they reach out of the box that is their ground, or if they are
# blended with it. What nobody sees, since it is clipped to nothing or lies beyond the upper or the left edge, is not judged.
KINDS = """(proved) => {
  const grounds = new Map(), painted = [];
  const alpha = colour => colour.startsWith("rgba") ? parseFloat(colour.split(",")[3]) : colour.startsWith("rgb") ? 1 : 0.5;
  const ground = (one) => {
    if (!one) return { colours: "", blended: false, gone: false, boxes: [] };
    if (!grounds.has(one)) {
      const style = getComputedStyle(one), below = ground(one.parentElement), seen = alpha(style.backgroundColor);
      const blended = style.opacity !== "1" || style.filter !== "none" || style.mixBlendMode !== "normal"
        || style.backgroundImage !== "none" || style.clipPath !== "none";
      grounds.set(one, {
        colours: seen === 1 ? style.backgroundColor : seen ? `${style.backgroundColor} on ${below.colours}` : below.colours,
        blended: blended || below.blended,
        gone: style.clipPath === "inset(50%)" || below.gone,
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
  const inline = one => /^inline|^contents/.test(getComputedStyle(one).display);
  const among = (link) => {
    let block = link.parentElement;
    while (inline(block) && block.parentElement) block = block.parentElement;
    return block.innerText.trim() !== link.innerText.trim();
  };
  const unknown = new Map(), apart = [], wordless = /^(hidden|range|color|checkbox|radio)$/;
  for (const one of all) {
    const words = [...one.childNodes].filter(node => node.nodeType === 3 && node.data.trim());
    const { colours, blended, gone, boxes } = ground(one), box = one.getBoundingClientRect();
    if (gone || box.right + scrollX <= 0 || box.bottom + scrollY <= 0) continue;
    const link = one.matches("a[href], [role=link]");
    if (!words.length && (!/^(INPUT|SELECT|TEXTAREA)$/.test(one.tagName) || wordless.test(one.type))) {
      if (link && inline(one) && one.innerText.trim()) apart.push(one);
      continue;
    }
    const elsewhere = boxes.some(at => at !== document.body && !holds(at.getBoundingClientRect(), box));
    if (blended || elsewhere || painted.some(([other, at]) => !other.contains(one) && !one.contains(other) && meet(at, box))) {
      apart.push(one);
      continue;
    }
    const style = getComputedStyle(one), around = getComputedStyle(one.parentElement);
    const paint = [style.color, style.textShadow, colours, words.length ? "" : one.tagName].join("; ");
    const kind = [paint, style.fontSize, style.fontWeight,
      ...(link ? [around.color, around.fontWeight, style.textDecorationLine, style.display, among(one)] : [])].join("; ");
    const group = link ? kind : paint;
    if (!proved.has(kind) && !proved.has(group)) unknown.set(group, [...unknown.get(group) || [], [one, kind]]);
  }
  for (const those of unknown.values()) those.sort(([one], [other]) => other.textContent.length - one.textContent.length);
  return [unknown, apart];
}"""
PROVED: set[str] = set()
"""Kinds of letters that axe-core found good in this process."""
ENOUGH = 4.5
"""The contrast that letters of any size have enough of (WCAG 1.4.3)."""
# What is pressed has room enough if it is as large as WCAG 2.5.8 asks and nothing else that is pressed reaches into it, or if
# nothing else that is pressed is as near as that. axe-core finds the same, but lays out all elements of the page once more to
# find it, so it is asked about the others only: those that are small and close, or covered in part.
CLOSE = """(least) => {
  const pressed = [...document.querySelectorAll(`a[href], area[href], button, input, select, textarea, summary, iframe, object,
    embed, audio, video, [role][tabindex]:not([role=region]), td[tabindex], th[tabindex], [contenteditable]`)];
  const there = pressed.filter(one => one.checkVisibility({ visibilityProperty: true }));
  const boxes = there.map(one => [one, one.getBoundingClientRect()]);
  const meet = (a, b, by) => a.left < b.right + by && b.left < a.right + by && a.top < b.bottom + by && b.top < a.bottom + by;
  return boxes.filter(([one, at]) => {
    const by = at.width < least || at.height < least ? least : 0;
    return boxes.some(([other, box]) => other !== one && meet(at, box, by));
  }).map(([one]) => one);
}"""
# What plainly has a name: letters that are seen in it, with nothing around them that would change what they say, or a label of
# its own. axe-core takes the whole page apart to find the same, so it is asked by those rules only of which something here is
# not so plain; and by all of them where a page brings letters of its own, which could be drawn as anything.
NAMELESS = """() => {
  const letters = /\\p{L}|\\p{N}/u, root = document.documentElement, asked = [];
  const there = one => one.checkVisibility({ visibilityProperty: true }) || getComputedStyle(one).display === "contents";
  const told = one => one.hasAttribute("role") || [...one.attributes].some(({ name }) => name.startsWith("aria-label"));
  const says = one => [...one.childNodes].some(node => node.nodeType === 3 ? letters.test(node.data) : node.nodeType === 1
    && /^(A|B|BDI|BUTTON|CODE|DIV|EM|KBD|P|SMALL|SPAN|STRONG|TIME)$/.test(node.tagName) && there(node) && !told(node)
    && !node.hasAttribute("aria-hidden") && says(node));
  const named = one => !told(one) && says(one) || !one.hasAttribute("role") && !one.hasAttribute("aria-labelledby")
    && letters.test(one.getAttribute("aria-label") || "");
  const labelled = one => !told(one) && one.labels.length
    && [...one.labels].every(label => there(label) && !label.closest("[aria-hidden]") && !told(label) && says(label));
  const typed = one => /^(hidden|image|button|submit|reset)$/.test(one.type) || labelled(one);
  const lacks = (selector, has) => [...document.querySelectorAll(selector)].some(one => there(one) && !has(one));
  if (!/^(en|zh-CN)$/.test(root.lang) || root.hasAttribute("xml:lang")) asked.push("html-has-lang", "html-lang-valid");
  if (lacks("button", named)) asked.push("button-name");
  if (lacks("a[href]", named)) asked.push("link-name");
  if (lacks("h1, h2, h3, h4, h5, h6, [role~=heading]", named)) asked.push("empty-heading");
  if (lacks("input, textarea", typed)) asked.push("label");
  return document.fonts.size ? ["button-name", "empty-heading", "html-has-lang", "html-lang-valid", "label", "link-name"] : asked;
}"""
# What the rules of names, roles, labels and order go by: the document, what is typed in it, and what of it is to be seen.
STANDS = """() => {
  const all = [...document.querySelectorAll("body *")];
  const state = one => [one.value, one.checked, one.indeterminate, one.open, one.matches(":modal")].join();
  const seen = (one) => {
    const style = getComputedStyle(one), box = one.getBoundingClientRect();
    return [one.checkVisibility({ visibilityProperty: true, opacityProperty: true }), one.checkVisibility(), box.width > 0,
      box.height > 0, box.right + scrollX <= 0, box.bottom + scrollY <= 0, style.visibility, style.clip, style.clipPath].join();
  };
  const whole = document.documentElement.outerHTML + all.map(state).join("; ");
  return { document: whole, seen: new Map(all.map(one => [one, seen(one)])) };
}"""
# Whether these rules would say the same as when they last found nothing in this document: the same is to be seen, or less by a
# whole bar of links that nothing refers to, or more by bare words within a part of the page that has its name. Tables without a
# head, frames and shadows are judged by more than that.
SAME = """(before, now) => {
  if (before.document !== now.document) return false;
  if (document.querySelector("iframe, frame, object, table:not(:has(th))")) return false;
  const bare = one => one.tagName === "SPAN" && [...one.attributes].every(({ name }) => name === "class");
  const holds = "body > header, body > main, body > footer, body > header *, body > main *, body > footer *";
  const more = one => bare(one) && one.checkVisibility({ visibilityProperty: true }) && one.parentElement.matches(holds)
    && /^(A|B|BUTTON|DIV|EM|H1|H2|H3|LABEL|LI|P|SMALL|SPAN|STRONG|TD|TH)$/.test(one.parentElement.tagName);
  const less = (one) => {
    const bar = one.closest("body > nav");
    return bar && !bar.checkVisibility() && !bar.id && !bar.querySelector("[id], [role], h1, h2, h3, h4, h5, h6, label, main");
  };
  return [...now.seen].every(([one, how]) => !one.shadowRoot && (before.seen.get(one) === how || less(one) || more(one)));
}"""
# Whether anything is to be scrolled, which decides whether there is anything to ask.
SCROLLS = """() => [...document.body.querySelectorAll("*")].some(one =>
  (one.scrollWidth > one.clientWidth || one.scrollHeight > one.clientHeight)
    && /auto|scroll/.test(getComputedStyle(one).overflow))"""
# A bar that stays in place covers what one would scroll to, of which axe-core could then say nothing; what still moves has not
# the colours that it comes to have. Width is not compared with `innerWidth`: on a phone that grows with what does not fit.
# All that a look is asked is asked at once, for axe-core takes the whole page apart each time.
LOOK_OVER = """async ([path, looks, proved, byColour, byMeasure, byWords, least, enough]) => {
  const wear = WEAR, kinds = KINDS, close = CLOSE, scrolls = SCROLLS, nameless = NAMELESS, stands = STANDS, same = SAME;
  const fetchAxe = FETCH;
  const bars = [...document.querySelectorAll(".top, .tabs")];
  const told = [];
  for (const bar of bars) bar.style.position = "static";
  for (const [name, look, wanted, colours] of looks) {
    if (look) wear(look);
    const moving = document.getAnimations().filter(one => one.playState === "running");
    await Promise.allSettled(moving.filter(one => one.effect.getComputedTiming().endTime < Infinity).map(one => one.finished));
    const violations = [], passed = new Map(), failed = new Set();
    const ask = async (options, small, letters) => {
      if (path) await fetchAxe(path);
      for (const one of small) one.dataset.askedSize = "";
      for (const one of letters) one.dataset.askedColour = "";
      const found = await axe.run(document, { ...options, reporter: results => results });
      for (const rule of found) {
        const html = rule.violations.map(({ node }) => node.source.replace(/ data-asked-[a-z]+=""/g, ""));
        if (html.length) violations.push([rule.id, rule.help, html]);
        if (rule.id !== "color-contrast") continue;
        for (const { node, any } of rule.passes) passed.set(node.element, any[0]?.data?.contrastRatio >= enough);
        for (const { node } of rule.violations) failed.add(node.element);
      }
      for (const one of small) delete one.dataset.askedSize;
      for (const one of letters) delete one.dataset.askedColour;
    };
    const only = values => ({ runOnly: { type: "rule", values } });
    const whole = wanted.includes("*"), again = whole && window.lookedOver && same(window.lookedOver, stands());
    const all = whole && !again, rules = again ? byMeasure : wanted;
    const [unknown, apart] = colours ? kinds(new Set(proved)) : [new Map(), []];
    const first = [...[...unknown.values()].map(([[one]]) => one), ...apart];
    const small = all || rules.includes("target-size") ? close(least) : [];
    const off = [...(first.length ? [] : byColour), ...(small.length ? [] : ["target-size"])];
    if (all) {
      await ask({ rules: Object.fromEntries(off.map(rule => [rule, { enabled: false }])) }, small, first);
      window.lookedOver = violations.length ? null : stands();
    } else {
      if (!scrolls()) off.push("scrollable-region-focusable");
      const lacking = byWords.some(rule => rules.includes(rule)) ? nameless() : [];
      off.push(...byWords.filter(rule => !lacking.includes(rule)));
      const asked = [...rules, ...byColour].filter(rule => !off.includes(rule));
      if (asked.length) await ask(only(asked), small, first);
    }
    const groups = [...unknown].map(([group, [[one, kind], ...others]]) => ({ group, one, kind, others }));
    const untold = groups.filter(({ one }) => !failed.has(one) && !passed.get(one)).flatMap(({ one, kind, others }) =>
      others.filter(([, other]) => !passed.has(one) || other !== kind).map(([other]) => other));
    if (untold.length) await ask(only(byColour), [], untold);
    const wide = document.documentElement.scrollWidth - screen.width;
    const good = groups.filter(({ one }) => passed.has(one)).map(({ group, one, kind }) => passed.get(one) ? group : kind);
    told.push([name, wide, violations, good]);
  }
  for (const bar of bars) bar.style.position = "";
  return told;
}"""
for _name, _part in {
    "WEAR": WEAR,
    "KINDS": KINDS,
    "CLOSE": CLOSE,
    "SCROLLS": SCROLLS,
    "NAMELESS": NAMELESS,
    "STANDS": STANDS,
    "SAME": SAME,
    "FETCH": FETCH_AXE,
}.items():
    LOOK_OVER = LOOK_OVER.replace(f"= {_name}", f"= {_part}")
# The browser says so on the console, and the answer itself is looked at closer: see `Visit._weigh`.
REFUSED = "Failed to load resource: the server responded with a status of 4"

LEAST = 24
"""The least width, height and distance of what is pressed in every case, in CSS pixels (WCAG 2.5.8)."""
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

STRIDE = 8
# Each key that comes down finds how the one before it left the page; `noted` tells that of all since the last time.
NOTE = f"""() => {{
  const focused = {FOCUSED};
  let steps = [], pressed = false;
  window.addEventListener("keydown", () => {{
    if (pressed) steps.push(focused());
    pressed = true;
  }}, {{ capture: true }});
  window.noted = () => {{
    const told = [...steps, focused()];
    steps = [];
    pressed = false;
    return told;
  }};
}}"""


_SERVED: set[str] = set()


def _axe(_: Any, start_response: Any) -> list[bytes]:
    """axe-core as a script of the site itself: the browser keeps what it made of it, where `evaluate` has it read half a
    megabyte anew on every page."""
    kept = [("Content-Type", "text/javascript; charset=utf-8"), ("Cache-Control", "max-age=86400, immutable")]
    start_response("200 OK", kept)
    return [AXE.encode()]


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
    server = _server(DispatcherMiddleware(app, {AXE_PATH: _axe}))
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
        self.page.evaluate(NOTE)
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
        for _ in range(0, most, STRIDE):
            for _ in range(STRIDE):
                self.page.keyboard.press("Tab")
            yield from self.page.evaluate("() => window.noted()")

    def check_each_look(self, path: str) -> None:
        """A page in each look."""
        self.open(path)
        self.check_looks()

    def wear(self, look: str) -> None:
        """Put the page in a look, as the server would have written it."""
        self.page.evaluate(WEAR, LOOKS[look])

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

    def _look_over(self, *looks: tuple[str, dict[str, str] | None, tuple[str, ...], bool]) -> None:
        """Each look with the rules that are asked in it, and whether its colours are."""
        self.page.wait_for_load_state()
        path = AXE_PATH if self.home in _SERVED else None
        if path is None and not self.page.evaluate("'axe' in window"):
            # As a script, which the browser compiles once for all pages of a visit; Playwright would have it compiled on each.
            self._screen = self._screen or self.context.new_cdp_session(self.page)
            self._screen.send("Runtime.evaluate", {"expression": AXE})
        seen = self.page.evaluate(
            LOOK_OVER, [path, looks, list(PROVED), BY_COLOUR, BY_MEASURE, BY_WORDS, LEAST, ENOUGH]
        )
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
