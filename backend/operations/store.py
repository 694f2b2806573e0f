"""The figures of the months that are over, a document a month."""

from collections.abc import Collection
from typing import Any

from pymongo.errors import DuplicateKeyError

from backend.common.documents import from_document, to_document
from backend.common.mongo import Database
from backend.operations.model import Month

COLLECTION = "operations_months"
COLLECTIONS: dict[str, list[Any]] = {COLLECTION: []}


def insert(db: Database, month: Month) -> bool:
    """False when somebody was faster; what is there stays."""
    try:
        db[COLLECTION].insert_one(to_document(month))
    except DuplicateKeyError:
        return False
    return True


def list_by_id(db: Database, ids: Collection[str]) -> list[Month]:
    return [from_document(Month, document) for document in db[COLLECTION].find({"_id": {"$in": list(ids)}})]


def ids_of(db: Database, ids: Collection[str]) -> set[str]:
    """Which of these are there."""
    return {document["_id"] for document in db[COLLECTION].find({"_id": {"$in": list(ids)}}, {"_id": 1})}
