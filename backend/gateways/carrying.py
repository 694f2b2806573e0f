"""What every channel says about one message to one person, whatever its own words for it are."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class Verdict(StrEnum):
    """What became of a message. The first three end it; the others tell what may be done next.

    `AWAY`: certainly not taken, and another try may succeed. `UNKNOWN`: the answer was lost, so it may have been taken.
    """

    ARRIVED = "arrived"
    TAKEN = "taken"
    REFUSED = "refused"
    GONE = "gone"
    PACED = "paced"
    AWAY = "away"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Handover:
    """One answer of a channel. `reason` is a stable word without personal data; `receipt` is the channel's own number of the
    message; `wait_s` is how long the channel wants to be left alone, by everybody."""

    verdict: Verdict
    reason: str | None = None
    receipt: str | None = None
    wait_s: float | None = None


@dataclass(frozen=True)
class Message:
    """What is handed over, in the reader's language. `id` stays the same when the message is handed over again, so that a
    channel that looks at it can drop the second one."""

    id: str
    title: str
    body: str
    at: datetime
    url: str | None = field(default=None, repr=False)


class Carrier(Protocol):
    """Hands one message over and waits for the answer, some seconds at most; safe in several threads at once."""

    def carry(self, to: str, message: Message) -> Handover:
        """Never raises for what the channel does; `to` is the channel's own address of the person."""

    def close(self) -> None:
        """End what is kept open."""
