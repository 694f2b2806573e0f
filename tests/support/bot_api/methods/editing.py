"""Methods that change what was said, and the answer to a button."""

from typing import Any

from tests.support.bot_api import keyboards, texts
from tests.support.bot_api.chats import Chat
from tests.support.bot_api.refusals import bad, not_modified, query_too_old
from tests.support.bot_api.values import Values
from tests.support.bot_api.world import Message, World

LONGEST_ANSWER = 200


def edit_message_text(world: World, values: Values) -> Message:
    chat, message = _message(world, values)
    text, entities = texts.read(values.text("text"), values.text("parse_mode"), values.structure("entities"))
    return _change(
        world, chat, message, {"text": text, "entities": entities, "reply_markup": _markup(values)}
    )


def edit_message_reply_markup(world: World, values: Values) -> Message:
    chat, message = _message(world, values)
    return _change(world, chat, message, {"reply_markup": _markup(values)})


def delete_message(world: World, values: Values) -> bool:
    chat = world.writable(values.text("chat_id"))
    if world.messages.pop((chat.id, values.whole("message_id")), None) is None:
        raise bad("message to delete not found")
    world.transcript.add("bot", chat.id, "deleted", message_id=values.whole("message_id"))
    world.changed.notify_all()
    return True


def answer_callback_query(world: World, values: Values) -> bool:
    """Once, while the query lives. A second answer is refused as a late one is."""
    pressed = world.pressed.get(values.text("callback_query_id"))
    if pressed is None or pressed.answered or world.clock() > pressed.until:
        raise query_too_old()
    if len(values.text("text")) > LONGEST_ANSWER:
        raise bad("MESSAGE_TOO_LONG")
    pressed.answered = True
    told = {"text": values.text("text"), "show_alert": values.flag("show_alert"), "url": values.text("url")}
    world.transcript.add("bot", pressed.chat_id, "answer", **told)
    world.changed.notify_all()
    return True


def _message(world: World, values: Values) -> tuple[Chat, Message]:
    if not values.text("chat_id") and values.text("inline_message_id"):
        raise bad("MESSAGE_ID_INVALID")
    chat = world.writable(values.text("chat_id"))
    if not values.text("message_id"):
        raise bad("message identifier is not specified")
    return chat, world.find_bot_message(chat, values.whole("message_id"))


def _markup(values: Values) -> dict[str, Any] | None:
    markup = keyboards.check(values.structure("reply_markup"), private=True)
    if markup is not None and not keyboards.is_inline(markup):
        raise bad("inline keyboard expected")
    return markup if markup and markup["inline_keyboard"] else None


def _change(world: World, chat: Chat, message: Message, new: dict[str, Any]) -> Message:
    if all((message.get(name) or None) == (value or None) for name, value in new.items()):
        raise not_modified()
    for name, value in new.items():
        message[name] = value
        if not value:
            del message[name]
    message["edit_date"] = max(message["date"], message.get("edit_date", 0))
    world.transcript.add("bot", chat.id, "edited", message=dict(message))
    world.changed.notify_all()
    return dict(message)
