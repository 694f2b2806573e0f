"""Accounts, codes, sessions and refresh tokens in MongoDB."""

from collections.abc import Collection, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from pymongo import ASCENDING, IndexModel, ReturnDocument
from pymongo.errors import DuplicateKeyError

from backend.accounts.model import Account, PhoneCode, RefreshToken, Session
from backend.common.documents import from_document, to_document
from backend.common.handles import Part, joined
from backend.common.mongo import Database
from schemas.terms import Level
from schemas.text import Language

COLLECTION = "accounts"
CODES = "phone_codes"
SESSIONS = "sessions"
REFRESH_TOKENS = "refresh_tokens"
# A partial index of values of a type serves only look-ups that name the type too; without, the server reads every account.
_BYTES, _STRING = {"$type": "binData"}, {"$type": "string"}
_ENDS = IndexModel([("expires_at", ASCENDING)], expireAfterSeconds=0)
COLLECTIONS = {
    COLLECTION: [
        IndexModel(
            [("phone_sealed", ASCENDING)],
            unique=True,
            partialFilterExpression={"phone_sealed": _BYTES},
        ),
        IndexModel(
            [("subject_id", ASCENDING)],
            unique=True,
            partialFilterExpression={"subject_id": _STRING},
        ),
        IndexModel([("created_at", ASCENDING)]),
    ],
    CODES: [_ENDS],
    SESSIONS: [IndexModel([("account_id", ASCENDING)]), _ENDS],
    REFRESH_TOKENS: [_ENDS],
}


def insert(db: Database, account: Account) -> bool:
    """False when another open account has the phone."""
    try:
        db[COLLECTION].insert_one(to_document(account))
    except DuplicateKeyError:
        return False
    return True


def find(db: Database, account_id: str) -> Account | None:
    """An open account."""
    return _account(db[COLLECTION].find_one({"_id": account_id, "closed_at": None}))


def list_by_id(db: Database, ids: Collection[str]) -> list[Account]:
    """The open ones of these."""
    found = db[COLLECTION].find({"_id": {"$in": list(ids)}, "closed_at": None})
    return [from_document(Account, document) for document in found]


def find_by_phone(db: Database, phone_sealed: bytes) -> Account | None:
    return _account(db[COLLECTION].find_one({"phone_sealed": {"$eq": phone_sealed, **_BYTES}}))


def find_of_subject(db: Database, subject_id: str) -> Account | None:
    return _account(db[COLLECTION].find_one({"subject_id": {"$eq": subject_id, **_STRING}}))


def list_bound(db: Database, *, after: str, limit: int) -> list[Account]:
    """Open accounts with a subject, by the subject's id; `after` is the last one of the page before ("": the first)."""
    wanted = {"subject_id": {"$gt": after, "$type": "string"}}
    found = db[COLLECTION].find(wanted, sort=[("subject_id", ASCENDING)], limit=limit)
    return [from_document(Account, document) for document in found]


def bind(db: Database, account_id: str, subject_id: str) -> bool:
    """Give an open, unbound account its subject; false when it is neither or another account has the subject."""
    wanted = {"_id": account_id, "closed_at": None, "subject_id": None}
    try:
        found = db[COLLECTION].update_one(wanted, {"$set": {"subject_id": subject_id}})
    except DuplicateKeyError:
        return False
    return found.matched_count == 1


def set_language(db: Database, account_id: str, language: Language) -> bool:
    found = db[COLLECTION].update_one(
        {"_id": account_id, "closed_at": None}, {"$set": {"language": language}}
    )
    return found.matched_count == 1


def close(db: Database, account_id: str, at: datetime) -> Account | None:
    """The account as it was before its phone and subject were taken out of it; None when it was closed already."""
    change = {"$set": {"closed_at": at, "phone_sealed": None, "subject_id": None}}
    return _account(db[COLLECTION].find_one_and_update({"_id": account_id, "closed_at": None}, change))


def put_code(db: Database, code: PhoneCode) -> None:
    """The phone's only code from now on."""
    document = to_document(code)
    db[CODES].update_one({"_id": document.pop("_id")}, {"$set": document}, upsert=True)


def take_attempt(db: Database, code_id: str, now: datetime) -> PhoneCode | None:
    """Use one attempt of the phone's live code; None when there is no such code or attempt."""
    wanted = {"_id": code_id, "expires_at": {"$gt": now}, "attempts_left": {"$gt": 0}}
    found = db[CODES].find_one_and_update(
        wanted, {"$inc": {"attempts_left": -1}}, return_document=ReturnDocument.AFTER
    )
    return from_document(PhoneCode, found) if found else None


def claim_code(db: Database, code: PhoneCode) -> bool:
    """Use the code up; false when it was used or replaced meanwhile."""
    return db[CODES].delete_one({"_id": code.id, "code_mac": code.code_mac}).deleted_count == 1


def delete_code(db: Database, code_id: str) -> None:
    db[CODES].delete_one({"_id": code_id})


def insert_session(db: Database, session: Session) -> None:
    db[SESSIONS].insert_one(to_document(session))


def find_session(db: Database, session_id: str) -> Session | None:
    return _session(db[SESSIONS].find_one({"_id": session_id}))


def find_live_session(
    db: Database, session_id: str, now: datetime, parts: Sequence[Part[Any]]
) -> tuple[Session, tuple[list[Any], ...]] | None:
    """A live session, and of its subject every part, in one operation."""
    return joined(
        db,
        Part(SESSIONS, "_id", partial(from_document, Session), _live_at(now)),
        session_id,
        "subject_id",
        parts,
    )


def touch_session(db: Database, session_id: str, idle_until: datetime) -> None:
    """Note that a session is in use; of several at once the latest instant stays."""
    db[SESSIONS].update_one({"_id": session_id}, {"$max": {"idle_until": idle_until}})


def renew_session(db: Database, session_id: str, *, now: datetime, idle_until: datetime) -> Session | None:
    """Move the idle end of a live session; None when it is not live."""
    change = {"$set": {"idle_until": idle_until}}
    return _session(_change_live(db, _live(session_id, now), change))


def raise_session(
    db: Database, session_id: str, account_id: str, *, now: datetime, proof: tuple[Level, datetime | None]
) -> Session | None:
    """Set the level of the account's live session and until when it holds; None when it is not live."""
    change = {"$set": {"level": proof[0].value, "verified_until": proof[1]}}
    return _session(_change_live(db, {**_live(session_id, now), "account_id": account_id}, change))


def bind_sessions(db: Database, account_id: str, subject_id: str) -> None:
    """Every session of the account learns the subject; one that only had its phone is `real_name` now."""
    wanted = {"account_id": account_id, "ended_at": None, "level": Level.PHONE.value}
    db[SESSIONS].update_many(wanted, {"$set": {"subject_id": subject_id, "level": Level.REAL_NAME.value}})


def end_session(db: Database, session_id: str, at: datetime) -> bool:
    """False when it had ended already."""
    found = db[SESSIONS].update_one({"_id": session_id, "ended_at": None}, {"$set": {"ended_at": at}})
    return found.matched_count == 1


def end_sessions(db: Database, account_id: str, at: datetime, *, but: str | None = None) -> int:
    """All that go on, but for one; how many they were."""
    wanted: dict[str, Any] = {"account_id": account_id, "ended_at": None}
    if but is not None:
        wanted["_id"] = {"$ne": but}
    found = db[SESSIONS].update_many(wanted, {"$set": {"ended_at": at}})
    return found.modified_count


def insert_refresh(db: Database, token: RefreshToken) -> None:
    db[REFRESH_TOKENS].insert_one(to_document(token))


def claim_refresh(db: Database, token_id: str, at: datetime) -> RefreshToken | None:
    """Use a refresh token; None when it is unknown or was used before."""
    found = db[REFRESH_TOKENS].find_one_and_update(
        {"_id": token_id, "used_at": None}, {"$set": {"used_at": at}}
    )
    return from_document(RefreshToken, found) if found else None


def find_refresh(db: Database, token_id: str) -> RefreshToken | None:
    found = db[REFRESH_TOKENS].find_one({"_id": token_id})
    return from_document(RefreshToken, found) if found else None


def _live(session_id: str, now: datetime) -> dict[str, Any]:
    return {"_id": session_id, **_live_at(now)}


def _live_at(now: datetime) -> dict[str, Any]:
    return {"ended_at": None, "expires_at": {"$gt": now}, "idle_until": {"$gt": now}}


def _change_live(db: Database, wanted: dict[str, Any], change: dict[str, Any]) -> dict[str, Any] | None:
    return db[SESSIONS].find_one_and_update(wanted, change, return_document=ReturnDocument.AFTER)


def _account(found: dict[str, Any] | None) -> Account | None:
    return from_document(Account, found) if found else None


def _session(found: dict[str, Any] | None) -> Session | None:
    return from_document(Session, found) if found else None


def count_created(db: Database, begins_at: datetime, ends_at: datetime) -> int:
    return db[COLLECTION].count_documents({"created_at": {"$gte": begins_at, "$lt": ends_at}})


def count_open(db: Database) -> tuple[int, int]:
    """The open accounts, which alone have a phone, and those of them that are bound; counted on the indexes."""
    accounts = db[COLLECTION]
    return (
        accounts.count_documents({"phone_sealed": _BYTES}, hint="phone_sealed_1"),
        accounts.count_documents({"subject_id": _STRING}, hint="subject_id_1"),
    )
