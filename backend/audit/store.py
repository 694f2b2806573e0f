"""The audit log in MongoDB: append-only, acknowledged by the majority."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime

from pymongo import ASCENDING, DESCENDING, IndexModel

from backend.audit.model import SHARED, Entry, Onlookers, Seal, Tally, Wanted
from backend.common.documents import from_document, to_document
from backend.common.handles import Part, insert_durable
from backend.common.mongo import (
    DUPLICATE_KEY,
    BulkWriteError,
    Database,
    Document,
    in_transaction,
    notes,
)
from backend.common.pages import Position
from schemas.terms import Channel, Role

COLLECTION = "audit_log"
# What an auditor searches by; each ends in the time, so that a page is read from its place on. That of the actions carries what
# figures are counted by as well, so that counting reads no line.
_IN_TIME = [("at", ASCENDING), ("_id", ASCENDING)]
_COUNTED_BY = ("channel", "details.form", "details.way", "details.passed")
_BY_ACTION = IndexModel(
    [("action", ASCENDING), *_IN_TIME, *((name, ASCENDING) for name in _COUNTED_BY)], name="by_action"
)
_BY_ACTOR = IndexModel([("actor_id", ASCENDING), *_IN_TIME], name="by_actor")
_BY_TARGET = IndexModel(
    [("target_id", ASCENDING), *_IN_TIME],
    name="by_target",
    partialFilterExpression={"target_id": {"$gt": ""}},
)
_BY_DOOR = IndexModel([("actor_role", ASCENDING), ("channel", ASCENDING), *_IN_TIME], name="by_door")
# Looks that were not the subject's own, which nearly all are: of a person's thousand looks a page of these is read alone. That no
# role comes to stand outside of it unseen, it names the one that is left out. The server takes the index only for a query in
# which each of these ways stands whole, with the chain inside (`_others`). The time at the end lets a count skip lines.
_WAYS: list[Document] = [
    {"look": True, "actor_role": {"$lt": Role.CITIZEN.value}},
    {"look": True, "actor_role": {"$gt": Role.CITIZEN.value}},
    {"look": True, "action": SHARED},
]
_BY_OTHERS = IndexModel(
    [("chain", ASCENDING), ("seq", ASCENDING), ("at", ASCENDING)],
    name="by_others",
    partialFilterExpression={"$or": _WAYS},
)
_BY_TIME = "at_1__id_1"
_AFTER_ALL = "\uffff"
INDEXES = [
    IndexModel([("chain", ASCENDING), ("seq", ASCENDING)], unique=True),
    IndexModel([("at", ASCENDING), ("_id", ASCENDING)]),
    IndexModel([("details.report_no", ASCENDING)], unique=True, sparse=True),
    _BY_ACTION,
    _BY_ACTOR,
    _BY_TARGET,
    _BY_DOOR,
    _BY_OTHERS,
]
SEALS = "audit_seals"
COLLECTIONS = {COLLECTION: INDEXES, SEALS: []}


def insert(db: Database, entry: Entry) -> bool:
    """False when the place in the chain was taken by a concurrent writer; true means durable on the majority."""
    return insert_durable(db, COLLECTION, to_document(entry))


def insert_all(db: Database, entries: Sequence[Entry]) -> bool:
    """The same with several as one command, in a transaction, which commits all of them or none."""
    try:
        db[COLLECTION].insert_many([to_document(entry) for entry in entries])
    except BulkWriteError as error:
        if any(fault["code"] != DUPLICATE_KEY for fault in error.details["writeErrors"]):
            raise
        return False
    return True


def waiting() -> list[Entry]:
    """The lines that the running transaction has made and not written yet, in their order."""
    lines: list[Entry] = notes().setdefault(COLLECTION, [])
    return lines


def written_off() -> list[Entry]:
    """The same, no longer waiting."""
    lines: list[Entry] = notes().pop(COLLECTION, [])
    return lines


def last_waiting(chain: str) -> Entry | None:
    """The last of those lines in a chain, which no read of the database finds."""
    if not in_transaction():
        return None
    return next((one for one in reversed(waiting()) if one.chain == chain), None)


def find_last(db: Database, chain: str) -> Entry | None:
    found = db[COLLECTION].find_one({"chain": chain}, sort=[("seq", DESCENDING)])
    return _entry(found) if found else None


def list_newest(db: Database, chain: str, *, before: int | None, limit: int) -> list[Entry]:
    """A chain from its end; `before` is the `seq` of the last entry of the page before."""
    wanted: Document = {"chain": chain} if before is None else {"chain": chain, "seq": {"$lt": before}}
    found = db[COLLECTION].find(wanted, sort=[("seq", DESCENDING)], limit=limit)
    return [_entry(document) for document in found.to_list()]


def list_others(db: Database, chain: str, *, before: int | None, limit: int) -> list[Entry]:
    """The same of those looks that were not the subject's own."""
    wanted: Document = {"chain": chain} if before is None else {"chain": chain, "seq": {"$lt": before}}
    found = db[COLLECTION].find(_others(wanted), sort=[("seq", DESCENDING)], limit=limit, hint="by_others")
    return [_entry(document) for document in found.to_list()]


def onlookers(db: Database, chain: str, since: datetime) -> list[Onlookers]:
    """Who they were, and how often since then; who looked most comes first."""
    who: Document = {
        "role": "$actor_role",
        "unit": "$actor_unit",
        "name": "$actor_name",
        "shared": {"$eq": ["$action", SHARED]},
    }
    pipeline: list[Document] = [
        {"$match": _others({"chain": chain, "at": {"$gte": since}})},
        {"$group": {"_id": who, "count": {"$sum": 1}, "last": {"$max": "$seq"}}},
        {"$sort": {"count": -1, "last": -1}},
    ]
    found = db[COLLECTION].aggregate(pipeline, hint="by_others")
    return [from_document(Onlookers, {**group["_id"], "count": group["count"]}) for group in found]


def _others(wanted: Document) -> Document:
    return {"$or": [wanted | way for way in _WAYS]}


def newest(prefix: str, limit: int) -> Part[Entry]:
    """The same from the very end, as one part of a joined read that knows how the chain's name ends."""
    return Part(COLLECTION, "chain", _entry, sort=("seq", DESCENDING), limit=limit, prefix=prefix)


def find_in(db: Database, chain: str, entry_id: str) -> Entry | None:
    found = db[COLLECTION].find_one({"_id": entry_id, "chain": chain})
    return _entry(found) if found else None


def find_report(db: Database, report_no: str) -> Entry | None:
    found = db[COLLECTION].find_one({"details.report_no": report_no})
    return _entry(found) if found else None


def count_in(db: Database, chain: str, action: str, since: datetime) -> int:
    return db[COLLECTION].count_documents({"chain": chain, "action": action, "at": {"$gte": since}})


def each_in_order(db: Database) -> Iterator[Entry]:
    """The whole log, chain by chain, for verification; streamed."""
    found = db[COLLECTION].find({}, sort=[("chain", ASCENDING), ("seq", ASCENDING)]).allow_disk_use(True)
    for document in found:
        yield _entry(document)


def macs_between(db: Database, begins_at: datetime, ends_at: datetime) -> Iterator[bytes]:
    found = db[COLLECTION].find(
        {"at": {"$gte": begins_at, "$lt": ends_at}}, {"mac": 1}, sort=[("at", ASCENDING), ("_id", ASCENDING)]
    )
    for document in found:
        yield document["mac"]


def find_first_at(db: Database) -> datetime | None:
    found = db[COLLECTION].find_one({}, {"at": 1}, sort=[("at", ASCENDING)])
    return found["at"] if found else None


def insert_seal(db: Database, seal: Seal) -> bool:
    return insert_durable(db, SEALS, to_document(seal))


def each_seal(db: Database) -> Iterator[Seal]:
    for document in db[SEALS].find({}, sort=[("_id", ASCENDING)]):
        yield from_document(Seal, document)


def find_last_seal(db: Database) -> Seal | None:
    found = db[SEALS].find_one({}, sort=[("_id", DESCENDING)])
    return from_document(Seal, found) if found else None


def actions(db: Database, beginning: str) -> list[str]:
    """The actions that begin so; the index is skipped through, a step for each."""
    between = {"$gte": beginning, "$lt": beginning + _AFTER_ALL}
    found: list[str] = db[COLLECTION].distinct("action", {"action": between})
    return sorted(found)


def search(db: Database, wanted: Wanted, *, after: Position | None, limit: int) -> list[Entry]:
    """Newest first, through the index of the narrowest thing that was asked for."""
    if wanted.actions == ():
        return []
    query, index = _narrowed(wanted)
    query["at"] = {"$gte": wanted.begins_at, "$lt": wanted.ends_at}
    if after is not None:
        query["at"] = {"$gte": wanted.begins_at, "$lte": after.at}
        query["$or"] = [{"at": {"$lt": after.at}}, {"_id": {"$lt": after.id}}]
    found = db[COLLECTION].find(
        query, sort=[("at", DESCENDING), ("_id", DESCENDING)], limit=limit, hint=index
    )
    return [_entry(document) for document in found]


def _narrowed(wanted: Wanted) -> tuple[Document, str]:
    """Every filter but the time, and the index to go by. Several values of what an index begins with are so many ways through
    it, merged in the order of time."""
    query: Document = {}
    index = _BY_TIME
    if wanted.role is not None or wanted.channel is not None:
        query["actor_role"] = wanted.role.value if wanted.role else {"$in": [one.value for one in Role]}
        query["channel"] = wanted.channel.value if wanted.channel else {"$in": [one.value for one in Channel]}
        index = "by_door"
    if wanted.actions is not None:
        query["action"], index = {"$in": list(wanted.actions)}, "by_action"
    if wanted.actor_id is not None:
        query["actor_id"], index = wanted.actor_id, "by_actor"
    if wanted.target_id is not None:
        query["target_id"], index = wanted.target_id, "by_target"
    return query, index


def tally(db: Database, actions: Collection[str], begins_at: datetime, ends_at: datetime) -> Iterator[Tally]:
    """Counted on the keys of one index."""
    pipeline = [
        {"$match": {"action": {"$in": list(actions)}, "at": {"$gte": begins_at, "$lt": ends_at}}},
        {
            "$group": {
                "_id": {
                    "action": "$action",
                    "channel": "$channel",
                    "form": "$details.form",
                    "way": "$details.way",
                    "passed": "$details.passed",
                },
                "count": {"$sum": 1},
            }
        },
    ]
    for group in db[COLLECTION].aggregate(pipeline, hint="by_action"):
        key = group["_id"]
        yield Tally(
            action=key["action"],
            channel=Channel(key["channel"]),
            form=key.get("form"),
            way=key.get("way"),
            passed=key.get("passed"),
            count=group["count"],
        )


def each_of(db: Database, action: str, begins_at: datetime, ends_at: datetime) -> Iterator[Entry]:
    wanted = {"action": action, "at": {"$gte": begins_at, "$lt": ends_at}}
    for document in db[COLLECTION].find(
        wanted, sort=[("at", ASCENDING), ("_id", ASCENDING)], hint="by_action"
    ):
        yield _entry(document)


def _entry(document: Document) -> Entry:
    return from_document(Entry, document)
