"""One running service for all of these tests, with a Bot API server beside it, and residents of its own on file."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.support import browser as browsing
from tests.support import moving_in
from tests.support.bot_api import TOKEN, BotApi
from tests.support.browser import Visit
from tests.support.city import City
from tests.support.moving_in import Newcomer
from tests.support.people import number_of

AT_A_DESK = Newcomer("裴若水", number_of("19830617", "013"), "13900003301")
IN_A_CHAT = Newcomer("温书言", number_of("19790122", "014"), "13900003302")
WITHOUT_SCRIPT = Newcomer("柏青山", number_of("19550309", "015"), "13900003303")
Visiting = Callable[..., Visit]


@pytest.fixture(scope="session")
def bot_api() -> Iterator[BotApi]:
    with BotApi() as served:
        yield served


@pytest.fixture(scope="session")
def city(bot_api: BotApi, tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    folder = tmp_path_factory.mktemp("e2e")
    with City(folder / "city", BOT_TOKEN=TOKEN, BOT_API_URL=bot_api.url) as running:
        moving_in.move_in(running, folder, (AT_A_DESK, IN_A_CHAT, WITHOUT_SCRIPT))
        yield running


@pytest.fixture
def visiting(city: City, browser: Browser) -> Iterator[Visiting]:
    """`visiting()` opens a visit at phone size; `visiting(by=…)` in a browser with a camera,
    `visiting(kind=OnBoth)` one that is at a desk as well."""
    with ExitStack() as stack:

        def begin(*, by: Browser | None = None, **more: Any) -> Visit:
            return stack.enter_context(browsing.visit(by or browser, city.site, **more))

        yield begin
