"""Articles, their revisions and their acts. An article changes by compare-and-set on `version`; the others are only added to."""

from datetime import datetime

from pymongo import ASCENDING, DESCENDING, IndexModel

from backend.common import mongo
from backend.common.documents import from_document, to_document
from backend.common.mongo import Database, Document
from backend.common.pages import Position
from backend.news.model import Act, Article, Revision
from schemas.terms import NewsState

COLLECTION, REVISIONS, ACTS = "news", "news_revisions", "news_acts"
COLLECTIONS = {
    COLLECTION: [
        IndexModel([("created_at", DESCENDING), ("_id", DESCENDING)]),
        IndexModel([("state", ASCENDING), ("created_at", DESCENDING), ("_id", DESCENDING)]),
        # The job that publishes; only scheduled ones are in it.
        IndexModel([("publish_at", ASCENDING)], partialFilterExpression={"state": NewsState.SCHEDULED.value}),
    ],
    REVISIONS: [IndexModel([("article_id", ASCENDING), ("at", DESCENDING), ("_id", DESCENDING)])],
    ACTS: [IndexModel([("article_id", ASCENDING), ("version", DESCENDING)])],
}


def insert(db: Database, article: Article) -> None:
    db[COLLECTION].insert_one(to_document(article))


def put(db: Database, article: Article) -> bool:
    """Write it over the version it was made from; false when somebody was faster."""
    document = to_document(article) | {"version": article.version + 1}
    written = db[COLLECTION].replace_one({"_id": article.id, "version": article.version}, document)
    return written.matched_count == 1


def insert_revision(db: Database, revision: Revision) -> None:
    db[REVISIONS].insert_one(to_document(revision))


def insert_act(db: Database, act: Act) -> None:
    db[ACTS].insert_one(to_document(act))


def find(db: Database, article_id: str) -> Article | None:
    found = db[COLLECTION].find_one({"_id": article_id})
    return from_document(Article, found) if found else None


def find_revision(db: Database, article_id: str, number: int) -> Revision | None:
    found = db[REVISIONS].find_one({"_id": f"{article_id}:{number}"})
    return from_document(Revision, found) if found else None


def list_revisions(db: Database, article_id: str, *, after: Position | None, limit: int) -> list[Revision]:
    """Newest first."""
    found = mongo.page_of(db[REVISIONS], {"article_id": article_id}, by="at", after=after, limit=limit)
    return [from_document(Revision, document) for document in found]


def list_acts(db: Database, article_id: str, limit: int) -> list[Act]:
    """Newest first."""
    found = db[ACTS].find({"article_id": article_id}).sort("version", DESCENDING).limit(limit)
    return [from_document(Act, document) for document in found]


def list_newest(
    db: Database, state: NewsState | None, *, after: Position | None, limit: int
) -> list[Article]:
    wanted: Document = {} if state is None else {"state": state.value}
    found = mongo.page_of(db[COLLECTION], wanted, by="created_at", after=after, limit=limit)
    return [from_document(Article, document) for document in found]


def ids_due(db: Database, at: datetime) -> list[str]:
    """Scheduled ones whose time has come, earliest first, read before any of them is changed."""
    wanted = {"state": NewsState.SCHEDULED.value, "publish_at": {"$lte": at}}
    return [one["_id"] for one in db[COLLECTION].find(wanted, {"_id": 1}).sort("publish_at", ASCENDING)]


def count_submitted(db: Database) -> int:
    return db[COLLECTION].count_documents({"state": NewsState.SUBMITTED.value})
