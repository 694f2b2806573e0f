"""The database as stores use it: handles made once, durable writes, and several reads in one operation."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, Generic, TypeVar

from pymongo.database import Database as _Database

from backend.common.grouping import Group
from backend.common.mongo import (
    MAJORITY,
    Client,
    Collection,
    ConnectionFailure,
    Database,
    Document,
    DuplicateKeyError,
    OperationFailure,
    in_transaction,
)

T = TypeVar("T")

_TOO_LARGE = (4568, 10334, 17419, 17420)
"""What the server says when what is joined into one document is more than it can hold or send."""
_VALUE = "joined by"
_NOBODY = "nobody"
"""Stands where a document names nobody: a look-up by null would find every document without the key."""


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
    """One read of a joined one: the documents of a collection whose `key` is the value that the read is given, behind `prefix`.

    `wanted` narrows them, `sort` orders them by one key, and `read` makes an entity of a document.
    """

    collection: str
    key: str
    read: Callable[[Document], T]
    wanted: Document = field(default_factory=dict)
    sort: tuple[str, int] | None = None
    limit: int = 0
    prefix: str = ""

    def looked_up(self, place: str) -> list[Document]:
        """The stages that put the documents into `place`; the value is at `_VALUE`."""
        stages: list[Document] = []
        if self.prefix:
            stages.append({"$set": {place: {"$concat": [self.prefix, f"${_VALUE}"]}}})
        inner: list[Document] = [{"$match": self.wanted}] if self.wanted else []
        if self.sort is not None:
            inner.append({"$sort": dict([self.sort])})
        if self.limit:
            inner.append({"$limit": self.limit})
        lookup = {
            "from": self.collection,
            "localField": place if self.prefix else _VALUE,
            "foreignField": self.key,
            "as": place,
            "pipeline": inner,
        }
        return [*stages, {"$lookup": lookup}]

    def by_itself(self, db: Database, value: str) -> list[T]:
        wanted = {self.key: self.prefix + value, **self.wanted}
        sort = None if self.sort is None else [self.sort]
        return [self.read(one) for one in db[self.collection].find(wanted, sort=sort, limit=self.limit)]


class Ahead:
    """Parts that a route reads along with the session of who is asking, since it needs them anyway; `found` has what each
    read, once that session proved live and has a subject."""

    __slots__ = ("found", "parts")

    def __init__(self, *parts: Part[Any]) -> None:
        self.parts = parts
        self.found: tuple[list[Any], ...] | None = None


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


def joined(
    db: Database, first: Part[T], value: str, path: str, parts: Sequence[Part[Any]]
) -> tuple[T, tuple[list[Any], ...]] | None:
    """The document of `first` whose key is `value`, and by what it says at `path` every part, in one operation; None when
    there is no such document, and then no part is read.

    Each part comes from the store that owns its collection, so that no store reads another's; every part is read as
    by itself, at no common instant.
    """
    try:
        return _at_once(db, first, value, {"$ifNull": [f"${path}", _NOBODY]}, parts)
    except OperationFailure as error:
        if error.code not in _TOO_LARGE or in_transaction():
            raise
        return _apart(db, first, value, path, parts)


def beside(
    db: Database, first: Part[T], value: str, by: str, parts: Sequence[Part[Any]]
) -> tuple[T, tuple[list[Any], ...]] | None:
    """The document of `first` whose key is `value`, and every part by `by`, in one operation; for a transaction, at whose
    instant all of it is read. None when there is no such document.

    Raises `TooLarge` where that is more than one document holds; the transaction is over then.
    """
    try:
        return _at_once(db, first, value, {"$literal": by}, parts)
    except OperationFailure as error:
        if error.code not in _TOO_LARGE:
            raise
        raise TooLarge(first.collection) from error


class TooLarge(Exception):
    """What was to be read in one operation has to be read in several."""


def _at_once(
    db: Database, first: Part[T], value: str, by: Document, parts: Sequence[Part[Any]]
) -> tuple[T, tuple[list[Any], ...]] | None:
    places = [f"joined {number}" for number in range(len(parts))]
    pipeline: list[Document] = [{"$match": {first.key: value, **first.wanted}}, {"$set": {_VALUE: by}}]
    for part, place in zip(parts, places, strict=True):
        pipeline += part.looked_up(place)
    documents = _aggregated(db, first.collection, pipeline)
    if not documents:
        return None
    found = documents[0]
    return first.read(found), tuple(
        [part.read(one) for one in found[place]] for part, place in zip(parts, places, strict=True)
    )


def _aggregated(db: Database, name: str, pipeline: list[Document]) -> list[Document]:
    """What a pipeline gives that ends in one batch. As a bare command it costs a tenth of a millisecond less than as a cursor
    (docs/performance.md); the driver asks a read once more when the connection broke, and so does this."""
    if in_transaction():
        return db[name].aggregate(pipeline).to_list()
    try:
        command = {"aggregate": name, "pipeline": pipeline, "cursor": {}}
        found = db.command(command, codec_options=db.codec_options)["cursor"]
    except ConnectionFailure:
        return db[name].aggregate(pipeline).to_list()
    batch: list[Document] = found["firstBatch"]
    return batch


def _apart(
    db: Database, first: Part[T], value: str, path: str, parts: Sequence[Part[Any]]
) -> tuple[T, tuple[list[Any], ...]] | None:
    """The same, one after the other."""
    document = db[first.collection].find_one({first.key: value, **first.wanted})
    if document is None:
        return None
    named = document.get(path)
    return first.read(document), tuple([] if named is None else part.by_itself(db, named) for part in parts)
