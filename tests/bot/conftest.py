"""A Bot API server that people can speak through."""

from collections.abc import Iterator

import pytest

from tests.support.bot_api import BotApi


@pytest.fixture
def api() -> Iterator[BotApi]:
    with BotApi() as served:
        yield served
