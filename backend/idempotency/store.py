"""Slots in MongoDB: unique by key, cleared by the database when their time is over."""

from pymongo import ASCENDING, IndexModel
from pymongo.errors import DuplicateKeyError

from backend.common.documents import from_document, to_document
from backend.common.mongo import Database
from backend.idempotency.model import Slot

COLLECTION = "idempotency_slots"
INDEXES = [IndexModel([("expires_at", ASCENDING)], expireAfterSeconds=0)]
COLLECTIONS = {COLLECTION: INDEXES}


def insert(db: Database, slot: Slot) -> bool:
    """False when the key is taken."""
    try:
        db[COLLECTION].insert_one(to_document(slot))
    except DuplicateKeyError:
        return False
    return True


def find(db: Database, slot_id: str) -> Slot | None:
    found = db[COLLECTION].find_one({"_id": slot_id})
    return from_document(Slot, found) if found else None


def take_over(db: Database, slot: Slot, *, from_lease: str) -> bool:
    """Put a new slot where one of a dead runner, or of yesterday, stands; false when another did so first."""
    found = db[COLLECTION].replace_one({"_id": slot.id, "lease": from_lease}, to_document(slot))
    return found.matched_count == 1


def fill(db: Database, slot_id: str, *, lease: str, sealed_reply: bytes) -> bool:
    """Keep the answer; false when the lease was lost."""
    found = db[COLLECTION].update_one(
        {"_id": slot_id, "lease": lease}, {"$set": {"sealed_reply": sealed_reply}}
    )
    return found.matched_count == 1


def remove(db: Database, slot_id: str, *, lease: str) -> bool:
    return db[COLLECTION].delete_one({"_id": slot_id, "lease": lease}).deleted_count == 1
