"""What readers see, the words it is found by, and what is told of what was taken down."""

from datetime import datetime

from pymongo import ASCENDING, DESCENDING, IndexModel

from backend.common.documents import from_document, to_document
from backend.common.mongo import Database, Document
from backend.common.pages import Position
from backend.news.model import Edition, Found, Headline, Published, Query, Searchable, Withdrawn
from schemas.terms import NewsCategory

COLLECTION, WITHDRAWN, EDITION = "news_published", "news_withdrawn", "news_edition"
_NEWEST = [("published_at", DESCENDING), ("_id", DESCENDING)]
COLLECTIONS = {
    COLLECTION: [
        IndexModel(_NEWEST),
        IndexModel([("category", ASCENDING), *_NEWEST]),
        IndexModel([("search.terms", ASCENDING)]),
        IndexModel([("picture_ids", ASCENDING)]),
    ],
    WITHDRAWN: [],
    EDITION: [],
}
_ONE = "news"
A_SECOND_MS = 1_000
SEARCH_MS = 2_000
"""A search that takes longer is broken off and answered 503."""
_SHORT = {"body": 0, "body_en": 0, "picture_ids": 0, "search": 0}
IN_TITLE, IN_LEAD, IN_TEXT = 4, 2, 1
"""What it counts where a searched word stands."""


def put(db: Database, published: Published, search: Searchable) -> None:
    """Put it before readers, in place of the revision that was."""
    document = to_document(published) | {"search": to_document(search)}
    db[COLLECTION].replace_one({"_id": published.id}, document, upsert=True)
    db[WITHDRAWN].delete_one({"_id": published.id})


def withdraw(db: Database, withdrawn: Withdrawn) -> None:
    """Take it from readers, and keep what they are told instead."""
    db[COLLECTION].delete_one({"_id": withdrawn.id})
    db[WITHDRAWN].replace_one({"_id": withdrawn.id}, to_document(withdrawn), upsert=True)


def turn(db: Database, at: datetime) -> None:
    """Another edition: lists, searches and feeds of before do not hold any more. It is at least a second after the one before,
    whichever clock was ahead, since HTTP tells editions apart by whole seconds."""
    number = {"$add": [{"$ifNull": ["$version", 0]}, 1]}
    moment = {"$max": [at, {"$add": ["$changed_at", A_SECOND_MS]}]}
    change = {"$set": {"version": number, "changed_at": moment}}
    db[EDITION].update_one({"_id": _ONE}, [change], upsert=True)


def find_edition(db: Database) -> Edition | None:
    found = db[EDITION].find_one({"_id": _ONE})
    return from_document(Edition, found) if found else None


def find(db: Database, article_id: str) -> Published | None:
    found = db[COLLECTION].find_one({"_id": article_id}, {"search": 0})
    return from_document(Published, found) if found else None


def find_withdrawn(db: Database, article_id: str) -> Withdrawn | None:
    found = db[WITHDRAWN].find_one({"_id": article_id})
    return from_document(Withdrawn, found) if found else None


def shows(db: Database, picture_id: str) -> bool:
    """Whether a published article shows this picture."""
    return db[COLLECTION].find_one({"picture_ids": picture_id}, {"_id": 1}) is not None


def list_newest(
    db: Database, category: NewsCategory | None, *, after: Position | None, limit: int
) -> list[Headline]:
    wanted: Document = {} if category is None else {"category": category.value}
    if after is not None:
        further = [{"published_at": {"$lt": after.at}}, {"published_at": after.at, "_id": {"$lt": after.id}}]
        wanted = {"$and": [wanted, {"$or": further}]}
    found = db[COLLECTION].find(wanted, _SHORT, sort=_NEWEST, limit=limit)
    return [from_document(Headline, document) for document in found]


def search(
    db: Database,
    asked: Query,
    category: NewsCategory | None,
    *,
    after: tuple[int, Position] | None,
    limit: int,
) -> list[Found]:
    """What holds all that is asked for: best first, then newest first. `after`: score and position of the last one seen."""
    wanted: Document = {"search.terms": {"$all": list(asked.terms)}}
    if category is not None:
        wanted["category"] = category.value
    stages: list[Document] = [
        {"$match": wanted},
        {"$set": {"score": _score(asked.runs)}},
        {"$match": {"score": {"$gt": 0}}},
    ]
    if after is not None:
        stages.append({"$match": {"$or": _further(*after)}})
    stages += [
        {"$project": _SHORT},
        {"$sort": {"score": DESCENDING, "published_at": DESCENDING, "_id": DESCENDING}},
        {"$limit": limit},
    ]
    found = db[COLLECTION].aggregate(stages, maxTimeMS=SEARCH_MS)
    return [Found(one["score"], from_document(Headline, one)) for one in found]


def _score(runs: tuple[str, ...]) -> Document:
    """The sum of where each word stands best; 0 as soon as one stands nowhere: its pairs may all be there, apart."""
    each: list[Document] = [
        {
            "$switch": {
                "branches": [
                    {"case": _holds("title", run), "then": IN_TITLE},
                    {"case": _holds("lead", run), "then": IN_LEAD},
                    {"case": _holds("text", run), "then": IN_TEXT},
                ],
                "default": 0,
            }
        }
        for run in runs
    ]
    return {
        "$let": {"vars": {"each": each}, "in": {"$cond": [{"$in": [0, "$$each"]}, 0, {"$sum": "$$each"}]}}
    }


def _holds(place: str, run: str) -> Document:
    return {"$gte": [{"$indexOfBytes": [f"$search.{place}", {"$literal": run}]}, 0]}


def _further(score: int, last: Position) -> list[Document]:
    return [
        {"score": {"$lt": score}},
        {"score": score, "published_at": {"$lt": last.at}},
        {"score": score, "published_at": last.at, "_id": {"$lt": last.id}},
    ]
