"""Methods that tell the bot about itself, its menu, a chat or a file."""

import re
from typing import Any

from tests.support.bot_api.refusals import bad
from tests.support.bot_api.values import Values
from tests.support.bot_api.world import World

MOST_COMMANDS = 100
_SCOPES = {
    *("default", "all_private_chats", "all_group_chats", "all_chat_administrators"),
    *("chat", "chat_administrators", "chat_member"),
}


def get_me(world: World, values: Values) -> dict[str, Any]:
    return world.bot


def get_chat(world: World, values: Values) -> dict[str, Any]:
    chat = world.chat(values.text("chat_id"))
    gifts = (
        "unlimited_gifts",
        "limited_gifts",
        "unique_gifts",
        "premium_subscription",
        "gifts_from_channels",
    )
    more = {
        "accent_color_id": 0,
        "max_reaction_count": 11,
        "accepted_gift_types": dict.fromkeys(gifts, False),
    }
    return chat.wire | more


def get_file(world: World, values: Values) -> dict[str, Any]:
    file_id = values.text("file_id")
    if file_id not in world.files:
        raise bad("invalid file_id")
    name, content = world.files[file_id]
    known = {"file_id": file_id, "file_unique_id": f"u-{file_id}", "file_size": len(content)}
    return known | {"file_path": f"{file_id}/{name}"}


def set_my_commands(world: World, values: Values) -> bool:
    commands = values.structure("commands") or []
    if len(commands) > MOST_COMMANDS:
        raise bad("BOT_COMMANDS_TOO_MUCH")
    for one in commands:
        if not re.fullmatch(r"[a-z0-9_]{1,32}", one.get("command", "").removeprefix("/")):
            raise bad("BOT_COMMAND_INVALID")
        if not 1 <= len(one.get("description", "")) <= 256:
            raise bad("BOT_COMMAND_DESCRIPTION_INVALID")
    world.commands[_where(world, values)] = [
        {"command": one["command"].removeprefix("/"), "description": one["description"]} for one in commands
    ]
    world.changed.notify_all()
    return True


def get_my_commands(world: World, values: Values) -> list[dict[str, str]]:
    return world.commands.get(_where(world, values), [])


def delete_my_commands(world: World, values: Values) -> bool:
    world.commands.pop(_where(world, values), None)
    world.changed.notify_all()
    return True


def menu(world: World, chat_id: int, language: str | None) -> list[dict[str, str]]:
    """What a person's client shows in a private chat: the narrowest scope first, in it the person's language."""
    spoken = (language or "").split("-")[0]
    for scope in (f"chat:{chat_id}", "all_private_chats", "default"):
        for code in (spoken, ""):
            if found := world.commands.get((scope, code)):
                return found
    return []


def _where(world: World, values: Values) -> tuple[str, str]:
    scope = values.structure("scope") or {"type": "default"}
    language = values.text("language_code")
    if scope.get("type") not in _SCOPES:
        raise bad("can't parse BotCommandScope: Unsupported type specified")
    if language and not re.fullmatch(r"[a-z]{2}", language):
        raise bad("invalid language code specified")
    parts = [scope["type"]]
    if scope["type"].startswith("chat"):
        parts.append(str(world.chat(str(scope.get("chat_id", ""))).id))
    if scope["type"] == "chat_member":
        parts.append(str(scope.get("user_id")))
    return ":".join(parts), language
