"""How often something may be tried, and where a caller stands."""

from dataclasses import dataclass
from datetime import datetime, timedelta

HELD_FOR = timedelta(seconds=60)
"""Longer than any request may take: a try that is still held then is one of a process that died."""


@dataclass(frozen=True)
class Limit:
    """At most `count` tries in any stretch of time as long as `window`.

    With `cool_down` the try that uses the last of them also locks: nothing more until it has passed, then all again.
    """

    count: int
    window: timedelta
    cool_down: timedelta | None = None


@dataclass(frozen=True)
class Held:
    """A try whose outcome is not known yet."""

    id: str
    at: datetime


@dataclass(frozen=True)
class Tries:
    """The instants of the tries that still count, oldest first, and the lock; `granted` tells how the last one went.

    `held`: of a limit on wrong tries alone, those that are under way; they take places until it is known what they were.
    """

    spent: tuple[datetime, ...] = ()
    held: tuple[Held, ...] = ()
    locked_until: datetime | None = None
    granted: bool = False


@dataclass(frozen=True)
class Standing:
    """Whether a try was let through, how many are left, and in how many seconds there is one again (0: now)."""

    granted: bool
    left: int
    retry_after: int
