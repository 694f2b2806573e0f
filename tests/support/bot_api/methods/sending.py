"""Methods by which the bot says something."""

from typing import Any

from tests.support.bot_api import keyboards, texts
from tests.support.bot_api.chats import Chat
from tests.support.bot_api.refusals import bad
from tests.support.bot_api.values import Values
from tests.support.bot_api.world import Message, World

_KEPT = ("parse_mode", "link_preview_options", "disable_notification", "protect_content", "message_effect_id")


def send_message(world: World, values: Values) -> Message:
    chat = world.writable(values.text("chat_id"))
    text, entities = texts.read(values.text("text"), values.text("parse_mode"), values.structure("entities"))
    return _say(world, chat, values, text=text, entities=entities)


def send_location(world: World, values: Values) -> Message:
    chat = world.writable(values.text("chat_id"))
    return _say(world, chat, values, location=_place(values))


def send_venue(world: World, values: Values) -> Message:
    chat = world.writable(values.text("chat_id"))
    location, title, address = _place(values), values.text("title"), values.text("address")
    if not title or not address:
        raise bad("title and address must be non-empty")
    venue = {"location": location, "title": title, "address": address}
    return _say(world, chat, values, location=location, venue=venue)


def send_document(world: World, values: Values) -> Message:
    chat = world.writable(values.text("chat_id"))
    name, content = _file(world, values, "document")
    document = world.keep_file(name, content) | {"file_name": name}
    return _say(world, chat, values, document=document, caption=values.text("caption"))


def send_photo(world: World, values: Values) -> Message:
    chat = world.writable(values.text("chat_id"))
    size = world.keep_file(*_file(world, values, "photo")) | {"width": 90, "height": 90}
    return _say(world, chat, values, photo=[size], caption=values.text("caption"))


def send_chat_action(world: World, values: Values) -> bool:
    chat = world.writable(values.text("chat_id"))
    if not values.text("action"):
        raise bad("wrong parameter action in request")
    return bool(chat)


def _say(world: World, chat: Chat, values: Values, **content: Any) -> Message:
    markup = keyboards.check(values.structure("reply_markup"), private=chat.type == "private")
    message = world.bot_message(chat, markup, **content, reply_to_message=_answered(world, chat, values))
    kept = {name: values.given[name] for name in _KEPT if values.given.get(name)}
    world.transcript.entries[-1].update({"as_sent": kept} if kept else {})
    return message


def _answered(world: World, chat: Chat, values: Values) -> Message | None:
    """The message that is replied to, without what it replied to itself."""
    reply = values.structure("reply_parameters") or {"message_id": values.whole("reply_to_message_id")}
    if not reply.get("message_id"):
        return None
    found = world.messages.get((chat.id, int(reply["message_id"])))
    if found is None:
        if reply.get("allow_sending_without_reply") or values.flag("allow_sending_without_reply"):
            return None
        raise bad("message to be replied not found")
    return {name: value for name, value in found.items() if name != "reply_to_message"}


def _place(values: Values) -> dict[str, float]:
    latitude, longitude = values.number("latitude"), values.number("longitude")
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        raise bad("invalid location specified")
    return {"latitude": latitude, "longitude": longitude}


def _file(world: World, values: Values, name: str) -> tuple[str, bytes]:
    """A part of the request, a part that `attach://` names, or a file that is known already."""
    given = values.text(name)
    part = given.removeprefix("attach://") if given.startswith("attach://") else name
    if part in values.files:
        return values.files[part]
    if given in world.files:
        return world.files[given]
    raise bad(f"there is no {name} in the request")
