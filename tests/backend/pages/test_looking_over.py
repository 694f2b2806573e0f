"""What looks the pages over says so where something is wrong, also where it has seen the same letters before."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.support import browser as browsing
from tests.support import judging
from tests.support.browser import Visit

GOOD = "color: rgb(30, 30, 30)"
FAINT = "color: rgb(190, 190, 190)"
WIDE = "width: 3000px"
CELL = "grid-area: 1 / 1"
UNDER = "<i style='position: absolute; inset: 0; background: black'></i>"
BLACK = "<div style='height: 90px; background: black'></div>"

SMALL = (
    "<button aria-label=x style='display: block; width: 10px; height: 10px; padding: 0; border: 0'></button>"
)
GAP = "<div class=gap style='height: 60px'></div>"
LARGE = "<button style='display: block; width: 200px; height: 30px'>Send it</button>"
OVER = "position: absolute; top: 8px; left: 0; width: 200px; height: 10px"


@pytest.fixture(scope="module")
def window(browser: Browser) -> Iterator[Visit]:
    """One for all: every page is written into it anew."""
    context = browser.new_context(**browsing.PHONE)
    yield Visit(context, "about:blank")
    context.close()


@pytest.fixture
def showing(window: Visit, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A page with these things on it, looked over by somebody who has seen no page before."""
    monkeypatch.setattr(judging, "PROVED", set())
    visit = window

    def show(*things: str, ground: str = "white") -> Visit:
        visit.page.set_content(
            f"<!doctype html><html lang=en><head><title>x</title><meta name=viewport content='width=device-width'></head>"
            f"<body style='background: {ground}'><main><h1 style='{GOOD}'>Of the house</h1>{''.join(things)}</main></body></html>"
        )
        return visit

    return show


def letters(style: str, words: str = "Words that people read") -> str:
    return f"<p style='{style}'>{words}</p>"


def fault(visit: Visit, way: Any = Visit.check) -> str:
    with pytest.raises(AssertionError) as told:
        way(visit)
    return str(told.value)


def test_letters_seen_before_are_not_judged_again(showing: Any) -> None:
    showing(letters(GOOD)).check()
    before = set(judging.PROVED)
    assert before
    showing(letters(GOOD), letters(GOOD, "Other words")).check()
    assert before == judging.PROVED


@pytest.mark.parametrize(
    "wrong",
    [
        letters(FAINT),
        f"<div style='background: rgb(40, 40, 40)'>{letters(GOOD)}</div>",
        f"<div style='background: rgba(0, 0, 0, 0.8)'>{letters(GOOD)}</div>",
        f"<div style='opacity: 0.3'>{letters(GOOD)}</div>",
        f"{BLACK}<div style='position: relative; top: -90px'>{letters(GOOD)}</div>",
        f"{BLACK}<div style='margin-top: -90px'>{letters(GOOD)}</div>",
        f"{BLACK}<div style='transform: translateY(-90px)'>{letters(GOOD)}</div>",
        f"<div style='position: relative'>{BLACK}<div style='position: absolute; top: 0'>{letters(GOOD)}</div></div>",
        f"<div style='position: relative'>{UNDER}<div style='position: relative; z-index: 1'>{letters(GOOD)}</div></div>",
        f"<div style='margin-bottom: -90px'>{BLACK}</div><div style='position: relative; height: 90px'>{letters(GOOD)}</div>",
        f"{BLACK}<div style='translate: 0 -90px'>{letters(GOOD)}</div>",
        f"<div style='display: grid'><i style='{CELL}; background: black'></i><div style='{CELL}'>{letters(GOOD)}</div></div>",
        f"<input aria-label=x value='Words' style='{FAINT}; background: white'>",
    ],
)
def test_faint_letters_are_found_on_any_ground_after_good_ones(showing: Any, wrong: str) -> None:
    showing(letters(GOOD), letters(GOOD)).check()
    assert "color-contrast" in fault(showing(letters(GOOD), wrong))


def test_what_was_found_wrong_is_found_wrong_again(showing: Any) -> None:
    for _ in range(2):
        assert "color-contrast" in fault(showing(letters(GOOD), letters(FAINT)))


def test_what_is_not_judged_since_nobody_can_use_it_stands_for_nothing(showing: Any) -> None:
    showing(f"<button disabled style='{FAINT}; background: white'>Send the form</button>").check()
    assert "color-contrast" in fault(
        showing(f"<button style='{FAINT}; background: white'>Send the form</button>")
    )


def test_what_is_not_judged_does_not_stand_for_what_is_beside_it(showing: Any) -> None:
    button = f"<button {{}} style='{FAINT}; background: white'>{{}}</button>"
    page = (button.format("disabled", "Send the form and all its papers"), button.format("", "Send the form"))
    assert "color-contrast" in fault(showing(*page))


def test_a_link_alone_does_not_stand_for_one_among_words(showing: Any) -> None:
    link = "<a href='#x' style='color: rgb(0, 0, 160); text-decoration: none'>a link to elsewhere</a>"
    alone, among = f"<p style='{GOOD}'>{link}</p>", letters(GOOD, f"Words and {link} among them")
    showing(alone).check()
    assert "link-in-text-block" in fault(showing(among))


def test_a_link_among_words_that_looks_like_them_is_found(showing: Any) -> None:
    plain = "<a href='#x' style='color: rgb(0, 0, 160); text-decoration: {}'>a link</a>"
    showing(letters(GOOD, f"Words and {plain.format('underline')} among them")).check()
    found = fault(showing(letters(GOOD, f"Words and {plain.format('none')} among them")))
    assert "link-in-text-block" in found


@pytest.mark.parametrize(
    "link",
    [
        "<a href='#x' style='{}'>a <span>link</span></a>",
        "<b style='font-weight: 400'><a href='#x' style='{}'>a link</a></b>",
    ],
)
def test_a_link_among_words_is_found_whatever_lies_between(showing: Any, link: str) -> None:
    blue = "color: rgb(0, 0, 160); text-decoration: {}"
    alone = letters(GOOD, link.format(blue.format("none")))
    showing(letters(GOOD), alone).check()
    among = letters(GOOD, f"Words and {link.format(blue.format('none'))} among them")
    assert "link-in-text-block" in fault(showing(among))


@pytest.mark.parametrize("way", [Visit.check, Visit.check_words, Visit.check_looks])
@pytest.mark.parametrize(
    "wrong",
    [
        SMALL * 2,
        f"{SMALL}<div style='height: 8px'></div>{SMALL}",
        f"{SMALL}<div style='height: 2px'></div>{LARGE}",
        f"<div style='height: 30px'>{LARGE}</div><div style='margin-top: -25px'>{LARGE}</div>",
        f"<div style='position: relative'>{LARGE}<div role=button tabindex=0 style='{OVER}'>Over</div></div>",
    ],
)
def test_what_leaves_no_room_to_press_is_found(showing: Any, way: Any, wrong: str) -> None:
    showing(LARGE, GAP, LARGE).check()
    assert "target-size" in fault(showing(wrong), way)


def test_what_is_small_and_alone_has_room_enough(showing: Any) -> None:
    showing(SMALL, GAP, SMALL).check()


def test_large_type_is_measured_for_itself(showing: Any) -> None:
    near = "<style>[data-size=large] .gap { display: none }</style>" + SMALL + GAP + SMALL
    assert "large: target-size" in (found := fault(showing(near), Visit.check_looks))
    assert "light: target-size" not in found


def test_what_scrolls_and_cannot_be_reached_is_found_in_the_look_in_which_it_does(showing: Any) -> None:
    words = "Words that people read and that do not fit " * 20
    box = f"<div style='height: 90px; width: 90px; overflow: auto; font-size: 0'><p style='{GOOD}'>{words}</p></div>"
    assert "scrollable-region-focusable" in fault(showing(box.replace("; font-size: 0", "")))
    grown = f"<style>[data-size=large] p {{ font-size: 16px }}</style>{box}"
    assert "large: scrollable-region-focusable" in (found := fault(showing(grown), Visit.check_looks))
    assert "light: scrollable-region-focusable" not in found


def test_what_is_clipped_to_nothing_is_not_judged_and_stands_for_nothing(showing: Any) -> None:
    showing(letters(f"{FAINT}; position: absolute; clip-path: inset(50%)")).check()
    assert "color-contrast" in fault(showing(letters(FAINT)))
    assert "color-contrast" in fault(showing(letters(f"{FAINT}; position: absolute; clip-path: inset(40%)")))


def test_what_lies_beyond_the_left_edge_is_judged_once_it_is_there(showing: Any) -> None:
    showing(letters(f"{FAINT}; position: absolute; left: -900px")).check()
    assert "color-contrast" in fault(showing(letters(f"{FAINT}; position: absolute; left: -9px")))


def test_a_page_is_left_as_it_was(showing: Any) -> None:
    one = showing(SMALL * 2, letters(GOOD))
    before = one.page.evaluate("document.body.outerHTML")
    fault(one)
    assert one.page.evaluate("document.body.outerHTML") == before


@pytest.mark.parametrize("way", [Visit.check, Visit.check_words, Visit.check_looks])
def test_what_has_no_name_and_what_is_too_wide_is_found_in_every_way(showing: Any, way: Any) -> None:
    assert "button-name" in fault(showing("<button style='width: 50px; height: 50px'></button>"), way)
    assert "px wider" in fault(showing(f"<div style='{WIDE}'>{letters(GOOD)}</div>"), way)


def test_dark_is_judged_by_its_own_colours(showing: Any) -> None:
    dark = "<style>[data-theme=dark] main { background: black }</style>"
    showing(letters(GOOD)).check_looks()
    assert "dark: color-contrast" in fault(showing(dark, letters(GOOD)), Visit.check_looks)


def test_letters_colours_are_left_out_when_they_are_not_asked(showing: Any) -> None:
    showing(letters(FAINT)).check(colours=False)


def test_a_page_that_is_turned_to_a_desk_is_looked_over_there_and_is_on_a_phone_again(showing: Any) -> None:
    desk = "@media (min-width: 60rem) and (orientation: landscape) and (not (pointer: coarse))"
    wrong = {"color-contrast": FAINT, "px wider": WIDE}
    for told, style in wrong.items():
        one = showing(f"<style>{desk} {{ p {{ {style} !important }} }}</style>", letters(GOOD))
        one.check()
        with one.turned(browsing.DESK):
            assert told in fault(one)
        one.check()
        one = showing(
            f"<style>p {{ {style} }} {desk} {{ p {{ {GOOD}; width: auto }} }}</style>", "<p>Words</p>"
        )
        with one.turned(browsing.DESK):
            one.check()
        assert told in fault(one)


def test_what_is_enough_for_small_letters_stands_for_all_sizes_and_not_the_other_way_round(
    showing: Any,
) -> None:
    middling = "color: rgb(140, 140, 140)"
    small, large = (letters(f"{middling}; font-size: {size}px", f"Words of {size}") for size in (16, 40))
    showing(letters(f"{GOOD}; font-size: 16px")).check()
    before = set(judging.PROVED)
    showing(letters(f"{GOOD}; font-size: 40px; font-weight: 700")).check()
    assert before == judging.PROVED
    showing(large).check()
    assert before < judging.PROVED
    assert "color-contrast" in fault(showing(small))
    longer = large.replace("Words", "Many more words")
    for things in ((large, small), (small, large), (longer, small), (small, longer)):
        assert "color-contrast" in fault(showing(*things))


@contextmanager
def asking_nobody(visit: Visit) -> Iterator[None]:
    """Fails where axe-core is asked."""
    visit.page.evaluate(judging.AXE)
    visit.page.evaluate("() => { window.run = axe.run; axe.run = () => { throw new Error('asked') } }")
    try:
        yield
    finally:
        visit.page.evaluate("() => { axe.run = window.run }")


PLAIN = (
    "<style>p, button { margin: 40px 0 } input { height: 30px; min-width: 30px; margin: 30px }</style>",
    LARGE,
    "<h2>Of <b>papers</b></h2>",
    "<p><a href='#x' style='font-size: 30px'>To <span>papers</span></a></p>",
    "<button aria-label='Close it' style='display: block; width: 50px; height: 50px'></button>",
    "<p><label>Name <input></label></p><p><label for=there>Other</label> <input id=there></p>",
    "<p><label><input type=checkbox style='width: 30px; height: 30px'> Yes</label></p>",
)


def test_what_plainly_has_a_name_is_not_asked(showing: Any) -> None:
    one = showing(*PLAIN)
    with asking_nobody(one):
        one.check_words()


@pytest.mark.parametrize(
    ("rule", "wrong"),
    [
        (
            "button-name",
            "<button style='width: 50px; height: 50px'><span aria-hidden=true>Send</span></button>",
        ),
        (
            "button-name",
            "<button style='width: 50px; height: 50px'><span style='display: none'>Send</span></button>",
        ),
        (
            "button-name",
            "<button style='width: 50px; height: 50px'><i style='visibility: hidden'>Send</i></button>",
        ),
        ("button-name", "<button style='width: 50px; height: 50px' aria-label=' '>&#160;</button>"),
        ("button-name", "<button style='width: 50px; height: 50px'><svg><text>Send</text></svg></button>"),
        ("link-name", "<a href='#x'><svg width=50 height=50></svg></a>"),
        ("link-name", "<a href='#x'><span aria-hidden=true>Words</span></a>"),
        (
            "link-name",
            "<a href='#x' aria-labelledby=where><img alt='' width=50 height=50></a><i id=where></i>",
        ),
        ("empty-heading", "<h2></h2>"),
        ("empty-heading", "<h2><span style='display: none'>Words</span></h2>"),
        ("empty-heading", "<div role=heading aria-level=2><span aria-hidden=true>Words</span></div>"),
        ("label", "<input>"),
        ("label", "<label for=here></label><input id=here>"),
        ("label", "<label for=here style='display: none'>Words</label><input id=here>"),
        ("label", "<label for=elsewhere>Words</label><input id=here>"),
        ("label", "<label><span aria-hidden=true>Words</span><input></label>"),
        ("label", "<textarea></textarea>"),
        ("html-has-lang", "<script>document.documentElement.lang = ''</script>"),
        ("html-lang-valid", "<script>document.documentElement.lang = 'chinese'</script>"),
    ],
)
def test_what_has_no_name_is_found_among_what_plainly_has_one(showing: Any, rule: str, wrong: str) -> None:
    assert f": {rule}:" in fault(showing(*PLAIN, wrong), Visit.check_words)


AT_A_DESK = "@media (min-width: 60rem)"
BAR = "<a href='#x'>One place</a>"


def with_bar(visit: Visit, bar: str = BAR, **more: str) -> Visit:
    """With a bar of links below the page."""
    visit.page.evaluate(
        "([bar, name]) => { const nav = document.createElement('nav'); nav.setAttribute('aria-label', name);"
        " nav.innerHTML = bar; document.body.append(nav) }",
        [bar, more.get("name", "Pages")],
    )
    return visit


def test_what_stands_at_a_desk_as_on_a_phone_is_not_asked_again(showing: Any) -> None:
    style = f"<style>body > nav {{ padding: 30px }} {AT_A_DESK} {{ body > nav {{ display: none }} }} .more {{ display: none }}"
    style += f"{AT_A_DESK} {{ .more {{ display: inline }} }}</style>"
    one = with_bar(showing(style, *PLAIN, letters(GOOD, "Words <span class=more>that people read</span>")))
    one.check()
    with asking_nobody(one), one.turned(browsing.DESK):
        one.check(colours=False)


@pytest.mark.parametrize(
    ("rule", "style", "things"),
    [
        (
            "button-name",
            "button span { display: none }",
            "<button style='width: 50px; height: 50px'><span>x</span></button>",
        ),
        (
            "button-name",
            "button span { visibility: hidden }",
            "<button style='padding: 20px'><span>x</span></button>",
        ),
        ("label", "label { display: none }", "<label for=there>Words</label><input id=there>"),
        ("empty-heading", "h2 span { display: none }", "<h2><span>Words</span></h2>"),
        ("empty-heading", "h2 { display: block !important }", "<h2 style='display: none'></h2>"),
        (
            "button-name",
            "button { display: block !important }",
            "<button style='display: none; width: 50px; height: 50px'>",
        ),
        (
            "image-alt",
            "img { display: block !important }",
            "<img src='data:,' style='display: none; width: 9px; height: 9px'>",
        ),
        ("heading-order", "h2 { display: none }", "<h2>Words</h2><h3>Words</h3>"),
        (
            "aria-hidden-focus",
            "p a { display: inline !important }",
            "<p aria-hidden=true><a href='#x' style='display: none'>x</a>",
        ),
        (
            "list",
            "ul span { display: inline !important }",
            "<ul><li>Words</li><span style='display: none'>x</span></ul>",
        ),
    ],
)
def test_what_a_desk_shows_otherwise_is_found_there(showing: Any, rule: str, style: str, things: str) -> None:
    one = showing(f"<style>{AT_A_DESK} {{ {style} }}</style>", *PLAIN, things)
    one.check()
    with one.turned(browsing.DESK):
        assert f": {rule}:" in fault(one)


def test_what_a_script_did_in_between_is_found(showing: Any) -> None:
    one = showing(*PLAIN)
    one.check()
    one.page.evaluate("document.querySelector('button').replaceChildren()")
    assert "button-name" in fault(one)


def test_a_bar_that_something_refers_to_is_missed(showing: Any) -> None:
    style = f"<style>{AT_A_DESK} {{ body > nav {{ display: none }} }}</style>"
    one = with_bar(showing(style, "<input id=there>"), "<label for=there>Words</label>")
    one.check()
    with one.turned(browsing.DESK):
        assert ": label:" in fault(one)
