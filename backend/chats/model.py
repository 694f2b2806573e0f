"""Chats that belong to an account, the codes that bind them, and the turns in which a chat's messages are handled."""

from dataclasses import dataclass, field
from datetime import datetime

from backend.common.actor import Actor
from schemas.terms import Way
from schemas.text import Language, Text


@dataclass(frozen=True)
class Binding:
    """A chat of an account; a chat has one account, an account one chat of each channel. `chat` is the keyed hash of the
    channel's own address, which lies sealed with the ways to people (`recipients`). Binding again gives a new `id`, so that
    what was made for the chat before does not work in it any more."""

    id: str
    account_id: str
    channel: Way
    chat: str
    bound_at: datetime
    last_used_at: datetime

    @property
    def channel_label(self) -> Text:
        return self.channel.label


@dataclass(frozen=True)
class Code:
    """The one code by which a chat of this channel can be bound to the account now; `id` is account and channel."""

    id: str
    account_id: str
    channel: Way
    code_hash: bytes
    expires_at: datetime


@dataclass(frozen=True)
class Aside:
    """A message of a channel that could not be answered soon: it lies here, sealed, until it is, so that the channel need not
    hold it back together with everybody else's. Gone after `expires_at`: an answer then would only puzzle."""

    id: str
    channel: Way
    number: int
    told_sealed: bytes
    expires_at: datetime


@dataclass(frozen=True)
class NewCode:
    """A code just made; only now it is known in clear. `deep_link` opens the chat with the code already in it, where the
    bot has said its name, or WeChat gives out QR codes at the moment; `qr_svg` is the same to scan."""

    code: str = field(repr=False)
    channel: Way
    deep_link: str | None = field(repr=False)
    qr_svg: str | None = field(repr=False)
    expires_at: datetime
    instruction: Text


@dataclass(frozen=True)
class Speaker:
    """Who speaks in a chat: its binding and the account's holder, or nobody that is known. `speaks` is the language that the
    chat has of its own, `language` the account's."""

    chat: str
    actor: Actor
    binding: Binding | None = None
    speaks: Language | None = None
    language: Language | None = None


@dataclass(frozen=True)
class Answered:
    """A message that was answered; `reply_sealed` is None where the answer may not be kept (it tells of a place)."""

    id: str
    at: datetime
    reply_sealed: bytes | None


@dataclass(frozen=True)
class Dialogue:
    """Where a chat stands: sealed, and what was answered lately. `id` is channel and keyed hash."""

    id: str
    state_sealed: bytes | None = None
    answered: tuple[Answered, ...] = ()
