"""A thumb on a narrow phone finds everything to press, in the looks that need most room: open pages, and those of one's own."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser

from backend.common.deps import Deps
from tests.backend.pages.casework import Case, make_case
from tests.support import browser as browsing
from tests.support.browser import Visit
from tests.support.web import Standing, loud

OPEN = ["/", "/login", "/look", "/news", "/map", "/benefits", "/deposit-free", "/verify", "/nothing-here"]
OWN = [
    "/me",
    "/verify-me",
    "/report",
    "/report/looks",
    "/report/links",
    "/objections",
    "/notices",
    "/notices/settings",
    "/chats",
]
OWN += ["/claims", "/passes", "/checks", "/loans", "/me/data", "/me/close", "/me/consents", "/restorations"]


@pytest.fixture(scope="module")
def case(emptied: Callable[[], Deps]) -> Case:
    """One for all: nobody who only looks changes anything that another page shows."""
    made = make_case(emptied())
    made.town.submit()
    return made


@pytest.fixture(scope="module")
def phone(case: Case, standing: Standing, browser: Browser) -> Iterator[Visit]:
    """One for all, which keeps the scripts that it has read."""
    with loud(standing.app(case.town.deps)) as app, browsing.served(app) as home:
        context = browser.new_context(**browsing.COMMON, **browsing.NARROW)
        yield Visit(context, home)
        context.close()


@pytest.fixture
def handed_on(phone: Visit) -> Iterator[Visit]:
    """The phone as it comes from the shop, and without a fault when it is given back."""
    phone.said.clear()  # of one who failed before
    phone.strangers.clear()
    if phone.page.url.startswith(phone.home):
        phone.page.evaluate("localStorage.clear(); sessionStorage.clear()")
    phone.context.clear_cookies()
    yield phone
    phone.leave()


@pytest.mark.parametrize("path", OPEN)
def test_a_thumb_finds_everything_that_anybody_may_press(handed_on: Visit, path: str) -> None:
    for choices in ({"size": "normal"}, {"size": "large", "lang": "en"}):
        handed_on.prefers(**choices).open(path)
        handed_on.check_thumbs()
        handed_on.check()


@pytest.mark.parametrize("path", OWN)
def test_a_thumb_finds_everything_of_ones_own(case: Case, handed_on: Visit, path: str) -> None:
    case.signed_in(handed_on).open(path)
    handed_on.check_thumbs()
    handed_on.check()
