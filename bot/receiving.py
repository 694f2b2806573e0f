"""One update, whatever it is: handled, or brought again later, or left out because nobody can handle it."""

import asyncio
from enum import Enum

from aiogram import Bot, Dispatcher
from aiogram.exceptions import TelegramAPIError
from aiogram.types import Update
from aiogram.types.update import UpdateTypeLookupError
from pydantic import ValidationError

from backend.common import logs
from backend.common.errors import Kind, ServiceError
from backend.common.sweeping import place_of

log = logs.get("bot")

LONGEST_S = 90.0
"""More than all waits of a handler together; what takes longer hangs."""


class Outcome(Enum):
    DONE = "done"
    LEFT_OUT = "left_out"
    LATER = "later"


def read(told: object, bot: Bot) -> Update | None:
    """The update, or None for what is none: of a kind newer than this client, or none at all. Its content is not logged."""
    try:
        update = Update.model_validate(told, context={"bot": bot})
        _ = update.event_type
    except ValidationError as error:
        log.warning("bot.unreadable_update", faults=error.error_count())
        return None
    except UpdateTypeLookupError:
        # aiogram would warn of it with the whole update, whoever's words are in it.
        log.warning("bot.unknown_update")
        return None
    return update


async def handle(bot: Bot, dispatcher: Dispatcher, update: Update) -> Outcome:
    """Never raises. `LATER`: the database or Telegram is away, so the update should come again."""
    try:
        async with asyncio.timeout(LONGEST_S):
            await dispatcher.feed_update(bot, update)
    except ServiceError as error:
        if error.kind is Kind.UNAVAILABLE:
            log.warning("bot.later", reason=error.reason)
            return Outcome.LATER
        log.error("bot.failed", fault=error.reason)
    except (TelegramAPIError, TimeoutError) as error:
        log.warning("bot.not_said", fault=type(error).__name__)
        return Outcome.LATER
    except (
        Exception
    ) as error:  # one update must not end the bot; where it failed is logged, never what was in it
        log.error("bot.failed", fault=place_of(error))
    else:
        return Outcome.DONE
    return Outcome.LEFT_OUT
