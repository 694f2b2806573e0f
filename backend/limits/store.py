"""The tries in MongoDB, one document for each limit and caller, shared by every process.

Each change is one atomic update of one document, so that any number of callers at once never get more than the limit.
"""

from datetime import datetime
from typing import Any

from pymongo import ASCENDING, IndexModel, ReturnDocument
from pymongo.errors import DuplicateKeyError

from backend.common.documents import from_document
from backend.common.mongo import Database
from backend.limits.model import Limit, Tries

COLLECTION = "limit_tries"
COLLECTIONS = {COLLECTION: [IndexModel([("expires_at", ASCENDING)], expireAfterSeconds=0)]}


def take(db: Database, key: str, *, limit: Limit, now: datetime) -> Tries:
    """Count a try if the limit lets it through; `granted` of the answer says whether it did."""
    change = _change(limit, now)
    for last in (False, True):
        try:
            found = db[COLLECTION].find_one_and_update(
                {"_id": key}, change, upsert=True, return_document=ReturnDocument.AFTER
            )
            return from_document(Tries, found or {})
        except DuplicateKeyError:
            # Two first tries met in their upsert; the second time the document is there.
            if last:
                raise
    raise AssertionError("unreachable")


def find(db: Database, key: str) -> Tries | None:
    found = db[COLLECTION].find_one({"_id": key})
    return from_document(Tries, found) if found else None


def give_back(db: Database, key: str) -> None:
    """Forget the latest try."""
    db[COLLECTION].update_one({"_id": key}, {"$pop": {"spent": 1}})


def remove(db: Database, key: str) -> bool:
    return db[COLLECTION].delete_one({"_id": key}).deleted_count == 1


def _change(limit: Limit, now: datetime) -> list[dict[str, Any]]:
    recent = {
        "$filter": {
            "input": {"$ifNull": ["$spent", []]},
            "cond": {"$gt": ["$$this", now - limit.window]},
        }
    }
    steps: list[dict[str, Any]] = [
        {"spent": recent, "locked_until": _if({"$gt": ["$locked_until", now]}, "$locked_until", None)},
        {
            "granted": {
                "$and": [{"$lt": [{"$size": "$spent"}, limit.count]}, {"$eq": ["$locked_until", None]}]
            }
        },
        {"spent": _if("$granted", {"$concatArrays": ["$spent", [now]]}, "$spent")},
    ]
    if limit.cool_down is not None:
        full = {"$and": ["$granted", {"$gte": [{"$size": "$spent"}, limit.count]}]}
        steps.append({"locked_until": _if(full, now + limit.cool_down, "$locked_until")})
        steps.append({"spent": _if({"$eq": ["$locked_until", None]}, "$spent", [])})
    steps.append({"expires_at": {"$max": ["$locked_until", now + limit.window]}})
    return [{"$set": step} for step in steps]


def _if(condition: Any, then: Any, otherwise: Any) -> dict[str, Any]:
    return {"$cond": [condition, then, otherwise]}
