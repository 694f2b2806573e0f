"""Corrections ripple: every change of a record that a decision may have used goes to those who made such decisions.

The ripple is written in the transaction of the change, so that neither is there without the other. Delivering it to one
consumer is a transaction of its own, with its mark: a consumer's work is done once, however many processes deliver.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Protocol

from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.common.mongo import atomic
from backend.common.sweeping import each
from backend.records import store
from backend.records.model import Record, Ripple
from schemas.terms import RippleCause


class Consumer(Protocol):
    """A feature that keeps decisions about people's records; `name` is stored and must not change."""

    @property
    def name(self) -> str: ...

    def judge_again(self, deps: Deps, actor: Actor, ripple: Ripple) -> None:
        """Find the live decisions that used the record and judge them again, in the running transaction."""


def begin(deps: Deps, record: Record, what: RippleCause) -> None:
    """Write down that the record changed; inside the transaction of the change."""
    begin_for(deps, record.id, record.subject_id, what)


def begin_for(deps: Deps, record_id: str, subject_id: str, what: RippleCause) -> None:
    store.insert_ripple(deps.db, Ripple(deps.new_id(), record_id, subject_id, what, deps.now()))
    touch(deps, subject_id)


def touch(deps: Deps, subject_id: str) -> None:
    """Write down that somebody's records count otherwise now; inside the transaction of the change."""
    store.insert_touch(deps.db, deps.new_id(), subject_id, deps.now())


def touched_since(deps: Deps, subject_id: str, at: datetime) -> bool:
    """Whether a record of the subject was changed or marked since `at`, an hour ago at most: one look by index, so that who
    judged then need not read the records again. A change that is not a ripple's (a mark) is among them; a new record is not."""
    return store.is_touched(deps.db, subject_id, at)


def ripple(deps: Deps, actor: Actor, *, consumers: Sequence[Consumer]) -> int:
    """Deliver what waits to every consumer that has not had it; how many deliveries were made.

    A consumer's fault holds up nobody else: its ripple waits for the next run, and `Unfinished` tells at the end. With no
    consumer what waits is settled: nobody has made a decision.
    """
    return each(_owed(deps, consumers), lambda owed: _hand_over(deps, actor, owed, consumers))


def _owed(deps: Deps, consumers: Sequence[Consumer]) -> Iterator[tuple[Ripple, Consumer]]:
    for one in store.each_waiting(deps.db):
        owed = [consumer for consumer in consumers if consumer.name not in one.done]
        if not owed:
            _settle(deps, one, consumers)
        yield from ((one, consumer) for consumer in owed)


def _hand_over(
    deps: Deps, actor: Actor, owed: tuple[Ripple, Consumer], consumers: Sequence[Consumer]
) -> bool:
    one, consumer = owed
    handed = _deliver(deps, actor, one, consumer)
    _settle(deps, one, consumers)
    return handed


def _settle(deps: Deps, one: Ripple, consumers: Sequence[Consumer]) -> None:
    store.settle_ripple(deps.db, one.id, [consumer.name for consumer in consumers])


@atomic
def _deliver(deps: Deps, actor: Actor, one: Ripple, consumer: Consumer) -> bool:
    if not store.claim_ripple(deps.db, one.id, consumer.name):
        return False
    consumer.judge_again(deps, actor, one)
    return True
