"""Notices in MongoDB: the inbox of each account and the outbox of the worker are the same documents; desks have their own."""

from collections.abc import Collection, Sequence
from datetime import datetime

from pymongo import ASCENDING, DESCENDING, IndexModel

from backend.common import mongo
from backend.common.documents import from_document, to_document
from backend.common.mongo import Database, Document
from backend.common.pages import Position
from backend.notices.model import DeskNotice, Notice
from schemas.terms import Role

COLLECTION = "notices"
INDEXES = [
    IndexModel([("account_id", ASCENDING), ("created_at", DESCENDING), ("_id", DESCENDING)]),
    IndexModel([("handed_at", ASCENDING), ("created_at", ASCENDING)]),
]
DESKS = "desk_notices"
DESK_INDEXES = [
    IndexModel([("role", ASCENDING), ("unit", ASCENDING), ("created_at", DESCENDING), ("_id", DESCENDING)]),
    IndexModel([("role", ASCENDING), ("unit", ASCENDING), ("read_at", ASCENDING)]),
]
COLLECTIONS = {COLLECTION: INDEXES, DESKS: DESK_INDEXES}


def insert(db: Database, notice: Notice) -> None:
    db[COLLECTION].insert_one(to_document(notice))


def list_of(db: Database, account_id: str, *, after: Position | None, limit: int) -> list[Notice]:
    """Newest first; `after` is the last one of the page before."""
    found = mongo.page_of(
        db[COLLECTION], {"account_id": account_id}, by="created_at", after=after, limit=limit
    )
    return [from_document(Notice, document) for document in found]


def count_unread(db: Database, account_id: str) -> int:
    return db[COLLECTION].count_documents({"account_id": account_id, "read_at": None})


def mark_read(db: Database, account_id: str, notice_id: str, at: datetime) -> Notice | None:
    """The notice, read; the first reading's instant stays."""
    own = {"_id": notice_id, "account_id": account_id}
    db[COLLECTION].update_one(own | {"read_at": None}, {"$set": {"read_at": at}})
    found = db[COLLECTION].find_one(own)
    return from_document(Notice, found) if found else None


def mark_these_read(db: Database, account_id: str, ids: Collection[str], at: datetime) -> None:
    wanted = {"_id": {"$in": list(ids)}, "account_id": account_id, "read_at": None}
    db[COLLECTION].update_many(wanted, {"$set": {"read_at": at}})


def list_waiting(db: Database, *, limit: int) -> list[Notice]:
    """Those that no channel's queue has, the oldest first."""
    found = db[COLLECTION].find({"handed_at": None}, sort=[("created_at", ASCENDING)], limit=limit)
    return [from_document(Notice, document) for document in found]


def hand_over(db: Database, ids: Sequence[str], at: datetime) -> int:
    wanted = {"_id": {"$in": list(ids)}, "handed_at": None}
    return db[COLLECTION].update_many(wanted, {"$set": {"handed_at": at}}).modified_count


def hand_over_all(db: Database, at: datetime) -> int:
    return db[COLLECTION].update_many({"handed_at": None}, {"$set": {"handed_at": at}}).modified_count


def list_by_id(db: Database, ids: Collection[str]) -> list[Notice]:
    return [from_document(Notice, found) for found in db[COLLECTION].find({"_id": {"$in": list(ids)}})]


def count_waiting(db: Database) -> int:
    """How many notices no channel's queue has yet."""
    return db[COLLECTION].count_documents({"handed_at": None})


def insert_for_desk(db: Database, notice: DeskNotice) -> None:
    db[DESKS].insert_one(to_document(notice))


def list_of_desk(
    db: Database, role: Role, unit: str | None, *, after: Position | None, limit: int
) -> list[DeskNotice]:
    """Newest first; `after` is the last one of the page before."""
    found = mongo.page_of(db[DESKS], _desk(role, unit), by="created_at", after=after, limit=limit)
    return [from_document(DeskNotice, document) for document in found]


def count_unread_of_desk(db: Database, role: Role, unit: str | None) -> int:
    return db[DESKS].count_documents(_desk(role, unit) | {"read_at": None})


def mark_read_by_desk(
    db: Database, desk: tuple[Role, str | None], notice_id: str, *, at: datetime, by: str
) -> DeskNotice | None:
    """The notice, read; the first reader stays."""
    own = _desk(*desk) | {"_id": notice_id}
    db[DESKS].update_one(own | {"read_at": None}, {"$set": {"read_at": at, "read_by": by}})
    found = db[DESKS].find_one(own)
    return from_document(DeskNotice, found) if found else None


def _desk(role: Role, unit: str | None) -> Document:
    return {"role": role.value, "unit": unit}
