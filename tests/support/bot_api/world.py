"""The state that methods and people change: chats, messages, buttons pressed, files, commands, updates."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

from tests.support.bot_api import keyboards
from tests.support.bot_api.chats import PRESENT, Chat, User
from tests.support.bot_api.refusals import bad
from tests.support.bot_api.transcript import Transcript
from tests.support.bot_api.updates import Updates

Message = dict[str, Any]
TOKEN = "42:TESTTOKEN"
BOT = {
    "id": 42,
    "is_bot": True,
    "first_name": "信用上海",
    "username": "credit_shanghai_bot",
    "can_join_groups": True,
    "can_read_all_group_messages": False,
    "supports_inline_queries": False,
    "can_connect_to_business": False,
    "has_main_web_app": False,
}
BOT_USER = {name: BOT[name] for name in ("id", "is_bot", "first_name", "username")}
CALLBACK_LIFE_S = 600.0


@dataclass
class Pressed:
    """A button that was tapped; the bot may answer once, and not for ever."""

    chat_id: int
    until: float
    answered: bool = False


class World:
    """`strangers`: the bot may write to people who never wrote to it, which Telegram forbids and many tests want. Not `named`:
    the bot has no user name, so that nobody makes links of it to the real Telegram, where the name may be somebody's."""

    def __init__(
        self, *, strangers: bool, clock: Callable[[], float], keep: Path | None, named: bool = True
    ) -> None:
        self.bot = {name: value for name, value in BOT.items() if named or name != "username"}
        self.changed = threading.Condition()
        self.ended = threading.Event()
        self.clock = clock
        self.strangers = strangers
        self.updates = Updates(self.changed, self.ended.is_set, int(time.time()))
        self.transcript = Transcript(keep)
        self.chats: dict[int, Chat] = {}
        self.users: dict[int, User] = {}
        self.messages: dict[tuple[int, int], Message] = {}
        self.pressed: dict[str, Pressed] = {}
        self.files: dict[str, tuple[str, bytes]] = {}
        self.commands: dict[tuple[str, str], list[dict[str, str]]] = {}
        self.webhook_fault: dict[str, Any] = {}
        self.callback_life_s = CALLBACK_LIFE_S
        self._remember()
        self._message_ids = count(max((number for _, number in self.messages), default=1000) + 1)
        self._file_ids = count(1)

    def chat(self, chat_id: str) -> Chat:
        """Refused as not found unless it is there (or strangers may be written to)."""
        if not chat_id:
            raise bad("chat_id is empty")
        if chat_id.startswith("@"):
            named = [chat for chat in self.chats.values() if chat.username == chat_id[1:]]
            if not named or named[0].type == "private":
                raise bad("chat not found")
            return named[0]
        if not chat_id.lstrip("-").isdigit():
            raise bad("chat not found")
        number = int(chat_id)
        if number not in self.chats and self.strangers:
            self.chats[number] = Chat(number, bot="member")
        if number not in self.chats:
            raise bad("chat not found")
        return self.chats[number]

    def writable(self, chat_id: str) -> Chat:
        chat = self.chat(chat_id)
        if refusal := chat.refusal():
            raise refusal
        return chat

    def new_message(self, chat: Chat, sender: dict[str, Any], **content: Any) -> Message:
        number = next(self._message_ids)
        message: Message = {
            "message_id": number,
            "date": int(time.time()),
            "chat": chat.wire,
            "from": sender,
        }
        message |= {name: value for name, value in content.items() if value not in (None, [], {})}
        self.messages[chat.id, number] = message
        return message

    def bot_message(self, chat: Chat, markup: dict[str, Any] | None, **content: Any) -> Message:
        """A message of the bot, with its keyboard: an inline one stays with the message, another one with the chat."""
        inline = markup if keyboards.is_inline(markup) else None
        message = self.new_message(chat, BOT_USER, **content, reply_markup=inline)
        below = markup is not None and inline is None
        if markup is not None and below:
            chat.keyboard = markup if "keyboard" in markup else None
        told = {"message": dict(message), "keyboard": chat.keyboard}
        self.transcript.add(
            "bot", chat.id, "message", **told, **({"changes_keyboard": True} if below else {})
        )
        self.changed.notify_all()
        return dict(message)

    def find_bot_message(self, chat: Chat, message_id: int) -> Message:
        message = self.messages.get((chat.id, message_id))
        if message is None:
            raise bad("message to edit not found")
        if message["from"]["id"] != BOT["id"]:
            raise bad("message can't be edited")
        return message

    def keep_file(self, name: str, content: bytes) -> dict[str, Any]:
        """What a message says of a file; `getFile` finds it again."""
        file_id = f"file-{next(self._file_ids)}"
        self.files[file_id] = (name, content)
        return {"file_id": file_id, "file_unique_id": f"u-{file_id}", "file_size": len(content)}

    def stand(self, chat: Chat, by: User, status: str) -> None:
        """The bot's standing in a chat changes, and the bot is told so."""
        old, chat.bot = chat.bot, status
        chat.known = True
        told = {"chat": chat.wire, "from": by.wire, "date": int(time.time())}
        told["old_chat_member"], told["new_chat_member"] = _standing(old), _standing(status)
        self.transcript.add("person", chat.id, "standing", text=status, chat=chat.wire)
        self.updates.put("my_chat_member", told)

    def _remember(self) -> None:
        """From a transcript that was kept: what was said, and where the bot stands."""
        for entry in self.transcript.entries:
            message = entry.get("message") or {}
            place = message.get("chat") or entry.get("chat")
            if place is None:
                continue
            name = place.get("first_name") or place.get("title")
            new = Chat(place["id"], place["type"], name, place.get("username"), bot="member", known=True)
            chat = self.chats.setdefault(place["id"], new)
            chat.keyboard = entry.get("keyboard", chat.keyboard)
            if entry["event"] == "standing":
                chat.bot = entry["text"]
            else:
                self.messages[chat.id, message["message_id"]] = message


def _standing(status: str) -> dict[str, Any]:
    told: dict[str, Any] = {"user": BOT_USER, "status": status}
    if status == "kicked":
        told["until_date"] = 0
    if status == "administrator":
        rights = (
            *("can_manage_chat", "can_delete_messages", "can_manage_video_chats", "can_restrict_members"),
            *("can_promote_members", "can_change_info", "can_invite_users", "can_post_stories"),
            *("can_edit_stories", "can_delete_stories", "can_send_welcome_messages"),
        )
        told |= {"can_be_edited": False, "is_anonymous": False} | dict.fromkeys(rights, False)
    return told


def may_read(chat: Chat, text: str, reply_to_bot: bool) -> bool:
    """In a group a bot reads commands that are for it and answers to it; all only as an administrator."""
    if chat.type == "private" or chat.bot == "administrator":
        return True
    command = text.split()[0] if text.startswith("/") else ""
    named = command.partition("@")[2]
    return chat.bot in PRESENT and (reply_to_bot or (bool(command) and named in ("", BOT["username"])))
