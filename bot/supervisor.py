"""Connecting to Telegram, receiving until told to stop, and beginning again when that breaks."""

import asyncio
import signal
import sys

from aiogram import Bot, Dispatcher
from aiogram.exceptions import TelegramAPIError, TelegramUnauthorizedError
from aiogram.utils.token import TokenValidationError

from backend import bootstrap
from backend.common import logs
from backend.common.deps import Deps
from backend.common.errors import ServiceError
from backend.common.settings import Settings
from backend.common.sweeping import place_of
from bot import app, webhook
from bot.polling import FIRST_WAIT_S, LONGEST_WAIT_S, Polling, sleep
from bot.webhook import Webhook

log = logs.get("bot")


async def serve(settings: Settings, token: str) -> int:
    """Run until SIGTERM or SIGINT; 2 when the token is none or is not known."""
    try:
        bot = app.build_bot(token, settings.bot_api_url)
    except TokenValidationError:
        print("BOT_TOKEN: this is not a bot token", file=sys.stderr)
        return 2
    deps = bootstrap.build_deps(settings)
    dispatcher = app.build_dispatcher(deps)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with bot:
        return await _until_stopped(bot, dispatcher, deps, stop)


async def _until_stopped(bot: Bot, dispatcher: Dispatcher, deps: Deps, stop: asyncio.Event) -> int:
    """Connect and receive; the absence of Telegram or the database is waited out with growing pauses."""
    wait = FIRST_WAIT_S
    while not stop.is_set():
        try:
            await _connect(bot, dispatcher, deps)
            log.info("bot.started", mode=deps.settings.bot_mode, waits_for="messages")
            wait = FIRST_WAIT_S
            await _receive(bot, dispatcher, deps, stop)
        except TelegramUnauthorizedError:
            print("BOT_TOKEN: the Bot API server does not know this token", file=sys.stderr)
            return 2
        except (TelegramAPIError, ServiceError) as error:
            log.warning("bot.server_away", fault=type(error).__name__, next_try_in_s=wait)
        except OSError as error:
            print(f"BOT_PORT: cannot listen on {deps.settings.bot_port}: {error.strerror}", file=sys.stderr)
            return 2
        except Exception as error:  # whatever broke: the bot begins again, which is what it is watched for
            log.error("bot.broke", fault=place_of(error), next_try_in_s=wait)
        if not stop.is_set():
            await sleep(stop, wait)
            wait = min(wait * 2, LONGEST_WAIT_S)
    log.info("bot.ended")
    return 0


async def _connect(bot: Bot, dispatcher: Dispatcher, deps: Deps) -> None:
    """Tell Telegram how updates come, and what the commands are."""
    await app.introduce(bot, deps)
    if deps.settings.bot_mode == "polling":
        await bot.delete_webhook()
        return
    await bot.set_webhook(
        deps.settings.site + webhook.PATH,
        secret_token=webhook.secret_of(deps),
        allowed_updates=dispatcher.resolve_used_update_types(),
        max_connections=webhook.AT_ONCE,
    )


async def _receive(bot: Bot, dispatcher: Dispatcher, deps: Deps, stop: asyncio.Event) -> None:
    settings = deps.settings
    if settings.bot_mode == "polling":
        await Polling(bot, dispatcher, stop).run()
    else:
        server = Webhook(bot, dispatcher, webhook.secret_of(deps))
        await server.run(settings.host, settings.bot_port, stop)
