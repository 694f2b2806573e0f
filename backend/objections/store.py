"""Objections in MongoDB. Every change is a compare-and-set on `version`; one live case per record and person is an index."""

from collections.abc import Callable, Iterator
from datetime import datetime

from pymongo import ASCENDING, DESCENDING, IndexModel
from pymongo.errors import DuplicateKeyError

from backend.common import mongo
from backend.common.documents import from_document, to_document
from backend.common.mongo import Database, Document
from backend.common.pages import Position
from backend.objections.model import TURNS, Objection, Wanted

COLLECTION = "objections"
# Comparisons, not types: the server uses a partial index for a look-up by value only where it sees that the value is in it.
_LIVE = {"open_key": {"$gt": ""}}
INDEXES = [
    IndexModel([("open_key", ASCENDING)], unique=True, partialFilterExpression=_LIVE),
    IndexModel(
        [("account_id", ASCENDING), ("key_mac", ASCENDING)],
        unique=True,
        partialFilterExpression={"key_mac": {"$gt": b""}},
    ),
    IndexModel([("subject_id", ASCENDING), ("submitted_at", DESCENDING), ("_id", DESCENDING)]),
    # The desk's lists: nearest due first, all of them, by state, by unit.
    IndexModel([("due_at", ASCENDING), ("_id", ASCENDING)]),
    IndexModel([("state", ASCENDING), ("due_at", ASCENDING), ("_id", ASCENDING)]),
    IndexModel([("unit_code", ASCENDING), ("due_at", ASCENDING), ("_id", ASCENDING)]),
    # The sweeps; a finished case is in neither.
    IndexModel([("chores.what", ASCENDING), ("chores.at", ASCENDING)], partialFilterExpression=_LIVE),
    IndexModel([("clocks.calendar_version", ASCENDING)], partialFilterExpression=_LIVE),
    # The figures of a month.
    IndexModel([("submitted_at", ASCENDING)]),
    IndexModel([("closed_at", ASCENDING)]),
]
COLLECTIONS = {COLLECTION: INDEXES}


def insert(db: Database, case: Objection) -> bool:
    """False when a live case is there already, or one under the same key of a request."""
    try:
        db[COLLECTION].insert_one(to_document(case))
    except DuplicateKeyError:
        return False
    return True


def put(db: Database, case: Objection) -> bool:
    """Write the case over the version it was made from; false when somebody was faster."""
    document = to_document(case) | {"version": case.version + 1}
    written = db[COLLECTION].replace_one({"_id": case.id, "version": case.version}, document)
    return written.matched_count == 1


def find(db: Database, objection_id: str) -> Objection | None:
    return _case(db[COLLECTION].find_one({"_id": objection_id}))


def find_own(db: Database, subject_id: str, objection_id: str) -> Objection | None:
    return _case(db[COLLECTION].find_one({"_id": objection_id, "subject_id": subject_id}))


def find_of_unit(db: Database, unit_code: str, objection_id: str) -> Objection | None:
    """A case that was forwarded to this unit."""
    wanted = {"_id": objection_id, "unit_code": unit_code, "forwarded_at": {"$ne": None}}
    return _case(db[COLLECTION].find_one(wanted))


def find_live(db: Database, open_key: str) -> Objection | None:
    return _case(db[COLLECTION].find_one({"open_key": open_key}))


def find_by_key(db: Database, account_id: str, key_mac: bytes) -> Objection | None:
    return _case(db[COLLECTION].find_one({"account_id": account_id, "key_mac": key_mac}))


def list_own(db: Database, subject_id: str, *, after: Position | None, limit: int) -> list[Objection]:
    """Newest first; `after` is the last one of the page before."""
    found = mongo.page_of(
        db[COLLECTION], {"subject_id": subject_id}, by="submitted_at", after=after, limit=limit
    )
    return [from_document(Objection, document) for document in found]


def list_live(db: Database, subject_id: str) -> list[Objection]:
    """The person's cases beside which no other may be opened, as they are written down."""
    found = db[COLLECTION].find({"subject_id": subject_id, **_LIVE})
    return [from_document(Objection, document) for document in found]


def list_of_record(db: Database, subject_id: str, record_id: str) -> list[Objection]:
    """Every case of this person about this record; found among the person's, who has few."""
    found = db[COLLECTION].find({"subject_id": subject_id, "record_id": record_id})
    return [from_document(Objection, document) for document in found]


def list_for_desk(
    db: Database, wanted: Wanted, at: datetime, *, after: Position | None, limit: int
) -> list[Objection]:
    """What is written down as it stands at `at`, nearest due first; a case with nothing due comes last."""
    asked = _asked(wanted, at)
    found = mongo.page_of(db[COLLECTION], asked, by="due_at", after=after, limit=limit, newest_first=False)
    return [from_document(Objection, document) for document in found]


def list_turned(db: Database, unit_code: str | None, at: datetime) -> list[Objection]:
    """The cases that do not stand at `at` as they are written down, because time has moved them on, in no order."""
    wanted = {**_LIVE, "chores": {"$elemMatch": _turned(at)}}
    if unit_code is not None:
        wanted["unit_code"] = unit_code
    return [from_document(Objection, document) for document in db[COLLECTION].find(wanted)]


def queue(db: Database, wanted: Wanted, at: datetime) -> tuple[int, int, datetime | None]:
    """Of what is written down as it stands at `at`: how many, how many of them are overdue, and the nearest due instant."""
    (found,) = db[COLLECTION].aggregate(
        [
            {"$match": _asked(wanted, at)},
            {
                "$group": {
                    "_id": None,
                    "count": {"$sum": 1},
                    "overdue": {"$sum": {"$cond": [{"$lte": ["$due_at", at]}, 1, 0]}},
                    "nearest": {"$min": "$due_at"},
                }
            },
        ]
    ).to_list() or [{"count": 0, "overdue": 0, "nearest": None}]
    return found["count"], found["overdue"], found["nearest"]


def ids_with_chore(db: Database, what: str, at: datetime) -> Iterator[str]:
    """Live cases for which this is due by `at`, read before any of them is changed."""
    wanted = {**_LIVE, "chores": {"$elemMatch": {"what": what, "at": {"$lte": at}}}}
    yield from [found["_id"] for found in db[COLLECTION].find(wanted, {"_id": 1})]


def ids_with_stale_clock(db: Database, is_stale: Callable[[str], bool]) -> Iterator[str]:
    """Live cases with a clock that was worked out by tables that are not in force any more."""
    versions = [
        found for found in db[COLLECTION].distinct("clocks.calendar_version", _LIVE) if is_stale(found)
    ]
    wanted = {**_LIVE, "clocks.calendar_version": {"$in": versions}}
    yield from [found["_id"] for found in db[COLLECTION].find(wanted, {"_id": 1})]


def _asked(wanted: Wanted, at: datetime) -> Document:
    asked: Document = {"chores": {"$not": {"$elemMatch": _turned(at)}}}
    if wanted.state is not None:
        asked["state"] = wanted.state.value
    if wanted.unit_code is not None:
        asked["unit_code"] = wanted.unit_code
    if wanted.forwarded:
        asked["forwarded_at"] = {"$ne": None}
    if wanted.overdue_at is not None:
        asked["due_at"] = {"$lte": wanted.overdue_at}
    return asked


def _turned(at: datetime) -> Document:
    """The chore of a case that time has moved on by `at`."""
    return {"what": {"$in": [act.value for act in TURNS]}, "at": {"$lte": at}}


def _case(document: Document | None) -> Objection | None:
    return from_document(Objection, document) if document else None


def count_submitted(db: Database, begins_at: datetime, ends_at: datetime) -> int:
    return db[COLLECTION].count_documents({"submitted_at": {"$gte": begins_at, "$lt": ends_at}})


def each_closed(db: Database, begins_at: datetime, ends_at: datetime) -> Iterator[Objection]:
    """The cases that ended in a period."""
    for document in db[COLLECTION].find({"closed_at": {"$gte": begins_at, "$lt": ends_at}}):
        yield from_document(Objection, document)
