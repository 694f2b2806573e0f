"""The audit log in MongoDB: append-only, acknowledged by the majority."""

from collections.abc import Iterator
from datetime import datetime

from pymongo import ASCENDING, DESCENDING, IndexModel
from pymongo.errors import DuplicateKeyError

from backend.audit.model import Entry, Seal
from backend.common.documents import from_document, to_document
from backend.common.mongo import MAJORITY, Collection, Database, in_transaction
from backend.common.pages import Position

COLLECTION = "audit_log"
INDEXES = [
    IndexModel([("chain", ASCENDING), ("seq", DESCENDING)], unique=True),
    IndexModel([("subject_id", ASCENDING), ("at", DESCENDING), ("_id", DESCENDING)], sparse=True),
    IndexModel([("at", ASCENDING), ("_id", ASCENDING)]),
]
SEALS = "audit_seals"
COLLECTIONS = {COLLECTION: INDEXES, SEALS: []}


def insert(db: Database, entry: Entry) -> bool:
    """False when the place in the chain was taken by a concurrent writer; true means durable on the majority."""
    try:
        _durable(db).insert_one(to_document(entry))
    except DuplicateKeyError:
        return False
    return True


def find_last(db: Database, chain: str) -> Entry | None:
    found = db[COLLECTION].find_one({"chain": chain}, sort=[("seq", DESCENDING)])
    return from_document(Entry, found) if found else None


def list_of_subject(db: Database, subject_id: str, *, after: Position | None, limit: int) -> list[Entry]:
    """Newest first; `after` is the last one of the page before."""
    wanted: dict[str, object] = {"subject_id": subject_id}
    if after is not None:
        wanted["$or"] = [{"at": {"$lt": after.at}}, {"at": after.at, "_id": {"$lt": after.id}}]
    found = db[COLLECTION].find(wanted, sort=[("at", DESCENDING), ("_id", DESCENDING)], limit=limit)
    return [from_document(Entry, document) for document in found]


def find_of_subject(db: Database, subject_id: str, entry_id: str) -> Entry | None:
    found = db[COLLECTION].find_one({"_id": entry_id, "subject_id": subject_id})
    return from_document(Entry, found) if found else None


def count_of_subject(db: Database, subject_id: str, action: str, since: datetime) -> int:
    return db[COLLECTION].count_documents({"subject_id": subject_id, "at": {"$gte": since}, "action": action})


def each_in_order(db: Database) -> Iterator[Entry]:
    """The whole log, chain by chain, for verification; streamed."""
    found = db[COLLECTION].find({}, sort=[("chain", ASCENDING), ("seq", ASCENDING)]).allow_disk_use(True)
    for document in found:
        yield from_document(Entry, document)


def macs_between(db: Database, begins_at: datetime, ends_at: datetime) -> Iterator[bytes]:
    found = db[COLLECTION].find(
        {"at": {"$gte": begins_at, "$lt": ends_at}}, {"mac": 1}, sort=[("at", ASCENDING), ("_id", ASCENDING)]
    )
    for document in found:
        yield document["mac"]


def find_first_at(db: Database) -> datetime | None:
    found = db[COLLECTION].find_one({}, {"at": 1}, sort=[("at", ASCENDING)])
    return found["at"] if found else None


def insert_seal(db: Database, seal: Seal) -> bool:
    try:
        db.get_collection(SEALS, write_concern=MAJORITY).insert_one(to_document(seal))
    except DuplicateKeyError:
        return False
    return True


def each_seal(db: Database) -> Iterator[Seal]:
    for document in db[SEALS].find({}, sort=[("_id", ASCENDING)]):
        yield from_document(Seal, document)


def find_last_seal(db: Database) -> Seal | None:
    found = db[SEALS].find_one({}, sort=[("_id", DESCENDING)])
    return from_document(Seal, found) if found else None


def _durable(db: Database) -> Collection:
    """Inside a transaction the commit carries the write concern and the driver refuses another one."""
    return db[COLLECTION] if in_transaction() else db.get_collection(COLLECTION, write_concern=MAJORITY)
