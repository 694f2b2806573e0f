"""What the bot is told: a queue that one poll or one webhook empties."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.support.bot_api.refusals import another_poll, webhook_came, webhook_is_set

Update = dict[str, Any]
MOST_AT_ONCE = 100
LONGEST_POLL_S = 50
UNASKED = {"chat_member", "message_reaction", "message_reaction_count"}
"""Kinds that a bot gets only when it names them."""


@dataclass(frozen=True)
class Webhook:
    url: str
    secret: str = ""
    connections: int = 40
    certificate: bool = False


class Updates:
    """Guarded by `changed`, whose lock every method takes."""

    def __init__(self, changed: threading.Condition, ended: Callable[[], bool], first: int) -> None:
        self.pending: list[Update] = []
        self.webhook: Webhook | None = None
        self.allowed: list[str] = []
        self.polls = 0
        self._changed, self._ended, self._next = changed, ended, first

    def put(self, kind: str, told: dict[str, Any]) -> int | None:
        """Its number; None when the bot has not asked for this kind. A choice of kinds never reaches back."""
        with self._changed:
            if kind not in self.allowed if self.allowed else kind in UNASKED:
                return None
            number = self._next
            self._next += 1
            self.pending.append({"update_id": number, kind: told})
            self._changed.notify_all()
            return number

    def repeat(self, number: int, update: Update) -> None:
        """Deliver an update once more, as after an answer that was lost."""
        with self._changed:
            self.pending.append(update | {"update_id": number})
            self._changed.notify_all()

    def put_raw(self, update: Update) -> None:
        """An update of any shape, for bots that must bear what they do not know."""
        with self._changed:
            self.pending.append({"update_id": self._next, **update})
            self._next += 1
            self._changed.notify_all()

    def choose(self, allowed: list[str] | None) -> None:
        if allowed is not None:
            self.allowed = list(allowed)

    def poll(self, offset: int, limit: int, timeout: float) -> list[Update]:
        """Confirms everything below `offset` (a negative one keeps so many from the end) and waits for the rest."""
        with self._changed:
            if self.webhook:
                raise webhook_is_set()
            self.polls += 1
            mine = self.polls
            self._changed.notify_all()
            self._confirm(offset)
            self._changed.wait_for(
                lambda: self._interrupted(mine) or self.pending, min(timeout, LONGEST_POLL_S)
            )
            if self.polls != mine:
                raise another_poll()
            if self.webhook:
                raise webhook_came()
            return self.pending[: min(max(limit, 1), MOST_AT_ONCE)]

    def _interrupted(self, mine: int) -> bool:
        return self.polls != mine or self.webhook is not None or self._ended()

    def _confirm(self, offset: int) -> None:
        if offset < 0:
            self.pending = self.pending[offset:]
        elif offset:
            self.pending = [one for one in self.pending if one["update_id"] >= offset]


def chat_of(update: Update) -> int:
    """The chat or person whose updates must keep their order."""
    told = next(
        (value for name, value in update.items() if name != "update_id" and isinstance(value, dict)), {}
    )
    place = told.get("chat") or told.get("message", {}).get("chat") or told.get("from") or {}
    return int(place.get("id", 0))
