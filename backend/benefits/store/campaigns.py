"""Campaigns. Every change is a compare-and-set on `version`; claims only read them."""

from datetime import datetime

from pymongo import DESCENDING, IndexModel

from backend.benefits.model import Benefit, Claim
from backend.benefits.store import claims
from backend.common import mongo
from backend.common.documents import from_document, to_document
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


def find_with_claims(db: Database, benefit_id: str, subject_id: str) -> tuple[Benefit, list[Claim]] | None:
    """A campaign and all that one person has of it, in one operation."""
    own = [{"$match": {"subject_id": subject_id, "benefit_id": benefit_id}}]
    join = {"$lookup": {"from": claims.COLLECTION, "pipeline": own, "as": "mine"}}
    found = db[COLLECTION].aggregate([{"$match": {"_id": benefit_id}}, join]).to_list()
    if not found:
        return None
    return from_document(Benefit, found[0]), [from_document(Claim, one) for one in found[0]["mine"]]


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


def add_extra(db: Database, benefit_id: str) -> None:
    """One more unit was cut for a correction."""
    db[COLLECTION].update_one({"_id": benefit_id}, {"$inc": {"extra": 1, "version": 1}})


def _page(db: Database, wanted: Document, after: Position | None, limit: int) -> list[Benefit]:
    found = mongo.page_of(db[COLLECTION], wanted, by="created_at", after=after, limit=limit)
    return [from_document(Benefit, document) for document in found]
