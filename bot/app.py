"""The bot put together: aiogram as transport around the dialogue; no rule lives here and nothing imports Flask."""

import asyncio
from typing import Literal

from aiogram import Bot, Dispatcher, F, Router
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import PRODUCTION, TelegramAPIServer
from aiogram.enums import ChatMemberStatus, ChatType
from aiogram.types import BotCommand, CallbackQuery, ChatMemberUpdated, Message, Update

from backend.chats import service as chats
from backend.common.deps import Deps
from backend.dialogues import service as dialogues
from backend.dialogues.model import Incoming, Sort
from bot import incoming, outgoing
from bot.call import call
from bot.language import language_of
from bot.order import Order
from schemas.terms import Way


def build_bot(token: str, api_url: str | None) -> Bot:
    """A bot that speaks to Telegram or to the Bot API server that `BOT_API_URL` names."""
    server = TelegramAPIServer.from_base(api_url) if api_url else PRODUCTION
    return Bot(token, session=AiohttpSession(api=server))


def build_dispatcher(deps: Deps) -> Dispatcher:
    """Handlers get `deps` and `order` by name; where a dialogue stands is the dialogue's to know, not aiogram's."""
    dispatcher = Dispatcher(deps=deps, order=Order(), disable_fsm=True)
    router = Router()
    router.message.register(on_message)
    router.edited_message.register(on_edited)
    router.callback_query.register(on_tap)
    router.my_chat_member.register(on_membership, F.chat.type == ChatType.PRIVATE)
    dispatcher.include_router(router)
    return dispatcher


async def introduce(bot: Bot, deps: Deps) -> None:
    """Put the command menu up, in Chinese for everybody and in English for English clients, and tell the bot's name to the
    rest of the service, for the links that open it."""
    languages: tuple[Literal["en"] | None, ...] = (None, "en")
    for language in languages:
        words = {one.name: one.label.say(language or "zh") for one in dialogues.commands()}
        commands = [BotCommand(command=name, description=word) for name, word in words.items()]
        await bot.set_my_commands(commands, language_code=language)
    me = await bot.me()
    if me.username:
        await call(chats.introduce, deps, channel=Way.TELEGRAM, name=me.username)


async def on_message(message: Message, bot: Bot, deps: Deps, order: Order, event_update: Update) -> None:
    sent = incoming.of_message(message, event_update.update_id)
    if sent is not None:
        await _answer(bot, deps, order, sent)


async def on_edited(message: Message, bot: Bot, deps: Deps, order: Order, event_update: Update) -> None:
    sent = incoming.of_message(message, event_update.update_id, edited=True)
    # A location that is shared live changes all the time, and nobody asked for that to be told.
    if sent is not None and sent.private and message.location is None:
        await _answer(bot, deps, order, sent)


async def on_tap(tapped: CallbackQuery, bot: Bot, deps: Deps, order: Order, event_update: Update) -> None:
    """The chat's place in the order is taken first: the acknowledgement is a call over the network, and what the person sends
    meanwhile must not be answered before the tap."""
    sent = incoming.of_tap(tapped, event_update.update_id)
    acknowledged = asyncio.ensure_future(outgoing.acknowledge(bot, tapped.id))
    try:
        await _answer(bot, deps, order, sent)
    finally:
        await acknowledged


async def on_membership(
    changed: ChatMemberUpdated, bot: Bot, deps: Deps, order: Order, event_update: Update
) -> None:
    """The bot was blocked, or is not any more; the latter is not answered, since /start comes with it."""
    user, language = str(changed.chat.id), language_of(changed.from_user)
    if changed.new_chat_member.status in (ChatMemberStatus.KICKED, ChatMemberStatus.LEFT):
        gone = Incoming(Way.TELEGRAM, user, str(event_update.update_id), Sort.GONE)
        await _answer(bot, deps, order, gone)
    else:
        await call(chats.returned, deps, channel=Way.TELEGRAM, user=user, language=language)


async def _answer(bot: Bot, deps: Deps, order: Order, sent: Incoming) -> None:
    number = int(sent.message_id)
    async with order.of(sent.user):
        if order.is_done(number):
            return
        said = await call(dialogues.handle, deps, sent)
        try:
            await outgoing.say(bot, sent.user, said, sent.language or "zh")
        except outgoing.Blocked:
            await call(chats.gone, deps, channel=Way.TELEGRAM, user=sent.user, reason="blocked")
        order.done(number)
