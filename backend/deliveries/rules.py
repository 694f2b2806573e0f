"""Pure decisions: how fast, how often, at what hour, and what an answer of a channel means for a delivery."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from backend.common.clock import SHANGHAI
from backend.gateways.carrying import Verdict
from schemas.terms import Way


@dataclass(frozen=True)
class Pace:
    """`per_second` over all workers together; `same_s`: seconds between two messages to the same person."""

    per_second: float
    same_s: float = 0.0

    @property
    def apart_ms(self) -> float:
        return 1000 / self.per_second

    @property
    def batch(self) -> int:
        """How many are claimed and given slots together: two fifths of a second."""
        return int(self.per_second * 0.4)


PACES: Mapping[Way, Pace] = {
    Way.TELEGRAM: Pace(25, same_s=1.0),  # about 30 a second over all and one a second a chat (Telegram's FAQ)
    Way.WECHAT: Pace(20),
    Way.APP_PUSH: Pace(200),
    Way.SMS: Pace(20),
}
SENDERS = 8
"""Messages that one worker has under way by one channel at most: what a killed worker may have sent without marking it."""
LEASE = timedelta(seconds=40)
A_TRY_S = 15.0
"""As much must be left of the lease when a message is sent: longer than a channel is waited for, so that nobody else sends it
while it is under way."""
MOST_CLAIMS = 20
"""What was claimed more often than that and never marked kills its workers."""
LATE_S = 0.08
"""A slot that was missed by more is given up, so that a stalled worker does not send in a burst."""
KEPT = timedelta(days=180)
EARLY_KEPT, MOST_EARLY = timedelta(hours=1), 20_000
"""A channel's word about a message waits so long for the worker's mark, and no more of them do: the account may send others'
messages too, whose numbers will never be known here."""
DELAYS = (30, 120, 600, 3_600, 14_400, 43_200, 86_400)
"""Seconds before the next try; after the last one it has failed."""
QUIET_FROM, QUIET_UNTIL = time(22), time(8)


def is_quiet(at: datetime) -> bool:
    """Whether people sleep in Shanghai: from 22:00 until 8:00, when only legal notices go out."""
    now = at.astimezone(SHANGHAI).time()
    return now >= QUIET_FROM or now < QUIET_UNTIL


def delay_s(tries: int) -> int | None:
    """How long to wait after so many tries; None: no more."""
    return DELAYS[tries - 1] if 1 <= tries <= len(DELAYS) else None


def may_repeat(verdict: Verdict, *, of_push: bool) -> bool:
    """Whether another try is right. A lost answer is repeated for a notice, which must arrive, and not for a push, which
    must not arrive twice (docs/adr/0025)."""
    return verdict is Verdict.AWAY or (verdict is Verdict.UNKNOWN and not of_push)


def breather_s(failures: int) -> float | None:
    """How long everybody leaves a channel alone that has failed so often in a row; None: not yet."""
    return None if failures < 5 else float(min(60, 5 * 2 ** (failures - 5)))
