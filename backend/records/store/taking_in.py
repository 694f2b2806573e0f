"""Taking a unit's rows in, and what stands where a row would go."""

from collections.abc import Collection, Sequence
from datetime import datetime

from pymongo.errors import DuplicateKeyError

from backend.common import mongo
from backend.common.documents import from_document, to_document
from backend.common.mongo import Database, Document
from backend.records.model import (
    Batch,
    Burial,
    Change,
    Standing,
)
from backend.records.store.collections import BATCHES, COLLECTION

# What a row that is handed in again never touches: who it is about, and what was decided here.
_KEPT = (
    "_id", "subject_id", "key", "changes", "marks", "suspended_at", "suspends_at", "hidden_at", "superseded",
)  # fmt: skip


def insert_new(db: Database, documents: Sequence[Document]) -> list[int]:
    """Insert what is new; the places of those whose subject and key are there already."""
    return mongo.insert_new(db[COLLECTION], documents)


def standing(db: Database, subject_ids: Collection[str]) -> dict[tuple[str, str], Standing]:
    """All records of these subjects by subject and key, without their words, and the tombstones among them."""
    names = ("subject_id", "key", "digest", "source", "superseded", "tombstone")
    found = db[COLLECTION].find({"subject_id": {"$in": list(subject_ids)}}, dict.fromkeys(names, 1))
    return {(one["subject_id"], one["key"]): _standing(one) for one in found}


def stands(db: Database, subject_id: str, key: str) -> Standing | None:
    """One of them, as it is now."""
    found = db[COLLECTION].find_one({"subject_id": subject_id, "key": key})
    return _standing(found) if found else None


def correct(db: Database, known: Standing, document: Document, change: Change) -> bool:
    """Put a corrected row's values into a record that still is what was read (compare-and-set on its digest)."""
    values = {name: value for name, value in document.items() if name not in _KEPT}
    updated = db[COLLECTION].update_one(
        {"_id": known.id, "digest": known.digest},
        {"$set": values, "$push": {"changes": to_document(change)}},
    )
    return updated.matched_count == 1


def begin_batch(db: Database, batch: Batch) -> Batch:
    """The batch as it began first, however often the file comes."""
    try:
        db[BATCHES].insert_one(to_document(batch))
    except DuplicateKeyError:
        return from_document(Batch, db[BATCHES].find_one({"_id": batch.id}) or {})
    return batch


def finish_batch(db: Database, batch_id: str, at: datetime, counts: dict[str, int]) -> None:
    db[BATCHES].update_one({"_id": batch_id}, {"$set": {"finished_at": at, "counts": counts}})


def _standing(found: Document) -> Standing:
    burial = Burial(found["tombstone"]) if found.get("tombstone") else None
    superseded = tuple(found.get("superseded") or ())
    if burial is not None:
        return Standing(found["_id"], superseded=superseded, tombstone=burial)
    source = found["source"]
    return Standing(
        found["_id"], found["digest"], source["batch_id"], source["line"], source["received_at"], superseded
    )
