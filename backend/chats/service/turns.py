"""One message of a chat after another, over all processes, each answered once (docs/adr/0030)."""

import json
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from backend.chats import errors, rules, store
from backend.chats.model import Answered, Dialogue
from backend.chats.service import speaking
from backend.common import renewing
from backend.common.deps import Deps
from backend.common.mongo import DriverError
from schemas.terms import Way

ROOM = "chats"
LEASE_MS = 5_000
"""So long a process that died holds its chat up."""
LONGEST_TURN_S = 20.0
"""As long as anything in a chat may take; after that the next message goes on, and what comes late is not kept."""
LONGEST_WAIT_S = 20.0
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.004, 0.1
MOST_WAITING = 30


@dataclass
class Turn:
    """The turn of one message: `state` is where the dialogue stood before it, `reply` what it was answered with when it came
    before (None: it is new, or that may not be kept). `settle` says where the dialogue stands now and what is answered;
    `forgets`: what was answered before is not kept any longer. `won`, afterwards: that was written down, and nobody else
    answers the message a second time; false for a turn that was lost to its lease."""

    state: dict[str, Any]
    reply: list[Any] | None
    _after: tuple[dict[str, Any], list[Any] | None] | None = field(default=None, repr=False)
    forgets: bool = False
    won: bool = False

    def settle(self, state: dict[str, Any], reply: list[Any] | None) -> None:
        self._after = (state, reply)


@contextmanager
def turn(deps: Deps, *, channel: Way, user: str, message_id: str) -> Iterator[Turn]:
    """Wait until every earlier message of the chat is answered, in whatever process, and hold back every later one.

    A process that dies in its turn loses it after `LEASE_MS`. Raises 503 `chats.busy` when too much waits already.
    """
    chat_id, ticket = speaking.dialogue_id(channel, speaking.chat_of(deps, channel, user)), deps.new_id()
    before = _wait(deps, chat_id, ticket)
    after: Dialogue | None = None
    try:
        known = next(
            (one for one in rules.still_kept(before.answered, deps.now()) if one.id == message_id), None
        )
        held = Turn(
            _opened(deps, before.state_sealed) or {}, _opened(deps, known.reply_sealed) if known else None
        )
        with _renewed(deps, chat_id, ticket):
            yield held
        if held._after is not None:
            earlier = replace(before, answered=()) if held.forgets else before
            after = _settled(deps, earlier, message_id, held._after)
    finally:
        # A turn that was lost to its lease writes nothing, and stands in nobody's way.
        left = store.leave(deps.db, chat_id, ticket, after)
        if not left:
            store.leave(deps.db, chat_id, ticket, None)
    held.won = left and after is not None


def _renewed(deps: Deps, chat_id: str, ticket: str) -> AbstractContextManager[None]:
    """The turn stays ours while the block runs: what is slow on a busy day is not worked on twice."""
    ends = time.monotonic() + LONGEST_TURN_S

    def stay() -> bool:
        try:
            return time.monotonic() < ends and store.stay(deps.db, chat_id, ticket, for_ms=LEASE_MS)
        except DriverError:  # the lease may run out; the next message goes on then
            return False

    return renewing.renewed(stay, every_s=LEASE_MS / 4000)


def _wait(deps: Deps, chat_id: str, ticket: str) -> Dialogue:
    pause, until = FIRST_PAUSE_S, time.monotonic() + LONGEST_WAIT_S
    while True:
        expires_at: datetime = deps.now() + rules.DIALOGUE_LASTS
        found = store.enter(deps.db, chat_id, ticket, for_ms=LEASE_MS, expires_at=expires_at)
        place = [one["id"] for one in found["queue"]].index(ticket)
        if place == 0:
            return store.dialogue_of(found)
        if place >= MOST_WAITING or time.monotonic() > until:
            store.leave(deps.db, chat_id, ticket, None)
            raise errors.busy()
        time.sleep(pause)
        pause = min(2 * pause, LONGEST_PAUSE_S)


def _settled(
    deps: Deps, before: Dialogue, message_id: str, after: tuple[dict[str, Any], list[Any] | None]
) -> Dialogue:
    state, reply = after
    said = Answered(
        message_id, deps.now(), None if reply is None else deps.sealer.seal(ROOM, json.dumps(reply))
    )
    others = tuple(one for one in before.answered if one.id != message_id)
    kept = rules.still_kept((*others, said), deps.now())
    return replace(before, state_sealed=deps.sealer.seal(ROOM, json.dumps(state)), answered=kept)


def _opened(deps: Deps, sealed: bytes | None) -> Any:
    return None if sealed is None else json.loads(deps.sealer.open(sealed))
