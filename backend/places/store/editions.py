"""Which edition of the map is in force: one small document, counted up in the transaction of every change."""

from datetime import datetime

from pymongo import IndexModel

from backend.common.mongo import Database

COLLECTION = "place_editions"
INDEXES: list[IndexModel] = []
_MAP = "map"
A_SECOND_MS = 1000


def count_up(db: Database, at: datetime) -> None:
    """The next edition, changed at `at`, and at least a second after the one before, whichever clock was ahead: HTTP tells
    editions apart by whole seconds."""
    number = {"$add": [{"$ifNull": ["$version", 0]}, 1]}
    moment = {"$max": [at, {"$add": ["$changed_at", A_SECOND_MS]}]}
    db[COLLECTION].update_one(
        {"_id": _MAP}, [{"$set": {"version": number, "changed_at": moment}}], upsert=True
    )


def current(db: Database) -> tuple[int, datetime] | None:
    """Its number, and when it was made; None before the first one."""
    found = db[COLLECTION].find_one({"_id": _MAP})
    return (found["version"], found["changed_at"]) if found else None
