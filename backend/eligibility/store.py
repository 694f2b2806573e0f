"""Services, passes and checks in MongoDB. A pass is used by one compare-and-set, whoever else tries."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from pymongo import ASCENDING, DESCENDING, IndexModel
from pymongo.errors import DuplicateKeyError

from backend.common import mongo
from backend.common.documents import from_document, to_document
from backend.common.mongo import Database
from backend.common.pages import Position
from backend.eligibility.model import Check, Contest, Pass, Service
from schemas.terms import ContestState, PassState, RippleCause, ServiceKind, ServiceState, Verdict

SERVICES = "deposit_free_services"
PASSES = "passes"
CHECKS = "checks"
CONTESTS = "check_contests"
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
        IndexModel([("expires_at", ASCENDING)], partialFilterExpression={"judged.check_id": _STRING}),
        IndexModel([("judged.check_id", ASCENDING)], partialFilterExpression={"judged.check_id": _STRING}),
        IndexModel([("kept_until", ASCENDING)], expireAfterSeconds=0),
    ],
    CHECKS: [
        IndexModel([("key_mac", ASCENDING)], unique=True, partialFilterExpression={"key_mac": _STRING}),
        IndexModel([("subject_id", ASCENDING), ("decided_at", DESCENDING), ("_id", DESCENDING)]),
        IndexModel([("kept_until", ASCENDING)], expireAfterSeconds=0),
    ],
    CONTESTS: [
        IndexModel([("check_id", ASCENDING)], unique=True),
        IndexModel([("subject_id", ASCENDING), ("asked_at", DESCENDING), ("_id", DESCENDING)]),
        IndexModel([("subject_id", ASCENDING), ("service_id", ASCENDING), ("granted_until", ASCENDING)]),
        IndexModel([("state", ASCENDING), ("asked_at", ASCENDING), ("_id", ASCENDING)]),
        IndexModel(
            [("clocks.due_at", ASCENDING)], partialFilterExpression={"state": ContestState.OPEN.value}
        ),
        IndexModel([("record_ids", ASCENDING)]),
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


def replace_open(db: Database, open_key: str, at: datetime) -> Pass | None:
    """Void the open pass of this person for this service; it as it was, if there is one."""
    return _end(db, {"open_key": {"$eq": open_key, **_STRING}}, PassState.REPLACED, at)


def use_pass(db: Database, code_mac: str, *, merchant_id: str, service_id: str, now: datetime) -> Pass | None:
    """Use the pass up, if it is open, in its time, and for this merchant and service; then it is this caller's alone."""
    wanted = {
        "code_mac": {"$eq": code_mac, **_STRING},
        "merchant_id": merchant_id,
        "service_id": service_id,
        "expires_at": {"$gt": now},
    }
    return _end(db, wanted, PassState.USED, now)


def withdraw_pass(db: Database, subject_id: str, pass_id: str, now: datetime) -> Pass | None:
    """It as it was; None when it is not open any more."""
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


def unused_passes(db: Database, until: datetime) -> list[str]:
    """Those whose time was over by then and that were judged for nothing."""
    wanted = {"expires_at": {"$lte": until}, "judged.check_id": _STRING}
    return [one["_id"] for one in db[PASSES].find(wanted, {"_id": 1})]


def outdate(db: Database, check_id: str) -> bool:
    """Note on a pass that is out that it must be judged again; collides with whoever uses it now."""
    wanted = {"judged.check_id": {"$eq": check_id, **_STRING}}
    return db[PASSES].update_one(wanted, {"$set": {"judged.outdated": True}}).matched_count == 1


def unjudge(db: Database, pass_id: str) -> Pass | None:
    """Take away what a pass was judged; it as it was, or None when somebody was faster."""
    wanted = {"_id": pass_id, "judged.check_id": _STRING}
    found = db[PASSES].find_one_and_update(wanted, {"$set": {"judged": None}})
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


def insert_contest(db: Database, contest: Contest) -> bool:
    """False when the check is contested already."""
    try:
        db[CONTESTS].insert_one(to_document(contest))
    except DuplicateKeyError:
        return False
    return True


def find_contest(db: Database, contest_id: str) -> Contest | None:
    return _contest(db[CONTESTS].find_one({"_id": contest_id}))


def find_own_contest(db: Database, subject_id: str, contest_id: str) -> Contest | None:
    return _contest(db[CONTESTS].find_one({"_id": contest_id, "subject_id": subject_id}))


def find_contest_of(db: Database, check_id: str) -> Contest | None:
    return _contest(db[CONTESTS].find_one({"check_id": check_id}))


def contests_of(db: Database, check_ids: Sequence[str]) -> dict[str, str]:
    """The id of the contest of each check that has one."""
    found = db[CONTESTS].find({"check_id": {"$in": list(check_ids)}}, {"check_id": 1})
    return {one["check_id"]: one["_id"] for one in found}


def find_grant(db: Database, subject_id: str, service_id: str, now: datetime) -> str | None:
    """The contest in which an officer decided for this person and service, while that holds."""
    wanted = {"subject_id": subject_id, "service_id": service_id, "granted_until": {"$gt": now}}
    found = db[CONTESTS].find_one(wanted, {"_id": 1})
    return found["_id"] if found else None


def put_contest(db: Database, before: Contest, after: Contest) -> bool:
    """Write the next version of a contest that is still what was read; false when somebody was faster."""
    document = to_document(replace(after, version=before.version + 1))
    return (
        db[CONTESTS].replace_one({"_id": before.id, "version": before.version}, document).matched_count == 1
    )


def list_own_contests(db: Database, subject_id: str, *, after: Position | None, limit: int) -> list[Contest]:
    found = mongo.page_of(db[CONTESTS], {"subject_id": subject_id}, by="asked_at", after=after, limit=limit)
    return [from_document(Contest, document) for document in found]


def list_contests(
    db: Database, state: ContestState, overdue_at: datetime | None, *, after: Position | None, limit: int
) -> list[Contest]:
    """Of one state, the one that was asked first is first; with `overdue_at` only those that are late by then."""
    wanted: dict[str, Any] = {"state": state.value}
    if overdue_at is not None:
        wanted["clocks.due_at"] = {"$lte": overdue_at}
    found = mongo.page_of(db[CONTESTS], wanted, by="asked_at", after=after, limit=limit, newest_first=False)
    return [from_document(Contest, document) for document in found]


def contests_about(db: Database, record_id: str) -> list[Contest]:
    """Those of checks that used this record."""
    return [from_document(Contest, document) for document in db[CONTESTS].find({"record_ids": record_id})]


def open_contests(db: Database) -> list[str]:
    return [one["_id"] for one in db[CONTESTS].find({"state": ContestState.OPEN.value}, {"_id": 1})]


def contests_to_tell(db: Database, at: datetime, *, reached: str, told: str) -> list[str]:
    """The ids of the open ones with a clock whose instant `reached` has come and whose `told` is not set yet."""
    clock = {"$elemMatch": {reached: {"$lte": at}, told: None}}
    found = db[CONTESTS].find({"state": ContestState.OPEN.value, "clocks": clock}, {"_id": 1})
    return [one["_id"] for one in found]


def count_contests(db: Database, at: datetime) -> tuple[int, int, datetime | None]:
    """How many are open, how many of these are late at `at`, and when the first of all is or was due."""
    is_open = {"state": ContestState.OPEN.value}
    late = db[CONTESTS].count_documents(is_open | {"clocks.due_at": {"$lte": at}})
    first = db[CONTESTS].find_one(is_open, {"clocks.due_at": 1}, sort=[("clocks.due_at", ASCENDING)])
    nearest = min(clock["due_at"] for clock in first["clocks"]) if first else None
    return db[CONTESTS].count_documents(is_open), late, nearest


def _contest(document: dict[str, Any] | None) -> Contest | None:
    return from_document(Contest, document) if document else None


def _end(db: Database, wanted: dict[str, Any], state: PassState, at: datetime) -> Pass | None:
    """What is over has neither code nor place to hold, and no answer any more; it as it was before."""
    over = {"state": state.value, "ended_at": at, "code_mac": None, "open_key": None, "judged": None}
    found = db[PASSES].find_one_and_update(wanted, {"$set": over})
    return from_document(Pass, found) if found else None
