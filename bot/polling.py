"""Asking Telegram for updates, and confirming them only after they were handled.

aiogram's own loop confirms what it has merely handed to its tasks, so that a process that dies loses them. Here an update is
confirmed when it and every earlier one is done: after a crash some come again, and the dialogue answers them as it did.

Telegram shows a hundred updates from the earliest unconfirmed one on, so that one chat that cannot be answered would hold up
everybody. What is not answered within `ASIDE_AFTER_S` is therefore put aside in the database (`chats.put_aside`) and confirmed;
it is gone on with here, and by the next process when this one dies.
"""

import asyncio
import time
from collections.abc import Iterable
from typing import Any, NamedTuple

from aiogram import Bot, Dispatcher
from aiogram.exceptions import TelegramAPIError, TelegramConflictError, TelegramRetryAfter
from aiogram.methods import TelegramMethod
from aiogram.types import Update

from backend.chats import service as chats
from backend.common import logs
from backend.common.deps import Deps
from backend.common.sweeping import place_of
from bot import receiving
from bot.call import call
from bot.receiving import Outcome
from schemas.terms import Way

log = logs.get("bot")

TIMEOUT_S, AT_ONCE = 10, 100
FIRST_WAIT_S, LONGEST_WAIT_S = 1.0, 60.0
LOOKED_AGAIN_S = 0.5
ASIDE_AFTER_S, AT_MOST_UNCONFIRMED = 5.0, 50
GIVEN_UP_AFTER_S = 3600.0
MOST_UNDER_WAY = 2_000
ENDING_S = 20.0


class GetRaw(TelegramMethod[list[dict[str, Any]]]):
    """getUpdates without reading what is in them: one that this client does not understand must not hide the others."""

    __returning__ = list[dict[str, Any]]
    __api_method__ = "getUpdates"

    offset: int | None = None
    limit: int = AT_ONCE
    timeout: int = TIMEOUT_S
    allowed_updates: list[str] | None = None


class _Waiting(NamedTuple):
    """An update that Telegram still holds for us: what it is (None: it may lie nowhere), and since when it is worked on."""

    told: dict[str, Any] | None
    since: float


class Polling:
    """Polls until `stop` is set, then waits for what is under way."""

    def __init__(self, bot: Bot, dispatcher: Dispatcher, stop: asyncio.Event) -> None:
        self._bot = bot
        self._dispatcher = dispatcher
        self._stop = stop
        self._kinds = dispatcher.resolve_used_update_types()
        self._deps: Deps = dispatcher["deps"]
        self._under_way: dict[int, asyncio.Task[None]] = {}
        self._unconfirmed: dict[int, _Waiting] = {}
        self._left: set[int] = set()
        self._last_of: dict[str, asyncio.Task[None]] = {}
        self._next: int | None = None

    async def run(self) -> None:
        left = await call(chats.aside, self._deps, channel=Way.TELEGRAM)
        async with asyncio.TaskGroup() as tasks:
            for one in left:
                self._begin(tasks, one, aside=True)
            wait = FIRST_WAIT_S
            while not self._stop.is_set():
                try:
                    told = await self._ask()
                    wait = FIRST_WAIT_S
                except TelegramAPIError as error:
                    wait = await self._pause(error, wait)
                    continue
                new = [one for one in told if self._is_new(one)]
                for one in new:
                    self._next = one["update_id"] + 1
                    self._begin(tasks, one)
                await self._set_aside()
                if self._under_way and (not new or len(self._under_way) > MOST_UNDER_WAY):
                    await _first(self._under_way.values(), self._stop, LOOKED_AGAIN_S)
            await self._finish()

    async def _ask(self) -> list[dict[str, Any]]:
        """Nothing that is under way is confirmed, but what lies aside; while anything is, Telegram is not asked to wait."""
        offset = min(self._unconfirmed, default=self._next)
        timeout = 0 if self._unconfirmed else TIMEOUT_S
        asked = GetRaw(offset=offset, timeout=timeout, allowed_updates=self._kinds)
        asking = asyncio.ensure_future(self._bot(asked, request_timeout=timeout + 10))
        stopping = asyncio.ensure_future(self._stop.wait())
        try:
            await asyncio.wait({asking, stopping}, return_when=asyncio.FIRST_COMPLETED)
            return asking.result() if asking.done() else []
        finally:
            stopping.cancel()
            if not asking.done():
                asking.cancel()

    def _is_new(self, one: dict[str, Any]) -> bool:
        number = one.get("update_id")
        return isinstance(number, int) and (self._next is None or number >= self._next)

    def _begin(self, tasks: asyncio.TaskGroup, told: dict[str, Any], *, aside: bool = False) -> None:
        """Handle an update behind the earlier ones of its chat, beside all others."""
        number = told["update_id"]
        update = receiving.read(told, self._bot)
        if update is None or number in self._under_way:
            return
        chat = receiving.chat_of(update)
        before = self._last_of.get(chat) if chat is not None else None
        task = tasks.create_task(self._handle(update, before))
        self._under_way[number] = task
        if chat is not None:
            self._last_of[chat] = task
        if not aside:
            may_lie = not receiving.tells_a_place(update)
            self._unconfirmed[number] = _Waiting(told if may_lie else None, time.monotonic())
        task.add_done_callback(lambda ended: self._ended(number, chat, ended))

    def _ended(self, number: int, chat: str | None, task: asyncio.Task[None]) -> None:
        del self._under_way[number]
        if number not in self._left:
            self._unconfirmed.pop(number, None)
        if chat is not None and self._last_of.get(chat) is task:
            del self._last_of[chat]

    async def _handle(self, update: Update, before: asyncio.Task[None] | None) -> None:
        """Again and again while the database or Telegram is away; what comes after it in the chat waits."""
        if before is not None:
            await asyncio.wait({before})
        wait, ends = FIRST_WAIT_S, time.monotonic() + GIVEN_UP_AFTER_S
        while True:
            outcome, told_s = await receiving.handle(self._bot, self._dispatcher, update)
            if outcome is not Outcome.LATER:
                break
            if self._stop.is_set():
                self._left.add(update.update_id)
                return
            if time.monotonic() > ends:
                log.error("bot.given_up")
                break
            await sleep(self._stop, told_s or wait)
            wait = min(wait * 2, LONGEST_WAIT_S)
        if self._unconfirmed.pop(update.update_id, None) is None:
            await self._take_up(update.update_id)

    async def _set_aside(self) -> None:
        """Put down what takes long, the earliest first; while the database is away it stays unconfirmed instead."""
        now, too_many = time.monotonic(), len(self._unconfirmed) - AT_MOST_UNCONFIRMED
        for place, (number, waiting) in enumerate(sorted(self._unconfirmed.items())):
            if place >= too_many and now - waiting.since < ASIDE_AFTER_S:
                continue
            try:
                if waiting.told is not None:
                    await call(
                        chats.put_aside, self._deps, channel=Way.TELEGRAM, number=number, told=waiting.told
                    )
            except Exception as error:  # the database is away, or whatever: nothing is lost by going on
                log.warning("bot.not_set_aside", fault=place_of(error))
                return
            if self._unconfirmed.pop(number, None) is None:  # answered meanwhile
                await self._take_up(number)

    async def _take_up(self, number: int) -> None:
        """It need not come again. What stays aside by a fault is answered again as it was before, and ends by itself."""
        try:
            await call(chats.take_up, self._deps, channel=Way.TELEGRAM, number=number)
        except Exception as error:  # as above
            log.warning("bot.not_taken_up", fault=place_of(error))

    async def _pause(self, error: TelegramAPIError, wait: float) -> float:
        """Another process that polls is told apart from a server that is away; both are waited out."""
        event = "bot.polled_elsewhere" if isinstance(error, TelegramConflictError) else "bot.server_away"
        pause = float(error.retry_after) if isinstance(error, TelegramRetryAfter) else wait
        log.warning(event, fault=type(error).__name__, next_try_in_s=pause)
        await sleep(self._stop, pause)
        return min(wait * 2, LONGEST_WAIT_S)

    async def _finish(self) -> None:
        """Let what is under way end, and confirm it; what does not end in time comes again at the next start."""
        if self._under_way:
            await asyncio.wait(self._under_way.values(), timeout=ENDING_S)
        offset = min(self._unconfirmed, default=self._next)
        for task in list(self._under_way.values()):
            task.cancel()
        if offset is not None:
            try:
                await self._bot(GetRaw(offset=offset, limit=1, timeout=0), request_timeout=5)
            except TelegramAPIError as error:
                log.warning("bot.not_confirmed", fault=type(error).__name__)


async def _first(tasks: Iterable[asyncio.Task[None]], stop: asyncio.Event, seconds: float) -> None:
    stopping = asyncio.ensure_future(stop.wait())
    try:
        await asyncio.wait({*tasks, stopping}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        stopping.cancel()


async def sleep(stop: asyncio.Event, seconds: float) -> None:
    """Wait, unless told to stop."""
    try:
        await asyncio.wait_for(stop.wait(), seconds)
    except TimeoutError:
        return
