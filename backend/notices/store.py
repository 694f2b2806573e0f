"""Notices in MongoDB: the inbox of each account and the outbox of the worker are the same documents."""

from datetime import datetime

from pymongo import ASCENDING, DESCENDING, IndexModel

from backend.common.documents import from_document, to_document
from backend.common.mongo import Database
from backend.common.pages import Position
from backend.notices.model import Notice

COLLECTION = "notices"
INDEXES = [
    IndexModel([("account_id", ASCENDING), ("created_at", DESCENDING), ("_id", DESCENDING)]),
    IndexModel([("handed_at", ASCENDING), ("created_at", ASCENDING)]),
]
COLLECTIONS = {COLLECTION: INDEXES}


def insert(db: Database, notice: Notice) -> None:
    db[COLLECTION].insert_one(to_document(notice))


def list_of(db: Database, account_id: str, *, after: Position | None, limit: int) -> list[Notice]:
    """Newest first; `after` is the last one of the page before."""
    wanted: dict[str, object] = {"account_id": account_id}
    if after is not None:
        wanted["$or"] = [
            {"created_at": {"$lt": after.at}},
            {"created_at": after.at, "_id": {"$lt": after.id}},
        ]
    found = db[COLLECTION].find(wanted, sort=[("created_at", DESCENDING), ("_id", DESCENDING)], limit=limit)
    return [from_document(Notice, document) for document in found]


def count_unread(db: Database, account_id: str) -> int:
    return db[COLLECTION].count_documents({"account_id": account_id, "read_at": None})


def mark_read(db: Database, account_id: str, notice_id: str, at: datetime) -> Notice | None:
    """The notice, read; the first reading's instant stays."""
    own = {"_id": notice_id, "account_id": account_id}
    db[COLLECTION].update_one(own | {"read_at": None}, {"$set": {"read_at": at}})
    found = db[COLLECTION].find_one(own)
    return from_document(Notice, found) if found else None


def count_waiting(db: Database) -> int:
    """How many notices no channel has handed over yet."""
    return db[COLLECTION].count_documents({"handed_at": None})
