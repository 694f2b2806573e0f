"""What staff added to the table of phrases, and how many messages were understood. No message is kept here."""

from datetime import date, datetime, timedelta

from pymongo import DESCENDING, IndexModel

from backend.common.clock import shanghai_date
from backend.common.documents import from_document, to_document
from backend.common.mongo import Database
from backend.dialogues.model import Figures, Phrase
from schemas.terms import Way

PHRASES = "chat_phrases"
FIGURES = "chat_figures"
KEPT_FOR = timedelta(days=800)
COLLECTIONS = {
    PHRASES: [IndexModel([("at", DESCENDING)])],
    FIGURES: [
        IndexModel([("day", DESCENDING)]),
        IndexModel([("expires_at", DESCENDING)], expireAfterSeconds=0),
    ],
}


def list_phrases(db: Database, *, limit: int) -> list[Phrase]:
    found = db[PHRASES].find(sort=[("at", DESCENDING)], limit=limit)
    return [from_document(Phrase, document) for document in found]


def count_phrases(db: Database) -> int:
    return db[PHRASES].count_documents({})


def put_phrase(db: Database, phrase: Phrase) -> None:
    db[PHRASES].replace_one({"_id": phrase.id}, to_document(phrase), upsert=True)


def remove_phrase(db: Database, words: str) -> bool:
    return db[PHRASES].delete_one({"_id": words}).deleted_count == 1


def count(db: Database, at: datetime, channel: Way, how: str) -> None:
    """One more message of this day that was `understood`, `offered`, `missed` or `pressed`."""
    day = shanghai_date(at).isoformat()
    first = {"day": day, "channel": channel.value, "expires_at": at + KEPT_FOR}
    db[FIGURES].update_one(
        {"_id": f"{day}:{channel.value}"}, {"$inc": {how: 1}, "$setOnInsert": first}, upsert=True
    )


def list_figures(db: Database, *, limit: int) -> list[Figures]:
    found = db[FIGURES].find(sort=[("day", DESCENDING), ("_id", DESCENDING)], limit=limit)
    return [from_document(Figures, document) for document in found]


def figures_between(db: Database, first: date, last: date) -> list[Figures]:
    """Of the days from `first` to `last`, both included."""
    found = db[FIGURES].find({"day": {"$gte": first.isoformat(), "$lte": last.isoformat()}})
    return [from_document(Figures, document) for document in found]
