"""Group commit: one command for what several threads insert, and each told what became of its own document."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event
from typing import Any, cast

import pytest
from pymongo import WriteConcern
from pymongo.errors import AutoReconnect, OperationFailure, WriteConcernError

from backend.common.deps import Deps
from backend.common.grouping import Group
from backend.common.mongo import Collection, Document

NAME = "grouped"
REFUSED = 121
"""What the server says to a document that its validator does not take."""


class Gate:
    """The real collection; the first insert waits at a gate, so that others gather behind it."""

    def __init__(self, collection: Collection) -> None:
        self.collection, self.open = collection, Event()
        self.commands: list[int] = []
        self.before: Callable[[], None] = lambda: None

    def insert_one(self, document: Document) -> None:
        self._pass(1)
        self.collection.insert_one(document)

    def insert_many(self, documents: list[Document], *, ordered: bool) -> None:
        self._pass(len(documents))
        self.collection.insert_many(documents, ordered=ordered)

    def _pass(self, size: int) -> None:
        self.commands.append(size)
        if len(self.commands) == 1:
            assert self.open.wait(60)
        self.before()


@pytest.fixture
def gate(deps: Deps) -> Iterator[Gate]:
    deps.db.drop_collection(NAME)
    deps.db.create_collection(NAME, validator={"_id": {"$ne": "unwanted"}})
    yield Gate(deps.db[NAME])
    deps.db.drop_collection(NAME)


def test_what_comes_while_one_is_written_is_written_together(deps: Deps, gate: Gate) -> None:
    told = _insert(gate, [{"_id": n} for n in range(7)])
    assert [one.result(60) for one in told] == [True] * 7
    assert sorted(one["_id"] for one in deps.db[NAME].find()) == list(range(7))
    assert gate.commands == [1, 6]


def test_each_is_told_of_its_own_document(gate: Gate) -> None:
    told = _insert(gate, [{"_id": "a"}, {"_id": "b"}, {"_id": "a"}, {"_id": "unwanted"}, {"_id": "c"}])
    assert [told[n].result(60) for n in (0, 1, 2, 4)] == [True, True, False, True]
    with pytest.raises(OperationFailure) as refused:
        told[3].result(60)
    assert refused.value.code == REFUSED


def test_a_refusal_of_the_only_one_is_told_too(gate: Gate) -> None:
    gate.open.set()
    group = _group(gate)
    assert group.insert({"_id": "a"}) is True
    assert group.insert({"_id": "a"}) is False
    with pytest.raises(OperationFailure):
        group.insert({"_id": "unwanted"})
    assert group.insert({"_id": "b"}) is True


def test_a_lost_connection_is_told_to_all_who_wrote_together_and_to_nobody_later(gate: Gate) -> None:
    def lost() -> None:
        if len(gate.commands) == 2:
            raise AutoReconnect("gone")

    gate.before = lost
    told = _insert(gate, [{"_id": n} for n in range(4)])
    assert told[0].result(60) is True
    for one in told[1:]:
        with pytest.raises(AutoReconnect):
            one.result(60)
    assert _group(gate).insert({"_id": "later"}) is True


def test_a_writer_that_is_stopped_leaves_nobody_waiting(gate: Gate) -> None:
    def stopped() -> None:
        if len(gate.commands) == 1:
            raise KeyboardInterrupt

    gate.before = stopped
    told = _insert(gate, [{"_id": n} for n in range(4)])
    with pytest.raises(KeyboardInterrupt):
        told[0].result(60)
    assert [one.result(60) for one in told[1:]] == [True, True, True]


def test_a_line_whose_writer_was_stopped_is_not_called_written(gate: Gate) -> None:
    def stopped() -> None:
        if len(gate.commands) == 2:
            raise KeyboardInterrupt

    gate.before = stopped
    told = _insert(gate, [{"_id": n} for n in range(4)])
    outcomes = [type(one.exception(20)).__name__ for one in told[1:]]
    assert sorted(outcomes) == ["ConnectionFailure"] * 2 + ["KeyboardInterrupt"]


def test_an_acknowledgement_that_fails_is_everybodys(deps: Deps, gate: Gate) -> None:
    gate.collection = deps.db.get_collection(NAME, write_concern=WriteConcern(w=3, wtimeout=1))
    told = _insert(gate, [{"_id": "a"}, {"_id": "b"}, {"_id": "c"}])
    for one in told:
        with pytest.raises((WriteConcernError, OperationFailure)):
            one.result(60)


def test_many_threads_at_once_lose_and_double_nothing(deps: Deps, gate: Gate) -> None:
    gate.open.set()
    group = _group(gate)
    with ThreadPoolExecutor(16) as pool:
        told = list(pool.map(lambda n: group.insert({"_id": n % 300}), range(600)))
    assert told.count(True) == 300
    assert deps.db[NAME].count_documents({}) == 300


def _group(gate: Gate) -> Group:
    return Group(cast(Collection, gate))


def _insert(gate: Gate, documents: list[Document]) -> list[Future[Any]]:
    """The first goes to the gate, the others gather behind it in their order, then it opens."""
    group = _group(gate)
    with ThreadPoolExecutor(len(documents)) as pool:
        told = [pool.submit(group.insert, documents[0])]
        while not gate.commands:
            time.sleep(0.001)
        for number, document in enumerate(documents[1:], 1):
            told.append(pool.submit(group.insert, document))
            while len(group._waiting) < number:
                time.sleep(0.001)
        gate.open.set()
    return told
