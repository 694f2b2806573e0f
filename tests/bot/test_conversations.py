"""The written conversations through the real adapter: the same texts as from the core alone."""

import pytest

from backend.common.deps import Deps
from tests.support.bot_api import BotApi
from tests.support.conversations import Conversation, CorePort, every
from tests.support.telegram import TelegramPort, polling
from tests.support.world import Clock, empty


@pytest.mark.parametrize("conversation", every(), ids=lambda one: one.name)
def test_a_conversation_reads_the_same_by_telegram(
    deps: Deps, clock: Clock, conversation: Conversation
) -> None:
    began = clock()
    by_core = conversation.play(deps, clock, CorePort(deps))
    empty(deps)
    clock.set(began)
    with BotApi() as api, polling(deps, api):
        assert conversation.play(deps, clock, TelegramPort(api)) == by_core
