"""The ripples of changed records, until everybody has judged again, and whose records were touched lately."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from pymongo import ASCENDING

from backend.common.documents import from_document, to_document
from backend.common.mongo import Database, Document
from backend.records.model import (
    Ripple,
)
from backend.records.store.collections import RIPPLES, TOUCHES


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


def insert_touch(db: Database, touch_id: str, subject_id: str, at: datetime) -> None:
    """A document of its own for each: two changes about one person at once do not collide."""
    db[TOUCHES].insert_one({"_id": touch_id, "subject_id": subject_id, "at": at})


def is_touched(db: Database, subject_id: str, since: datetime) -> bool:
    return db[TOUCHES].find_one({"subject_id": subject_id, "at": {"$gte": since}}, {"_id": 1}) is not None
