"""Deliveries: put in once, claimed with a lease, marked by who holds it."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from pymongo import ASCENDING, IndexModel

from backend.common import mongo
from backend.common.documents import from_document, to_document
from backend.common.mongo import Database, Document
from backend.deliveries.model import Delivery
from schemas.terms import DeliveryState, Way

COLLECTION = "deliveries"
_WAITING = DeliveryState.WAITING.value
INDEXES = [
    IndexModel(
        [("way", ASCENDING), ("queue", ASCENDING), ("due_at", ASCENDING)],
        partialFilterExpression={"state": _WAITING},
    ),
    IndexModel([("queue", ASCENDING), ("state", ASCENDING)]),
    IndexModel(
        [("way", ASCENDING), ("receipt", ASCENDING)],
        partialFilterExpression={"receipt": {"$type": "string"}},
    ),
    IndexModel([("expires_at", ASCENDING)], expireAfterSeconds=0),
]
_DUE = {"$lte": ["$due_at", "$$NOW"]}


def insert_new(db: Database, deliveries: Sequence[Delivery]) -> None:
    """Those that are there already stay as they are."""
    if deliveries:
        mongo.insert_new(db[COLLECTION], [to_document(one) for one in deliveries])


def list_due(db: Database, way: Way, queue: str, *, limit: int) -> list[str]:
    wanted = {"way": way.value, "queue": queue, "state": _WAITING, "$expr": _DUE}
    found = db[COLLECTION].find(wanted, {"_id": 1}, sort=[("due_at", ASCENDING)], limit=limit)
    return [document["_id"] for document in found]


def claim(db: Database, way: Way, ids: Collection[str], lease: str, *, for_ms: int) -> list[Delivery]:
    """Of these, the ones that are still due; nobody else gets them before the lease is over."""
    free = {"_id": {"$in": list(ids)}, "way": way.value, "state": _WAITING, "$expr": _DUE}
    ours = {"lease": lease, "due_at": {"$add": ["$$NOW", for_ms]}, "tries": {"$add": ["$tries", 1]}}
    db[COLLECTION].update_many(free, [{"$set": ours}])
    mine = db[COLLECTION].find({"_id": {"$in": list(ids)}, "lease": lease})
    return [from_document(Delivery, found) for found in mine]


def release(db: Database, ids: Collection[str], lease: str, *, in_ms: int) -> None:
    """Give claimed ones back unused; they are due again after so long."""
    back = {"lease": None, "due_at": {"$add": ["$$NOW", in_ms]}, "tries": {"$subtract": ["$tries", 1]}}
    db[COLLECTION].update_many({"_id": {"$in": list(ids)}, "lease": lease}, [{"$set": back}])


def put_off(db: Database, delivery: Delivery, *, in_s: int, reason: str | None) -> bool:
    later = {"lease": None, "due_at": {"$add": ["$$NOW", in_s * 1000]}, "reason": reason}
    return _mark(db, delivery, [{"$set": later}])


def reroute(db: Database, delivery: Delivery, *, way: Way, others: tuple[Way, ...]) -> bool:
    """By another way from now on, due at once and with all its tries."""
    to: Document = {"way": way.value, "others": [one.value for one in others], "tries": 0}
    return _mark(db, delivery, [{"$set": to | {"lease": None, "due_at": "$$NOW"}}])


def finish(
    db: Database,
    delivery: Delivery,
    *,
    state: DeliveryState,
    at: datetime,
    reason: str | None,
    receipt: str | None,
) -> bool:
    """What has become of it; false when the lease was lost and another claim marks it."""
    done = {"state": state.value, "done_at": at, "reason": reason, "receipt": receipt, "lease": None}
    return _mark(db, delivery, {"$set": done})


def confirm(db: Database, way: Way, receipt: str, *, state: DeliveryState, reason: str | None) -> bool:
    """What the channel says later about a message that it took."""
    taken = {
        "way": way.value,
        "receipt": {"$eq": receipt, "$type": "string"},
        "state": DeliveryState.SENT.value,
    }
    told = {"$set": {"state": state.value, "reason": reason}}
    return db[COLLECTION].update_one(taken, told).matched_count == 1


def is_known(db: Database, way: Way, receipt: str) -> bool:
    """Whether a delivery has this number of the channel's, whatever became of it."""
    wanted = {"way": way.value, "receipt": {"$eq": receipt, "$type": "string"}}
    return db[COLLECTION].find_one(wanted, {"_id": 1}) is not None


def close_queue(db: Database, queue: str, *, at: datetime, reason: str, limit: int) -> int:
    """End waiting ones of a queue that nobody is sending at this moment, at most so many."""
    idle = {"queue": queue, "state": _WAITING, "$expr": {"$or": [{"$eq": ["$lease", None]}, _DUE]}}
    ids = [found["_id"] for found in db[COLLECTION].find(idle, {"_id": 1}, limit=limit)]
    if not ids:
        return 0
    over = {"state": DeliveryState.SKIPPED.value, "done_at": at, "reason": reason, "lease": None}
    return db[COLLECTION].update_many(idle | {"_id": {"$in": ids}}, {"$set": over}).modified_count


def any_waiting(db: Database, queue: str) -> bool:
    return db[COLLECTION].find_one({"queue": queue, "state": _WAITING}, {"_id": 1}) is not None


def count_by_state(db: Database, queue: str) -> Mapping[DeliveryState, int]:
    """Read from the index alone."""
    grouped = db[COLLECTION].aggregate(
        [
            {"$match": {"queue": queue}},
            {"$group": {"_id": "$state", "n": {"$sum": 1}}},
        ],
        hint="queue_1_state_1",
    )
    return Counter({DeliveryState(found["_id"]): found["n"] for found in grouped})


def count_waiting(db: Database, way: Way) -> int:
    return db[COLLECTION].count_documents({"way": way.value, "state": _WAITING})


def _mark(db: Database, delivery: Delivery, change: Any) -> bool:
    mine = {"_id": delivery.id, "lease": delivery.lease, "state": _WAITING}
    return db[COLLECTION].update_one(mine, change).matched_count == 1
