"""Residents' reports, and the task that gathers them. Who reported is a keyed hash, and goes with the task."""

from datetime import datetime

from pymongo import ASCENDING, IndexModel, ReturnDocument
from pymongo.errors import DuplicateKeyError

from backend.common import mongo
from backend.common.documents import from_document, to_document
from backend.common.mongo import Database
from backend.common.pages import Position
from backend.places.model import Report, Task
from schemas.terms import PlaceReportKind, PlaceTaskState

COLLECTION, TASKS = "place_reports", "place_tasks"
INDEXES = [
    IndexModel([("place_id", ASCENDING), ("holder_mac", ASCENDING)], unique=True),
    IndexModel([("place_id", ASCENDING), ("phone_mac", ASCENDING)], unique=True),
]
TASK_INDEXES = [
    IndexModel([("open_key", ASCENDING)], unique=True, partialFilterExpression={"open_key": {"$gt": ""}}),
    IndexModel([("state", ASCENDING), ("raised_at", ASCENDING), ("_id", ASCENDING)]),
    IndexModel([("state", ASCENDING), ("since", ASCENDING)]),
]
_OPEN = {"state": PlaceTaskState.OPEN.value}


def insert(db: Database, report: Report) -> bool:
    """False when this account, or this person by another account, has reported the shop already."""
    try:
        db[COLLECTION].insert_one(to_document(report))
    except DuplicateKeyError:
        return False
    return True


def find(db: Database, place_id: str, *, holder_mac: bytes, phone_mac: bytes) -> Report | None:
    """What this person, account or phone has reported of the shop."""
    own = [{"holder_mac": holder_mac}, {"phone_mac": phone_mac}]
    found = db[COLLECTION].find_one({"place_id": place_id, "$or": own})
    return from_document(Report, found) if found else None


def remove_of(db: Database, place_id: str) -> None:
    """Forget who reported a shop."""
    db[COLLECTION].delete_many({"place_id": place_id})


def count_up(db: Database, fresh: Task, kind: PlaceReportKind) -> Task:
    """Count a report in the shop's task, in `fresh` where there is none. Reports of one moment queue here: of two
    transactions that count, one begins anew, so that the third report is the third."""
    document = to_document(fresh)
    begun = {name: value for name, value in document.items() if name not in (kind.value, "open_key")}
    found = db[TASKS].find_one_and_update(
        {"open_key": fresh.open_key},
        {"$inc": {kind.value: 1}, "$setOnInsert": begun},
        upsert=True,
        return_document=ReturnDocument.AFTER,
    )
    assert found is not None
    return from_document(Task, found)


def put(db: Database, before: Task, after: Task) -> bool:
    """Write a task over the one it was made from; false when somebody was faster."""
    same = {"_id": before.id, "state": before.state.value, "moved": before.moved, "closed": before.closed}
    return db[TASKS].replace_one(same, to_document(after)).matched_count == 1


def find_task(db: Database, task_id: str) -> Task | None:
    found = db[TASKS].find_one({"_id": task_id})
    return from_document(Task, found) if found else None


def find_open(db: Database, place_id: str) -> Task | None:
    """The shop's task that is not resolved, raised or not."""
    found = db[TASKS].find_one({"open_key": place_id})
    return from_document(Task, found) if found else None


def list_raised(db: Database, state: PlaceTaskState, *, after: Position | None, limit: int) -> list[Task]:
    """What was raised first is first."""
    found = mongo.page_of(
        db[TASKS], {"state": state.value}, by="raised_at", after=after, limit=limit, newest_first=False
    )
    return [from_document(Task, document) for document in found]


def ids_gathering_since(db: Database, until: datetime) -> list[str]:
    """Tasks that began before `until` and never had enough reports."""
    wanted = {"state": PlaceTaskState.GATHERING.value, "since": {"$lt": until}}
    return [found["_id"] for found in db[TASKS].find(wanted, {"_id": 1})]


def remove_task(db: Database, task: Task) -> bool:
    """False when it was raised meanwhile."""
    return db[TASKS].delete_one({"_id": task.id, "state": PlaceTaskState.GATHERING.value}).deleted_count == 1


def count_raised(db: Database) -> int:
    return db[TASKS].count_documents(_OPEN)


def raised_at(task: Task) -> datetime:
    """Tasks of a queue were raised."""
    assert task.raised_at is not None
    return task.raised_at
