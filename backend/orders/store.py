"""Orders in MongoDB: the one collection that a merchant's report is ever written to."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from typing import Any

from pymongo import ASCENDING, DESCENDING, IndexModel
from pymongo.errors import DuplicateKeyError

from backend.common import mongo
from backend.common.documents import from_document, to_document
from backend.common.mongo import Database
from backend.common.pages import Position
from backend.orders.model import HELD, HOLDING, Order
from schemas.terms import OrderState

COLLECTION = "orders"
_HOLDING = sorted(state.value for state in HOLDING)
COLLECTIONS = {
    COLLECTION: [
        IndexModel([("merchant_id", ASCENDING), ("order_no", ASCENDING)], unique=True),
        IndexModel(
            [("check_id", ASCENDING)],
            name="check_id_held",
            unique=True,
            partialFilterExpression={"state": {"$in": _HOLDING}},
        ),
        IndexModel([("merchant_id", ASCENDING), ("created_at", DESCENDING), ("_id", DESCENDING)]),
        IndexModel([("subject_id", ASCENDING), ("created_at", DESCENDING), ("_id", DESCENDING)]),
        IndexModel([("state", ASCENDING), ("due_at", ASCENDING)]),
        IndexModel([("state", ASCENDING), ("begin_by", ASCENDING)]),
        IndexModel([("state", ASCENDING), ("end_by", ASCENDING)]),
        IndexModel([("merchant_id", ASCENDING), ("state", ASCENDING)]),
        IndexModel([("kept_until", ASCENDING)], expireAfterSeconds=0),
    ]
}
RETIRED = {COLLECTION: ["check_id_1"]}
"""It kept a check for an order that had been cancelled."""

_HELD = sorted(state.value for state in HELD)


def insert(db: Database, order: Order) -> bool:
    """False when the merchant's number or the check is taken."""
    try:
        db[COLLECTION].insert_one(to_document(order))
    except DuplicateKeyError:
        return False
    return True


def put(db: Database, before: Order, after: Order) -> bool:
    """Write the next version of an order that is still what was read; false when somebody was faster."""
    document = to_document(replace(after, version=before.version + 1))
    wanted = {"_id": before.id, "version": before.version}
    return db[COLLECTION].replace_one(wanted, document).matched_count == 1


def find(db: Database, order_id: str) -> Order | None:
    return _one(db, {"_id": order_id})


def find_of_merchant(db: Database, merchant_id: str, order_id: str) -> Order | None:
    return _one(db, {"_id": order_id, "merchant_id": merchant_id})


def find_own(db: Database, subject_id: str, order_id: str) -> Order | None:
    return _one(db, {"_id": order_id, "subject_id": subject_id})


def find_by_number(db: Database, merchant_id: str, order_no: str) -> Order | None:
    return _one(db, {"merchant_id": merchant_id, "order_no": order_no})


def find_of_check(db: Database, check_id: str) -> Order | None:
    """The order that holds the check."""
    return _one(db, {"check_id": check_id, "state": {"$in": _HOLDING}})


def list_of(
    db: Database,
    whose: dict[str, str],
    state: OrderState | None,
    now: datetime,
    *,
    after: Position | None,
    limit: int,
) -> list[Order]:
    """Newest first; `state` as it is at `now`, whether or not a sweep has run."""
    wanted: dict[str, Any] = whose | _standing(state, now)
    found = mongo.page_of(db[COLLECTION], wanted, by="created_at", after=after, limit=limit)
    return [from_document(Order, document) for document in found]


def ids_to_remind(db: Database, until: datetime, now: datetime) -> list[str]:
    """Those that are due before `until`, are not yet, and whose borrower was not reminded."""
    return _ids(
        db, {"state": OrderState.ACTIVE.value, "due_at": {"$gt": now, "$lte": until}, "reminded_at": None}
    )


def ids_to_flag(db: Database, now: datetime) -> list[str]:
    """Those that are overdue and whose borrower was not told."""
    return _ids(
        db,
        {
            "state": OrderState.ACTIVE.value,
            "due_at": {"$lte": now},
            "overdue_at": None,
            "end_by": {"$not": {"$lte": now}},
        },
    )


def ids_to_lapse(db: Database, now: datetime) -> list[str]:
    """Those that were never begun in time."""
    return _ids(db, {"state": OrderState.CREATED.value, "begin_by": {"$lte": now}})


def ids_to_end(db: Database, now: datetime) -> list[str]:
    """Those that nobody settled for so long that they end."""
    return _ids(db, {"state": {"$in": _HELD}, "end_by": {"$lte": now}})


def ids_to_wind_up(db: Database, merchant_ids: Collection[str]) -> list[str]:
    """Those of these merchants that are not over."""
    wanted = {
        "merchant_id": {"$in": list(merchant_ids)},
        "state": {"$in": [OrderState.CREATED.value, *_HELD]},
    }
    return _ids(db, wanted)


def count(db: Database, merchant_id: str, state: OrderState, now: datetime) -> int:
    """How many of a merchant's orders stand like this at `now`."""
    return db[COLLECTION].count_documents({"merchant_id": merchant_id} | _standing(state, now))


def _standing(state: OrderState | None, now: datetime) -> dict[str, Any]:
    match state:
        case None:
            return {}
        case OrderState.CREATED:
            return {"state": state.value, "begin_by": {"$gt": now}}
        case OrderState.ACTIVE:
            return {"state": state.value, "due_at": {"$gt": now}}
        case OrderState.OVERDUE:
            return {
                "state": OrderState.ACTIVE.value,
                "due_at": {"$lte": now},
                "end_by": {"$not": {"$lte": now}},
            }
        case OrderState.RETURNED:
            return {"state": state.value, "end_by": {"$not": {"$lte": now}}}
        case OrderState.ENDED:
            over = {"state": {"$in": _HELD}, "end_by": {"$lte": now}}
            return {"$or": [{"state": state.value}, over]}
        case OrderState.CANCELLED:
            lapsed = {"state": OrderState.CREATED.value, "begin_by": {"$lte": now}}
            return {"$or": [{"state": state.value}, lapsed]}
    return {"state": state.value}


def _one(db: Database, wanted: dict[str, Any]) -> Order | None:
    found = db[COLLECTION].find_one(wanted)
    return from_document(Order, found) if found else None


def _ids(db: Database, wanted: dict[str, Any]) -> list[str]:
    return [one["_id"] for one in db[COLLECTION].find(wanted, {"_id": 1})]
