"""Asking Telegram for updates, and confirming them only after they were handled.

aiogram's own loop confirms what it has merely handed to its tasks, so that a process that dies loses them. Here an update is
confirmed when it and every earlier one is done: after a crash some come again, and the dialogue answers them as it did.
"""

import asyncio
from collections.abc import Iterable
from typing import Any

from aiogram import Bot, Dispatcher
from aiogram.exceptions import TelegramAPIError, TelegramConflictError, TelegramRetryAfter
from aiogram.methods import TelegramMethod
from aiogram.types import Update

from backend.common import logs
from bot import receiving
from bot.receiving import Outcome

log = logs.get("bot")

TIMEOUT_S, AT_ONCE = 10, 100
FIRST_WAIT_S, LONGEST_WAIT_S = 1.0, 60.0
LOOKED_AGAIN_S = 0.5
TRIES = 5
ENDING_S = 20.0


class GetRaw(TelegramMethod[list[dict[str, Any]]]):
    """getUpdates without reading what is in them: one that this client does not understand must not hide the others."""

    __returning__ = list[dict[str, Any]]
    __api_method__ = "getUpdates"

    offset: int | None = None
    limit: int = AT_ONCE
    timeout: int = TIMEOUT_S
    allowed_updates: list[str] | None = None


class Polling:
    """Polls until `stop` is set, then waits for what is under way."""

    def __init__(self, bot: Bot, dispatcher: Dispatcher, stop: asyncio.Event) -> None:
        self._bot = bot
        self._dispatcher = dispatcher
        self._stop = stop
        self._kinds = dispatcher.resolve_used_update_types()
        self._under_way: dict[int, asyncio.Task[None]] = {}
        self._next: int | None = None

    async def run(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            wait = FIRST_WAIT_S
            while not self._stop.is_set():
                try:
                    told = await self._ask()
                    wait = FIRST_WAIT_S
                except TelegramAPIError as error:
                    wait = await self._pause(error, wait)
                    continue
                for one in told:
                    self._take(tasks, one)
                if self._under_way and not any(map(self._is_new, told)):
                    await _first(self._under_way.values(), self._stop, LOOKED_AGAIN_S)
            await self._finish()

    async def _ask(self) -> list[dict[str, Any]]:
        """Nothing that is under way is confirmed; while anything is, Telegram is not asked to wait."""
        offset = min(self._under_way, default=self._next)
        timeout = 0 if self._under_way else TIMEOUT_S
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

    def _take(self, tasks: asyncio.TaskGroup, one: dict[str, Any]) -> None:
        number = one.get("update_id")
        if not isinstance(number, int) or not self._is_new(one):
            return
        self._next = number + 1
        update = receiving.read(one, self._bot)
        if update is not None:
            task = tasks.create_task(self._handle(update))
            self._under_way[number] = task
            task.add_done_callback(lambda _: self._under_way.pop(number, None))

    async def _handle(self, update: Update) -> None:
        """Again and again while the database or Telegram is away, some minutes at most."""
        wait = FIRST_WAIT_S
        for left in reversed(range(TRIES)):
            outcome = await receiving.handle(self._bot, self._dispatcher, update)
            if outcome is not Outcome.LATER or self._stop.is_set():
                return
            if left:
                await sleep(self._stop, wait)
                wait *= 2
        log.error("bot.given_up")

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
        for task in list(self._under_way.values()):
            task.cancel()
        offset = min(self._under_way, default=self._next)
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
