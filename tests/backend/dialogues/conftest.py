"""A town whose resident has a chat."""

import pytest

from backend.chats import service as chats
from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.dialogues.model import Sort
from tests.backend.objections.town import Town, make_town
from tests.support.conversations import CorePort, Doing


@pytest.fixture
def town(deps: Deps) -> Town:
    return make_town(deps)


@pytest.fixture
def port(town: Town) -> CorePort:
    """The resident's own chat, bound."""
    return bound(CorePort(town.deps), town, town.resident)


def bound(port: CorePort, town: Town, holder: Actor) -> CorePort:
    code = chats.make_code(town.deps, holder, channel=port.way).code
    told = say(port, f"绑定 {code}")
    if "改为绑定" in told:  # the chat is somebody else's until now, and asks
        told = press(port, f"rebind:{code}")
    assert "绑定成功" in told
    return port


def say(port: CorePort, text: str, message_id: str | None = None) -> str:
    return "\n".join(one.text for one in port.send(Doing(Sort.TEXT, text), message_id))


def press(port: CorePort, value: str, message_id: str | None = None) -> str:
    return "\n".join(one.text for one in port.send(Doing(Sort.BUTTON, value), message_id))
