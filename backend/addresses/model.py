"""How much one network address has asked in its present minute."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Minute:
    """The shared count: `taken` requests were handed out to processes in the minute that ends at `ends_at`."""

    taken: int
    ends_at: datetime


@dataclass(frozen=True)
class Lease:
    """What one process may still let through without asking again; `taken` is the shared count when it asked."""

    left: int
    taken: int
    ends_at: datetime
