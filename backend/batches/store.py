"""Batches in MongoDB; the sealed content of one that waits lies beside it and goes when it is finished."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from pymongo import ASCENDING, DESCENDING, IndexModel, ReturnDocument
from pymongo.errors import DuplicateKeyError

from backend.batches.model import Batch
from backend.common import mongo
from backend.common.documents import from_document, to_document
from backend.common.mongo import Database
from backend.common.pages import Position
from schemas.terms import BatchState

COLLECTION, CONTENTS = "batches", "batch_contents"
KEPT = timedelta(days=365)
"""How long a report stays."""
_NEWEST = [("handed_in_at", DESCENDING), ("_id", DESCENDING)]
COLLECTIONS = {
    COLLECTION: [
        IndexModel(_NEWEST),
        IndexModel([("unit_code", ASCENDING), *_NEWEST]),
        IndexModel(
            [("open_key", ASCENDING)], unique=True, partialFilterExpression={"open_key": {"$type": "string"}}
        ),
        IndexModel([("finished_at", ASCENDING)], expireAfterSeconds=int(KEPT.total_seconds())),
    ],
    CONTENTS: [],
}


def insert(db: Database, batch: Batch, segments: Sequence[bytes]) -> bool:
    """The batch and its content, in the caller's transaction; false when the same file waits already."""
    if db[COLLECTION].find_one({"open_key": batch.open_key}, {"_id": 1}):
        return False
    try:
        db[COLLECTION].insert_one(to_document(batch))
    except DuplicateKeyError as error:
        raise mongo.Retry(batch.id) from error
    db[CONTENTS].insert_one({"_id": batch.id, "segments": list(segments)})
    return True


def find(db: Database, batch_id: str) -> Batch | None:
    return _batch(db[COLLECTION].find_one({"_id": batch_id}))


def find_of_unit(db: Database, unit_code: str, batch_id: str) -> Batch | None:
    return _batch(db[COLLECTION].find_one({"_id": batch_id, "unit_code": unit_code}))


def find_open(db: Database, open_key: str) -> Batch | None:
    return _batch(db[COLLECTION].find_one({"open_key": open_key}))


def list_newest(
    db: Database,
    *,
    unit_code: str | None,
    state: BatchState | None,
    after: Position | None,
    limit: int,
) -> list[Batch]:
    wanted = {"unit_code": unit_code, "state": state.value if state else None}
    asked = {name: value for name, value in wanted.items() if value is not None}
    found = mongo.page_of(db[COLLECTION], asked, by="handed_in_at", after=after, limit=limit)
    return [from_document(Batch, document) for document in found]


def claim(db: Database, lease: str, *, now: datetime, until: datetime) -> Batch | None:
    """The one that has waited longest, or whose reader is gone, is ours until then."""
    free = {
        "open_key": {"$type": "string"},
        "$or": [{"lease_until": None}, {"lease_until": {"$lte": now}}],
    }
    ours = {
        "state": BatchState.RUNNING.value,
        "lease": lease,
        "lease_until": until,
        "begun_at": now,
        "read_bytes": 0,
    }
    return _batch(
        db[COLLECTION].find_one_and_update(
            free,
            {"$set": ours, "$inc": {"attempts": 1}},
            sort=[("handed_in_at", ASCENDING), ("_id", ASCENDING)],
            return_document=ReturnDocument.AFTER,
        )
    )


def keep_claim(db: Database, batch: Batch, *, read_bytes: int, until: datetime) -> bool:
    """How far reading has come; false when another has it by now."""
    ours = {"_id": batch.id, "lease": batch.lease}
    change = {"$set": {"read_bytes": read_bytes, "lease_until": until}}
    return db[COLLECTION].update_one(ours, change).matched_count == 1


def finish(db: Database, batch: Batch, changes: Mapping[str, Any]) -> bool:
    """The end of it, and of its content, in the caller's transaction; false when another has it by now."""
    over = dict(changes) | {"open_key": None, "key_sealed": None, "lease": None, "lease_until": None}
    ours = {"_id": batch.id, "lease": batch.lease}
    if db[COLLECTION].update_one(ours, {"$set": over}).matched_count == 0:
        return False
    db[CONTENTS].delete_one({"_id": batch.id})
    return True


def segments_of(db: Database, batch_id: str) -> list[bytes]:
    found = db[CONTENTS].find_one({"_id": batch_id})
    return [bytes(one) for one in found["segments"]] if found else []


def _batch(found: Any) -> Batch | None:
    return from_document(Batch, found) if found else None
