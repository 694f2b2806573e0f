"""Services, passes and checks in MongoDB. A pass is used by one compare-and-set, whoever else tries."""

from datetime import datetime
from typing import Any

from pymongo import ASCENDING, DESCENDING, IndexModel
from pymongo.errors import DuplicateKeyError

from backend.common import mongo
from backend.common.documents import from_document, to_document
from backend.common.mongo import Database
from backend.common.pages import Position
from backend.eligibility.model import Check, Pass, Service
from schemas.terms import PassState, RippleCause, ServiceKind, ServiceState, Verdict

SERVICES = "deposit_free_services"
PASSES = "passes"
CHECKS = "checks"
# A partial index of values of a type serves only look-ups that name the type too.
_STRING = {"$type": "string"}
COLLECTIONS = {
    SERVICES: [
        IndexModel([("state", ASCENDING), ("created_at", DESCENDING), ("_id", DESCENDING)]),
        IndexModel([("merchant_id", ASCENDING), ("created_at", DESCENDING), ("_id", DESCENDING)]),
        IndexModel([("created_at", DESCENDING), ("_id", DESCENDING)]),
    ],
    PASSES: [
        IndexModel([("code_mac", ASCENDING)], unique=True, partialFilterExpression={"code_mac": _STRING}),
        IndexModel([("open_key", ASCENDING)], unique=True, partialFilterExpression={"open_key": _STRING}),
        IndexModel([("subject_id", ASCENDING), ("made_at", DESCENDING), ("_id", DESCENDING)]),
        IndexModel([("kept_until", ASCENDING)], expireAfterSeconds=0),
    ],
    CHECKS: [
        IndexModel([("key_mac", ASCENDING)], unique=True, partialFilterExpression={"key_mac": _STRING}),
        IndexModel([("subject_id", ASCENDING), ("decided_at", DESCENDING), ("_id", DESCENDING)]),
        IndexModel([("kept_until", ASCENDING)], expireAfterSeconds=0),
    ],
}


def insert_service(db: Database, service: Service) -> None:
    db[SERVICES].insert_one(to_document(service))


def put_service(db: Database, service: Service) -> bool:
    """Write it over the version before its own; false when somebody was faster."""
    wanted = {"_id": service.id, "version": service.version - 1}
    return db[SERVICES].replace_one(wanted, to_document(service)).matched_count == 1


def find_service(db: Database, service_id: str) -> Service | None:
    found = db[SERVICES].find_one({"_id": service_id})
    return from_document(Service, found) if found else None


def list_services(
    db: Database,
    *,
    state: ServiceState | None,
    kind: ServiceKind | None,
    merchant_id: str | None,
    after: Position | None,
    limit: int,
) -> list[Service]:
    """Newest first."""
    asked = {"state": state, "offer.kind": kind, "merchant_id": merchant_id}
    wanted: dict[str, Any] = {name: value for name, value in asked.items() if value is not None}
    found = mongo.page_of(db[SERVICES], wanted, by="created_at", after=after, limit=limit)
    return [from_document(Service, document) for document in found]


def insert_pass(db: Database, made: Pass) -> bool:
    """False when the person has an open one for the service, or the code is taken."""
    try:
        db[PASSES].insert_one(to_document(made))
    except DuplicateKeyError:
        return False
    return True


def replace_open(db: Database, open_key: str, at: datetime) -> bool:
    """Void the open pass of this person for this service, if there is one."""
    return _end(db, {"open_key": {"$eq": open_key, **_STRING}}, PassState.REPLACED, at)


def use_pass(db: Database, code_mac: str, *, merchant_id: str, service_id: str, now: datetime) -> Pass | None:
    """Use the pass up, if it is open, in its time, and for this merchant and service; then it is this caller's alone."""
    wanted = {
        "code_mac": {"$eq": code_mac, **_STRING},
        "merchant_id": merchant_id,
        "service_id": service_id,
        "expires_at": {"$gt": now},
    }
    found = db[PASSES].find_one_and_update(wanted, _ending(PassState.USED, now))
    return from_document(Pass, found) if found else None


def withdraw_pass(db: Database, subject_id: str, pass_id: str, now: datetime) -> bool:
    """False when it is not open any more."""
    wanted = {
        "_id": pass_id,
        "subject_id": subject_id,
        "state": PassState.OPEN.value,
        "expires_at": {"$gt": now},
    }
    return _end(db, wanted, PassState.WITHDRAWN, now)


def find_own_pass(db: Database, subject_id: str, pass_id: str) -> Pass | None:
    found = db[PASSES].find_one({"_id": pass_id, "subject_id": subject_id})
    return from_document(Pass, found) if found else None


def list_own_passes(db: Database, subject_id: str, *, after: Position | None, limit: int) -> list[Pass]:
    found = mongo.page_of(db[PASSES], {"subject_id": subject_id}, by="made_at", after=after, limit=limit)
    return [from_document(Pass, document) for document in found]


def insert_check(db: Database, check: Check) -> bool:
    """False when a check with the same repetition key is there."""
    try:
        db[CHECKS].insert_one(to_document(check))
    except DuplicateKeyError:
        return False
    return True


def find_check(db: Database, check_id: str) -> Check | None:
    found = db[CHECKS].find_one({"_id": check_id})
    return from_document(Check, found) if found else None


def find_check_by_key(db: Database, key_mac: str) -> Check | None:
    found = db[CHECKS].find_one({"key_mac": {"$eq": key_mac, **_STRING}})
    return from_document(Check, found) if found else None


def find_own_check(db: Database, subject_id: str, check_id: str) -> Check | None:
    found = db[CHECKS].find_one({"_id": check_id, "subject_id": subject_id})
    return from_document(Check, found) if found else None


def list_own_checks(
    db: Database, subject_id: str, verdict: Verdict | None, *, after: Position | None, limit: int
) -> list[Check]:
    wanted = {"subject_id": subject_id} | ({} if verdict is None else {"verdict": verdict.value})
    found = mongo.page_of(db[CHECKS], wanted, by="decided_at", after=after, limit=limit)
    return [from_document(Check, document) for document in found]


def note_record_changed(db: Database, check_id: str, cause: RippleCause, at: datetime) -> bool:
    """Note once that a record behind a verdict was changed since; false when that was noted before."""
    change = {"$set": {"record_changed": cause.value, "record_changed_at": at}}
    return db[CHECKS].update_one({"_id": check_id, "record_changed_at": None}, change).modified_count == 1


def _end(db: Database, wanted: dict[str, Any], state: PassState, at: datetime) -> bool:
    return db[PASSES].update_one(wanted, _ending(state, at)).modified_count == 1


def _ending(state: PassState, at: datetime) -> dict[str, Any]:
    """What is over has neither code nor place to hold."""
    return {"$set": {"state": state.value, "ended_at": at, "code_mac": None, "open_key": None}}
