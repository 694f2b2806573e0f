"""Ways that are walked on a phone and hold at a desk as well, without walking them twice.

Nearly every page is the same document on both and is laid out by its style sheets (`test_every_page` sees to that), and the
service answers both alike. So what is used on the phone is found at a desk, to which the page is turned as it stands.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, cast

from playwright.sync_api import Page

from tests.backend.pages.both import at_a_desk
from tests.backend.pages.test_every_page import FINE_DESK
from tests.support.browser import PHONE, Visit


class OnBoth(Visit):
    """A visit on a phone: each check is made at a desk, too, and each control has to be within reach there."""

    elsewhere = False

    def __post_init__(self) -> None:
        super().__post_init__()
        self._screen = self.context.new_cdp_session(self.page)
        self.page = cast("Page", _Hands(self, self.page))

    def check(self, *, colours: bool = True) -> None:
        super().check(colours=colours)
        with at_a_desk(self):
            super().check(colours=colours)

    @contextmanager
    def turned(self, size: Mapping[str, Any], back: Mapping[str, Any] = PHONE) -> Iterator[None]:
        """What is used meanwhile is used there alone."""
        with super().turned(size, back):
            self.elsewhere = True
            try:
                yield
            finally:
                self.elsewhere = False


class _Hands:
    """The page. Before something is pressed, that and what was typed or chosen since the last time is tried at a desk: it has to
    be in sight, enabled, at rest and under nothing else, which Playwright waits for without pressing it."""

    def __init__(self, visit: OnBoth, page: Page) -> None:
        self._visit = visit
        self._page = page
        self._used: list[str] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._page, name)

    def fill(self, selector: str, words: str) -> None:
        self._page.fill(selector, words)
        self._used.append(selector)

    def select_option(self, selector: str, value: str) -> None:
        self._page.select_option(selector, value)
        self._used.append(selector)

    def check(self, selector: str) -> None:
        self._page.check(selector)
        self._used.append(selector)

    def click(self, selector: str) -> None:
        if not self._visit.elsewhere:
            self._page.wait_for_selector(selector)
            self._page.wait_for_load_state()
            with self._visit.turned(FINE_DESK):
                for one in (*self._used, selector):
                    self._page.click(one, trial=True)
        self._used.clear()
        self._page.click(selector)
