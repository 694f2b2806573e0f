"""aiogram as the bot uses it - form bodies, polling, a webhook that answers by its reply - against the local server."""

import asyncio
from collections.abc import Iterator

import pytest
from aiogram import Bot, Dispatcher
from aiogram.exceptions import (
    TelegramBadRequest,
    TelegramConflictError,
    TelegramForbiddenError,
    TelegramNotFound,
    TelegramRetryAfter,
    TelegramServerError,
    TelegramUnauthorizedError,
)
from aiogram.methods import SendGift
from aiogram.types import BufferedInputFile, CallbackQuery, ChatMemberUpdated, Message, Update
from aiogram.utils.keyboard import InlineKeyboardBuilder
from aiogram.webhook.aiohttp_server import SimpleRequestHandler
from aiohttp import web

from bot import app
from tests.support.bot_api import TOKEN, BotApi


@pytest.fixture
def api() -> Iterator[BotApi]:
    with BotApi(strangers=False, retry_s=0.05) as served:
        yield served


def dispatcher(seen: list[str]) -> Dispatcher:
    made = Dispatcher()

    @made.message()
    async def said(message: Message) -> None:
        seen.append(message.content_type)
        keys = InlineKeyboardBuilder().button(text="确认", callback_data="yes").as_markup()
        await message.answer(message.text or message.content_type, reply_markup=keys)

    @made.callback_query()
    async def pressed(query: CallbackQuery) -> None:
        await query.answer("收到")
        if isinstance(query.message, Message):
            await query.message.edit_text(f"chosen: {query.data}")

    @made.my_chat_member()
    async def stood(told: ChatMemberUpdated) -> None:
        seen.append(f"{told.chat.type} {told.old_chat_member.status} {told.new_chat_member.status}")

    return made


def talk(api: BotApi) -> None:
    anna = api.person(7)
    anna.say("您好 😀")
    anna.wait_for(1)
    anna.tap("确认")
    anna.wait_until(lambda me: me.texts == ["chosen: yes"])
    anna.send_sticker()
    anna.wait_for(2)
    anna.send_voice()
    anna.wait_for(3)
    anna.block()
    group = api.group(-100)
    group.add_bot(by=anna, administrator=True)
    api.wait_until_told()


SEEN = ["text", "sticker", "voice", "private member kicked", "group left administrator", "new_chat_members"]


def test_it_polls(api: BotApi) -> None:
    seen: list[str] = []

    async def run() -> None:
        async with app.build_bot(TOKEN, api.url) as bot, asyncio.TaskGroup() as tasks:
            made = dispatcher(seen)
            tasks.create_task(
                made.start_polling(bot, handle_signals=False, close_bot_session=False, polling_timeout=10)
            )
            await asyncio.to_thread(talk, api)
            await made.stop_polling()

    asyncio.run(run())
    assert seen == SEEN


def test_its_webhook_is_told_and_its_reply_is_done(api: BotApi) -> None:
    """The handler of aiogram's webhook answers with the method that the handler of the message returned."""
    seen: list[str] = []
    made = dispatcher(seen)

    @made.edited_message()
    async def edited(message: Message) -> object:
        return message.reply("edited by reply")

    async def run() -> None:
        async with app.build_bot(TOKEN, api.url) as bot:
            served = web.Application()
            SimpleRequestHandler(made, bot, secret_token="s3cret", handle_in_background=False).register(
                served, "/tg"
            )
            runner = web.AppRunner(served)
            await runner.setup()
            site = web.TCPSite(runner, "127.0.0.1", 0)
            await site.start()
            address = f"http://127.0.0.1:{runner.addresses[0][1]}/tg"
            try:
                await bot.set_webhook(
                    address, secret_token="wrong", allowed_updates=made.resolve_used_update_types()
                )
                api.person(8).say("refused")
                await asyncio.to_thread(until_refused, api)
                await bot.set_webhook(address, secret_token="s3cret", drop_pending_updates=True)
                anna = api.person(7)
                await asyncio.to_thread(talk, api)
                anna.unblock()
                anna.edit(anna.say("一"), "二")
                await asyncio.to_thread(anna.wait_until, lambda me: "edited by reply" in me.texts)
            finally:
                await runner.cleanup()

    asyncio.run(run())
    assert sorted(seen[: len(SEEN)]) == sorted(SEEN)  # two chats, side by side


def until_refused(api: BotApi) -> None:
    with api.world.changed:
        assert api.world.changed.wait_for(lambda: api.world.webhook_fault, 30)
    assert (
        api.world.webhook_fault["last_error_message"] == "Wrong response from the webhook: 401 Unauthorized"
    )


def test_refusals_become_its_exceptions(api: BotApi) -> None:
    anna, bert = api.person(7), api.person(8)
    anna.say("hello")
    bert.block()

    async def run() -> None:
        async with app.build_bot(TOKEN, api.url) as bot, app.build_bot("42:OTHER", api.url) as other:
            sent = await bot.send_document(7, BufferedInputFile(b"content", "文件.txt"), caption="x")
            assert (await bot.download(sent.document)).read() == b"content"
            for asked, kind in (
                (bot.send_message(8, "text"), TelegramForbiddenError),
                (bot.send_message(99, "text"), TelegramBadRequest),
                (bot.send_message(7, "x" * 4097), TelegramBadRequest),
                (bot(SendGift(gift_id="1", user_id=7)), TelegramNotFound),
                (other.get_me(), TelegramUnauthorizedError),
            ):
                with pytest.raises(kind):
                    await asked
            await bot.set_webhook(f"{api.url}/nowhere")
            with pytest.raises(TelegramConflictError):
                await bot.get_updates()
            api.close_for(3)
            with pytest.raises(TelegramRetryAfter) as raised:
                await bot.send_message(7, "text")
            assert raised.value.retry_after in (1, 2, 3)
            api.failing = True
            with pytest.raises(TelegramServerError):
                await bot.get_me()

    asyncio.run(run())


def test_it_reads_every_update_that_the_server_makes(api: BotApi) -> None:
    """aiogram drops a whole batch when it cannot read one update of it."""
    anna, group = api.person(7, language=None), api.group(-100500, kind="supergroup")
    group.add_bot(by=anna)
    group.remove_bot(by=anna)
    anna.say("/start")
    anna.share_location(121.47, 31.23)
    anna.share_contact("+8613800000000")
    anna.send_photo(b"x", "caption")
    anna.send_voice()
    anna.send_sticker()
    anna.edit(anna.forward("text", origin=anna.user), "other")
    anna.block()
    kinds = {"message", "edited_message", "my_chat_member"}
    assert {Update.model_validate(one).event_type for one in api.world.updates.pending} == kinds


def test_a_group_lets_a_bot_read_what_is_meant_for_it(api: BotApi) -> None:
    anna, group = api.person(7), api.group(-100)
    for standing in (False, True):
        group.add_bot(by=anna, administrator=standing)
        for text in ("大家好", "/help", "/help@credit_shanghai_bot", "/help@another_bot"):
            anna.say(text, group=group)
    read = [one["message"].get("text") for one in api.world.updates.pending if "message" in one]
    assert read == [
        *(None, "/help", "/help@credit_shanghai_bot"),
        *(None, "大家好", "/help", "/help@credit_shanghai_bot", "/help@another_bot"),
    ]


async def _first(bot: Bot) -> Update:
    return (await bot.get_updates(timeout=0))[0]


def test_an_update_can_come_twice_or_be_of_no_known_kind(api: BotApi) -> None:
    anna = api.person(7)
    anna.say("once")

    async def run() -> None:
        async with app.build_bot(TOKEN, api.url) as bot:
            first = await _first(bot)
            await bot.get_updates(offset=first.update_id + 1)
            api.world.updates.repeat(first.update_id, {"message": first.message.model_dump(mode="json")})
            assert (await _first(bot)).update_id == first.update_id
            await bot.get_updates(offset=first.update_id + 1)
            api.world.updates.put_raw({"thought": {"of": "tomorrow"}})
            assert (await _first(bot)).model_extra == {"thought": {"of": "tomorrow"}}

    asyncio.run(run())
