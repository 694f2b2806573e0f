"""The tries in MongoDB, one document for each limit and caller, shared by every process.

Each change is one atomic update of one document, so that any number of callers at once never get more than the limit.
"""

from datetime import datetime
from typing import Any

from pymongo import ASCENDING, IndexModel, ReturnDocument
from pymongo.errors import DuplicateKeyError

from backend.common.documents import from_document
from backend.common.mongo import Database
from backend.limits.model import HELD_FOR, Limit, Tries

COLLECTION = "limit_tries"
COLLECTIONS = {COLLECTION: [IndexModel([("expires_at", ASCENDING)], expireAfterSeconds=0)]}


def take(db: Database, key: str, *, limit: Limit, now: datetime) -> Tries:
    """Count a try if the limit lets it through; `granted` of the answer says whether it did."""
    return _put(db, key, _change(limit, now))


def hold(db: Database, key: str, try_id: str, *, limit: Limit, now: datetime) -> Tries:
    """Keep a place for a try if there is one beside those that were wrong and those that are held; `granted` says it."""
    place = {"$concatArrays": ["$held", [{"id": try_id, "at": now}]]}
    steps = [_recent(limit, now), _grant(limit), {"held": _if("$granted", place, "$held")}, _end(limit, now)]
    return _put(db, key, [{"$set": step} for step in steps])


def settle(db: Database, key: str, try_id: str, *, wrong: bool, limit: Limit, now: datetime) -> None:
    """Give the place of a try back, and count it if it was wrong; the wrong one that is the last of the limit locks."""
    others = {"$filter": {"input": "$held", "cond": {"$ne": ["$$this.id", try_id]}}}
    steps = [_recent(limit, now), {"held": others}]
    if wrong:
        steps.append({"spent": {"$concatArrays": ["$spent", [now]]}})
        steps += _lock(limit, now, {"$gte": [{"$size": "$spent"}, limit.count]})
    _put(db, key, [{"$set": step} for step in [*steps, _end(limit, now)]])


def _put(db: Database, key: str, change: list[dict[str, Any]]) -> Tries:
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
    steps = [
        _recent(limit, now),
        _grant(limit),
        {"spent": _if("$granted", {"$concatArrays": ["$spent", [now]]}, "$spent")},
        *_lock(limit, now, {"$and": ["$granted", {"$gte": [{"$size": "$spent"}, limit.count]}]}),
        _end(limit, now),
    ]
    return [{"$set": step} for step in steps]


def _recent(limit: Limit, now: datetime) -> dict[str, Any]:
    """Only what still counts at `now`."""
    return {
        "spent": _since("$spent", "$$this", now - limit.window),
        "held": _since("$held", "$$this.at", now - HELD_FOR),
        "locked_until": _if({"$gt": ["$locked_until", now]}, "$locked_until", None),
    }


def _grant(limit: Limit) -> dict[str, Any]:
    taken = {"$add": [{"$size": "$spent"}, {"$size": "$held"}]}
    return {"granted": {"$and": [{"$lt": [taken, limit.count]}, {"$eq": ["$locked_until", None]}]}}


def _lock(limit: Limit, now: datetime, full: dict[str, Any]) -> list[dict[str, Any]]:
    if limit.cool_down is None:
        return []
    return [
        {"locked_until": _if(full, now + limit.cool_down, "$locked_until")},
        {"spent": _if({"$eq": ["$locked_until", None]}, "$spent", [])},
    ]


def _end(limit: Limit, now: datetime) -> dict[str, Any]:
    return {"expires_at": {"$max": ["$locked_until", now + limit.window]}}


def _since(name: str, at: str, since: datetime) -> dict[str, Any]:
    return {"$filter": {"input": {"$ifNull": [name, []]}, "cond": {"$gt": [at, since]}}}


def _if(condition: Any, then: Any, otherwise: Any) -> dict[str, Any]:
    return {"$cond": [condition, then, otherwise]}
