"""The people's side: to speak, tap, share, block, and to bring the bot into a group."""

from collections.abc import Callable
from itertools import count
from typing import Any

from tests.support.bot_api import keyboards, texts
from tests.support.bot_api.chats import PRESENT, Chat, User
from tests.support.bot_api.world import BOT, BOT_USER, Message, Pressed, World, may_read

_queries = count(7_000_001)
DICE = b"RIFF\x00\x00\x00\x00WEBP"
VOICE = b"OggS\x00"


class Person:
    """One who has Telegram. Everything is said in the private chat with the bot unless `group` names another."""

    def __init__(self, world: World, user: User) -> None:
        self._world, self.user = world, user
        with world.changed:
            world.users[user.id] = user
            self.chat = world.chats.setdefault(
                user.id, Chat(user.id, name=user.first_name, username=user.username)
            )

    @property
    def heard(self) -> list[Message]:
        """What the bot said in the private chat, as it stands now."""
        with self._world.changed:
            return [
                message
                for (chat, _), message in sorted(self._world.messages.items())
                if chat == self.chat.id and message["from"]["id"] == BOT["id"]
            ]

    @property
    def texts(self) -> list[str]:
        return [message.get("text", "") for message in self.heard]

    @property
    def answers(self) -> list[dict[str, Any]]:
        """What taps were answered with: `text`, `show_alert`, `url`."""
        with self._world.changed:
            return [one for one in self._world.transcript.of(self.chat.id) if one["event"] == "answer"]

    def find(self, message_id: int) -> Message | None:
        with self._world.changed:
            return self._world.messages.get((self.chat.id, message_id))

    def wait_until(self, seen: Callable[["Person"], bool], *, within_s: float = 60) -> "Person":
        with self._world.changed:
            lines = self._world.transcript.lines
            assert self._world.changed.wait_for(lambda: seen(self), within_s), lines(self.chat.id)
        return self

    def wait_for(self, count: int, *, within_s: float = 60) -> list[Message]:
        """The first `count` messages of the bot, once they are there."""
        return self.wait_until(lambda me: len(me.heard) >= count, within_s=within_s).heard[:count]

    def say(self, text: str, *, group: "Group | None" = None, reply_to: Message | None = None) -> Message:
        return self._send(group, text=text, entities=texts.entities_in(text), reply_to_message=reply_to)

    def edit(self, message: Message, text: str) -> None:
        with self._world.changed:
            changed = message | {
                "text": text,
                "entities": texts.entities_in(text),
                "edit_date": message["date"],
            }
            self._world.messages[message["chat"]["id"], message["message_id"]] = changed
            self._world.transcript.add("person", message["chat"]["id"], "edited", message=changed)
            self._world.updates.put("edited_message", changed)

    def share_location(self, lng: float, lat: float) -> Message:
        return self._send(None, location={"latitude": lat, "longitude": lng})

    def share_contact(self, phone: str, *, of: User | None = None) -> Message:
        """The own number, or somebody else's card."""
        of = of or self.user
        return self._send(
            None, contact={"phone_number": phone, "first_name": of.first_name, "user_id": of.id}
        )

    def send_sticker(self, emoji: str = "👍") -> Message:
        kept = self._world.keep_file("sticker.webp", DICE)
        kind = {"type": "regular", "width": 512, "height": 512, "is_animated": False, "is_video": False}
        return self._send(None, sticker=kept | kind | {"emoji": emoji})

    def send_voice(self, seconds: int = 2) -> Message:
        kept = self._world.keep_file("voice.ogg", VOICE)
        return self._send(None, voice=kept | {"duration": seconds, "mime_type": "audio/ogg"})

    def send_photo(self, content: bytes, caption: str = "") -> Message:
        size = self._world.keep_file("photo.jpg", content) | {"width": 90, "height": 90}
        return self._send(None, photo=[size], caption=caption)

    def forward(self, text: str, *, origin: User) -> Message:
        """Pass on what somebody else wrote elsewhere."""
        came = {"type": "user", "date": 1_700_000_000, "sender_user": origin.wire}
        return self._send(None, text=text, entities=texts.entities_in(text), forward_origin=came)

    def press(self, text: str, *, at: tuple[float, float] | None = None, phone: str = "") -> Message:
        """A key of the keyboard under the chat: says its text, or shares what it asks for (`at` is lng, lat)."""
        keys = keyboards.buttons(self.chat.keyboard)
        key = next((one for one in keys if one["text"] == text), None)
        assert key is not None, f"{text!r} is not among {[one['text'] for one in keys]}"
        if key.get("request_location"):
            return self.share_location(*at)
        return self.share_contact(phone) if key.get("request_contact") else self.say(text)

    def tap(self, button: str, *, message: Message | None = None, inaccessible: bool = False) -> str:
        """A button under a message (the newest that has it), by its text or its data; the number of the query. With
        `inaccessible` the bot learns only which message it was, as for one long gone."""
        with self._world.changed:
            under, data = self._find(button, message)
            number = str(next(_queries))
            gone = {"chat": under["chat"], "message_id": under["message_id"], "date": 0}
            self._world.pressed[number] = Pressed(
                under["chat"]["id"], self._world.clock() + self._world.callback_life_s
            )
            told = {"id": number, "from": self.user.wire, "message": gone if inaccessible else dict(under)}
            told |= {"chat_instance": f"instance-{self.chat.id}", "data": data}
            self._world.transcript.add("person", under["chat"]["id"], "tap", text=button, data=data)
            self._world.updates.put("callback_query", told)
            return number

    def _find(self, button: str, message: Message | None) -> tuple[Message, str]:
        shown = [message] if message is not None else list(reversed(self.heard))
        for under in shown:
            for one in keyboards.buttons(under.get("reply_markup")):
                if button in (one["text"], one.get("callback_data")) and "callback_data" in one:
                    return under, one["callback_data"]
        raise AssertionError(f"no button {button!r} under {self.texts}")

    def block(self) -> None:
        with self._world.changed:
            self._world.stand(self.chat, self.user, "kicked")

    def unblock(self) -> None:
        with self._world.changed:
            self._world.stand(self.chat, self.user, "member")

    def _send(self, group: "Group | None", **content: Any) -> Message:
        world, chat = self._world, group.chat if group else self.chat
        with world.changed:
            if chat.type == "private" and chat.bot != "member":
                chat.bot, chat.known = "member", True
            message = world.new_message(chat, self.user.wire, **content)
            world.transcript.add("person", chat.id, "message", message=message)
            answered = content.get("reply_to_message") or {}
            if may_read(chat, content.get("text") or "", answered.get("from", {}).get("id") == BOT["id"]):
                world.updates.put("message", message)
            return message


class Group:
    """A group that people and the bot can be in. A bot that is no administrator reads only what is meant for it."""

    def __init__(self, world: World, chat: Chat) -> None:
        self._world, self.chat = world, chat
        with world.changed:
            world.chats.setdefault(chat.id, chat)

    def add_bot(self, by: Person, *, administrator: bool = False) -> None:
        with self._world.changed:
            self._world.stand(self.chat, by.user, "administrator" if administrator else "member")
            self._tell(by, new_chat_members=[BOT_USER])

    def remove_bot(self, by: Person) -> None:
        with self._world.changed:
            was_here = self.chat.bot in PRESENT
            self._world.stand(self.chat, by.user, "kicked")
            if was_here:
                self._tell(by, left_chat_member=BOT_USER)

    def _tell(self, by: Person, **service: Any) -> None:
        self._world.updates.put("message", self._world.new_message(self.chat, by.user.wire, **service))
