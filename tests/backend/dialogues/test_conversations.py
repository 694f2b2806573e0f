"""The written conversations, through the core as each channel calls it."""

import pytest

from backend.common.deps import Deps
from schemas.terms import Crs, Way
from tests.support.conversations import Conversation, CorePort, every
from tests.support.world import Clock, empty

CONVERSATIONS = every()


@pytest.mark.parametrize("conversation", CONVERSATIONS, ids=lambda one: one.name)
def test_a_conversation_reads_the_same_in_every_channel(
    deps: Deps, clock: Clock, conversation: Conversation
) -> None:
    began = clock()
    heard = []
    for way, crs in ((Way.TELEGRAM, Crs.WGS84), (Way.WECHAT, Crs.GCJ02)):
        empty(deps)
        clock.set(began)
        heard.append(conversation.play(deps, clock, CorePort(deps, way, crs, user=f"{way.value}-7")))
    assert heard[0] == heard[1]


def test_there_are_enough_of_them_and_every_turn_expects_something() -> None:
    assert len(CONVERSATIONS) >= 25
    assert all(one.turns and one.about for one in CONVERSATIONS)
