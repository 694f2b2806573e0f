"""Posting updates to the bot's webhook: in order within a chat, side by side for different ones, again until it answers 2xx."""

import http.client
import json
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable

from tests.support.bot_api.updates import Update, Webhook, chat_of
from tests.support.bot_api.values import Values, read
from tests.support.bot_api.world import World

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"
LONGEST_WAIT_S = 60.0
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class Deliveries:
    """`retry_s` is the first pause after a failure; it doubles. `call` does a method that an answer asks for."""

    def __init__(self, world: World, call: Callable[[str, Values], object], retry_s: float) -> None:
        self._world, self._call, self._retry_s = world, call, retry_s
        self._under_way: set[int] = set()
        self._not_before: dict[int, float] = {}
        self._failures: Counter[int] = Counter()

    def run(self) -> None:
        """Until the server ends."""
        changed = self._world.changed
        with changed:
            while not self._world.ended.is_set():
                for update, webhook in self._ready():
                    self._under_way.add(chat_of(update))
                    self._not_before.pop(chat_of(update), None)
                    threading.Thread(target=self._deliver, args=(update, webhook), daemon=True).start()
                changed.wait(self._pause())

    def _ready(self) -> list[tuple[Update, Webhook]]:
        webhook = self._world.updates.webhook
        if webhook is None:
            return []
        found: list[tuple[Update, Webhook]] = []
        held, now = set(self._under_way), time.monotonic()
        for update in self._world.updates.pending:
            chat = chat_of(update)
            free = chat not in held and self._not_before.get(chat, 0) <= now
            held.add(chat)
            if free and len(self._under_way) + len(found) < webhook.connections:
                found.append((update, webhook))
        return found

    def _pause(self) -> float | None:
        if self._world.updates.webhook is None:
            return None
        waiting = [until - time.monotonic() for until in self._not_before.values()]
        return max(0.01, min(waiting)) if waiting else None

    def _deliver(self, update: Update, webhook: Webhook) -> None:
        fault, answer = _post(update, webhook)
        chat, world = chat_of(update), self._world
        with world.changed:
            self._under_way.discard(chat)
            if fault is None:
                self._failures.pop(chat, None)
                world.updates.pending = [one for one in world.updates.pending if one is not update]
            else:
                pause = min(self._retry_s * 2 ** self._failures[chat], LONGEST_WAIT_S)
                self._failures[chat] += 1
                self._not_before[chat] = time.monotonic() + pause
                world.webhook_fault = {"last_error_date": int(time.time()), "last_error_message": fault}
            world.changed.notify_all()
        if answer is not None and answer.text("method"):
            self._call(answer.text("method"), answer)


def _post(update: Update, webhook: Webhook) -> tuple[str | None, Values | None]:
    """What went wrong, in Telegram's words, or the bot's answer, which may ask for one method."""
    headers = {"Content-Type": "application/json"} | (
        {SECRET_HEADER: webhook.secret} if webhook.secret else {}
    )
    request = urllib.request.Request(webhook.url, json.dumps(update).encode(), headers, method="POST")
    try:
        with _DIRECT.open(request, timeout=60) as answer:
            return None, read("", answer.headers.get("Content-Type", ""), answer.read())
    except urllib.error.HTTPError as error:
        with error:
            return f"Wrong response from the webhook: {error.code} {error.reason}", None
    except TimeoutError:
        return "Read timeout expired", None
    except (OSError, http.client.HTTPException):
        return "Connection refused", None
