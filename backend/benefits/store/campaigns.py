"""Campaigns. Every change is a compare-and-set on `version`; claims only read them."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any

from pymongo import DESCENDING, IndexModel

from backend.benefits.model import Benefit
from backend.common import mongo
from backend.common.documents import from_document, to_document
from backend.common.handles import Part, beside
from backend.common.mongo import Database, Document
from backend.common.pages import Position
from schemas.terms import BenefitState

COLLECTION = "benefits"
INDEXES = [
    IndexModel([("created_at", DESCENDING), ("_id", DESCENDING)]),
    IndexModel([("terms.ends_at", DESCENDING), ("_id", DESCENDING)]),
]


def insert(db: Database, benefit: Benefit) -> None:
    db[COLLECTION].insert_one(to_document(benefit))


def put(db: Database, benefit: Benefit) -> bool:
    """Write it over the version it was made from; false when somebody was faster."""
    document = to_document(benefit) | {"version": benefit.version + 1}
    written = db[COLLECTION].replace_one({"_id": benefit.id, "version": benefit.version}, document)
    return written.matched_count == 1


def find(db: Database, benefit_id: str) -> Benefit | None:
    found = db[COLLECTION].find_one({"_id": benefit_id})
    return from_document(Benefit, found) if found else None


def find_beside(
    db: Database, benefit_id: str, subject_id: str, parts: Sequence[Part[Any]]
) -> tuple[Benefit, tuple[list[Any], ...]] | None:
    """A campaign and what is read about a person beside it, in one operation."""
    one = Part(COLLECTION, "_id", partial(from_document, Benefit))
    return beside(db, one, benefit_id, subject_id, parts)


def find_many(db: Database, benefit_ids: list[str]) -> dict[str, Benefit]:
    found = db[COLLECTION].find({"_id": {"$in": benefit_ids}})
    return {document["_id"]: from_document(Benefit, document) for document in found}


def list_newest(
    db: Database, state: BenefitState | None, *, after: Position | None, limit: int
) -> list[Benefit]:
    wanted = {} if state is None else {"state": state.value}
    return _page(db, wanted, after, limit)


def list_public(db: Database, at: datetime, *, after: Position | None, limit: int) -> list[Benefit]:
    """Those whose window is not over and that are not closed, the newest first."""
    wanted = {"terms.ends_at": {"$gt": at}, "state": {"$ne": BenefitState.CLOSED.value}}
    return _page(db, wanted, after, limit)


def list_since(db: Database, at: datetime) -> list[Benefit]:
    """Those whose window ended after `at`, or is open or to come."""
    found = db[COLLECTION].find({"terms.ends_at": {"$gt": at}}, sort=[("terms.ends_at", DESCENDING)])
    return [from_document(Benefit, document) for document in found]


def add_extra(db: Database, benefit_id: str) -> None:
    """One more unit was cut for a correction."""
    db[COLLECTION].update_one({"_id": benefit_id}, {"$inc": {"extra": 1, "version": 1}})


def _page(db: Database, wanted: Document, after: Position | None, limit: int) -> list[Benefit]:
    found = mongo.page_of(db[COLLECTION], wanted, by="created_at", after=after, limit=limit)
    return [from_document(Benefit, document) for document in found]
