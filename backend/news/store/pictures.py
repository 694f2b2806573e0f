"""Pictures of articles; they are added and never changed or removed, as the revisions that show them."""

from collections.abc import Collection

from pymongo import ASCENDING, IndexModel
from pymongo.errors import DuplicateKeyError

from backend.common.documents import from_document, to_document
from backend.common.mongo import Database
from backend.news.model import Picture

COLLECTION = "news_pictures"
COLLECTIONS = {
    COLLECTION: [
        IndexModel([("article_id", ASCENDING), ("at", ASCENDING), ("_id", ASCENDING)]),
        IndexModel([("article_id", ASCENDING), ("by_id", ASCENDING), ("sha256", ASCENDING)], unique=True),
    ]
}
_WITHOUT_CONTENT = {"content": 0}


def insert(db: Database, picture: Picture) -> bool:
    """False when the same editor has uploaded the same picture to the article meanwhile."""
    try:
        db[COLLECTION].insert_one(to_document(picture))
    except DuplicateKeyError:
        return False
    return True


def find(db: Database, picture_id: str) -> Picture | None:
    found = db[COLLECTION].find_one({"_id": picture_id})
    return from_document(Picture, found) if found else None


def find_of(db: Database, article_id: str, picture_id: str) -> Picture | None:
    found = db[COLLECTION].find_one({"_id": picture_id, "article_id": article_id})
    return from_document(Picture, found) if found else None


def list_of(db: Database, article_id: str) -> list[Picture]:
    """Without their content, in the order in which they came."""
    found = db[COLLECTION].find({"article_id": article_id}, _WITHOUT_CONTENT)
    return [from_document(Picture, one) for one in found.sort([("at", ASCENDING), ("_id", ASCENDING)])]


def uploaders(db: Database, picture_ids: Collection[str]) -> set[str]:
    """Who uploaded any of these."""
    found = db[COLLECTION].find({"_id": {"$in": list(picture_ids)}}, {"by_id": 1})
    return {one["by_id"] for one in found}
