"""Records in MongoDB: one a document (docs/adr/0007), found by subject; what may be shown is asked here and judged again."""

from collections.abc import Collection, Sequence
from datetime import datetime

from pymongo import ASCENDING, IndexModel
from pymongo.errors import DuplicateKeyError

from backend.common import mongo
from backend.common.documents import from_document, to_document
from backend.common.mongo import Database, Document
from backend.records.model import Batch, Change, Mark, Outline, Record, Standing

COLLECTION = "records"
# Serves the report by its prefix, makes imports repeatable by its whole, and fits a ranged shard key on the subject.
INDEXES = [IndexModel([("subject_id", ASCENDING), ("key", ASCENDING)], unique=True)]
BATCHES = "record_batches"
COLLECTIONS = {COLLECTION: INDEXES, BATCHES: []}

_OUTLINE = ("nature", "category", "openness", "public_until", "query_until", "suspended_at", "hidden_at")


def list_of_subject(db: Database, subject_id: str, at: datetime) -> list[Record]:
    """What is open to queries at `at`, in no order."""
    return [
        from_document(Record, document) for document in db[COLLECTION].find(_open(subject_id, at)).to_list()
    ]


def list_outlines(db: Database, subject_id: str, at: datetime) -> list[Outline]:
    """The same records without their words."""
    found = db[COLLECTION].find(_open(subject_id, at), {"_id": 0} | dict.fromkeys(_OUTLINE, 1))
    return [from_document(Outline, document) for document in found]


def find_own(db: Database, subject_id: str, record_id: str, at: datetime) -> Record | None:
    found = db[COLLECTION].find_one(_open(subject_id, at) | {"_id": record_id})
    return from_document(Record, found) if found else None


def insert_new(db: Database, documents: Sequence[Document]) -> list[int]:
    """Insert what is new; the places of those whose subject and key are there already."""
    return mongo.insert_new(db[COLLECTION], documents)


def standing(db: Database, subject_ids: Collection[str]) -> dict[tuple[str, str], Standing]:
    """All records of these subjects by subject and key, without their words."""
    shown = {"subject_id": 1, "key": 1, "digest": 1, "source": 1}
    found = db[COLLECTION].find({"subject_id": {"$in": list(subject_ids)}}, shown)
    return {
        (one["subject_id"], one["key"]): Standing(
            one["_id"],
            one["digest"],
            one["source"]["batch_id"],
            one["source"]["line"],
            one["source"]["received_at"],
        )
        for one in found
    }


def correct(db: Database, known: Standing, document: Document, change: Change) -> bool:
    """Put a corrected row's values into a record that still is what was read (compare-and-set on its digest)."""
    kept = ("_id", "subject_id", "key", "changes", "marks", "suspended_at", "hidden_at")
    values = {name: value for name, value in document.items() if name not in kept}
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


def find_by_key(db: Database, subject_id: str, key: str) -> Record | None:
    """Whether or not it may be shown."""
    found = db[COLLECTION].find_one({"subject_id": subject_id, "key": key})
    return from_document(Record, found) if found else None


def add_mark(db: Database, record_id: str, mark: Mark, change: Change) -> bool:
    """Put a mark on a record that has none of its kind."""
    updated = db[COLLECTION].update_one(
        {"_id": record_id, "marks.kind": {"$ne": mark.kind.value}},
        {"$push": {"marks": to_document(mark), "changes": to_document(change)}},
    )
    return updated.matched_count == 1


def set_once(db: Database, record_id: str, name: str, at: datetime, change: Change) -> bool:
    """Set `suspended_at` or `hidden_at` where it is not set."""
    updated = db[COLLECTION].update_one(
        {"_id": record_id, name: None}, {"$set": {name: at}, "$push": {"changes": to_document(change)}}
    )
    return updated.matched_count == 1


def _open(subject_id: str, at: datetime) -> Document:
    return {
        "subject_id": subject_id,
        "hidden_at": None,
        "suspended_at": None,
        "$or": [{"query_until": None}, {"query_until": {"$gt": at}}],
    }
