"""The staff-edited tables in MongoDB: every version is kept, none is changed."""

from pymongo import ASCENDING, DESCENDING, IndexModel

from backend.calendars.model import Table
from backend.common.documents import from_document, to_document
from backend.common.handles import insert_durable
from backend.common.mongo import Database

COLLECTION = "calendars"
COLLECTIONS: dict[str, list[IndexModel]] = {
    COLLECTION: [IndexModel([("year", ASCENDING), ("version", DESCENDING)], unique=True)]
}


def insert(db: Database, table: Table) -> bool:
    """False when a concurrent writer took the version."""
    return insert_durable(db, COLLECTION, to_document(table))


def find_newest(db: Database, year: int) -> Table | None:
    """The version of a year that is in force."""
    found = db[COLLECTION].find_one({"year": year}, sort=[("version", DESCENDING)])
    return from_document(Table, found) if found else None


def list_newest(db: Database) -> list[Table]:
    """The version in force of every year that has one, by year."""
    found = db[COLLECTION].find({}, sort=[("year", ASCENDING), ("version", ASCENDING)])
    newest = {document["year"]: document for document in found}
    return [from_document(Table, document) for document in newest.values()]
