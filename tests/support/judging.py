"""What a page is judged by where it stands: axe-core and what is asked beside it, run in the page itself (docs/pages.md)."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import axe_playwright_python

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


Look = tuple[str, dict[str, str] | None, tuple[str, ...], bool]
"""Its name, how it is put on (None: as the page stands), the rules that are asked in it, and whether its colours are."""


def asked(path: str | None, looks: Sequence[Look]) -> list[object]:
    """What `LOOK_OVER` is given, to find axe-core at this path; None: it is there."""
    return [path, looks, list(PROVED), BY_COLOUR, BY_MEASURE, BY_WORDS, LEAST, ENOUGH]


def serve_axe(_: Any, start_response: Any) -> list[bytes]:
    """axe-core as a script of the site itself: the browser keeps what it made of it, where `evaluate` has it read half a
    megabyte anew on every page."""
    kept = [("Content-Type", "text/javascript; charset=utf-8"), ("Cache-Control", "max-age=86400, immutable")]
    start_response("200 OK", kept)
    return [AXE.encode()]
