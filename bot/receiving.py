"""One update, whatever it is: handled, or brought again later, or left out because nobody can handle it."""

import asyncio
from enum import Enum
from typing import NamedTuple

from aiogram import Bot, Dispatcher
from aiogram.exceptions import TelegramAPIError, TelegramRetryAfter
from aiogram.types import CallbackQuery, Update
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


class Handled(NamedTuple):
    """What came of an update; `wait_s` where Telegram says itself when it may be asked again."""

    outcome: Outcome
    wait_s: float | None = None


DONE, LEFT_OUT, LATER = (Handled(outcome) for outcome in Outcome)


def read(told: object, bot: Bot) -> Update | None:
    """The update, or None for what is none: of a kind newer than this client, or none at all. Its content is not logged."""
    try:
        update = Update.model_validate(told, context={"bot": bot})
        _ = update.event_type  # raises here; aiogram itself would print the whole update as a warning
    except ValidationError as error:
        log.warning("bot.unreadable_update", faults=error.error_count())
        return None
    except UpdateTypeLookupError:
        log.warning("bot.unknown_update")
        return None
    return update


async def handle(bot: Bot, dispatcher: Dispatcher, update: Update) -> Handled:
    """Never raises. `LATER`: the database or Telegram is away, so the update should come again."""
    try:
        async with asyncio.timeout(LONGEST_S):
            await dispatcher.feed_update(bot, update)
    except ServiceError as error:
        if error.kind is Kind.UNAVAILABLE:
            log.warning("bot.later", reason=error.reason)
            return LATER
        log.error("bot.failed", fault=error.reason)
    except TelegramRetryAfter as error:
        log.warning("bot.not_said", fault=type(error).__name__)
        return Handled(Outcome.LATER, float(error.retry_after))
    except (TelegramAPIError, TimeoutError) as error:
        log.warning("bot.not_said", fault=type(error).__name__)
        return LATER
    except (
        Exception
    ) as error:  # one update must not end the bot; where it failed is logged, never what was in it
        log.error("bot.failed", fault=place_of(error))
    else:
        return DONE
    return LEFT_OUT


def chat_of(update: Update) -> str | None:
    """The chat whose order an update keeps."""
    event = update.event
    if isinstance(event, CallbackQuery):
        return str(event.from_user.id)
    chat = getattr(event, "chat", None)
    return None if chat is None else str(chat.id)


def tells_a_place(update: Update) -> bool:
    """Whether somebody says in it where they are, which is kept nowhere (PIPL 28)."""
    said = update.message or update.edited_message
    return said is not None and (said.location is not None or said.venue is not None)
