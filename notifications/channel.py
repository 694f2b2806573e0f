"""One channel: a feeder claims what is due and gives it slots, senders hand it over at its slot and mark it.

Each channel has its own threads, so that one that is stuck holds up no other. What a killed worker may have sent without
marking it is what its senders were at: `rules.SENDERS` a channel (docs/adr/0025).
"""

import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from backend.common import logs, mongo
from backend.common.deps import Deps
from backend.common.sweeping import place_of
from backend.deliveries import rules
from backend.deliveries import service as deliveries
from backend.deliveries.model import Parcel, Slots
from backend.deliveries.service import Taken, WordsOf
from backend.gateways.carrying import Handover, Verdict
from schemas.terms import Way

log = logs.get("notifications.channel")

IDLE_S, LONGEST_PAUSE_S, LONGEST_WAIT_S = 1.0, 5.0, 30.0
LOOKED_EVERY_S, LOOKED_BEFORE_S = 0.25, 0.1
ENDING_S = 10.0
HEARD = 200
TOLD_EVERY_S = 60.0
QueuesOf = Callable[[Deps], Sequence[str]]


@dataclass(frozen=True)
class Due:
    """A parcel, when it may be sent, and until when it is ours; both by this process's own running clock."""

    parcel: Parcel
    at: float
    until: float


class Bearing:
    """What the server's time is by this process's running clock. Workers keep the pace together only as far as they agree on
    it, and on a busy machine an answer comes late by more than slots lie apart: so the quickest of the latest answers counts."""

    def __init__(self) -> None:
        self._heard: deque[tuple[float, float]] = deque(maxlen=HEARD)
        self._lock = threading.Lock()

    def first_at(self, slots: Slots) -> float:
        """When the first slot is, by the running clock."""
        began, ended = slots.between
        with self._lock:
            self._heard.append((ended - began, slots.asked_s - (began + ended) / 2))
            _, ahead = min(self._heard)
        return slots.asked_s + slots.first_in_s - ahead


class ChannelLoop:
    """Sends by one channel until `stop` is set. `queues_of` says which queues may be sent from at this moment, `words_of` what
    pushes say. A queue that is closed (a paused push, the night) is left within `LOOKED_EVERY_S` and what is under way."""

    def __init__(
        self, deps: Deps, way: Way, stop: threading.Event, *, queues_of: QueuesOf, words_of: WordsOf
    ) -> None:
        self._deps = deps
        self._way = way
        self._stop = stop
        self._queues_of = queues_of
        self._words_of = words_of
        self._carrier = deps.carriers[way]
        self._due: queue.Queue[Due] = queue.Queue(rules.PACES[way].batch)
        self._lock = threading.Lock()
        self._bearing = Bearing()
        self._looking = threading.Lock()
        self._open: Sequence[str] = ()
        self._looked_at = float("-inf")
        self._in_a_row = 0
        self._paused_until = 0.0
        self._tally: dict[str, int] = {}
        self._told_at = time.monotonic()

    def run(self) -> None:
        """Feed the senders until `stop`; what was claimed and not sent is given back."""
        senders = [
            threading.Thread(target=self._send_all, name=f"{self._way.value} {number}", daemon=True)
            for number in range(rules.SENDERS)
        ]
        for sender in senders:
            sender.start()
        failures = 0
        while not self._stop.is_set():
            try:
                pause = self._feed()
                failures = 0
            except mongo.DriverError as error:
                failures += 1
                pause = min(0.5 * 2**failures, LONGEST_WAIT_S)
                log.warning("worker.database_away", channel=self._way.value, fault=type(error).__name__)
            except Exception as error:  # as in `_send_all`; what was claimed comes back with its lease
                pause = LONGEST_PAUSE_S
                log.error("worker.claim_failed", channel=self._way.value, fault=place_of(error))
            self._tell()
            self._stop.wait(pause)
        self._give_back_all()
        ended = time.monotonic() + ENDING_S
        for sender in senders:
            sender.join(max(0.0, ended - time.monotonic()))
        self._tell(last=True)

    def _feed(self) -> float:
        """Claim a batch and queue it; seconds to wait before the next."""
        if (left := self._paused_until - time.monotonic()) > 0:
            return min(left, LONGEST_PAUSE_S)
        asked_at = time.monotonic()
        taken = deliveries.take(self._deps, self._way, self._open_queues(), words_of=self._words_of)
        if taken.nothing:
            return IDLE_S
        if taken.slots.paused_s:
            return min(taken.slots.paused_s, LONGEST_PAUSE_S)
        self._queue(taken, ours_until=asked_at + rules.LEASE.total_seconds())
        return 0.0

    def _queue(self, taken: Taken, *, ours_until: float) -> None:
        first_at = self._bearing.first_at(taken.slots)
        for number, parcel in enumerate(taken.parcels):
            due = Due(parcel, first_at + number * taken.slots.apart_s, ours_until)
            while True:
                try:
                    self._due.put(due, timeout=0.2)
                    break
                except queue.Full:
                    if self._stop.is_set():
                        self._give_back(parcel)
                        break

    def _send_all(self) -> None:
        while not (self._stop.is_set() and self._due.empty()):
            try:
                due = self._due.get(timeout=0.2)
            except queue.Empty:
                continue
            try:
                self._send(due)
            except mongo.DriverError as error:
                self._tell_fault(error)
            except Exception as error:  # a sender that ends would slow the channel for good
                log.error("worker.send_failed", channel=self._way.value, fault=place_of(error))

    def _send(self, due: Due) -> None:
        """At its slot, if its queue is still open, the channel not paused, and the lease long enough for a whole try."""
        try:
            now = self._wait_for_slot(due)
        except mongo.DriverError as error:
            self._tell_fault(error)
            now = False
        if not now:
            self._give_back(due.parcel)
            return
        handover = self._carrier.carry(due.parcel.to, due.parcel.message)
        self._count(handover)
        self._settle(due.parcel, handover)

    def _tell_fault(self, error: mongo.DriverError) -> None:
        if mongo.is_away(error):
            log.warning("worker.database_away", channel=self._way.value, fault=type(error).__name__)
        else:
            log.error("worker.send_failed", channel=self._way.value, fault=place_of(error))

    def _open_queues(self) -> Sequence[str]:
        """As they were a moment ago; a push may be paused or cancelled while its parcels wait for their slots."""
        with self._looking:
            if time.monotonic() - self._looked_at >= LOOKED_EVERY_S:
                self._open = self._queues_of(self._deps)
                self._looked_at = time.monotonic()
            return self._open

    def _wait_for_slot(self, due: Due) -> bool:
        """False when it shall not be sent now. A slot that was missed is exchanged for a new one."""
        at = due.at
        while True:
            # Looking may take as long as slots lie apart, so it is done shortly before.
            if self._stop.wait(max(0.0, at - time.monotonic() - LOOKED_BEFORE_S)):
                return False
            if due.parcel.delivery.queue not in self._open_queues():
                return False
            if self._stop.wait(max(0.0, at - time.monotonic())):
                return False
            now = time.monotonic()
            if now < self._paused_until or now + rules.A_TRY_S > due.until:
                return False
            if now - at <= rules.LATE_S:
                return True
            slot = deliveries.another_slot(self._deps, due.parcel)
            if slot.paused_s:
                return False
            at = self._bearing.first_at(slot)

    def _settle(self, parcel: Parcel, handover: Handover) -> None:
        """Write down what came of it, also when the database comes back only later: unmarked it would be sent again."""
        pause = 0.1
        while True:
            try:
                deliveries.settle(self._deps, parcel, handover)
            except mongo.DriverError as error:
                if not (mongo.is_away(error) or mongo.collided(error)):
                    raise
                log.warning("worker.not_marked_yet", channel=self._way.value, fault=type(error).__name__)
                if self._stop.wait(pause) and pause >= 1:
                    return
                pause = min(pause * 2, 5.0)
            else:
                return

    def _count(self, handover: Handover) -> None:
        """Keep the tally, and leave the channel alone when it fails again and again, or says so itself."""
        failed = handover.verdict in (Verdict.AWAY, Verdict.UNKNOWN)
        with self._lock:
            key = handover.reason or handover.verdict.value
            self._tally[key] = self._tally.get(key, 0) + 1
            self._in_a_row = self._in_a_row + 1 if failed else 0
            pause = rules.breather_s(self._in_a_row) if handover.wait_s is None else handover.wait_s
            if pause is not None:
                self._paused_until = max(self._paused_until, time.monotonic() + pause)
        if pause is not None and handover.wait_s is None:
            self._pause_for_all(pause, handover.reason or handover.verdict.value)

    def _pause_for_all(self, seconds: float, reason: str) -> None:
        log.warning("worker.channel_paused", channel=self._way.value, seconds=seconds, reason=reason)
        try:
            deliveries.pause(self._deps, self._way, for_s=seconds, reason=reason)
        except mongo.DriverError as error:
            log.warning("worker.database_away", channel=self._way.value, fault=type(error).__name__)

    def _give_back(self, parcel: Parcel) -> None:
        try:
            deliveries.release(self._deps, [parcel])
        except mongo.DriverError:
            log.info("worker.not_given_back", channel=self._way.value)  # its lease runs out

    def _give_back_all(self) -> None:
        while True:
            try:
                self._give_back(self._due.get_nowait().parcel)
            except queue.Empty:
                return

    def _tell(self, *, last: bool = False) -> None:
        """Once a minute, and at the end: how many of what."""
        if not last and time.monotonic() - self._told_at < TOLD_EVERY_S:
            return
        self._told_at = time.monotonic()
        with self._lock:
            tally, self._tally = self._tally, {}
        if tally:
            log.info("worker.sent", channel=self._way.value, **tally)
