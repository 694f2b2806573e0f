"""Messages that could not be answered soon, kept where the channel's own queue need not keep them."""

import json
from typing import Any

from backend.chats import rules, store
from backend.chats.model import Aside
from backend.common.deps import Deps
from schemas.terms import Way

ROOM = "chats"


def put_aside(deps: Deps, *, channel: Way, number: int, told: dict[str, Any]) -> None:
    """Keep what the channel told under its own number of it; the channel may forget it then. Again changes nothing."""
    sealed = deps.sealer.seal(ROOM, json.dumps(told))
    until = deps.now() + rules.ASIDE_LASTS
    store.put_aside(deps.db, Aside(_id(channel, number), channel, number, sealed, until))


def aside(deps: Deps, *, channel: Way) -> list[dict[str, Any]]:
    """What still waits for an answer, the earliest first."""
    found = store.list_aside(deps.db, channel, deps.now())
    return [json.loads(str(deps.sealer.open(one.told_sealed))) for one in found]


def take_up(deps: Deps, *, channel: Way, number: int) -> None:
    """It was answered, or given up."""
    store.drop_aside(deps.db, _id(channel, number))


def _id(channel: Way, number: int) -> str:
    return f"{channel.value}:{number}"
