"""Restorations in MongoDB. Every change is a compare-and-set on `version`; one open case per record and person is an index."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from pymongo import ASCENDING, DESCENDING, IndexModel
from pymongo.errors import DuplicateKeyError

from backend.common import mongo
from backend.common.documents import from_document, to_document
from backend.common.mongo import Database, Document
from backend.common.pages import Position
from backend.restorations.model import Restoration
from schemas.terms import RestorationState

COLLECTION = "restorations"
_OPEN = {"open_key": {"$gt": ""}}
INDEXES = [
    IndexModel([("open_key", ASCENDING)], unique=True, partialFilterExpression=_OPEN),
    IndexModel(
        [("account_id", ASCENDING), ("key_mac", ASCENDING)],
        unique=True,
        partialFilterExpression={"key_mac": {"$gt": b""}},
    ),
    IndexModel([("subject_id", ASCENDING), ("submitted_at", DESCENDING), ("_id", DESCENDING)]),
    IndexModel([("state", ASCENDING), ("due_at", ASCENDING), ("_id", ASCENDING)]),
    IndexModel([("unit_code", ASCENDING), ("due_at", ASCENDING), ("_id", ASCENDING)]),
    IndexModel([("due_at", ASCENDING), ("_id", ASCENDING)]),
    # The sweeps; a finished case is in none of them.
    IndexModel([("flag_at", ASCENDING)], partialFilterExpression=_OPEN),
    IndexModel([("remind_at", ASCENDING)], partialFilterExpression=_OPEN),
    IndexModel([("clocks.calendar_version", ASCENDING)], partialFilterExpression=_OPEN),
    # The figures of a month.
    IndexModel([("submitted_at", ASCENDING)]),
    IndexModel([("closed_at", ASCENDING)]),
]
COLLECTIONS = {COLLECTION: INDEXES}


def insert(db: Database, case: Restoration) -> bool:
    """False when an open case is there already, or one under the same key of a request."""
    try:
        db[COLLECTION].insert_one(to_document(case))
    except DuplicateKeyError:
        return False
    return True


def put(db: Database, case: Restoration) -> bool:
    """Write the case over the version it was made from; false when somebody was faster."""
    document = to_document(case) | {"version": case.version + 1}
    written = db[COLLECTION].replace_one({"_id": case.id, "version": case.version}, document)
    return written.matched_count == 1


def find(db: Database, restoration_id: str) -> Restoration | None:
    return _one(db, {"_id": restoration_id})


def find_own(db: Database, subject_id: str, restoration_id: str) -> Restoration | None:
    return _one(db, {"_id": restoration_id, "subject_id": subject_id})


def find_of_unit(db: Database, unit_code: str, restoration_id: str) -> Restoration | None:
    """A case of this unit that was accepted, whatever became of it."""
    return _one(db, {"_id": restoration_id, "unit_code": unit_code} | _accepted())


def find_open(db: Database, open_key: str) -> Restoration | None:
    return _one(db, {"open_key": open_key})


def list_open(db: Database, subject_id: str) -> list[Restoration]:
    """The person's open cases."""
    found = db[COLLECTION].find({"subject_id": subject_id, **_OPEN})
    return [from_document(Restoration, document) for document in found]


def find_by_key(db: Database, account_id: str, key_mac: bytes) -> Restoration | None:
    return _one(db, {"account_id": account_id, "key_mac": key_mac})


def list_own(db: Database, subject_id: str, *, after: Position | None, limit: int) -> list[Restoration]:
    """Newest first; `after` is the last one of the page before."""
    found = mongo.page_of(
        db[COLLECTION], {"subject_id": subject_id}, by="submitted_at", after=after, limit=limit
    )
    return [from_document(Restoration, document) for document in found]


def list_of_record(db: Database, subject_id: str, record_id: str) -> list[Restoration]:
    """Every case of this person about this record; found among the person's, who has few."""
    found = db[COLLECTION].find({"subject_id": subject_id, "record_id": record_id})
    return [from_document(Restoration, document) for document in found]


def list_for_desk(db: Database, wanted: Document, *, after: Position | None, limit: int) -> list[Restoration]:
    """Nearest due first; a case with nothing due comes last."""
    found = mongo.page_of(db[COLLECTION], wanted, by="due_at", after=after, limit=limit, newest_first=False)
    return [from_document(Restoration, document) for document in found]


def wanted(
    *,
    state: RestorationState | None = None,
    unit_code: str | None = None,
    overdue_at: datetime | None = None,
    accepted: bool = False,
) -> Document:
    """What a list of the desk asks for; `accepted`: only cases that reached their provider."""
    found: dict[str, Any] = _accepted() if accepted else {}
    if state is not None:
        found["state"] = state.value
    if unit_code is not None:
        found["unit_code"] = unit_code
    if overdue_at is not None:
        found["due_at"] = {"$lte": overdue_at}
    return found


def queue(db: Database, wanted: Document, at: datetime) -> tuple[int, int, datetime | None]:
    """How many, how many of them are overdue at `at`, and the nearest due instant."""
    overdue = {"$sum": {"$cond": [{"$lte": ["$due_at", at]}, 1, 0]}}
    counted = {"_id": None, "count": {"$sum": 1}, "overdue": overdue, "nearest": {"$min": "$due_at"}}
    found = db[COLLECTION].aggregate([{"$match": wanted}, {"$group": counted}]).to_list()
    return (found[0]["count"], found[0]["overdue"], found[0]["nearest"]) if found else (0, 0, None)


def ids_to_flag(db: Database, at: datetime) -> list[str]:
    return _ids(db, {"flag_at": {"$lte": at}})


def ids_to_remind(db: Database, at: datetime) -> list[str]:
    return _ids(db, {"remind_at": {"$lte": at}})


def ids_with_stale_clock(db: Database, is_stale: Callable[[str], bool]) -> list[str]:
    """Open cases with a clock that was worked out by tables that are not in force any more."""
    versions = [
        found for found in db[COLLECTION].distinct("clocks.calendar_version", _OPEN) if is_stale(found)
    ]
    return _ids(db, {"clocks.calendar_version": {"$in": versions}})


def _ids(db: Database, wanted: Document) -> list[str]:
    """Open cases, read before any of them is changed."""
    return [found["_id"] for found in db[COLLECTION].find(_OPEN | wanted, {"_id": 1})]


def _accepted() -> Document:
    return {"events.act": "accept"}


def _one(db: Database, wanted: Document) -> Restoration | None:
    found = db[COLLECTION].find_one(wanted)
    return from_document(Restoration, found) if found else None


def count_submitted(db: Database, begins_at: datetime, ends_at: datetime) -> int:
    return db[COLLECTION].count_documents({"submitted_at": {"$gte": begins_at, "$lt": ends_at}})


def each_closed(db: Database, begins_at: datetime, ends_at: datetime) -> Iterator[Restoration]:
    """The cases that ended in a period."""
    for document in db[COLLECTION].find({"closed_at": {"$gte": begins_at, "$lt": ends_at}}):
        yield from_document(Restoration, document)
