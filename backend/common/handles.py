"""The database as stores use it: handles made once, durable writes, and several reads in one operation."""

from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from typing import Any, Generic, TypeVar

from pymongo.database import Database as _Database

from backend.common.grouping import Group
from backend.common.mongo import (
    MAJORITY,
    Client,
    Collection,
    Database,
    Document,
    DuplicateKeyError,
    in_transaction,
)

T = TypeVar("T")
A = TypeVar("A")
B = TypeVar("B")
C = TypeVar("C")

PART = "part of"
"""Marks which part of a joined read a document belongs to; no entity has an attribute of this name."""


class _HandledDatabase(_Database[Document]):
    """Makes the handle of each collection once, not once an operation; handles hold no state of an operation."""

    def __init__(self, client: Client, name: str) -> None:
        super().__init__(client, name)
        self._handles: dict[str, Collection] = {}
        self._durable: dict[str, Collection] = {}
        self._groups: dict[str, Group] = {}
        self._making = Lock()

    def __getitem__(self, name: str) -> Collection:
        found = self._handles.get(name)
        if found is None:
            found = self._handles[name] = super().__getitem__(name)
        return found

    def durable(self, name: str) -> Collection:
        found = self._durable.get(name)
        if found is None:
            found = self._durable[name] = self.get_collection(name, write_concern=MAJORITY)
        return found

    def group(self, name: str) -> Group:
        found = self._groups.get(name)
        if found is None:
            with self._making:
                found = self._groups.setdefault(name, Group(self.durable(name)))
        return found


@dataclass(frozen=True)
class Part(Generic[T]):
    """One read of a joined one: from a collection, what is wanted, in the order of one key, and how a document is read."""

    collection: str
    wanted: Document
    read: Callable[[Document], T]
    sort: tuple[str, int] | None = None
    limit: int | None = None

    def stages(self, number: int) -> list[Document]:
        found: list[Document] = [{"$match": self.wanted}]
        if self.sort is not None:
            found.append({"$sort": dict([self.sort])})
        if self.limit is not None:
            found.append({"$limit": self.limit})
        return [*found, {"$set": {PART: number}}]

    def of(self, documents: list[Document]) -> list[T]:
        if self.sort is not None:
            key, way = self.sort
            documents.sort(key=lambda document: document[key], reverse=way < 0)
        return [self.read(document) for document in documents]


def database(client: Client, name: str) -> Database:
    """A database of `client` as stores use it."""
    return _HandledDatabase(client, name)


def durable(db: Database, name: str) -> Collection:
    """A collection whose writes wait for the journals of the majority; in a transaction the commit waits for them, and the
    driver refuses another write concern inside."""
    if in_transaction():
        return db[name]
    if isinstance(db, _HandledDatabase):
        return db.durable(name)
    return db.get_collection(name, write_concern=MAJORITY)


def insert_durable(db: Database, name: str, document: Document) -> bool:
    """Insert as durably as `durable` does, outside of a transaction together with what other threads insert at this
    moment; false when a unique index turned it away."""
    if not in_transaction() and isinstance(db, _HandledDatabase):
        return db.group(name).insert(document)
    try:
        durable(db, name).insert_one(document)
    except DuplicateKeyError:
        return False
    return True


def together(db: Database, parts: tuple[Part[A], Part[B], Part[C]]) -> tuple[list[A], list[B], list[C]]:
    """Three reads in one operation. Each part comes from the store that owns its collection, so that no store reads
    another's; every part is read as by itself, at no common instant. Not in a transaction: the server joins none there."""
    reads: tuple[Part[Any], ...] = parts
    pipelines = [one.stages(number) for number, one in enumerate(reads)]
    unions = [
        {"$unionWith": {"coll": one.collection, "pipeline": stages}}
        for one, stages in zip(reads[1:], pipelines[1:], strict=True)
    ]
    found: tuple[list[Document], list[Document], list[Document]] = ([], [], [])
    for document in db[reads[0].collection].aggregate([*pipelines[0], *unions]).to_list():
        found[document[PART]].append(document)
    return parts[0].of(found[0]), parts[1].of(found[1]), parts[2].of(found[2])
