"""What readers see, the words it is found by, and what is told of what was taken down."""

from collections.abc import Collection
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
        *(
            IndexModel([(f"search.{place}.terms", ASCENDING), *_NEWEST])
            for place in ("title", "lead", "whole")
        ),
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
PLACES = {3: "title", 2: "lead", 1: "whole"}
"""Where everything that is asked for stands, by what it counts; each holds the one before."""


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


def list_known(db: Database, ids: Collection[str]) -> set[str]:
    """Which of these readers can open."""
    return {found["_id"] for found in db[COLLECTION].find({"_id": {"$in": list(ids)}}, {"_id": 1})}


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
        wanted = {"$and": [wanted, {"$or": _further(after)}]}
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
    """What holds all that is asked for: first where the title does, then where title and summary do, then the rest; each
    newest first. `after`: score and position of the last one seen.

    Each of the three is read in the order of its index and no further than the page needs, so that a common word costs no more
    than a rare one.
    """
    found: list[Found] = []
    for score, place in PLACES.items():
        if len(found) < limit and (after is None or score <= after[0]):
            last = after[1] if after is not None and score == after[0] else None
            better = PLACES.get(score + 1)
            wanted = _holding(asked, place, better, category, last)
            documents = db[COLLECTION].find(wanted, _SHORT, sort=_NEWEST, limit=limit - len(found))
            found += [Found(score, from_document(Headline, one)) for one in documents.max_time_ms(SEARCH_MS)]
    return found


def _holding(
    asked: Query, place: str, better: str | None, category: NewsCategory | None, last: Position | None
) -> Document:
    """What holds it at `place` and not where it counts more."""
    wanted = _holds(asked, place)
    if better is not None:
        wanted["$nor"] = [_holds(asked, better)]
    if category is not None:
        wanted["category"] = category.value
    return wanted if last is None else {"$and": [wanted, {"$or": _further(last)}]}


def _holds(asked: Query, place: str) -> Document:
    """By its words, which the index has, and by the text for what is longer than a pair: its pairs may all be there, apart."""
    wanted: Document = {f"search.{place}.terms": {"$all": list(asked.terms)}}
    folded = f"$search.{place}.folded"
    if asked.phrases:
        each = [{"$gte": [{"$indexOfBytes": [folded, {"$literal": one}]}, 0]} for one in asked.phrases]
        wanted["$expr"] = {"$and": each}
    return wanted


def _further(last: Position) -> list[Document]:
    return [
        {"published_at": {"$lt": last.at}},
        {"published_at": last.at, "_id": {"$lt": last.id}},
    ]
