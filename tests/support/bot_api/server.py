"""The server itself: HTTP, its faults, and the people who use it."""

import math
import threading
import time
from collections import Counter
from collections.abc import Callable
from http.server import ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.support.bot_api.chats import Chat, User
from tests.support.bot_api.handler import Handler
from tests.support.bot_api.methods.table import METHODS, NAMES, SAYING
from tests.support.bot_api.pace import Pace
from tests.support.bot_api.people import Group, Person
from tests.support.bot_api.refusals import (
    Refused,
    bad,
    failed,
    forbidden,
    no_such_method,
    too_many,
    unauthorized,
)
from tests.support.bot_api.values import Values
from tests.support.bot_api.webhooks import Deliveries
from tests.support.bot_api.world import TOKEN, World


class BotApi:
    """Use as a context manager. `sent` holds the requests of messages that were taken, `calls` every method that was called,
    `refusals` counts the answers that were not 200, by status, `bursts` how often messages came faster than the pace allows;
    `world.transcript` is what was said.

    Faults to switch on: `failing` (500; `failing_for`: messages to these chats), `blocked` and `unknown` chats (403, 400),
    `silent` ones (the message is taken, the answer never comes), `latency_s`, `close_for`. `pace` holds floods off with 429;
    `floods=True` is Telegram's own."""

    def __init__(
        self,
        *,
        floods: bool = False,
        pace: Pace | None = None,
        strangers: bool = True,
        clock: Callable[[], float] = time.monotonic,
        keep: Path | None = None,
        retry_s: float = 1.0,
        port: int = 0,
        token: str = TOKEN,
        named: bool = True,
    ) -> None:
        self.world = World(strangers=strangers, clock=clock, keep=keep, named=named)
        self.sent: list[dict[str, Any]] = []
        self.calls: list[str] = []
        self.refusals: Counter[int] = Counter()
        self.bursts, self._burst_began = 0, -math.inf
        self.failing = False
        self.failing_for: set[str] = set()
        self.blocked: set[str] = set()
        self.unknown: set[str] = set()
        self.silent: set[str] = set()
        self.closed_until = clock()
        self.latency_s = 0.0
        self.token = token
        self.pace = pace or (Pace() if floods else Pace.unlimited())
        self._changed = self.world.changed
        self._deliveries = Deliveries(self.world, self._call_quietly, retry_s)
        self._server = ThreadingHTTPServer(("127.0.0.1", port), type("Served", (Handler,), {"api": self}))
        self._server.daemon_threads = True

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        threading.Thread(target=self._deliveries.run, daemon=True).start()
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.world.ended.set()
        with self._changed:
            self._changed.notify_all()
        self._server.shutdown()
        self._server.server_close()

    def person(
        self, number: int = 7, first_name: str = "市民", *, language: str | None = "zh-hans"
    ) -> Person:
        """Somebody with Telegram, who is the same when asked for again."""
        with self._changed:
            user = self.world.users.setdefault(number, User(number, first_name))
            user.language = language
        return Person(self.world, user)

    def group(self, number: int = -100, title: str = "群", *, kind: str = "group") -> Group:
        with self._changed:
            return Group(self.world, self.world.chats.get(number) or Chat(number, kind, title))

    def say(self, text: str, *, language: str = "zh-hans", chat: str = "private") -> None:
        """A person writes to the bot; in a group that lets the bot read everything."""
        person = self.person(language=language)
        if chat == "private":
            person.say(text)
            return
        group = self.group(kind=chat)
        group.chat.bot = "administrator"
        person.say(text, group=group)

    def wait_for(self, count: int, *, within_s: float = 60) -> list[dict[str, Any]]:
        """The first `count` messages the bot sent, once they are there."""
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.sent) >= count, within_s), self.calls
            return self.sent[:count]

    def wait_for_call(self, method: str, *, within_s: float = 60) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: method in self.calls, within_s), self.calls

    def wait_until_told(self, *, within_s: float = 60) -> None:
        """Until the bot has taken every update."""
        with self._changed:
            assert self._changed.wait_for(lambda: not self.world.updates.pending, within_s), self.calls

    def close_for(self, seconds: float) -> None:
        """Every message in this time is answered with 429 and what is left of it."""
        self.closed_until = self.world.clock() + seconds

    def texts_by_chat(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        with self._changed:
            for message in self.sent:
                found.setdefault(str(message["chat_id"]), []).append(message["text"])
        return found

    def was_paced(self) -> bool:
        """Nothing was refused but what a busy machine let arrive together, now and then, although it was paced apart. In a flood
        thirty are taken, the next are refused, the channel rests, and so on: twice as many bursts as are allowed here."""
        return set(self.refusals) <= {429} and self.bursts * 60 <= len(self.sent)

    def call(self, token: str, name: str, values: Values) -> Any:
        """The result of a method, or a pair of it and a word about it. Raises `Refused`."""
        number, _, secret = token.partition(":")
        if not number.isdigit() or not secret:
            raise Refused(401, "Unauthorized: invalid token specified")
        if self.failing:
            raise failed()
        if token != self.token:
            raise unauthorized()
        method = NAMES.get(name.lower())
        if method is None:
            raise no_such_method()
        with self._changed:
            self.calls.append(method)
            self._changed.notify_all()
            if method not in SAYING:
                return METHODS[method](self.world, values)
            result = self._say(method, values)
        self._dawdle(values.text("chat_id"))
        return result

    def _say(self, method: str, values: Values) -> Any:
        chat, now = values.text("chat_id"), self.world.clock()
        if (too_fast := self.pace.wait(chat, now)) > 0 and now - self._burst_began >= 1:
            self.bursts, self._burst_began = self.bursts + 1, now
        if (wait := max(self.closed_until - now, too_fast)) > 0:
            raise too_many(wait)
        if chat in self.failing_for:
            raise failed()
        if chat in self.blocked:
            raise forbidden("bot was blocked by the user")
        if chat in self.unknown:
            raise bad("chat not found")
        result = METHODS[method](self.world, values)
        self.pace.take(chat, now)
        if method == "sendMessage":
            self.sent.append(dict(values.given))
            self._changed.notify_all()
        return result

    def _dawdle(self, chat: str) -> None:
        if chat in self.silent:
            self.world.ended.wait(30)
        if self.latency_s:
            self.world.ended.wait(self.latency_s)

    def _call_quietly(self, name: str, values: Values) -> None:
        """A method asked for in the answer to a webhook: the bot does not learn what became of it."""
        try:
            self.call(self.token, name, values)
        except Refused as refused:
            self.refusals[refused.status] += 1
