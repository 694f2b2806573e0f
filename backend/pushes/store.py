"""Pushes in MongoDB."""

from datetime import datetime

from pymongo import ASCENDING, DESCENDING, IndexModel, ReturnDocument

from backend.common import mongo
from backend.common.documents import from_document, to_document
from backend.common.mongo import Database, Document
from backend.common.pages import Position
from backend.pushes.model import Push
from schemas.terms import PushState

COLLECTION = "pushes"
COLLECTIONS = {
    COLLECTION: [
        IndexModel([("created_at", DESCENDING), ("_id", DESCENDING)]),
        IndexModel([("settled_at", ASCENDING), ("state", ASCENDING), ("created_at", ASCENDING)]),
        IndexModel([("closed_at", ASCENDING), ("settled_at", ASCENDING)]),
    ]
}
_LIVE = [PushState.RUNNING.value, PushState.CANCELLED.value]


def insert(db: Database, push: Push) -> None:
    db[COLLECTION].insert_one(to_document(push))


def find(db: Database, push_id: str) -> Push | None:
    return _push(db[COLLECTION].find_one({"_id": push_id}))


def list_by_id(db: Database, ids: list[str]) -> list[Push]:
    return [from_document(Push, found) for found in db[COLLECTION].find({"_id": {"$in": ids}})]


def list_newest(db: Database, *, after: Position | None, limit: int) -> list[Push]:
    found = mongo.page_of(db[COLLECTION], {}, by="created_at", after=after, limit=limit)
    return [from_document(Push, document) for document in found]


def list_live(db: Database) -> list[Push]:
    """Those on which something is still to be done by itself, the oldest first."""
    wanted = {"settled_at": None, "state": {"$in": _LIVE}}
    found = db[COLLECTION].find(wanted, sort=[("created_at", ASCENDING)])
    return [from_document(Push, document) for document in found]


def list_running(db: Database) -> dict[str, str | None]:
    """Ids of those that are being sent, the oldest first, each with the article it names."""
    wanted = {"settled_at": None, "state": PushState.RUNNING.value}
    found = db[COLLECTION].find(wanted, {"wish.news_id": 1}, sort=[("created_at", ASCENDING)])
    return {document["_id"]: document["wish"].get("news_id") for document in found}


def list_ended(db: Database, *, before: datetime) -> list[Push]:
    """Those that ended before and whose figures are still counted."""
    found = db[COLLECTION].find(
        {"closed_at": None, "settled_at": {"$lt": before, "$type": "date"}}, limit=100
    )
    return [from_document(Push, document) for document in found]


def close(db: Database, push_id: str, totals: dict[str, int], *, at: datetime) -> bool:
    ended = {"_id": push_id, "closed_at": None}
    return db[COLLECTION].update_one(ended, {"$set": {"totals": totals, "closed_at": at}}).matched_count == 1


def put(db: Database, push: Push) -> bool:
    """Write it over the version it was made from, but for what the expansion writes; false when somebody was faster."""
    document = to_document(push) | {"version": push.version + 1}
    kept = ("_id", "cursor", "expanded_at", "created_at", "wish")
    change = {name: value for name, value in document.items() if name not in kept}
    wanted = {"_id": push.id, "version": push.version}
    return db[COLLECTION].update_one(wanted, {"$set": change}).matched_count == 1


def move(db: Database, push: Push, *, to: str, expanded_at: datetime | None) -> Push | None:
    """Everybody up to `to` is queued; None when it runs no more, or another has moved it."""
    wanted = {"_id": push.id, "cursor": push.cursor, "expanded_at": None, "state": PushState.RUNNING.value}
    change = {"$set": {"cursor": to, "expanded_at": expanded_at}}
    return _push(db[COLLECTION].find_one_and_update(wanted, change, return_document=ReturnDocument.AFTER))


def _push(found: Document | None) -> Push | None:
    return from_document(Push, found) if found else None
