"""The written conversations, through the core alone and through what each channel makes of it."""

import pytest

from backend.common.deps import Deps
from schemas.terms import Crs, Way
from tests.backend.wechat.conftest import OPENID, Server, with_mode
from tests.backend.wechat.resident import Resident, WeChatPort
from tests.support.bot_api import BotApi
from tests.support.conversations import Conversation, CorePort, every
from tests.support.telegram import TelegramPort, polling
from tests.support.web import Standing, loud
from tests.support.world import Clock, empty

CONVERSATIONS = every()


@pytest.mark.parametrize("conversation", CONVERSATIONS, ids=lambda one: one.name)
def test_a_conversation_reads_the_same_in_every_channel(
    deps: Deps, clock: Clock, standing: Standing, conversation: Conversation
) -> None:
    """Each is played with the core as WeChat calls it, by the bot and by the account; what the core would say to Telegram
    otherwise, the bot would."""
    began = clock()

    def begin_again() -> None:
        empty(deps)
        clock.set(began)

    by_core = conversation.play(deps, clock, CorePort(deps, Way.WECHAT, Crs.GCJ02, user=OPENID))
    begin_again()
    with BotApi() as api, polling(deps, api):
        assert conversation.play(deps, clock, TelegramPort(api)) == by_core
    begin_again()
    account = with_mode(deps, "safe")
    with loud(standing.app(account)) as app:
        port = WeChatPort(account, Resident(Server(app.test_client(), clock)))
        by_account = conversation.play(account, clock, port)
    assert by_account == [["\n\n".join(said)] if said else [] for said in by_core], "one text for each answer"


def test_there_are_enough_of_them_and_every_turn_expects_something() -> None:
    assert len(CONVERSATIONS) >= 25
    assert all(one.turns and one.about for one in CONVERSATIONS)
