"""Claims. Every change is a compare-and-set on `version`; once for each person and time is an index."""

from datetime import datetime
from functools import partial

from pymongo import ASCENDING, DESCENDING, IndexModel
from pymongo.errors import DuplicateKeyError

from backend.benefits.model import Claim
from backend.common import mongo
from backend.common.documents import from_document, to_document
from backend.common.handles import Part
from backend.common.mongo import Database, Document
from backend.common.pages import Position
from schemas.terms import ClaimState

COLLECTION = "benefit_claims"
_BYTES = {"$gt": b""}
INDEXES = [
    IndexModel([("turn_key", ASCENDING)], unique=True, partialFilterExpression={"turn_key": {"$gt": ""}}),
    IndexModel([("code_mac", ASCENDING)], unique=True, partialFilterExpression={"code_mac": _BYTES}),
    IndexModel(
        [("account_id", ASCENDING), ("key_mac", ASCENDING)],
        unique=True,
        partialFilterExpression={"key_mac": _BYTES},
    ),
    IndexModel(
        [("merchant_id", ASCENDING), ("receipt_key_mac", ASCENDING)],
        unique=True,
        partialFilterExpression={"receipt_key_mac": _BYTES},
    ),
    IndexModel([("subject_id", ASCENDING), ("created_at", DESCENDING), ("_id", DESCENDING)]),
    IndexModel([("benefit_id", ASCENDING), ("state", ASCENDING)]),
    # The sweeps.
    IndexModel([("state", ASCENDING), ("expires_at", ASCENDING)]),
    IndexModel([("state", ASCENDING), ("remind_at", ASCENDING)]),
    IndexModel([("kept_until", ASCENDING)]),
]
_OPEN = {"$in": [ClaimState.LIVE.value, ClaimState.OFFERED.value]}


def insert(db: Database, claim: Claim) -> bool:
    """False when the person has this time already, or asked under the same key."""
    try:
        db[COLLECTION].insert_one(to_document(claim))
    except DuplicateKeyError:
        return False
    return True


def put(db: Database, claim: Claim) -> bool:
    """Write it over the version it was made from; false when somebody was faster."""
    document = to_document(claim) | {"version": claim.version + 1}
    try:
        written = db[COLLECTION].replace_one({"_id": claim.id, "version": claim.version}, document)
    except DuplicateKeyError:
        return False
    return written.matched_count == 1


def find(db: Database, claim_id: str) -> Claim | None:
    return _one(db, {"_id": claim_id})


def find_own(db: Database, subject_id: str, claim_id: str) -> Claim | None:
    return _one(db, {"_id": claim_id, "subject_id": subject_id})


def find_by_code(db: Database, code_mac: bytes) -> Claim | None:
    return _one(db, {"code_mac": code_mac})


def of_person(benefit_id: str) -> Part[Claim]:
    """All that one person has of a campaign, as one part of a joined read."""
    return Part(COLLECTION, "subject_id", partial(from_document, Claim), {"benefit_id": benefit_id})


def find_by_receipt_key(db: Database, merchant_id: str, key_mac: bytes) -> Claim | None:
    return _one(db, {"merchant_id": merchant_id, "receipt_key_mac": key_mac})


def all_of(db: Database, subject_id: str, benefit_id: str) -> list[Claim]:
    """All that one person has of a campaign."""
    found = db[COLLECTION].find({"benefit_id": benefit_id, "subject_id": subject_id})
    return [from_document(Claim, document) for document in found]


def list_own(
    db: Database, subject_id: str, *, refused: bool, after: Position | None, limit: int
) -> list[Claim]:
    """Newest first; `refused`: refusals too."""
    wanted: Document = {"subject_id": subject_id}
    if not refused:
        wanted["state"] = {"$ne": ClaimState.REFUSED.value}
    found = mongo.page_of(db[COLLECTION], wanted, by="created_at", after=after, limit=limit)
    return [from_document(Claim, document) for document in found]


def ids_to_end(db: Database, at: datetime) -> list[str]:
    """Live claims and offers whose end has come, read before any of them is changed."""
    found = db[COLLECTION].find({"state": _OPEN, "expires_at": {"$lte": at}}, {"_id": 1})
    return [document["_id"] for document in found]


def ids_to_remind(db: Database, at: datetime) -> list[str]:
    wanted = {"state": ClaimState.LIVE.value, "remind_at": {"$lte": at}, "expires_at": {"$gt": at}}
    return [document["_id"] for document in db[COLLECTION].find(wanted, {"_id": 1})]


def ids_in_hand(db: Database, benefit_id: str, *, stranded: bool) -> list[str]:
    """Live claims and offers of a campaign, those whose holders were told that nobody takes them or the others."""
    told = {"$ne": None} if stranded else None
    found = db[COLLECTION].find({"benefit_id": benefit_id, "state": _OPEN, "stranded_at": told}, {"_id": 1})
    return [document["_id"] for document in found]


def ids_to_remove(db: Database, at: datetime) -> list[str]:
    """Those whose time of keeping is over."""
    found = db[COLLECTION].find({"kept_until": {"$lte": at}}, {"_id": 1})
    return [document["_id"] for document in found]


def remove(db: Database, claim: Claim) -> bool:
    """False when it was changed since it was read."""
    return db[COLLECTION].delete_one({"_id": claim.id, "version": claim.version}).deleted_count == 1


def counts(db: Database, benefit_id: str, at: datetime) -> dict[ClaimState, int]:
    """How many claims of a campaign stand where at `at`."""
    over = {
        "$and": [
            {"$in": ["$state", _OPEN["$in"]]},
            {"$lte": ["$expires_at", at]},
        ]
    }
    state = {"$cond": [over, ClaimState.EXPIRED.value, "$state"]}
    stages: list[Document] = [
        {"$match": {"benefit_id": benefit_id}},
        {"$group": {"_id": state, "count": {"$sum": 1}}},
    ]
    return {ClaimState(row["_id"]): row["count"] for row in db[COLLECTION].aggregate(stages)}


def _one(db: Database, wanted: Document) -> Claim | None:
    found = db[COLLECTION].find_one(wanted)
    return from_document(Claim, found) if found else None
