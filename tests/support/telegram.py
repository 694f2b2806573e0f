"""The real adapter in this process, against the local Bot API server, over the test's database and clock."""

import asyncio
import re
import socket
import threading
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from aiogram import Bot

from backend.common.deps import Deps
from backend.dialogues.model import Button, Outgoing, Sort
from bot import app
from bot.polling import Polling
from bot.webhook import Webhook, secret_of
from schemas.terms import Way
from tests.support.bot_api import TOKEN, BotApi, keyboards
from tests.support.bot_api.people import Person
from tests.support.conversations import Doing

LINK = re.compile(r"\n(.+): (https?://\S+)$", re.MULTILINE)


@contextmanager
def serving(deps: Deps, api: BotApi, port: int) -> Iterator[None]:
    """The bot takes updates by webhook until the end of the block."""

    async def receive(bot: Bot, stop: asyncio.Event) -> None:
        await Webhook(bot, app.build_dispatcher(deps), secret_of(deps)).run("127.0.0.1", port, stop)

    with _running(api, receive):
        _await_port(port)
        yield


@contextmanager
def polling(deps: Deps, api: BotApi) -> Iterator[None]:
    """The bot polls until the end of the block."""

    async def receive(bot: Bot, stop: asyncio.Event) -> None:
        await Polling(bot, app.build_dispatcher(deps), stop).run()

    with _running(api, receive):
        yield


@contextmanager
def _running(api: BotApi, receive: Callable[[Bot, asyncio.Event], Awaitable[None]]) -> Iterator[None]:
    """In a loop of its own; what it raises, the test raises."""
    ready, failed = threading.Event(), list[BaseException]()
    handle: dict[str, Any] = {}

    async def run() -> None:
        stop = asyncio.Event()
        handle.update(loop=asyncio.get_running_loop(), stop=stop)
        async with app.build_bot(TOKEN, api.url) as bot:
            ready.set()
            await receive(bot, stop)

    def work() -> None:
        try:
            asyncio.run(run())
        except BaseException as error:
            failed.append(error)
            ready.set()

    thread = threading.Thread(target=work)
    thread.start()
    ready.wait()
    try:
        yield
    finally:
        if not failed:
            handle["loop"].call_soon_threadsafe(handle["stop"].set)
        thread.join()
    if failed:
        raise failed[0]


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        number: int = free.getsockname()[1]
        return number


def _await_port(port: int) -> None:
    for _ in range(400):
        with socket.socket() as tried:
            if tried.connect_ex(("127.0.0.1", port)) == 0:
                return
        threading.Event().wait(0.02)
    raise AssertionError("the webhook's server never listened")


class TelegramPort:
    """A person with Telegram. An update is confirmed only when it was answered, so that then all of the answer is there."""

    way = Way.TELEGRAM

    def __init__(self, api: BotApi, number: int = 7, language: str = "zh-hans") -> None:
        self.api = api
        self.person: Person = api.person(number, language=language)
        self._said: Any = None

    def send(self, doing: Doing) -> Sequence[Outgoing]:
        before = len(self.person.heard)
        self.person.chat.keyboard = None
        group = None
        if not doing.private:
            group = self.api.group(-100 - self.person.user.id)
            group.add_bot(self.person, administrator=True)
        self._do(doing, group)
        self.api.wait_until_told()
        heard = self.person.heard[before:] if doing.private else self._heard_in(group)
        keys = keyboards.buttons(self.person.chat.keyboard)
        asked = any(one.get("request_location") for one in keys)
        return [_seen(one, asks_location=asked) for one in heard]

    def _do(self, doing: Doing, group: Any) -> None:
        person = self.person
        if doing.sort is Sort.TEXT:
            self._said = person.say(doing.text, group=group)
        elif doing.sort is Sort.BUTTON:
            person.tap(doing.text)
        elif doing.sort is Sort.LOCATION:
            person.share_location(*doing.place)
        elif doing.sort is Sort.BEGUN:
            if person.chat.bot == "kicked":
                person.unblock()
            person.say(f"/start {doing.text}".strip())
        elif doing.sort is Sort.GONE:
            person.block()
        elif doing.sort is Sort.EDITED:
            person.edit(self._said, doing.text)
        else:
            kinds: dict[str, Callable[[], Any]] = {"sticker": person.send_sticker, "voice": person.send_voice}
            kinds.get(doing.kind, lambda: person.share_contact("13900001111"))()

    def _heard_in(self, group: Any) -> list[dict[str, Any]]:
        """What the bot said in the group since it was asked there last."""
        messages = self.api.world.messages
        there = [one for (chat, _), one in sorted(messages.items()) if chat == group.chat.id]
        own = [one for one in there if one["from"]["is_bot"]]
        last = max((one["message_id"] for one in there if not one["from"]["is_bot"]), default=0)
        return [one for one in own if one["message_id"] > last]


def _seen(message: dict[str, Any], *, asks_location: bool) -> Outgoing:
    """A message as the person sees it."""
    markup = message.get("reply_markup") or {}
    rows = markup.get("inline_keyboard", [])
    buttons = tuple(
        tuple(Button(one["text"], one.get("callback_data"), one.get("url")) for one in row) for row in rows
    )
    text, links = message["text"], []
    if asks_location:
        # Its links stand in the text, since its keyboard can hold none.
        links = [(Button(label, url=url),) for label, url in LINK.findall(text)]
        text = LINK.sub("", text)
    return Outgoing(text, (*buttons, *links), asks_location=asks_location)
