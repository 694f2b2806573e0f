"""What a channel said of a message before its number was known here; each waits for its delivery, and the database clears it."""

from datetime import datetime

from pymongo import ASCENDING, IndexModel

from backend.common.documents import from_document
from backend.common.mongo import Database
from backend.deliveries.model import Early
from schemas.terms import DeliveryState, Way

COLLECTION = "delivery_verdicts"
INDEXES = [IndexModel([("expires_at", ASCENDING)], expireAfterSeconds=0)]


def put(
    db: Database,
    way: Way,
    receipt: str,
    *,
    state: DeliveryState,
    reason: str | None,
    expires_at: datetime,
    most: int,
) -> bool:
    """The first word counts. False when so many wait already that no more are kept."""
    if db[COLLECTION].estimated_document_count() >= most:
        return False
    told = {"state": state.value, "reason": reason, "expires_at": expires_at}
    db[COLLECTION].update_one({"_id": _id(way, receipt)}, {"$setOnInsert": told}, upsert=True)
    return True


def find(db: Database, way: Way, receipt: str) -> Early | None:
    found = db[COLLECTION].find_one({"_id": _id(way, receipt)})
    return from_document(Early, found) if found else None


def remove(db: Database, way: Way, receipt: str) -> None:
    db[COLLECTION].delete_one({"_id": _id(way, receipt)})


def _id(way: Way, receipt: str) -> str:
    return f"{way.value}:{receipt}"
