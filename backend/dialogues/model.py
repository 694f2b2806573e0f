"""What comes in from a chat and what goes out, the same for every channel; and where a dialogue stands."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from schemas.terms import Crs, Way
from schemas.text import Language, Text


class Sort(StrEnum):
    """What a person did in a chat.

    `BEGUN`: started the bot, came back after a block, followed the account; `text` is the payload of the deep link or the
    scene of the QR code, and may be empty. `GONE`: blocked the bot, stopped following; the answer is empty. `OTHER`:
    everything that holds no words (sticker, voice, photograph, contact). `EDITED`: changed a message that was sent before.
    """

    TEXT = "text"
    BUTTON = "button"
    LOCATION = "location"
    BEGUN = "begun"
    GONE = "gone"
    EDITED = "edited"
    OTHER = "other"


@dataclass(frozen=True)
class Incoming:
    """One thing a person did.

    `user` is the channel's own address of the person (the id of a Telegram chat, an openid); `message_id` the channel's own
    number of this thing (update id, MsgId, for events of WeChat openid and time): with the same one the same answer is
    given again and nothing is done twice. `text` is what was written, or the `value` of the button (also the key of an entry
    of the account's menu); of any length. `language` is what the person's client is set to, if the channel tells. `lng`, `lat`
    in degrees of the system `crs` belong to `LOCATION`; `private` is false in a group.
    """

    channel: Way
    user: str
    message_id: str
    sort: Sort
    text: str = ""
    lng: float | None = None
    lat: float | None = None
    crs: Crs | None = None
    language: Language | None = None
    private: bool = True


@dataclass(frozen=True)
class Button:
    """Something to tap: it sends `value` back (ASCII, at most 48 characters), or opens `url`; exactly one of them is set.

    Where a channel has no buttons they are shown as numbered lines in their order, counted from 1 over all rows of the last
    answer that has any: whoever types the number has pressed the button.
    """

    label: str
    value: str | None = None
    url: str | None = None


@dataclass(frozen=True)
class Outgoing:
    """One message to the person, plain text without any mark-up, at most 600 characters; `buttons` in rows.

    `asks_location`: the channel shows its own way to send a location, if it has one. All messages of one answer hold at
    most 600 characters, and at most twelve buttons.
    """

    text: str
    buttons: tuple[tuple[Button, ...], ...] = ()
    asks_location: bool = False


@dataclass(frozen=True)
class Command:
    """One entry of a channel's menu: `name` is typed as `/name`, `value` sent as `BUTTON` means the same."""

    name: str
    value: str
    label: Text


@dataclass(frozen=True)
class Phrase:
    """What staff added to the table: `id` is the phrase in its folded form, `action` what it asks for."""

    id: str
    action: str
    at: datetime
    by_id: str
    by_name: str | None


@dataclass(frozen=True)
class Figures:
    """One channel on one day: how many messages were understood, led to a choice, were missed, or came by a button."""

    id: str
    day: date
    channel: Way
    expires_at: datetime
    understood: int = 0
    offered: int = 0
    missed: int = 0
    pressed: int = 0

    @property
    def channel_label(self) -> Text:
        return self.channel.label
