"""Shops. Every change is a compare-and-set on `version`; what is shown is judged in the query, whether or not anybody swept."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from bson.regex import Regex
from pymongo import ASCENDING, DESCENDING, GEOSPHERE, IndexModel, InsertOne, ReplaceOne
from pymongo.errors import BulkWriteError, DuplicateKeyError

from backend.common import mongo
from backend.common.coordinates import LngLat
from backend.common.documents import from_document, to_document
from backend.common.mongo import Database, Document, Retry
from backend.common.pages import Position
from backend.places.model import Only, Pin, Place
from schemas.terms import PlaceState

COLLECTION = "places"
_ACTIVE = PlaceState.ACTIVE.value
_GRID, _GRID_OF_DISTRICT = "grid", "grid_of_district"
INDEXES = [
    IndexModel([("keys", ASCENDING)], unique=True),
    IndexModel(
        [("location", GEOSPHERE), ("shown_until", ASCENDING), ("kind", ASCENDING), ("district", ASCENDING)],
        partialFilterExpression={"state": _ACTIVE},
    ),
    # Parts of the map, and clusters, which this index answers alone.
    IndexModel(
        [
            (name, ASCENDING)
            for name in ("state", "cell", "shown_until", "kind", "district", "lng", "lat", "_id")
        ],
        name=_GRID,
    ),
    IndexModel([("state", ASCENDING), ("district", ASCENDING), ("cell", ASCENDING)], name=_GRID_OF_DISTRICT),
    IndexModel([("created_at", DESCENDING), ("_id", DESCENDING)]),
    IndexModel([("state", ASCENDING), ("created_at", DESCENDING), ("_id", DESCENDING)]),
    IndexModel([("district", ASCENDING), ("created_at", DESCENDING), ("_id", DESCENDING)]),
]
_PIN = dict.fromkeys(("name", "kind", "district", "address", "lng", "lat", "assessments"), 1)


def insert(db: Database, place: Place) -> bool:
    """False when a shop of one of its keys is there already."""
    try:
        db[COLLECTION].insert_one(to_document(place))
    except DuplicateKeyError:
        return False
    return True


def put(db: Database, place: Place) -> bool | None:
    """Write it over the version it was made from; false when somebody was faster, None when another shop has its key."""
    try:
        written = db[COLLECTION].replace_one(_before(place), _after(place))
    except DuplicateKeyError:
        return None
    return written.matched_count == 1


def put_all(db: Database, new: Sequence[Place], changed: Sequence[Place]) -> None:
    """Write many in the running transaction; `Retry` where somebody was faster with one of them."""
    writes: list[InsertOne[Document] | ReplaceOne[Document]] = [InsertOne(to_document(one)) for one in new]
    writes += [ReplaceOne(_before(one), _after(one)) for one in changed]
    try:
        written = db[COLLECTION].bulk_write(writes, ordered=False)
    except BulkWriteError as error:
        if any(fault["code"] != mongo.DUPLICATE_KEY for fault in error.details["writeErrors"]):
            raise
        raise Retry("places") from error
    if written.matched_count != len(changed):
        raise Retry("places")


def find(db: Database, place_id: str) -> Place | None:
    found = db[COLLECTION].find_one({"_id": place_id})
    return from_document(Place, found) if found else None


def find_many(db: Database, place_ids: Sequence[str]) -> dict[str, Place]:
    found = db[COLLECTION].find({"_id": {"$in": list(place_ids)}})
    return {document["_id"]: from_document(Place, document) for document in found}


def find_by_keys(db: Database, keys: Sequence[str]) -> list[Place]:
    found = db[COLLECTION].find({"keys": {"$in": list(keys)}})
    return [from_document(Place, document) for document in found]


def nearest(
    db: Database, only: Only, at: datetime, *, around: LngLat, within_m: float, limit: int
) -> list[Pin]:
    """Shown shops around a position, nearest first by the database's measure, which takes the earth for a sphere."""
    point = {"$geometry": {"type": "Point", "coordinates": list(around)}, "$maxDistance": within_m}
    found = db[COLLECTION].find({"location": {"$near": point}} | _shown(only, at), _PIN, limit=limit)
    return [from_document(Pin, document) for document in found]


def each_in(db: Database, only: Only, at: datetime, prefixes: Sequence[str], *, batch: int) -> Iterator[Pin]:
    """Shown shops in the squares of the map that begin so, square by square, in the index's order: who stops early has
    read little more than a batch."""
    wanted = _shown(only, at) | _in(prefixes)
    # Named, for a trial of several plans would read a hundred shops first.
    index = _GRID if only.district is None else _GRID_OF_DISTRICT
    found = db[COLLECTION].find(wanted, _PIN, sort=[("cell", ASCENDING)], batch_size=batch, hint=index)
    with found:
        for document in found:
            yield from_document(Pin, document)


def count_squares(
    db: Database, only: Only, at: datetime, prefixes: Sequence[str], *, depth: int
) -> list[Document]:
    """How many shown shops lie in each square of a depth, their middle, and the first of their ids."""
    stages: list[Document] = [
        {"$match": _shown(only, at) | _in(prefixes)},
        {
            "$group": {
                "_id": {"$substrBytes": ["$cell", 0, depth]},
                "count": {"$sum": 1},
                "lng": {"$avg": "$lng"},
                "lat": {"$avg": "$lat"},
                "first": {"$min": "$_id"},
            }
        },
        {"$sort": {"_id": 1}},
    ]
    return db[COLLECTION].aggregate(stages, hint=_GRID).to_list()


def names(db: Database, place_ids: Sequence[str]) -> dict[str, str]:
    found = db[COLLECTION].find({"_id": {"$in": list(place_ids)}}, {"name": 1})
    return {document["_id"]: document["name"] for document in found}


def list_newest(
    db: Database,
    *,
    state: PlaceState | None,
    district: str | None,
    after: Position | None,
    limit: int,
) -> list[Place]:
    wanted = {"state": state.value if state else None, "district": district}
    asked = {name: value for name, value in wanted.items() if value is not None}
    found = mongo.page_of(db[COLLECTION], asked, by="created_at", after=after, limit=limit)
    return [from_document(Place, document) for document in found]


def _shown(only: Only, at: datetime) -> Document:
    """Judged at `at`: not paused, not withdrawn, not expired; for a year, by that year's assessment."""
    wanted: dict[str, Any] = {"state": _ACTIVE, "shown_until": {"$gt": at}}
    if only.kind is not None:
        wanted["kind"] = only.kind.value
    if only.district is not None:
        wanted["district"] = only.district
    if only.year is not None:
        wanted["assessments"] = {"$elemMatch": {"year": only.year, "shown_until": {"$gt": at}}}
    return wanted


def _in(prefixes: Sequence[str]) -> Document:
    """Keys that begin with one of these. As patterns they are ranges of one scan, which the index answers alone; as ranges
    of an `$or` they would be a scan each, and every shop be read."""
    return {"cell": {"$in": [Regex(f"^{one}") for one in prefixes]}}


def _before(place: Place) -> Document:
    return {"_id": place.id, "version": place.version}


def _after(place: Place) -> Document:
    return to_document(place) | {"version": place.version + 1}
