"""Units, releases and items in MongoDB. Items of a release are never changed; a correction is a new release."""

from collections.abc import Iterable, Sequence

from pymongo import ASCENDING, DESCENDING, IndexModel, ReplaceOne
from pymongo.errors import DuplicateKeyError

from backend.catalogue.model import CatalogueItem, Release, Unit
from backend.common.documents import from_document, to_document
from backend.common.mongo import Database

UNITS = "units"
RELEASES = "catalogue_releases"
ITEMS = "catalogue_items"
COLLECTIONS: dict[str, list[IndexModel]] = {
    UNITS: [],
    RELEASES: [IndexModel([("year", DESCENDING), ("version", DESCENDING)], unique=True)],
    ITEMS: [
        IndexModel([("year", ASCENDING), ("version", ASCENDING), ("code", ASCENDING)], unique=True),
        IndexModel([("code", ASCENDING), ("year", DESCENDING), ("version", DESCENDING)]),
    ],
}

NEWEST = [("year", DESCENDING), ("version", DESCENDING)]


def put_units(db: Database, units: Sequence[Unit]) -> None:
    if units:
        db[UNITS].bulk_write([ReplaceOne({"_id": one.id}, to_document(one), upsert=True) for one in units])


def list_units(db: Database) -> list[Unit]:
    return [from_document(Unit, document) for document in db[UNITS].find({}, sort=[("_id", ASCENDING)])]


def find_newest_release(db: Database, *, up_to: int) -> Release | None:
    """The last version of the last year that is not after `up_to`."""
    found = db[RELEASES].find_one({"year": {"$lte": up_to}}, sort=NEWEST)
    return from_document(Release, found) if found else None


def find_release_of(db: Database, year: int) -> Release | None:
    """The last version of a year."""
    found = db[RELEASES].find_one({"year": year}, sort=NEWEST)
    return from_document(Release, found) if found else None


def list_releases(db: Database) -> list[Release]:
    """Newest first."""
    return [from_document(Release, document) for document in db[RELEASES].find({}, sort=NEWEST)]


def insert_release(db: Database, release: Release) -> bool:
    """False when a concurrent publication took the version."""
    try:
        db[RELEASES].insert_one(to_document(release))
    except DuplicateKeyError:
        return False
    return True


def insert_items(db: Database, items: Iterable[CatalogueItem]) -> None:
    db[ITEMS].insert_many([to_document(item) for item in items])


def list_items(db: Database, release: Release) -> list[CatalogueItem]:
    wanted = {"year": release.year, "version": release.version}
    return [
        from_document(CatalogueItem, found) for found in db[ITEMS].find(wanted, sort=[("code", ASCENDING)])
    ]


def find_newest_item(db: Database, code: str) -> CatalogueItem | None:
    """The item as it was published last, whatever the year."""
    found = db[ITEMS].find_one({"code": code}, sort=NEWEST)
    return from_document(CatalogueItem, found) if found else None
