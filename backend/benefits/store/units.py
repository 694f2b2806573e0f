"""The stock, one document a unit. Which can be taken is one range of one index, so nobody scans what is gone.

An untouched unit is free since a random instant of the first days of 1970: who takes one begins anywhere in them, so that a
rush does not meet at one document.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from random import Random

from pymongo import ASCENDING, IndexModel, ReturnDocument, WriteConcern

from backend.benefits.model import NEVER, RESERVE, STOCK, Unit
from backend.common.documents import from_document, to_document
from backend.common.mongo import Database, Document, in_transaction
from schemas.terms import UnitUse

COLLECTION = "benefit_units"
INDEXES = [IndexModel([("benefit_id", ASCENDING), ("pool", ASCENDING), ("free_at", ASCENDING)])]
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SPREAD_MS = 10**9
LOOSE = WriteConcern(w=1)
"""For a hold: one that is lost with a server lapses a little early, and what is built on it compares and sets."""


def anywhere(random: Random) -> datetime:
    """Since when an untouched unit is free."""
    return EPOCH + timedelta(milliseconds=random.randrange(SPREAD_MS))


def insert(db: Database, units: Iterable[Unit]) -> None:
    db[COLLECTION].insert_many(map(to_document, units), ordered=False)


def take(
    db: Database, wanted: tuple[str, str], at: datetime, *, begin: datetime, to: Document
) -> Unit | None:
    """Any unit of (campaign, pool) that is free at `at`, looked for from `begin` on and then before it; atomic by itself."""
    change = {"$set": to}
    collection = db[COLLECTION]
    if not in_transaction():
        collection = db.get_collection(COLLECTION, write_concern=LOOSE)
    for span in ({"$gte": begin, "$lte": at}, {"$lt": begin}):
        found = collection.find_one_and_update(
            {"benefit_id": wanted[0], "pool": wanted[1], "free_at": span},
            change,
            sort=[("free_at", ASCENDING)],
            return_document=ReturnDocument.AFTER,
        )
        if found:
            return from_document(Unit, found)
    return None


def free_next(db: Database, wanted: tuple[str, str], at: datetime, until: datetime) -> datetime | None:
    """From when one can be taken, if that is by `until`: one that is free at `at`, or that a request holds at this moment and
    may give back. What expires of itself a moment later counts when it has."""
    now_or_held = [{"free_at": {"$lte": at}}, {"use": UnitUse.HELD.value}]
    asked = {"benefit_id": wanted[0], "pool": wanted[1], "free_at": {"$lte": until}, "$or": now_or_held}
    found = db[COLLECTION].find_one(asked, {"free_at": 1}, sort=[("free_at", ASCENDING)])
    return found["free_at"] if found else None


def held(holder: str, until: datetime) -> Document:
    return {"holder": holder, "use": UnitUse.HELD.value, "free_at": until}


def offered(claim_id: str, until: datetime) -> Document:
    return {"holder": claim_id, "use": UnitUse.OFFERED.value, "free_at": until}


def claimed(claim_id: str, until: datetime) -> Document:
    return {"holder": claim_id, "use": UnitUse.CLAIMED.value, "free_at": until}


def redeemed() -> Document:
    return {"use": UnitUse.REDEEMED.value, "free_at": NEVER}


def nameless() -> Document:
    """Used by a claim that is not kept any more."""
    return {"holder": None, "use": UnitUse.REDEEMED.value, "free_at": NEVER}


def free(since: datetime) -> Document:
    return {"holder": None, "use": UnitUse.FREE.value, "free_at": since}


def put(db: Database, unit_id: str, holder: str, to: Document) -> bool:
    """Compare-and-set on who has it: false when it lapsed and somebody else took it."""
    updated = db[COLLECTION].update_one({"_id": unit_id, "holder": holder}, {"$set": to})
    return updated.matched_count == 1


def count_free(db: Database, wanted: tuple[str, str], at: datetime) -> int:
    """How many of (campaign, pool) can be taken at `at`; the index alone is asked."""
    asked = {"benefit_id": wanted[0], "pool": wanted[1], "free_at": {"$lte": at}}
    return db[COLLECTION].count_documents(asked)


def count_nameless(db: Database, benefit_id: str) -> int:
    """How many were used by claims that are not kept any more."""
    pools = {"$in": [STOCK, RESERVE]}
    asked = {"benefit_id": benefit_id, "pool": pools, "free_at": NEVER, "holder": None}
    return db[COLLECTION].count_documents(asked)


def counts(db: Database, benefit_id: str, at: datetime) -> dict[tuple[str, UnitUse], int]:
    """How many of each pool are used for what at `at`: what has lapsed or expired by then is free."""
    use = {"$cond": [{"$lte": ["$free_at", at]}, UnitUse.FREE.value, "$use"]}
    key = {"pool": "$pool", "use": use}
    stages: list[Document] = [
        {"$match": {"benefit_id": benefit_id}},
        {"$group": {"_id": key, "count": {"$sum": 1}}},
    ]
    found = db[COLLECTION].aggregate(stages).to_list()
    return {(row["_id"]["pool"], UnitUse(row["_id"]["use"])): row["count"] for row in found}
