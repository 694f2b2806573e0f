"""What may happen to a record that is there: corrected, marked, suspended, hidden, buried."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from pymongo.errors import DuplicateKeyError

from backend.common.documents import to_document
from backend.common.mongo import Database, Document
from backend.records.model import (
    Burial,
    Change,
    Mark,
    Record,
    Tombstone,
)
from backend.records.store.collections import COLLECTION
from schemas.terms import RecordMark

# What a correction decided here may change.
_CORRECTED = (
    "key", "digest", "superseded", "severity", "doc_no", "title", "occurred_on", "ended_on", "document_on", "content",
    "text_sealed", "public_until", "query_until",
)  # fmt: skip


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


def _changed(db: Database, wanted: Document, change: Document, told: Change | None) -> bool:
    """Whether one record was as wanted and is changed now, its history with it."""
    if told is not None:
        change = change | {"$push": change.get("$push", {}) | {"changes": to_document(told)}}
    return db[COLLECTION].update_one(wanted, change).matched_count == 1


def _mark(kind: RecordMark, case_id: str | None) -> dict[str, Any]:
    return {"kind": kind.value, "case_id": case_id}
