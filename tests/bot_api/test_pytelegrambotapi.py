"""pyTelegramBotAPI, unchanged, against the local server; it sends everything in the address and files as multipart."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

import pytest
import telebot
from telebot import apihelper, types
from telebot.apihelper import ApiTelegramException

from tests.support.bot_api import TOKEN, BotApi


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Iterator[BotApi]:
    with BotApi(strangers=False, retry_s=0.05) as served:
        monkeypatch.setattr(apihelper, "API_URL", served.url + "/bot{0}/{1}")
        monkeypatch.setattr(apihelper, "LONG_POLLING_TIMEOUT", 0)
        monkeypatch.setattr(apihelper, "FILE_URL", served.url + "/file/bot{0}/{1}")
        yield served


PICTURE = bytes(range(256)) + b"\r\n--\n\r\x00"


def buttons() -> types.InlineKeyboardMarkup:
    return types.InlineKeyboardMarkup([[types.InlineKeyboardButton("确认", callback_data="yes")]])


def with_handlers(bot: telebot.TeleBot) -> telebot.TeleBot:
    def start(message: types.Message) -> None:
        bot.send_message(message.chat.id, "您好 hello", reply_markup=buttons())

    def pressed(query: types.CallbackQuery) -> None:
        bot.answer_callback_query(query.id, "收到")
        bot.edit_message_text(f"chosen: {query.data}", query.message.chat.id, query.message.message_id)

    def others(message: types.Message) -> None:
        bot.reply_to(message, message.content_type)

    def stood(told: types.ChatMemberUpdated) -> None:
        if told.new_chat_member.status == "member":
            bot.send_message(told.chat.id, f"{told.old_chat_member.status} to {told.new_chat_member.status}")

    bot.register_message_handler(start, commands=["start"])
    bot.register_callback_query_handler(pressed, func=bool)
    bot.register_message_handler(others, content_types=["contact", "sticker", "voice", "text"])
    bot.register_my_chat_member_handler(stood)
    return bot


def fetched(bot: telebot.TeleBot, **asked: Any) -> list[types.Update]:
    """What is there, without waiting for more."""
    found: list[types.Update] = bot.get_updates(long_polling_timeout=0, **asked)
    return found


def talk(api: BotApi) -> None:
    anna = api.person(7)
    anna.say("/start")
    anna.wait_for(1)
    anna.tap("确认")
    anna.wait_until(lambda me: me.texts == ["chosen: yes"])
    anna.send_sticker()
    anna.wait_for(2)
    anna.send_voice()
    anna.wait_for(3)
    anna.share_contact("+8613800000000")
    anna.wait_for(4)
    anna.block()
    anna.unblock()
    anna.wait_for(5)
    assert anna.texts == ["chosen: yes", "sticker", "voice", "contact", "kicked to member"]
    assert anna.heard[1]["reply_to_message"]["sticker"]["emoji"] == "👍"


def test_it_polls_answers_and_edits(api: BotApi) -> None:
    bot = with_handlers(telebot.TeleBot(TOKEN, num_threads=1))
    polling = threading.Thread(
        target=lambda: bot.polling(
            non_stop=False, long_polling_timeout=1, allowed_updates=telebot.util.update_types
        )
    )
    polling.start()
    talk(api)
    bot.stop_polling()
    polling.join()
    bot.stop_bot()


class _Hook(BaseHTTPRequestHandler):
    """The bot's own door: checks the secret and answers after handling; fails as often as it is told."""

    bot: ClassVar[telebot.TeleBot]
    faults: ClassVar[list[int]]
    seen: ClassVar[list[tuple[str | None, int]]]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        update = types.Update.de_json(body)
        self.seen.append((self.headers.get("X-Telegram-Bot-Api-Secret-Token"), update.update_id))
        status = self.faults.pop() if self.faults else 200
        if status == 200:
            self.bot.process_new_updates([update])
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_request(self, code: object = "-", size: object = "-") -> None:
        """Quiet."""


@pytest.fixture
def hook() -> Iterator[tuple[type[_Hook], str]]:
    made = type(
        "Hook",
        (_Hook,),
        {"faults": [], "seen": [], "bot": with_handlers(telebot.TeleBot(TOKEN, threaded=False))},
    )
    server = ThreadingHTTPServer(("127.0.0.1", 0), made)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield made, f"http://127.0.0.1:{server.server_port}/hook"
    server.shutdown()
    server.server_close()


def test_it_is_told_by_webhook_with_the_secret(api: BotApi, hook: tuple[type[_Hook], str]) -> None:
    made, url = hook
    assert made.bot.set_webhook(url, secret_token="s3cret", allowed_updates=telebot.util.update_types)
    talk(api)
    assert {secret for secret, _ in made.seen} == {"s3cret"}
    api.wait_until_told()
    assert made.bot.get_webhook_info().pending_update_count == 0
    assert made.bot.remove_webhook()
    assert made.bot.get_webhook_info().url == ""


def test_a_webhook_that_fails_gets_the_same_again_before_what_follows(
    api: BotApi, hook: tuple[type[_Hook], str]
) -> None:
    made, url = hook
    anna, bert = api.person(7), api.person(8)
    for text in ("一", "二", "三"):
        anna.say(text)
    made.faults.extend([500, 503])
    made.bot.set_webhook(url)
    anna.wait_for(3)
    assert [update for _, update in made.seen] == sorted(update for _, update in made.seen)
    assert len(made.seen) == 5
    assert made.bot.get_webhook_info().last_error_message.startswith("Wrong response from the webhook: 5")
    bert.say("还在吗")
    bert.wait_for(1)


def test_nothing_waits_for_a_bot_that_drops_what_it_missed(api: BotApi) -> None:
    bot = telebot.TeleBot(TOKEN)
    api.person(7).say("missed")
    bot.set_webhook("https://example.com/hook")
    assert bot.get_webhook_info().pending_update_count == 1
    bot.delete_webhook(drop_pending_updates=True)
    assert fetched(bot) == []


def test_refusals_come_with_their_codes(api: BotApi) -> None:
    bot, anna, bert = telebot.TeleBot(TOKEN), api.person(7), api.person(8)
    anna.say("hello")
    bert.block()
    told = bot.send_message(7, "text", reply_markup=buttons())
    long_data = types.InlineKeyboardMarkup([[types.InlineKeyboardButton("x", callback_data="长" * 22)]])
    cases: list[tuple[Any, int, str]] = [
        (lambda: bot.send_message(8, "text"), 403, "Forbidden: bot was blocked by the user"),
        (lambda: bot.send_message(99, "text"), 400, "Bad Request: chat not found"),
        (
            lambda: bot.send_message(7, "text", reply_markup=long_data),
            400,
            "Bad Request: BUTTON_DATA_INVALID",
        ),
        (lambda: bot.send_message(7, "信" * 4097), 400, "Bad Request: message is too long"),
        (
            lambda: bot.edit_message_reply_markup(7, told.message_id, reply_markup=buttons()),
            400,
            "Bad Request: message is not",
        ),
        (lambda: bot.answer_callback_query(1), 400, "Bad Request: query is too old"),
        (lambda: telebot.TeleBot("42:OTHER").get_me(), 401, "Unauthorized"),
        (lambda: apihelper._make_request(TOKEN, "sendGift"), 404, "Not Found: method not found"),
        (
            lambda: bot.set_webhook("https://e.com", secret_token="not allowed"),
            400,
            "Bad Request: secret token contains",
        ),
    ]
    for ask, code, words in cases:
        with pytest.raises(ApiTelegramException) as raised:
            ask()
        assert (raised.value.error_code, raised.value.description[: len(words)]) == (code, words)
    api.close_for(4.5)
    with pytest.raises(ApiTelegramException) as raised:
        bot.send_message(7, "text")
    assert raised.value.error_code == 429
    assert raised.value.result_json["parameters"]["retry_after"] in (4, 5)


def test_a_tap_can_be_answered_once_and_not_for_ever(api: BotApi) -> None:
    bot, anna = telebot.TeleBot(TOKEN), api.person(7)
    anna.say("hello")
    bot.send_message(7, "text", reply_markup=buttons())
    query = anna.tap("确认")
    assert bot.answer_callback_query(query)
    api.world.callback_life_s = -1
    for late in (query, anna.tap("yes")):
        with pytest.raises(ApiTelegramException, match="query is too old"):
            bot.answer_callback_query(late)
    anna.tap("确认", inaccessible=True)
    told = fetched(bot, offset=-1)[0].callback_query.message
    assert isinstance(told, types.InaccessibleMessage)


def test_updates_are_kept_until_they_are_confirmed(api: BotApi) -> None:
    bot, anna = telebot.TeleBot(TOKEN), api.person(7)
    for text in "abc":
        anna.say(text)
    first = fetched(bot, limit=2)
    assert [one.message.text for one in first] == ["a", "b"]
    assert [one.message.text for one in fetched(bot, offset=first[1].update_id)] == [
        "b",
        "c",
    ]
    fetched(bot, offset=first[1].update_id + 2, allowed_updates=["callback_query"])
    anna.say("unasked for")
    assert fetched(bot) == []


def test_files_menus_and_entities_go_both_ways(api: BotApi) -> None:
    bot, anna = telebot.TeleBot(TOKEN), api.person(7)
    anna.send_photo(PICTURE)
    taken = fetched(bot)[0].message.photo[-1]
    assert bot.download_file(bot.get_file(taken.file_id).file_path) == PICTURE
    sent = bot.send_document(7, ("名.txt", PICTURE)).document
    assert sent.file_name == "名.txt"
    assert bot.download_file(bot.get_file(sent.file_id).file_path) == PICTURE
    bold = [types.MessageEntity("bold", 0, 2)]
    assert bot.send_message(7, "您好", entities=bold).entities[0].type == "bold"
    bot.set_my_commands([types.BotCommand("help", "帮助")], language_code="zh")
    assert bot.get_my_commands(language_code="zh")[0].description == "帮助"
    bot.delete_my_commands(language_code="zh")
    assert bot.get_my_commands(language_code="zh") == []
    assert bot.get_me().username == "credit_shanghai_bot"
