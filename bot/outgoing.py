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
from backend.dialogues.model import Button, Outgoing
from schemas.text import Language, Text

log = logs.get("bot")

TRIES, LONGEST_WAIT_S, FIRST_PAUSE_S = 5, 30.0, 0.5
SHARE = Text("发送我的位置", "Send my location")
NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
"""Whoever fetches a preview would be the first to open a link that opens once."""


class Blocked(Exception):
    """Nobody is in this chat any more."""


async def say(bot: Bot, chat_id: str, said: Sequence[Outgoing], language: Language) -> None:
    """Send one message after another. Raises `Blocked`; what Telegram refuses for good is logged and left out."""
    for one in said:
        try:
            await _send(bot, chat_id, one.text, _location_keyboard(one, language) or _keyboard(one))
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


def _location_keyboard(one: Outgoing, language: Language) -> ReplyKeyboardMarkup | None:
    """Only a keyboard of this kind can ask for a location, and a message has one: its other buttons come back as their words,
    which are understood as well."""
    if not one.asks_location:
        return None
    share = KeyboardButton(text=SHARE.say(language), request_location=True)
    others = [KeyboardButton(text=each.label) for row in one.buttons for each in row if each.value]
    return ReplyKeyboardMarkup(keyboard=[[share], others], resize_keyboard=True, one_time_keyboard=True)


def _keyboard(one: Outgoing, *, urls: bool = True) -> InlineKeyboardMarkup | None:
    rows = [[_button(each) for each in row if urls or each.url is None] for row in one.buttons]
    shown = [row for row in rows if row]
    return InlineKeyboardMarkup(inline_keyboard=shown) if shown else None


def _button(one: Button) -> InlineKeyboardButton:
    if one.url is not None:
        return InlineKeyboardButton(text=one.label, url=one.url)
    return InlineKeyboardButton(text=one.label, callback_data=one.value)


def _written_out(one: Outgoing) -> str:
    """Telegram refuses addresses of machines that are not on the internet as buttons; as text they are there."""
    links = [f"{each.label}: {each.url}" for row in one.buttons for each in row if each.url]
    return "\n".join([one.text, *links])
