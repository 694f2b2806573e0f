"""Records in MongoDB: one a document (docs/adr/0007), found by subject; what may be shown is asked here and judged again."""

from datetime import datetime

from pymongo import ASCENDING, IndexModel

from backend.common.documents import from_document
from backend.common.mongo import Database, Document
from backend.records.model import Outline, Record

COLLECTION = "records"
# Serves the report by its prefix, makes imports repeatable by its whole, and fits a ranged shard key on the subject.
INDEXES = [IndexModel([("subject_id", ASCENDING), ("key", ASCENDING)], unique=True)]
COLLECTIONS = {COLLECTION: INDEXES}

_OUTLINE = ("nature", "category", "openness", "public_until", "query_until", "suspended_at", "hidden_at")


def list_of_subject(db: Database, subject_id: str, at: datetime) -> list[Record]:
    """What is open to queries at `at`, in no order."""
    return [from_document(Record, document) for document in db[COLLECTION].find(_open(subject_id, at))]


def list_outlines(db: Database, subject_id: str, at: datetime) -> list[Outline]:
    """The same records without their words."""
    found = db[COLLECTION].find(_open(subject_id, at), {"_id": 0} | dict.fromkeys(_OUTLINE, 1))
    return [from_document(Outline, document) for document in found]


def find_own(db: Database, subject_id: str, record_id: str, at: datetime) -> Record | None:
    found = db[COLLECTION].find_one(_open(subject_id, at) | {"_id": record_id})
    return from_document(Record, found) if found else None


def _open(subject_id: str, at: datetime) -> Document:
    return {
        "subject_id": subject_id,
        "hidden_at": None,
        "suspended_at": None,
        "$or": [{"query_until": None}, {"query_until": {"$gt": at}}],
    }
