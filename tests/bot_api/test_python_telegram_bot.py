"""python-telegram-bot, unchanged, against the local server: what its authors read in Telegram's documentation holds here."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, cast

import pytest
from telegram import (
    Bot,
    BotCommand,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    KeyboardButton,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
    Update,
)
from telegram.error import BadRequest, Conflict, Forbidden, InvalidToken, RetryAfter, TelegramError
from telegram.ext import (
    Application,
    CallbackQueryHandler,
    ChatMemberHandler,
    CommandHandler,
    ContextTypes,
    MessageHandler,
    filters,
)

from tests.support.bot_api import TOKEN, BotApi, Pace, Window

Context = ContextTypes.DEFAULT_TYPE
BUTTONS = InlineKeyboardMarkup(
    [[InlineKeyboardButton("确认", callback_data="yes"), InlineKeyboardButton("No", callback_data="no")]]
)


@pytest.fixture
def api() -> Iterator[BotApi]:
    with BotApi(strangers=False) as served:
        yield served


def bot_of(api: BotApi, token: str = TOKEN) -> Bot:
    return Bot(token, base_url=f"{api.url}/bot", base_file_url=f"{api.url}/file/bot")


async def start(update: Update, context: Context) -> None:
    await update.message.reply_html("<b>您好</b> &amp; hello 😀 /help", reply_markup=BUTTONS)


async def pressed(update: Update, context: Context) -> None:
    await update.callback_query.answer("收到", show_alert=True)
    await update.callback_query.edit_message_text(f"chosen: {update.callback_query.data}")


async def others(update: Update, context: Context) -> None:
    message = update.effective_message
    if message.location:
        told = f"{message.location.longitude:.4f},{message.location.latitude:.4f}"
    elif message.contact:
        told = message.contact.phone_number
    elif message.voice:
        told = bytes(await (await message.voice.get_file()).download_as_bytearray()).decode("latin-1")
    elif message.forward_origin:
        told = f"forwarded from {message.forward_origin.to_dict()['sender_user']['first_name']}"
    else:
        told = f"{'edited ' if update.edited_message else ''}{message.sticker.emoji if message.sticker else message.text}"
    await message.reply_text(told)


def application(api: BotApi, standings: list[tuple[str, str]]) -> Any:
    async def stood(update: Update, context: Context) -> None:
        standings.append((update.my_chat_member.chat.type, update.my_chat_member.new_chat_member.status))

    made = (
        Application.builder()
        .token(TOKEN)
        .base_url(f"{api.url}/bot")
        .base_file_url(f"{api.url}/file/bot")
        .build()
    )
    made.add_handlers(
        [
            CommandHandler("start", start),
            CallbackQueryHandler(pressed),
            ChatMemberHandler(stood),
            MessageHandler(filters.ChatType.PRIVATE, others),
        ]
    )
    return made


async def talked_to(api: BotApi, talk: Any, standings: list[tuple[str, str]] | None = None) -> None:
    """Runs the polling application while `talk` goes on in a thread of its own."""
    async with application(api, [] if standings is None else standings) as app:
        await app.updater.start_polling(timeout=10, allowed_updates=Update.ALL_TYPES)
        await app.start()
        await asyncio.to_thread(talk)
        await app.updater.stop()
        await app.stop()


def test_it_polls_and_answers_with_entities_and_buttons(api: BotApi) -> None:
    anna = api.person(7)

    def talk() -> None:
        anna.say("/start")
        told = anna.wait_for(1)[0]
        assert told["text"] == "您好 & hello 😀 /help"
        assert told["entities"] == [
            {"type": "bold", "offset": 0, "length": 2},
            {"type": "bot_command", "offset": 14, "length": 5},
        ]
        anna.tap("确认")
        anna.wait_until(lambda me: me.texts == ["chosen: yes"])

    asyncio.run(talked_to(api, talk))
    assert [(one["text"], one["show_alert"]) for one in anna.answers] == [("收到", True)]
    assert "reply_markup" not in anna.heard[0]
    assert api.world.updates.pending == []
    assert api.world.transcript.lines() == [
        "person: /start",
        "bot: 您好 & hello 😀 /help",
        "person: [tap] 确认",
        "bot: [answer] 收到",
        "bot: [edited] chosen: yes",
    ]


def test_it_understands_whatever_a_person_sends(api: BotApi) -> None:
    anna, bert = api.person(7), api.person(8, "Bert")

    def talk() -> None:
        anna.share_location(121.4737, 31.2304)
        anna.share_contact("+8613800000000", of=bert.user)
        anna.send_voice()
        anna.send_sticker("🎉")
        anna.forward("看这里", origin=bert.user)
        anna.edit(anna.say("𠮷"), "龘")
        anna.wait_for(7)

    asyncio.run(talked_to(api, talk))
    assert sorted(anna.texts) == sorted(
        ["121.4737,31.2304", "+8613800000000", "OggS\x00", "🎉", "forwarded from Bert", "𠮷", "edited 龘"]
    )


def test_it_learns_of_blocks_and_groups(api: BotApi) -> None:
    anna, group, standings = (
        api.person(7),
        api.group(-100200, "邻里", kind="supergroup"),
        list[tuple[str, str]](),
    )

    def talk() -> None:
        anna.say("/start")
        anna.wait_for(1)
        anna.block()
        anna.unblock()
        group.add_bot(by=anna)
        group.remove_bot(by=anna)
        api.wait_until_told()

    asyncio.run(talked_to(api, talk, standings))
    assert standings == [
        ("private", "kicked"),
        ("private", "member"),
        ("supergroup", "member"),
        ("supergroup", "kicked"),
    ]


async def refusal_of(told: Any) -> TelegramError:
    with pytest.raises(TelegramError) as raised:
        await told
    return raised.value


def test_refusals_become_its_exceptions(api: BotApi) -> None:
    anna, bert, group = api.person(7), api.person(8), api.group(-100)
    anna.say("hello")
    bert.block()

    async def asked() -> None:
        async with bot_of(api) as bot:
            told = await bot.send_message(7, "text", reply_markup=BUTTONS)
            cases = [
                (bot.send_message(8, "text"), Forbidden, "Forbidden: bot was blocked by the user"),
                (bot.send_message(99, "text"), BadRequest, "Chat not found"),
                (bot.send_message(7, " "), BadRequest, "Message text is empty"),
                (bot.send_message(7, "x" * 4097), BadRequest, "Message is too long"),
                (bot.send_message(7, "<i>x", parse_mode="HTML"), BadRequest, "Can't parse entities"),
                (told.edit_text("text", reply_markup=BUTTONS), BadRequest, "Message is not modified"),
                (told.edit_reply_markup(BUTTONS), BadRequest, "Message is not modified"),
                (bot.edit_message_text("new", 7, 1001), BadRequest, "Message can't be edited"),
                (bot.edit_message_text("new", 7, 999), BadRequest, "Message to edit not found"),
                (bot.answer_callback_query("1"), BadRequest, "Query is too old"),
                (bot.get_file("none"), BadRequest, "Invalid file_id"),
                (
                    bot.set_webhook("http://example.com/"),
                    BadRequest,
                    "Bad webhook: an https url must be provided",
                ),
            ]
            for asked, kind, words in cases:
                error = await refusal_of(asked)
                assert type(error) is kind
                assert str(error).startswith(words)
            group.add_bot(by=anna)
            await bot.send_message(-100, "text")
            group.remove_bot(by=anna)
            error = await refusal_of(bot.send_message(-100, "text"))
            assert (type(error), str(error)) == (Forbidden, "Forbidden: bot was kicked from the group chat")

    asyncio.run(asked())


def test_a_wrong_token_is_no_bot(api: BotApi) -> None:
    async def asked() -> None:
        async with bot_of(api, "42:OTHER"):
            """Entered by nobody."""

    with pytest.raises(InvalidToken):
        asyncio.run(asked())


def test_a_flood_says_when_to_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", "true")
    now = [100.0]
    pace = Pace(overall=Window(3, 1), chat=Window(1, 1), group=Window(2, 60))

    async def asked(api: BotApi) -> list[tuple[int, int]]:
        waits = []
        async with bot_of(api) as bot:
            for chat, later in (
                (1, 0.0),
                (1, 0.5),
                (1, 0.5),
                (-5, 0),
                (2, 0),
                (3, 0),
                (-5, 1),
                (-5, 1),
                (-5, 57),
            ):
                now[0] += later
                try:
                    await bot.send_message(chat, "text")
                except RetryAfter as refused:
                    waits.append((chat, round(cast(timedelta, refused.retry_after).total_seconds())))
        return waits

    with BotApi(pace=pace, clock=lambda: now[0]) as api:
        assert asyncio.run(asked(api)) == [(1, 1), (3, 1), (-5, 58), (-5, 1)]


def test_two_pollers_are_in_conflict(api: BotApi) -> None:
    async def asked() -> None:
        async with bot_of(api) as first, bot_of(api) as second:
            async with asyncio.TaskGroup() as tasks:
                polled = tasks.create_task(refusal_of(first.get_updates(timeout=20)))
                await asyncio.to_thread(api.wait_for_call, "getUpdates")
                await second.get_updates(timeout=0)
            assert isinstance(polled.result(), Conflict)
            assert "other getUpdates" in str(polled.result())
            await second.set_webhook(f"{api.url}/nowhere")
            error = await refusal_of(first.get_updates())
            assert (type(error), "webhook is active" in str(error)) == (Conflict, True)

    asyncio.run(asked())


def test_menus_keep_to_their_language_and_scope(api: BotApi) -> None:
    api.person(7).say("hello")

    async def asked() -> None:
        async with bot_of(api) as bot:
            await bot.set_my_commands([BotCommand("help", "帮助")])
            await bot.set_my_commands(
                [("help", "Help")], language_code="en", scope=BotCommandScopeAllPrivateChats()
            )
            await bot.set_my_commands([("mine", "我的")], scope=BotCommandScopeChat(7))
            assert [one.description for one in await bot.get_my_commands()] == ["帮助"]
            assert await bot.get_my_commands(language_code="en") == ()
            assert (await bot.get_my_commands(BotCommandScopeAllPrivateChats(), "en"))[
                0
            ].description == "Help"
            await bot.delete_my_commands(scope=BotCommandScopeChat(7))
            assert await bot.get_my_commands(BotCommandScopeChat("7")) == ()
            assert str(await refusal_of(bot.set_my_commands([("Bad Name", "x")]))) == "Bot_command_invalid"

    asyncio.run(asked())


def test_places_keyboards_and_files(api: BotApi) -> None:
    anna = api.person(7)
    anna.say("hello")
    keyboard = ReplyKeyboardMarkup(
        [[KeyboardButton("附近", request_location=True), "帮助"]], resize_keyboard=True
    )

    async def asked() -> None:
        async with bot_of(api) as bot:
            assert (await bot.send_location(7, 31.23, 121.47)).location.latitude == 31.23
            told = await bot.send_venue(7, 31.23, 121.47, "诚信商家", "人民大道", reply_markup=keyboard)
            assert told.venue.title == "诚信商家"
            assert (anna.press("帮助")["text"], "location" in anna.press("附近", at=(121.5, 31.2))) == (
                "帮助",
                True,
            )
            sent = await bot.send_document(
                7, b"content", filename="a.txt", caption="文件", reply_markup=ReplyKeyboardRemove()
            )
            assert await (await sent.document.get_file()).download_as_bytearray() == b"content"
            with pytest.raises(AssertionError, match="is not among"):
                anna.press("帮助")
            chat = await bot.get_chat(7)
            assert (chat.type, chat.first_name) == ("private", "市民")

    asyncio.run(asked())
