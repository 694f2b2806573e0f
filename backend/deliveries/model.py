"""What is handed over to channels: one document for each message to one person, claimed, sent and marked."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from backend.gateways.carrying import Message
from schemas.terms import DeliveryState, Way
from schemas.text import Text

NEVER = datetime(9999, 12, 31, tzinfo=UTC)
LEGAL, NOTICE = "legal", "notice"
"""The two queues of single notices; every push is a queue of its own, by its id."""


@dataclass(frozen=True)
class Delivery:
    """One message to one holder. A notice has one for each way (`id`: notice and way), a push one for each person (`id`: push
    and holder; unique, so nobody has it twice): it goes by `way`, and by the first of `others` when nobody is there.

    It can be claimed from `due_at` on; a claim moves that to the end of its lease, so a dead worker's come free by themselves.
    `lease` names the claim that may mark it. `tries` counts the claims that were used. `receipt` is the channel's number.
    """

    id: str
    queue: str
    source_id: str
    kind: str
    holder: str
    way: Way
    created_at: datetime
    due_at: datetime
    expires_at: datetime
    state: DeliveryState = DeliveryState.WAITING
    others: tuple[Way, ...] = ()
    tries: int = 0
    lease: str | None = None
    reason: str | None = None
    receipt: str | None = None
    done_at: datetime | None = None

    @property
    def recipient_id(self) -> str:
        return f"{self.holder}:{self.way.value}"

    @property
    def of_push(self) -> bool:
        return self.queue not in (LEGAL, NOTICE)


@dataclass(frozen=True)
class Early:
    """What the channel said of a message whose delivery is not marked as sent yet. `id` is way and receipt."""

    id: str
    state: DeliveryState
    reason: str | None
    expires_at: datetime


@dataclass(frozen=True)
class Words:
    """What a source says, and where more of it is."""

    title: Text
    body: Text
    url: str | None = None


@dataclass(frozen=True)
class Parcel:
    """A claimed delivery, ready to be handed over."""

    delivery: Delivery
    message: Message
    to: str = field(repr=False)
    address_mac: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Slots:
    """When a worker may send: the first time `first_in_s` after `asked_s`, then every `apart_s`. `paused_s`: the channel is left
    alone for so long and no slot was given.

    `asked_s` is the server's time in seconds, `between` this process's running clock before and after it was asked: so
    the worker knows what the server's time is by its own clock, whatever happened since.
    """

    first_in_s: float = 0.0
    apart_s: float = 0.0
    paused_s: float = 0.0
    asked_s: float = 0.0
    between: tuple[float, float] = (0.0, 0.0)


@dataclass(frozen=True)
class Standing:
    """How one channel does, for operators."""

    way: Way
    configured: bool
    waiting: int
    paused_until: datetime | None
    paused_because: str | None

    @property
    def label(self) -> Text:
        return self.way.label
