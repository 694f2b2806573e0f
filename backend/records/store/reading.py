"""Reading records; what may be shown is asked here and judged again."""

from collections.abc import Collection
from datetime import datetime

from backend.common.documents import from_document
from backend.common.handles import Part
from backend.common.mongo import Database, Document
from backend.records.model import (
    Outline,
    Record,
    Tombstone,
)
from backend.records.store.collections import COLLECTION
from schemas.terms import Nature

_OUTLINE = (
    "nature", "category", "openness", "public_until", "query_until", "suspended_at", "hidden_at", "suspends_at",
)  # fmt: skip


def list_of_subject(db: Database, subject_id: str, at: datetime) -> list[Record]:
    """What is open to queries at `at`, in no order."""
    return [_record(document) for document in db[COLLECTION].find(_open(subject_id, at)).to_list()]


def of_subject(at: datetime) -> Part[Record]:
    """The same as one part of a joined read."""
    return Part(COLLECTION, "subject_id", _record, _open_at(at))


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


def list_existing(db: Database, record_ids: Collection[str]) -> set[str]:
    """Which of these are there, whether or not they may be shown."""
    found = db[COLLECTION].find({"_id": {"$in": list(record_ids)}, "tombstone": None}, {"_id": 1})
    return {document["_id"] for document in found}


def find_by_key(db: Database, subject_id: str, key: str) -> Record | None:
    """Whether or not it may be shown."""
    found = db[COLLECTION].find_one({"subject_id": subject_id, "key": key, "tombstone": None})
    return _record(found) if found else None


def find_tombstone(db: Database, subject_id: str, key: str) -> Tombstone | None:
    found = db[COLLECTION].find_one({"subject_id": subject_id, "key": key, "tombstone": {"$ne": None}})
    return from_document(Tombstone, found) if found else None


def _record(found: Document) -> Record:
    return from_document(Record, found)


def _open(subject_id: str | Document, at: datetime) -> Document:
    """Found by the prefix of the one index."""
    return {"subject_id": subject_id, **_open_at(at)}


def _open_at(at: datetime) -> Document:
    """A tombstone has `hidden_at`. Nothing that is null or missing is `$lte`."""
    return {
        "hidden_at": None,
        "suspended_at": None,
        "suspends_at": {"$not": {"$lte": at}},
        "query_until": {"$not": {"$lte": at}},
    }
