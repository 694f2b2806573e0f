"""Connecting to Telegram, and polling until told to stop."""

import asyncio
import signal
import sys

from aiogram import Bot, Dispatcher
from aiogram.exceptions import TelegramAPIError, TelegramUnauthorizedError
from aiogram.utils.token import TokenValidationError

from backend import bootstrap
from backend.common import logs
from backend.common.settings import Settings
from bot import app

log = logs.get("bot")

FIRST_WAIT_SECONDS = 1.0
LONGEST_WAIT_SECONDS = 60.0


async def serve(settings: Settings, token: str) -> int:
    """Run until SIGTERM or SIGINT; 2 when the token is none or is not known."""
    try:
        bot = app.build_bot(token, settings.bot_api_url)
    except TokenValidationError:
        print("BOT_TOKEN: this is not a bot token", file=sys.stderr)
        return 2
    dispatcher = app.build_dispatcher(bootstrap.build_deps(settings))
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with bot:
        return await _until_stopped(bot, dispatcher, stop)


async def _until_stopped(bot: Bot, dispatcher: Dispatcher, stop: asyncio.Event) -> int:
    """Connect, and poll until told to stop; the server's absence at the start is waited out with growing pauses."""
    wait = FIRST_WAIT_SECONDS
    while not stop.is_set():
        try:
            await app.register_commands(bot)
            break
        except TelegramUnauthorizedError:
            print("BOT_TOKEN: the Bot API server does not know this token", file=sys.stderr)
            return 2
        except TelegramAPIError as error:
            log.warning("bot.server_away", fault=type(error).__name__, next_try_in_s=wait)
            await _sleep(stop, wait)
            wait = min(wait * 2, LONGEST_WAIT_SECONDS)
    if not stop.is_set():
        await _poll(bot, dispatcher, stop)
    log.info("bot.ended")
    return 0


async def _poll(bot: Bot, dispatcher: Dispatcher, stop: asyncio.Event) -> None:
    log.info("bot.started", waits_for="messages")
    async with asyncio.TaskGroup() as tasks:
        polling = tasks.create_task(
            dispatcher.start_polling(bot, handle_signals=False, close_bot_session=False, polling_timeout=10)
        )
        polling.add_done_callback(lambda _: stop.set())
        await stop.wait()
        if not polling.done():
            await dispatcher.stop_polling()


async def _sleep(stop: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(stop.wait(), seconds)
    except TimeoutError:
        return
