"""Ways to people and their switches in MongoDB. Nobody can read an address in the database."""

from collections.abc import Collection, Sequence
from datetime import datetime

from pymongo import ASCENDING, IndexModel

from backend.common.documents import from_document, to_document
from backend.common.mongo import Database, Document
from backend.recipients.model import Preferences, Recipient
from schemas.terms import Role, Way

COLLECTION = "recipients"
PREFERENCES = "notice_preferences"
COLLECTIONS = {
    COLLECTION: [
        IndexModel([("holder", ASCENDING), ("way", ASCENDING)]),
        IndexModel(
            [("way", ASCENDING), ("address_mac", ASCENDING)],
            unique=True,
            partialFilterExpression={"address_mac": {"$type": "binData"}},
        ),
    ],
    PREFERENCES: [],
}


def put(db: Database, recipient: Recipient) -> None:
    """The holder's only one of this way from now on; whoever had the address before has it no longer."""
    document = to_document(recipient)
    if recipient.address_mac is not None:
        same = {"way": recipient.way.value, "address_mac": {"$eq": recipient.address_mac, "$type": "binData"}}
        db[COLLECTION].delete_many(same | {"_id": {"$ne": recipient.id}})
    db[COLLECTION].replace_one({"_id": recipient.id}, document, upsert=True)


def remove(db: Database, recipient_id: str) -> bool:
    return db[COLLECTION].delete_one({"_id": recipient_id}).deleted_count == 1


def remove_holder(db: Database, holder: str) -> None:
    db[COLLECTION].delete_many({"holder": holder})
    db[PREFERENCES].delete_one({"_id": holder})


def find_by_address(db: Database, way: Way, address_mac: bytes) -> Recipient | None:
    wanted = {"way": way.value, "address_mac": {"$eq": address_mac, "$type": "binData"}}
    found = db[COLLECTION].find_one(wanted)
    return from_document(Recipient, found) if found else None


def list_of(db: Database, holder: str) -> list[Recipient]:
    return [from_document(Recipient, found) for found in db[COLLECTION].find({"holder": holder})]


def list_by_id(db: Database, ids: Collection[str]) -> list[Recipient]:
    return [from_document(Recipient, found) for found in db[COLLECTION].find({"_id": {"$in": list(ids)}})]


def list_of_accounts(db: Database, accounts: Collection[str]) -> list[Recipient]:
    """Those that can be reached. An account's id is its holder."""
    wanted = {"holder": {"$in": list(accounts)}, "gone_at": None}
    return [from_document(Recipient, found) for found in db[COLLECTION].find(wanted)]


def list_after(
    db: Database, holder: str, *, ways: Sequence[Way], roles: Sequence[Role], limit: int
) -> list[Recipient]:
    """Those that can be reached by one of the ways, in the order of their holders, beyond this one."""
    wanted: Document = {
        "holder": {"$gt": holder},
        "way": {"$in": [way.value for way in ways]},
        "gone_at": None,
    }
    if roles:
        wanted["role"] = {"$in": [role.value for role in roles]}
    found = db[COLLECTION].find(wanted, sort=[("holder", ASCENDING), ("way", ASCENDING)], limit=limit)
    return [from_document(Recipient, document) for document in found]


def set_gone(db: Database, recipient_id: str, address_mac: bytes | None, at: datetime, reason: str) -> bool:
    """False when there is another address by now, or it was known."""
    wanted = {"_id": recipient_id, "address_mac": address_mac, "gone_at": None}
    change = {"$set": {"gone_at": at, "gone_reason": reason}}
    return db[COLLECTION].update_one(wanted, change).matched_count == 1


def set_speaks(db: Database, way: Way, address_mac: bytes, language: str) -> bool:
    """Of an address that is kept; of one that is not, nothing is remembered either."""
    wanted = {
        "way": way.value,
        "address_mac": {"$eq": address_mac, "$type": "binData"},
        "address_sealed": {"$ne": None},
    }
    return db[COLLECTION].update_one(wanted, {"$set": {"speaks": language}}).matched_count == 1


def occupy(db: Database, ids: Collection[str], *, for_ms: int, by: str) -> set[str]:
    """Of these, the ones that nobody writes to at the moment; nobody else gets them for so long, by the server's clock."""
    free = {
        "_id": {"$in": list(ids)},
        "$expr": {"$lte": [{"$ifNull": ["$busy_until", "$bound_at"]}, "$$NOW"]},
    }
    taken = {"busy_until": {"$add": ["$$NOW", for_ms]}, "busy_by": by}
    db[COLLECTION].update_many(free, [{"$set": taken}])
    mine = db[COLLECTION].find({"_id": {"$in": list(ids)}, "busy_by": by}, {"_id": 1})
    return {found["_id"] for found in mine}


def occupy_on(db: Database, recipient_id: str, *, for_ms: int) -> None:
    """Whoever writes to it does so later than planned."""
    db[COLLECTION].update_one({"_id": recipient_id}, [{"$set": {"busy_until": {"$add": ["$$NOW", for_ms]}}}])


def find_preferences(db: Database, holder: str) -> Preferences | None:
    found = db[PREFERENCES].find_one({"_id": holder})
    return from_document(Preferences, found) if found else None


def list_preferences(db: Database, holders: Collection[str]) -> list[Preferences]:
    found = db[PREFERENCES].find({"_id": {"$in": list(holders)}})
    return [from_document(Preferences, document) for document in found]


def put_preferences(db: Database, wanted: Preferences) -> None:
    db[PREFERENCES].replace_one({"_id": wanted.id}, to_document(wanted), upsert=True)
