"""The bot put together: aiogram as transport, features as routers; no rule lives here and nothing imports Flask."""

from typing import Literal

from aiogram import Bot, Dispatcher
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import PRODUCTION, TelegramAPIServer
from aiogram.fsm.storage.memory import SimpleEventIsolation
from aiogram.types import BotCommand

from backend.common.deps import Deps
from bot import texts
from bot.features import help as help_feature


def build_bot(token: str, api_url: str | None) -> Bot:
    """A bot that speaks to Telegram or to the Bot API server that `BOT_API_URL` names."""
    server = TelegramAPIServer.from_base(api_url) if api_url else PRODUCTION
    return Bot(token, session=AiohttpSession(api=server))


def build_dispatcher(deps: Deps) -> Dispatcher:
    """Handlers get `deps` by name. Two quick messages of one user are handled in order."""
    dispatcher = Dispatcher(deps=deps, events_isolation=SimpleEventIsolation())
    dispatcher.include_router(help_feature.router)
    return dispatcher


async def register_commands(bot: Bot) -> None:
    """Put the command menu up, in Chinese for everybody and in English for English clients."""
    languages: tuple[Literal["en"] | None, ...] = (None, "en")
    for language in languages:
        words = {name: text.say(language or "zh") for name, text in texts.COMMANDS.items()}
        commands = [BotCommand(command=name, description=word) for name, word in words.items()]
        await bot.set_my_commands(commands, language_code=language)
