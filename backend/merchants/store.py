"""Merchants, their keys and their counters in MongoDB. Every change of a merchant is a compare-and-set on `version`."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from pymongo import ASCENDING, DESCENDING, IndexModel
from pymongo.errors import DuplicateKeyError

from backend.common import mongo
from backend.common.documents import from_document, to_document
from backend.common.mongo import Database
from backend.common.pages import Position
from backend.merchants.model import Key, Merchant, Named
from schemas.terms import MerchantKind, MerchantState

COLLECTION = "merchants"
KEYS = "merchant_keys"
FIGURES = "merchant_figures"
COLLECTIONS = {
    COLLECTION: [
        IndexModel(
            [("name_key", ASCENDING)], unique=True, partialFilterExpression={"name_key": {"$type": "string"}}
        ),
        IndexModel([("created_at", DESCENDING), ("_id", DESCENDING)]),
        IndexModel([("state", ASCENDING), ("created_at", DESCENDING), ("_id", DESCENDING)]),
    ],
    KEYS: [IndexModel([("merchant_id", ASCENDING), ("created_at", DESCENDING), ("_id", DESCENDING)])],
    FIGURES: [IndexModel([("merchant_id", ASCENDING), ("month", ASCENDING)])],
}


def insert(db: Database, merchant: Merchant) -> bool:
    """False when another merchant that is not closed has the name."""
    try:
        db[COLLECTION].insert_one(to_document(merchant))
    except DuplicateKeyError:
        return False
    return True


def put(db: Database, merchant: Merchant) -> bool | None:
    """Write it over the version it was made from; false when somebody was faster, None when the name is taken."""
    document = to_document(merchant) | {"version": merchant.version + 1}
    try:
        written = db[COLLECTION].replace_one({"_id": merchant.id, "version": merchant.version}, document)
    except DuplicateKeyError:
        return None
    return written.matched_count == 1


def find(db: Database, merchant_id: str) -> Merchant | None:
    found = db[COLLECTION].find_one({"_id": merchant_id})
    return from_document(Merchant, found) if found else None


def find_many(db: Database, merchant_ids: Collection[str]) -> list[Merchant]:
    found = db[COLLECTION].find({"_id": {"$in": list(merchant_ids)}})
    return [from_document(Merchant, document) for document in found]


def list_names(db: Database, merchant_ids: Collection[str]) -> list[Named]:
    """Without their histories and contacts."""
    shown = {"name": 1, "district": 1, "state": 1}
    found = db[COLLECTION].find({"_id": {"$in": list(merchant_ids)}}, shown)
    return [from_document(Named, document) for document in found]


def list_active_names(db: Database, *, limit: int) -> list[Named]:
    """Those that take part now, newest first, as `list_names`."""
    shown = {"name": 1, "district": 1, "state": 1}
    newest = [("created_at", DESCENDING), ("_id", DESCENDING)]
    found = db[COLLECTION].find({"state": MerchantState.ACTIVE.value}, shown, sort=newest, limit=limit)
    return [from_document(Named, document) for document in found]


def list_newest(
    db: Database,
    state: MerchantState | None,
    kind: MerchantKind | None,
    *,
    after: Position | None,
    limit: int,
) -> list[Merchant]:
    wanted = {} if state is None else {"state": state.value}
    if kind is not None:
        wanted["kinds"] = kind.value
    found = mongo.page_of(db[COLLECTION], wanted, by="created_at", after=after, limit=limit)
    return [from_document(Merchant, document) for document in found]


def insert_key(db: Database, key: Key) -> None:
    db[KEYS].insert_one(to_document(key))


def find_key(db: Database, key_id: str) -> Key | None:
    """A key, also a revoked one."""
    found = db[KEYS].find_one({"_id": key_id})
    return from_document(Key, found) if found else None


def count_keys(db: Database, merchant_id: str) -> int:
    """How many keys of the merchant work."""
    return db[KEYS].count_documents({"merchant_id": merchant_id, "revoked_at": None})


def list_keys(db: Database, merchant_id: str, *, after: Position | None, limit: int) -> list[Key]:
    """Newest first, revoked ones too."""
    found = mongo.page_of(db[KEYS], {"merchant_id": merchant_id}, by="created_at", after=after, limit=limit)
    return [from_document(Key, document) for document in found]


def note_use(db: Database, key_id: str, at: datetime) -> None:
    """Of several uses at once the latest instant stays."""
    db[KEYS].update_one({"_id": key_id}, {"$max": {"last_used_at": at}})


def revoke_key(db: Database, merchant_id: str, key_id: str, *, at: datetime, by_name: str | None) -> bool:
    """False when the merchant has no such key that works."""
    wanted = {"_id": key_id, "merchant_id": merchant_id, "revoked_at": None}
    change = {"$set": {"revoked_at": at, "revoked_by_name": by_name}}
    return db[KEYS].update_one(wanted, change).modified_count == 1


def add(db: Database, merchant_id: str, month: str, what: str, *, stripe: int) -> bool:
    """Count one more on one of the month's stripes; false when another writer made the stripe this very moment."""
    wanted = {"_id": f"{merchant_id}:{month}:{stripe}"}
    change = {"$inc": {f"counts.{what}": 1}, "$setOnInsert": {"merchant_id": merchant_id, "month": month}}
    try:
        db[FIGURES].update_one(wanted, change, upsert=True)
    except DuplicateKeyError:
        return False
    return True


def counts(db: Database, merchant_id: str, month: str) -> dict[str, int]:
    """What was counted in a month, over its stripes."""
    total: dict[str, int] = {}
    for stripe in db[FIGURES].find({"merchant_id": merchant_id, "month": month}, {"counts": 1}):
        found: dict[str, Any] = stripe["counts"]
        for what, count in found.items():
            total[what] = total.get(what, 0) + count
    return total


def closed_ids(db: Database, among: Collection[str] | None) -> list[str]:
    """The ids of those that are closed, all of them or of `among`."""
    wanted: dict[str, Any] = {"state": MerchantState.CLOSED.value}
    if among is not None:
        wanted["_id"] = {"$in": list(among)}
    return [one["_id"] for one in db[COLLECTION].find(wanted, {"_id": 1})]
