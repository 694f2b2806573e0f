"""Staff in MongoDB."""

from datetime import datetime
from typing import Any

from pymongo import ASCENDING, IndexModel
from pymongo.errors import DuplicateKeyError

from backend.common.documents import from_document, to_document
from backend.common.mongo import Database
from backend.staff.model import Staff
from schemas.terms import Role

COLLECTION = "staff"
_CLERK = {"role": Role.MERCHANT.value}
INDEXES = [
    IndexModel([("username", ASCENDING)], unique=True),
    IndexModel([("unit", ASCENDING), ("created_at", ASCENDING)], partialFilterExpression=_CLERK),
]
COLLECTIONS = {COLLECTION: INDEXES}


def insert(db: Database, staff: Staff) -> bool:
    """False when the user name is taken, also by somebody who left: the log must not mean two people."""
    try:
        db[COLLECTION].insert_one(to_document(staff))
    except DuplicateKeyError:
        return False
    return True


def find(db: Database, staff_id: str) -> Staff | None:
    return _staff(db[COLLECTION].find_one({"_id": staff_id, "closed_at": None}))


def find_by_username(db: Database, username: str) -> Staff | None:
    """Somebody who still works here."""
    return _staff(db[COLLECTION].find_one({"username": username, "closed_at": None}))


def note_sign_in(db: Database, staff: Staff, *, step: int | None, at: datetime) -> bool:
    """Note a sign-in with the code of a step (None: without); false when that code or a later one was used before, or the
    password is another by now.

    Writing here makes a sign-in and a closing at the same time collide, so that no session outlives the account or the
    password it was opened with.
    """
    wanted: dict[str, Any] = {"_id": staff.id, "password_hash": staff.password_hash, "closed_at": None}
    change: dict[str, Any] = {"signed_in_at": at}
    if step is not None:
        wanted["totp_step"], change["totp_step"] = {"$lt": step}, step
    return db[COLLECTION].update_one(wanted, {"$set": change}).matched_count == 1


def set_hash(db: Database, staff_id: str, *, before: str, after: str) -> bool:
    """Replace a password hash, unless it was changed meanwhile."""
    found = db[COLLECTION].update_one(
        {"_id": staff_id, "password_hash": before}, {"$set": {"password_hash": after}}
    )
    return found.matched_count == 1


def list_clerks(db: Database, merchant_id: str) -> list[Staff]:
    """Those who still work there, oldest account first."""
    wanted = _CLERK | {"unit": merchant_id, "closed_at": None}
    found = db[COLLECTION].find(wanted, sort=[("created_at", ASCENDING), ("_id", ASCENDING)])
    return [from_document(Staff, document) for document in found]


def close(db: Database, wanted: dict[str, Any], at: datetime) -> Staff | None:
    """Close the open account that `wanted` names; None when there is none."""
    change = {"$set": {"closed_at": at, "totp_sealed": None}}
    return _staff(db[COLLECTION].find_one_and_update({**wanted, "closed_at": None}, change))


def _staff(found: dict[str, Any] | None) -> Staff | None:
    return from_document(Staff, found) if found else None
