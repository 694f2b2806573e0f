"""The pace of each channel, one document a channel."""

from datetime import UTC, datetime

from pymongo import ReturnDocument

from backend.common.mongo import Database, Document, DuplicateKeyError
from schemas.terms import Way

COLLECTION = "channel_paces"
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


def reserve(db: Database, way: Way, *, slots: int, apart_ms: float) -> tuple[datetime, datetime, datetime]:
    """Take the next `slots` places of a channel's pace for one worker, unless it is paused. Gives the server's time, when the
    first place is, and until when the channel is paused (that is what counts while it lies ahead)."""
    paused = {"$gt": ["$paused_until", "$$NOW"]}
    steps: list[Document] = [
        {
            "next_at": {"$ifNull": ["$next_at", _LONG_AGO]},
            "paused_until": {"$ifNull": ["$paused_until", _LONG_AGO]},
        },
        {"start_at": {"$max": ["$next_at", "$paused_until", "$$NOW"]}, "asked_at": "$$NOW"},
        {"next_at": {"$cond": [paused, "$next_at", {"$add": ["$start_at", slots * apart_ms]}]}},
    ]
    found = _change(db, way, steps)
    return found["asked_at"], found["start_at"], found["paused_until"]


def pause(db: Database, way: Way, *, for_ms: int, reason: str) -> None:
    """Nobody sends by this channel for so long; of several the longest holds."""
    until = {"$add": ["$$NOW", for_ms]}
    _change(db, way, [{"paused_until": {"$max": ["$paused_until", until]}, "paused_because": reason}])


def find_pause(db: Database, way: Way) -> tuple[datetime, str | None] | None:
    """Until when the channel is paused, and why, if it is."""
    wanted = {"_id": way.value, "$expr": {"$gt": ["$paused_until", "$$NOW"]}}
    found = db[COLLECTION].find_one(wanted)
    return (found["paused_until"], found.get("paused_because")) if found else None


def _change(db: Database, way: Way, steps: list[Document]) -> Document:
    for last in (False, True):
        try:
            found = db[COLLECTION].find_one_and_update(
                {"_id": way.value},
                [{"$set": step} for step in steps],
                upsert=True,
                return_document=ReturnDocument.AFTER,
            )
            assert found is not None
            return found
        except DuplicateKeyError:
            if last:
                raise
    raise AssertionError("unreachable")
