"""Which edition of the map is in force: one small document, counted up in the transaction of every change."""

from datetime import datetime

from pymongo import IndexModel

from backend.common.mongo import Database

COLLECTION = "place_editions"
INDEXES: list[IndexModel] = []
_MAP = "map"


def count_up(db: Database, at: datetime) -> None:
    """The next edition, changed at `at`, or later where another clock was ahead."""
    change = {"$inc": {"version": 1}, "$max": {"changed_at": at}}
    db[COLLECTION].update_one({"_id": _MAP}, change, upsert=True)


def current(db: Database) -> tuple[int, datetime] | None:
    """Its number, and when it was made; None before the first one."""
    found = db[COLLECTION].find_one({"_id": _MAP})
    return (found["version"], found["changed_at"]) if found else None
