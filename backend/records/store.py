"""Records in MongoDB: one a document (docs/adr/0007), found by subject; what may be shown is asked here and judged again."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Any

from pymongo import ASCENDING, IndexModel
from pymongo.errors import DuplicateKeyError

from backend.common import mongo
from backend.common.documents import from_document, to_document
from backend.common.handles import Part
from backend.common.mongo import Database, Document
from backend.records.model import (
    Batch,
    Burial,
    Change,
    Mark,
    Outline,
    Record,
    Ripple,
    Standing,
    Tombstone,
)
from schemas.terms import Nature, RecordMark

COLLECTION = "records"
# Serves the report by its prefix, makes imports repeatable by its whole, and fits a ranged shard key on the subject.
INDEXES = [IndexModel([("subject_id", ASCENDING), ("key", ASCENDING)], unique=True)]
BATCHES = "record_batches"
RIPPLES = "record_ripples"
# Holds the waiting ones only, which are few; what was delivered stays without costing an index entry.
RIPPLE_INDEXES = [
    IndexModel([("at", ASCENDING), ("_id", ASCENDING)], partialFilterExpression={"waiting": True})
]
COLLECTIONS = {COLLECTION: INDEXES, BATCHES: [], RIPPLES: RIPPLE_INDEXES}

_OUTLINE = (
    "nature", "category", "openness", "public_until", "query_until", "suspended_at", "hidden_at", "suspends_at",
)  # fmt: skip
# What a row that is handed in again never touches: who it is about, and what was decided here.
_KEPT = (
    "_id", "subject_id", "key", "changes", "marks", "suspended_at", "suspends_at", "hidden_at", "superseded",
)  # fmt: skip
# What a correction decided here may change.
_CORRECTED = (
    "key", "digest", "superseded", "severity", "doc_no", "title", "occurred_on", "ended_on", "content", "text_sealed",
    "public_until", "query_until",
)  # fmt: skip


def list_of_subject(db: Database, subject_id: str, at: datetime) -> list[Record]:
    """What is open to queries at `at`, in no order."""
    return [_record(document) for document in db[COLLECTION].find(_open(subject_id, at)).to_list()]


def of_subject(subject_id: str, at: datetime) -> Part[Record]:
    """The same as one part of a joined read."""
    return Part(COLLECTION, _open(subject_id, at), _record)


def list_adverse(db: Database, subject_ids: Collection[str], at: datetime) -> list[Record]:
    """The adverse ones of several subjects that are open to queries at `at`, in no order."""
    wanted = _open({"$in": list(subject_ids)}, at) | {"nature": Nature.ADVERSE.value}
    return [_record(document) for document in db[COLLECTION].find(wanted).to_list()]


def list_outlines(db: Database, subject_id: str, at: datetime) -> list[Outline]:
    """The same records without their words."""
    found = db[COLLECTION].find(_open(subject_id, at), {"_id": 0} | dict.fromkeys(_OUTLINE, 1))
    return [from_document(Outline, document) for document in found]


def find_own(db: Database, subject_id: str, record_id: str, at: datetime) -> Record | None:
    found = db[COLLECTION].find_one(_open(subject_id, at) | {"_id": record_id})
    return _record(found) if found else None


def find_any(db: Database, record_id: str) -> Record | None:
    """Whether or not it may be shown."""
    found = db[COLLECTION].find_one({"_id": record_id, "tombstone": None})
    return _record(found) if found else None


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


def put_correction(db: Database, before: Record, after: Record, change: Change) -> bool:
    """Put decided values into a record that still is what was read; false when it is not, or its new key is taken."""
    document = to_document(after)
    try:
        updated = db[COLLECTION].update_one(
            {"_id": before.id, "subject_id": before.subject_id, "key": before.key, "digest": before.digest},
            {
                "$set": {name: document[name] for name in _CORRECTED},
                "$push": {"changes": to_document(change)},
            },
        )
    except DuplicateKeyError:
        return False
    return updated.matched_count == 1


def take_back_number(db: Database, record: Record, key: str) -> None:
    """Free a key that the record itself has left, so that a correction can be corrected."""
    db[COLLECTION].delete_one(
        {
            "subject_id": record.subject_id,
            "key": key,
            "tombstone": Burial.RENUMBERED.value,
            "record_id": record.id,
        }
    )


def insert_tombstone(db: Database, tombstone: Tombstone) -> None:
    db[COLLECTION].insert_one(to_document(tombstone))


def bury(db: Database, record: Record, tombstone: Tombstone) -> bool:
    """Delete the record and put the tombstone in its place; those of its former numbers become the same kind and forget
    what they knew. False when it is gone or has moved."""
    wanted = {"_id": record.id, "subject_id": record.subject_id, "key": record.key}
    if db[COLLECTION].delete_one(wanted).deleted_count != 1:
        return False
    db[COLLECTION].update_many(
        {"subject_id": record.subject_id, "record_id": record.id},
        {"$set": {"tombstone": tombstone.tombstone.value, "superseded": []}},
    )
    insert_tombstone(db, tombstone)
    return True


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
    found = db[COLLECTION].find_one({"subject_id": subject_id, "key": key, "tombstone": None})
    return _record(found) if found else None


def find_tombstone(db: Database, subject_id: str, key: str) -> Tombstone | None:
    found = db[COLLECTION].find_one({"subject_id": subject_id, "key": key, "tombstone": {"$ne": None}})
    return from_document(Tombstone, found) if found else None


def add_mark(db: Database, record_id: str, subject_id: str, mark: Mark, change: Change) -> bool:
    """Put a mark on a record that has none of its kind and case."""
    wanted = {
        "_id": record_id,
        "subject_id": subject_id,
        "marks": {"$not": {"$elemMatch": _mark(mark.kind, mark.case_id)}},
    }
    return _changed(db, wanted, {"$push": {"marks": to_document(mark)}}, change)


def remove_mark(
    db: Database, record_id: str, subject_id: str, kind: RecordMark, case_id: str | None, change: Change
) -> bool:
    """Take the mark of a kind and case away, where it is."""
    mark = _mark(kind, case_id)
    wanted = {"_id": record_id, "subject_id": subject_id, "marks": {"$elemMatch": mark}}
    return _changed(db, wanted, {"$pull": {"marks": mark}}, change)


def set_mark_until(
    db: Database, record_id: str, subject_id: str, mark: tuple[RecordMark, str | None], at: datetime | None
) -> bool:
    """Set when the mark of a kind and case ends; false where there is none, or it says so already."""
    wanted = {
        "_id": record_id,
        "subject_id": subject_id,
        "marks": {"$elemMatch": _mark(*mark) | {"until": {"$ne": at}}},
    }
    return db[COLLECTION].update_one(wanted, {"$set": {"marks.$.until": at}}).matched_count == 1


def set_suspension(
    db: Database, before: Record, values: dict[str, datetime | None], change: Change | None
) -> bool:
    """Set `suspended_at` and `suspends_at` of a record where both still are what was read."""
    wanted: Document = {
        "_id": before.id,
        "suspended_at": before.suspended_at,
        "suspends_at": before.suspends_at,
        "tombstone": None,
    }
    return _changed(db, wanted, {"$set": values}, change)


def hide(db: Database, record_id: str, at: datetime, change: Change) -> bool:
    """Set `hidden_at` where it is not set."""
    wanted = {"_id": record_id, "hidden_at": None}
    return _changed(db, wanted, {"$set": {"hidden_at": at}}, change)


def hold(db: Database, subject_id: str, record_ids: Collection[str]) -> int:
    """Write to each what nobody reads, so that whoever else changes one of them now collides with the running
    transaction; how many there are."""
    wanted = {"_id": {"$in": list(record_ids)}, "subject_id": subject_id, "tombstone": None}
    return db[COLLECTION].update_many(wanted, {"$inc": {"holds": 1}}).matched_count


def insert_ripple(db: Database, ripple: Ripple) -> None:
    db[RIPPLES].insert_one(to_document(ripple))


def each_waiting(db: Database) -> Iterator[Ripple]:
    """What is on its way, oldest first; streamed."""
    for document in db[RIPPLES].find({"waiting": True}, sort=[("at", ASCENDING), ("_id", ASCENDING)]):
        yield from_document(Ripple, document)


def claim_ripple(db: Database, ripple_id: str, consumer: str) -> bool:
    """Note that a consumer has judged again; false when it had."""
    updated = db[RIPPLES].update_one(
        {"_id": ripple_id, "done": {"$ne": consumer}}, {"$push": {"done": consumer}}
    )
    return updated.matched_count == 1


def settle_ripple(db: Database, ripple_id: str, consumers: Sequence[str]) -> None:
    """Let a ripple rest once all of them have judged again."""
    wanted: Document = {"_id": ripple_id}
    if consumers:
        wanted["done"] = {"$all": list(consumers)}
    db[RIPPLES].update_one(wanted, {"$set": {"waiting": False}})


def _changed(db: Database, wanted: Document, change: Document, told: Change | None) -> bool:
    """Whether one record was as wanted and is changed now, its history with it."""
    if told is not None:
        change = change | {"$push": change.get("$push", {}) | {"changes": to_document(told)}}
    return db[COLLECTION].update_one(wanted, change).matched_count == 1


def _mark(kind: RecordMark, case_id: str | None) -> dict[str, Any]:
    return {"kind": kind.value, "case_id": case_id}


def _record(found: Document) -> Record:
    return from_document(Record, found)


def _standing(found: Document) -> Standing:
    burial = Burial(found["tombstone"]) if found.get("tombstone") else None
    superseded = tuple(found.get("superseded") or ())
    if burial is not None:
        return Standing(found["_id"], superseded=superseded, tombstone=burial)
    source = found["source"]
    return Standing(
        found["_id"], found["digest"], source["batch_id"], source["line"], source["received_at"], superseded
    )


def _open(subject_id: str | Document, at: datetime) -> Document:
    """Found by the prefix of the one index; a tombstone has `hidden_at`. Nothing that is null or missing is `$lte`."""
    return {
        "subject_id": subject_id,
        "hidden_at": None,
        "suspended_at": None,
        "suspends_at": {"$not": {"$lte": at}},
        "query_until": {"$not": {"$lte": at}},
    }
