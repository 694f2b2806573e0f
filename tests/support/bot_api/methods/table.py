"""Every method by its name; names are read without regard to case, as Telegram does."""

from collections.abc import Callable
from typing import Any

from tests.support.bot_api.methods import editing, receiving, sending, telling
from tests.support.bot_api.values import Values
from tests.support.bot_api.world import World

Method = Callable[[World, Values], Any]
METHODS: dict[str, Method] = {
    "getMe": telling.get_me,
    "getChat": telling.get_chat,
    "getFile": telling.get_file,
    "setMyCommands": telling.set_my_commands,
    "getMyCommands": telling.get_my_commands,
    "deleteMyCommands": telling.delete_my_commands,
    "getUpdates": receiving.get_updates,
    "setWebhook": receiving.set_webhook,
    "deleteWebhook": receiving.delete_webhook,
    "getWebhookInfo": receiving.get_webhook_info,
    "sendMessage": sending.send_message,
    "sendLocation": sending.send_location,
    "sendVenue": sending.send_venue,
    "sendDocument": sending.send_document,
    "sendPhoto": sending.send_photo,
    "sendChatAction": sending.send_chat_action,
    "editMessageText": editing.edit_message_text,
    "editMessageReplyMarkup": editing.edit_message_reply_markup,
    "deleteMessage": editing.delete_message,
    "answerCallbackQuery": editing.answer_callback_query,
}
NAMES = {name.lower(): name for name in METHODS}
SAYING = frozenset(name for name in METHODS if name.startswith("send")) - {"sendChatAction"}
"""Methods that count towards the pace."""
