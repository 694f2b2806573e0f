"""What WeChat's server sends to the account, and one message with its answer as it is kept for a while."""

from dataclasses import dataclass, field
from datetime import datetime

from backend.dialogues.model import Incoming


@dataclass(frozen=True)
class Account:
    """The Official Account as this installation knows it; `aes_key` has 32 bytes, and is None where only plain bodies go."""

    app_id: str
    token: str = field(repr=False)
    aes_key: bytes | None = field(repr=False)
    takes_plain: bool
    takes_sealed: bool


@dataclass(frozen=True)
class Call:
    """What the address of a request says. `signature` covers token, `timestamp` and `nonce`, `msg_signature` the sealed
    body too; `sealed` is what the caller says about the body."""

    signature: str
    timestamp: str
    nonce: str
    sealed: bool = False
    msg_signature: str = ""


@dataclass(frozen=True)
class Message:
    """One message or event, cut to the fields that are used. `user` is the openid, `account` the account's own name.

    `kind` and `event` are in small letters. `msg_id` is empty with events, but for the report on a template message, which names
    that one's and says its `status`. The label of a location (an address in words) is left unread.
    """

    user: str = field(repr=False)
    account: str
    created: str
    kind: str
    msg_id: str = ""
    event: str = ""
    key: str = ""
    content: str = field(default="", repr=False)
    menu_id: str = ""
    latitude: str = field(default="", repr=False)
    longitude: str = field(default="", repr=False)
    status: str = ""


@dataclass(frozen=True)
class Heard:
    """A message that is WeChat's; `incoming` is None where the person is not waiting for words. The answer goes `sealed` when
    the message came so."""

    call: Call
    message: Message
    incoming: Incoming | None
    sealed: bool


@dataclass(frozen=True)
class Turn:
    """One message and its answer. `id`, `user`, `fingerprint` and `nonces` are MACs: whoever reads them learns nobody.

    `lease` names the request that works on it, until `leased_until`. `sealed_reply` (room "replies") is the text: it may hold an
    address that opens something. `nonces` are all that came with this message; none may come with another.
    """

    id: str
    user: str
    fingerprint: str
    nonces: tuple[str, ...]
    lease: str
    leased_until: datetime
    expires_at: datetime
    sealed_reply: bytes | None = field(default=None, repr=False)
