"""Saying what the dialogue answers, as Telegram wants it said."""

import asyncio
from collections.abc import Sequence
from typing import Any

from aiogram import Bot
from aiogram.exceptions import (
    TelegramAPIError,
    TelegramBadRequest,
    TelegramForbiddenError,
    TelegramNetworkError,
    TelegramRetryAfter,
    TelegramServerError,
)
from aiogram.types import (
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    KeyboardButton,
    LinkPreviewOptions,
    ReplyKeyboardMarkup,
)

from backend.common import logs
from backend.dialogues import texts
from backend.dialogues.model import Button, Outgoing
from schemas.text import Language

log = logs.get("bot")

TRIES, LONGEST_WAIT_S, FIRST_PAUSE_S = 5, 30.0, 0.5
NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
"""Whoever fetches a preview would be the first to open a link that opens once."""


class Blocked(Exception):
    """Nobody is in this chat any more."""


async def say(bot: Bot, chat_id: str, said: Sequence[Outgoing], language: Language) -> None:
    """Send one message after another. Raises `Blocked`; what Telegram refuses for good is logged and left out."""
    for one in said:
        try:
            await _send(bot, chat_id, *_shown(one, language))
        except TelegramBadRequest as error:
            if "URL" not in error.message:
                log.warning("bot.refused", fault=type(error).__name__)
                continue
            await _send(bot, chat_id, _written_out(one), _keyboard(one, urls=False))


async def _send(bot: Bot, chat_id: str, text: str, markup: Any) -> None:
    pause = FIRST_PAUSE_S
    for left in reversed(range(TRIES)):
        try:
            await bot.send_message(
                int(chat_id), text, parse_mode=None, reply_markup=markup, link_preview_options=NO_PREVIEW
            )
        except TelegramForbiddenError as error:
            raise Blocked from error
        except TelegramRetryAfter as error:
            if not left or error.retry_after > LONGEST_WAIT_S:
                raise
            await asyncio.sleep(error.retry_after)
        except (TelegramNetworkError, TelegramServerError):
            if not left:
                raise
            await asyncio.sleep(pause)
            pause *= 2
        else:
            return


async def acknowledge(bot: Bot, tap_id: str) -> None:
    """Take the waiting sign off a button; one that was tapped too long ago has none any more."""
    try:
        await bot.answer_callback_query(tap_id)
    except TelegramAPIError as error:
        log.info("bot.tap_too_old", fault=type(error).__name__)


def _shown(
    one: Outgoing, language: Language
) -> tuple[str, ReplyKeyboardMarkup | InlineKeyboardMarkup | None]:
    """Only a keyboard of one kind can ask for a location, and a message has one: of its other buttons the links are written
    out, and the rest come back as their words, which are understood as well."""
    if not one.asks_location:
        return one.text, _keyboard(one)
    share = KeyboardButton(text=texts.SHARE_PLACE.say(language), request_location=True)
    others = [KeyboardButton(text=each.label) for row in one.buttons for each in row if each.value]
    keyboard = ReplyKeyboardMarkup(keyboard=[[share], others], resize_keyboard=True, one_time_keyboard=True)
    return _written_out(one), keyboard


def _keyboard(one: Outgoing, *, urls: bool = True) -> InlineKeyboardMarkup | None:
    rows = [[_button(each) for each in row if urls or each.url is None] for row in one.buttons]
    shown = [row for row in rows if row]
    return InlineKeyboardMarkup(inline_keyboard=shown) if shown else None


def _button(one: Button) -> InlineKeyboardButton:
    if one.url is not None:
        return InlineKeyboardButton(text=one.label, url=one.url)
    return InlineKeyboardButton(text=one.label, callback_data=one.value)


def _written_out(one: Outgoing) -> str:
    """With its links as text: beside a keyboard that asks for a location, and where Telegram refuses an address as a button,
    as it does those of machines that are not on the internet."""
    links = [f"{each.label}: {each.url}" for row in one.buttons for each in row if each.url]
    return "\n".join([one.text, *links])
