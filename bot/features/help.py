"""Greeting, help, and the way to a person; everything else is answered with the same help."""

from aiogram import Router
from aiogram.enums import ChatType
from aiogram.filters import Command
from aiogram.types import Message

from bot import texts
from bot.language import language_of

router = Router(name="help")


@router.message(Command("human", "人工"))
async def human(message: Message) -> None:
    await message.answer(texts.HUMAN.say(language_of(message.from_user)))


@router.message()
async def welcome(message: Message) -> None:
    """In a group only a command that names this bot is meant for us, so nothing is said to the rest."""
    if message.chat.type == ChatType.PRIVATE:
        await message.answer(texts.WELCOME.say(language_of(message.from_user)))
