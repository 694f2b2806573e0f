"""What looks the pages over says so where something is wrong, also where it has seen the same letters before."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.support import browser as browsing
from tests.support.browser import Visit

GOOD = "color: rgb(30, 30, 30)"
FAINT = "color: rgb(190, 190, 190)"
WIDE = "width: 3000px"
CELL = "grid-area: 1 / 1"
UNDER = "<i style='position: absolute; inset: 0; background: black'></i>"
BLACK = "<div style='height: 90px; background: black'></div>"


@pytest.fixture
def showing(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A page with these things on it, looked over by somebody who has seen no page before."""
    monkeypatch.setattr(browsing, "PROVED", set())
    context = browser.new_context(**browsing.PHONE)
    visit = Visit(context, "about:blank")

    def show(*things: str, ground: str = "white") -> Visit:
        visit.page.set_content(
            f"<!doctype html><html lang=en><head><title>x</title><meta name=viewport content='width=device-width'></head>"
            f"<body style='background: {ground}'><main><h1 style='{GOOD}'>Of the house</h1>{''.join(things)}</main></body></html>"
        )
        return visit

    yield show
    context.close()


def letters(style: str, words: str = "Words that people read") -> str:
    return f"<p style='{style}'>{words}</p>"


def fault(visit: Visit, way: Any = Visit.check) -> str:
    with pytest.raises(AssertionError) as told:
        way(visit)
    return str(told.value)


def test_letters_seen_before_are_not_judged_again(showing: Any) -> None:
    showing(letters(GOOD)).check()
    before = set(browsing.PROVED)
    assert before
    showing(letters(GOOD), letters(GOOD, "Other words")).check()
    assert before == browsing.PROVED


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
