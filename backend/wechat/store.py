"""Messages of the last minutes and their answers in MongoDB: unique by message, and by nonce; the database clears them."""

from datetime import datetime

from pymongo import ASCENDING, IndexModel
from pymongo.errors import DuplicateKeyError

from backend.common.documents import from_document, to_document
from backend.common.mongo import Database
from backend.wechat.model import Turn

COLLECTION = "wechat_turns"
COLLECTIONS = {
    COLLECTION: [
        IndexModel([("nonces", ASCENDING)], unique=True),
        IndexModel([("expires_at", ASCENDING)], expireAfterSeconds=0),
    ]
}


def insert(db: Database, turn: Turn) -> bool:
    """False when the message, or its nonce, has been here."""
    try:
        db[COLLECTION].insert_one(to_document(turn))
    except DuplicateKeyError:
        return False
    return True


def find(db: Database, turn_id: str) -> Turn | None:
    found = db[COLLECTION].find_one({"_id": turn_id})
    return from_document(Turn, found) if found else None


def add_nonces(db: Database, turn: Turn) -> bool:
    """The same message has come with these nonces too; false when one of them has come with another message."""
    try:
        found = db[COLLECTION].update_one(
            {"_id": turn.id, "fingerprint": turn.fingerprint},
            {"$addToSet": {"nonces": {"$each": list(turn.nonces)}}},
        )
    except DuplicateKeyError:
        return False
    return found.matched_count == 1


def lease(db: Database, turn_id: str, *, held: str, by: str, until: datetime) -> bool:
    """Give the work on an unanswered message from `held` to `by`, or leave it there for longer (`held` is `by`); false when
    another was quicker, or there is an answer."""
    wanted = {"_id": turn_id, "lease": held, "sealed_reply": None}
    found = db[COLLECTION].update_one(wanted, {"$set": {"lease": by, "leased_until": until}})
    return found.matched_count == 1


def fill(db: Database, turn_id: str, *, lease: str, sealed_reply: bytes) -> bool:
    """Keep the answer; false when the lease was lost."""
    wanted = {"_id": turn_id, "lease": lease, "sealed_reply": None}
    return db[COLLECTION].update_one(wanted, {"$set": {"sealed_reply": sealed_reply}}).matched_count == 1
