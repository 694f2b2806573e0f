"""The shared counts in MongoDB, one document an address, cleared by the database when its minute is long over."""

from datetime import datetime, timedelta
from typing import Any

from pymongo import ASCENDING, IndexModel, ReturnDocument
from pymongo.errors import DuplicateKeyError
from pymongo.write_concern import WriteConcern

from backend.addresses.model import Minute
from backend.common.documents import from_document
from backend.common.mongo import Database

COLLECTION = "address_minutes"
COLLECTIONS = {COLLECTION: [IndexModel([("ends_at", ASCENDING)], expireAfterSeconds=60)]}
# A count that a failing node forgets lets a few requests more through; waiting for the majority each time is worse.
_QUICK = WriteConcern(w=1, j=False)


def take(db: Database, who: str, *, count: int, now: datetime, window: timedelta) -> Minute:
    """Add `count` to the address's minute, or begin a new minute with it; atomic between processes."""
    is_over = {"$lte": [{"$ifNull": ["$ends_at", now]}, now]}
    change: list[dict[str, Any]] = [
        {
            "$set": {
                "taken": {"$cond": [is_over, count, {"$add": ["$taken", count]}]},
                "ends_at": {"$cond": [is_over, now + window, "$ends_at"]},
            }
        }
    ]
    collection = db.get_collection(COLLECTION, write_concern=_QUICK)
    for last in (False, True):
        try:
            found = collection.find_one_and_update(
                {"_id": who}, change, upsert=True, return_document=ReturnDocument.AFTER
            )
            return from_document(Minute, found or {})
        except DuplicateKeyError:
            # Two first requests of an address met in their upsert; the second time the document is there.
            if last:
                raise
    raise AssertionError("unreachable")
