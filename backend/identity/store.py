"""Consents, window codes, face locks and attempts in MongoDB."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from pymongo import ASCENDING, DESCENDING, IndexModel, ReturnDocument
from pymongo.errors import DuplicateKeyError

from backend.common.documents import from_document, to_document
from backend.common.mongo import Database
from backend.identity.model import Attempt, Consent, FaceLock, IssuedCode
from schemas.terms import ProofWay

CONSENTS = "consents"
CODES = "window_codes"
LOCKS = "face_locks"
ATTEMPTS = "proof_attempts"
# A used or expired code says so for a day when somebody types it again; then only the audit log knows of it.
CODES_KEPT = timedelta(days=1)
# A partial index of values of a type serves only look-ups that name the type too.
_STRING = {"$type": "string"}
COLLECTIONS = {
    CONSENTS: [
        IndexModel([("open_key", ASCENDING)], unique=True, partialFilterExpression={"open_key": _STRING}),
        IndexModel([("subject_id", ASCENDING), ("given_at", DESCENDING)]),
    ],
    CODES: [IndexModel([("expires_at", ASCENDING)], expireAfterSeconds=int(CODES_KEPT.total_seconds()))],
    LOCKS: [],
    ATTEMPTS: [IndexModel([("at", ASCENDING), ("way", ASCENDING), ("passed", ASCENDING)])],
}


def insert_consent(db: Database, consent: Consent) -> bool:
    """False when the person has a live consent to the same purpose."""
    try:
        db[CONSENTS].insert_one(to_document(consent))
    except DuplicateKeyError:
        return False
    return True


def find_open_consent(db: Database, open_key: str) -> Consent | None:
    found = db[CONSENTS].find_one({"open_key": {"$eq": open_key, **_STRING}})
    return from_document(Consent, found) if found else None


def find_own_consent(db: Database, subject_id: str, consent_id: str) -> Consent | None:
    found = db[CONSENTS].find_one({"_id": consent_id, "subject_id": subject_id})
    return from_document(Consent, found) if found else None


def list_consents(db: Database, subject_id: str) -> list[Consent]:
    """Newest first, ended ones included."""
    found = db[CONSENTS].find(
        {"subject_id": subject_id}, sort=[("given_at", DESCENDING), ("_id", DESCENDING)]
    )
    return [from_document(Consent, document) for document in found]


def close_consent(db: Database, consent_id: str, at: datetime, *, withdrawn: bool) -> bool:
    """False when it was closed before."""
    closed = db[CONSENTS].update_one(
        {"_id": consent_id, "ended_at": None},
        {"$set": {"ended_at": at, "withdrawn": withdrawn, "open_key": None}},
    )
    return closed.modified_count == 1


def put_code(db: Database, code: IssuedCode) -> None:
    """The person's one live code; an earlier one stops working."""
    db[CODES].replace_one({"_id": code.id}, to_document(code), upsert=True)


def claim_code(db: Database, subject_id: str, code_mac: bytes, now: datetime) -> bool:
    """Use the code up; true for exactly one caller, before it has expired."""
    claimed = db[CODES].update_one(
        {"_id": subject_id, "code_mac": code_mac, "used_at": None, "expires_at": {"$gt": now}},
        {"$set": {"used_at": now}},
    )
    return claimed.modified_count == 1


def find_code(db: Database, subject_id: str, code_mac: bytes) -> IssuedCode | None:
    found = db[CODES].find_one({"_id": subject_id, "code_mac": code_mac})
    return from_document(IssuedCode, found) if found else None


def delete_code(db: Database, subject_id: str) -> None:
    db[CODES].delete_one({"_id": subject_id})


def find_lock(db: Database, subject_id: str) -> FaceLock:
    """The person's lock; one without failures when there is none."""
    found = db[LOCKS].find_one({"_id": subject_id})
    return from_document(FaceLock, found) if found else FaceLock(subject_id)


def add_failure(db: Database, subject_id: str) -> int:
    """Count one more consecutive failure; how many there are now."""
    counted = db[LOCKS].find_one_and_update(
        {"_id": subject_id}, {"$inc": {"failures": 1}}, upsert=True, return_document=ReturnDocument.AFTER
    )
    return int(counted["failures"]) if counted else 1


def lock(db: Database, subject_id: str, until: datetime) -> None:
    """Close the face way until then; after it the count begins anew."""
    db[LOCKS].update_one({"_id": subject_id}, {"$set": {"failures": 0, "locked_until": until}})


def clear_lock(db: Database, subject_id: str) -> None:
    db[LOCKS].delete_one({"_id": subject_id})


def insert_attempt(db: Database, attempt: Attempt) -> None:
    db[ATTEMPTS].insert_one(to_document(attempt))


def count_attempts(
    db: Database, begins_at: datetime, ends_at: datetime
) -> Iterator[tuple[ProofWay, bool, int]]:
    """How many attempts of each way passed and failed in a period."""
    stages: list[dict[str, object]] = [
        {"$match": {"at": {"$gte": begins_at, "$lt": ends_at}}},
        {"$group": {"_id": {"way": "$way", "passed": "$passed"}, "count": {"$sum": 1}}},
    ]
    for row in db[ATTEMPTS].aggregate(stages):
        yield ProofWay(row["_id"]["way"]), row["_id"]["passed"], row["count"]
