"""How many requests a minute one network address may make, counted over all processes.

The count is in MongoDB. A process takes from it in batches and spends a batch from memory, so that the hot path does
not pay a write for every request. Together the processes never let more through than the limit; an address that spreads
over several processes may be refused a few requests early, those that another process still holds for it.
"""

import math
import threading
from collections import OrderedDict
from datetime import datetime

from backend.addresses import errors, rules, store
from backend.addresses.model import Lease
from backend.common.deps import Deps

PURPOSE = "addresses"
REMEMBERED = 20_000
QUEUES = 64


class Gate:
    """One process's leases; made once a process, shared by its threads."""

    def __init__(self) -> None:
        self._leases: OrderedDict[str, Lease] = OrderedDict()
        self._turn = threading.Lock()
        self._queues = [threading.Lock() for _ in range(QUEUES)]
        self._secret: bytes | None = None

    def admit(self, deps: Deps, address: str) -> None:
        """Let one request of `address` through, or raise `limits.address` with the seconds to its next minute."""
        limit = deps.settings.limit_per_address
        if limit == 0:
            return
        now, who = deps.now(), rules.who(self._key(deps), address)
        if self._spend(who, limit, now):
            return
        # One thread fetches for an address; those that waited find its lease instead of each taking a batch.
        with self._queues[hash(who) % QUEUES]:
            if not self._spend(who, limit, now):
                self._renew(deps, who, limit, now)

    def _spend(self, who: str, limit: int, now: datetime) -> bool:
        """Take one from the lease; refuses at once when the minute is known to be used up."""
        with self._turn:
            lease = self._leases.get(who)
            if lease is None or now >= lease.ends_at:
                return False
            if lease.left > 0:
                self._leases[who] = Lease(lease.left - 1, lease.taken, lease.ends_at)
                return True
        if lease.taken >= limit:
            raise errors.too_many(_seconds(lease.ends_at, now))
        return False

    def _renew(self, deps: Deps, who: str, limit: int, now: datetime) -> None:
        known = self._leases.get(who)
        asked = rules.batch(limit, known.taken if known and now < known.ends_at else 0)
        minute = store.take(deps.db, who, count=asked, now=now, window=rules.WINDOW)
        granted = rules.granted(limit, minute.taken, asked)
        with self._turn:
            self._leases[who] = Lease(max(0, granted - 1), minute.taken, minute.ends_at)
            self._leases.move_to_end(who)
            while len(self._leases) > REMEMBERED:
                self._leases.popitem(last=False)
        if granted == 0:
            raise errors.too_many(_seconds(minute.ends_at, now))

    def _key(self, deps: Deps) -> bytes:
        if self._secret is None:
            self._secret = deps.sealer.derive(PURPOSE)
        return self._secret


def _seconds(until: datetime, now: datetime) -> int:
    return max(1, math.ceil((until - now).total_seconds()))
