"""A resident with an account, and chats that nobody has yet."""

import pytest

from backend.chats import service
from backend.chats.model import Binding
from backend.common.actor import Actor
from backend.common.deps import Deps
from schemas.terms import Way
from tests.support.people import signed_in

TELEGRAM = Way.TELEGRAM


@pytest.fixture
def resident(deps: Deps) -> Actor:
    return signed_in(deps)


def bind(deps: Deps, actor: Actor, user: str = "7", channel: Way = TELEGRAM) -> Binding:
    """As a person does: a code from the app, sent in the chat."""
    return redeem(deps, service.make_code(deps, actor, channel=channel).code, user, channel)


def redeem(deps: Deps, code: str, user: str = "7", channel: Way = TELEGRAM) -> Binding:
    speaker = service.speaker(deps, channel=channel, user=user)
    return service.redeem(deps, speaker, channel=channel, user=user, code=code)
