"""Removals in MongoDB: found by subject, by unit and by record."""

from pymongo import ASCENDING, DESCENDING, IndexModel

from backend.common import mongo
from backend.common.documents import from_document, to_document
from backend.common.mongo import Database, Document
from backend.common.pages import Position
from backend.removals.model import Removal
from schemas.terms import RemovalKind

COLLECTION = "removals"
INDEXES = [
    IndexModel([("record_id", ASCENDING), ("kind", ASCENDING)], unique=True),
    IndexModel([("subject_id", ASCENDING), ("asked_at", DESCENDING), ("_id", DESCENDING)]),
    IndexModel([("unit_code", ASCENDING), ("asked_at", DESCENDING), ("_id", DESCENDING)]),
]
COLLECTIONS = {COLLECTION: INDEXES}


def insert(db: Database, removal: Removal) -> None:
    """In the transaction of the deletion, whose own compare-and-set lets one of two in: no key is ever taken here."""
    db[COLLECTION].insert_one(to_document(removal))


def find_of_record(db: Database, record_id: str, kind: RemovalKind) -> Removal | None:
    found = db[COLLECTION].find_one({"record_id": record_id, "kind": kind.value})
    return from_document(Removal, found) if found else None


def list_of_subject(db: Database, subject_id: str, *, after: Position | None, limit: int) -> list[Removal]:
    """Newest first; `after` is the last one of the page before."""
    return _page(db, {"subject_id": subject_id}, after, limit)


def list_of_unit(db: Database, unit_code: str, *, after: Position | None, limit: int) -> list[Removal]:
    return _page(db, {"unit_code": unit_code}, after, limit)


def silence(db: Database, record_id: str, subject_id: str) -> None:
    """Without numbers and words what hid this record."""
    wanted = {"record_id": record_id, "subject_id": subject_id, "kind": RemovalKind.HIDDEN.value}
    db[COLLECTION].update_many(wanted, {"$set": {"document_no": None, "note_sealed": None}})


def _page(db: Database, wanted: Document, after: Position | None, limit: int) -> list[Removal]:
    found = mongo.page_of(db[COLLECTION], wanted, by="asked_at", after=after, limit=limit)
    return [from_document(Removal, document) for document in found]
