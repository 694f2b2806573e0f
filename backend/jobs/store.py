"""The turns of jobs in MongoDB, one document a job. Every instant is the server's: the clocks of workers may differ."""

from collections.abc import Collection
from datetime import UTC, datetime

from pymongo import IndexModel

from backend.common.mongo import Database, DuplicateKeyError

COLLECTION = "job_turns"
COLLECTIONS: dict[str, list[IndexModel]] = {COLLECTION: []}
_NEVER_YET = datetime(1970, 1, 1, tzinfo=UTC)


def put(db: Database, name: str) -> None:
    """Make a job known; due at once."""
    fresh = {"next_at": _NEVER_YET, "leased_until": _NEVER_YET, "lease": None}
    try:
        db[COLLECTION].update_one({"_id": name}, {"$setOnInsert": fresh}, upsert=True)
    except DuplicateKeyError:
        return


def take(db: Database, name: str, lease: str, *, for_ms: int) -> bool:
    """Whether it is due and nobody runs it, so that it is ours now."""
    due = {"$and": [{"$lte": ["$next_at", "$$NOW"]}, {"$lte": ["$leased_until", "$$NOW"]}]}
    ours = {"lease": lease, "leased_until": {"$add": ["$$NOW", for_ms]}, "begun_at": "$$NOW"}
    return db[COLLECTION].update_one({"_id": name, "$expr": due}, [{"$set": ours}]).matched_count == 1


def list_idle(db: Database, names: Collection[str]) -> set[str]:
    """Of these, the known ones that nobody could take at this moment."""
    busy = {"$or": [{"$gt": ["$next_at", "$$NOW"]}, {"$gt": ["$leased_until", "$$NOW"]}]}
    wanted = {"_id": {"$in": list(names)}, "$expr": busy}
    return {found["_id"] for found in db[COLLECTION].find(wanted, {"_id": 1})}


def renew(db: Database, name: str, lease: str, *, for_ms: int) -> bool:
    """False when the lease was lost."""
    longer = [{"$set": {"leased_until": {"$add": ["$$NOW", for_ms]}}}]
    return db[COLLECTION].update_one({"_id": name, "lease": lease}, longer).matched_count == 1


def finish(db: Database, name: str, lease: str, *, every_ms: int) -> bool:
    """It is due again so long after its end; false when the lease was lost."""
    over = {
        "lease": None,
        "leased_until": _NEVER_YET,
        "next_at": {"$add": ["$$NOW", every_ms]},
        "ended_at": "$$NOW",
    }
    return db[COLLECTION].update_one({"_id": name, "lease": lease}, [{"$set": over}]).matched_count == 1
