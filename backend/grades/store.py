"""Decisions by grade in MongoDB. Written once; the server removes each when its time is over."""

from datetime import datetime

from pymongo import ASCENDING, DESCENDING, IndexModel
from pymongo.errors import DuplicateKeyError

from backend.common.documents import from_document, to_document
from backend.common.mongo import Database, Document
from backend.grades.model import Decision, Owner
from schemas.terms import DecisionOwner, ReplayOutcome, RippleCause

COLLECTION = "grade_decisions"
INDEXES = [
    # One decision in force for each thing that is decided; superseding takes the key away.
    IndexModel([("live_key", ASCENDING)], unique=True, partialFilterExpression={"live_key": {"$gt": ""}}),
    # Superseded ones too: a deleted record has to go from every one of them.
    IndexModel([("record_ids", ASCENDING)]),
    # All that was decided for one thing, one after the other.
    IndexModel([("owner.id", ASCENDING), ("_id", DESCENDING)]),
    IndexModel([("kept_until", ASCENDING)], expireAfterSeconds=0),
]
COLLECTIONS = {COLLECTION: INDEXES}


def insert(db: Database, decision: Decision) -> bool:
    """False when a decision for the same owner is in force."""
    try:
        db[COLLECTION].insert_one(to_document(decision) | {"live_key": _live_key(decision.owner)})
    except DuplicateKeyError:
        return False
    return True


def find(db: Database, decision_id: str, at: datetime) -> Decision | None:
    return _one(db, {"_id": decision_id, "kept_until": {"$gt": at}})


def find_live(db: Database, owner: Owner, at: datetime) -> Decision | None:
    return _one(db, {"live_key": _live_key(owner), "kept_until": {"$gt": at}})


def list_of(db: Database, owner: Owner, at: datetime, *, limit: int) -> list[Decision]:
    """Every decision for an owner, in force or not, the newest first."""
    wanted = {"owner.id": owner.id, "owner.kind": owner.kind.value, "kept_until": {"$gt": at}}
    found = db[COLLECTION].find(wanted, sort=[("_id", DESCENDING)], limit=limit)
    return [from_document(Decision, document) for document in found]


def list_live_using(db: Database, record_id: str, kind: DecisionOwner, at: datetime) -> list[Decision]:
    wanted = {
        "record_ids": record_id,
        "owner.kind": kind.value,
        "superseded_at": None,
        "kept_until": {"$gt": at},
    }
    return [from_document(Decision, found) for found in db[COLLECTION].find(wanted).sort("_id")]


def list_telling_of(db: Database, record_id: str) -> list[Decision]:
    """Every decision that still has a fact about the record, in force or not."""
    wanted = {"record_ids": record_id, "facts.record_id": record_id}
    return [from_document(Decision, found) for found in db[COLLECTION].find(wanted).sort("_id").to_list()]


def supersede(
    db: Database, decision_id: str, at: datetime, cause: RippleCause | None, successor_id: str | None
) -> bool:
    """Compare-and-set: false when it was superseded before, or its time is over."""
    values = {"superseded_at": at, "superseded_by": cause and cause.value, "successor_id": successor_id}
    updated = db[COLLECTION].update_one(
        {"_id": decision_id, "superseded_at": None, "kept_until": {"$gt": at}},
        {"$set": values, "$unset": {"live_key": ""}},
    )
    return updated.matched_count == 1


def remove(db: Database, decision_id: str) -> bool:
    return db[COLLECTION].delete_one({"_id": decision_id}).deleted_count == 1


def drop_facts(db: Database, decision_id: str, record_id: str, at: datetime, proved: ReplayOutcome) -> None:
    """Take out every fact and ground about a record; what a replay said is kept from the first time."""
    about = {"record_id": record_id}
    db[COLLECTION].update_one({"_id": decision_id}, {"$pull": {"facts": about, "grounds": about}})
    db[COLLECTION].update_one(
        {"_id": decision_id, "erased_at": None}, {"$set": {"erased_at": at, "proved": proved.value}}
    )


def _live_key(owner: Owner) -> str:
    return f"{owner.kind.value}:{owner.id}"


def _one(db: Database, wanted: Document) -> Decision | None:
    found = db[COLLECTION].find_one(wanted)
    return from_document(Decision, found) if found else None
