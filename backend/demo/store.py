"""How far each demonstration city is built, in MongoDB."""

from pymongo.errors import DuplicateKeyError

from backend.common.documents import from_document, to_document
from backend.common.mongo import Database
from backend.demo.model import City

COLLECTION = "demo_cities"
COLLECTIONS: dict[str, list[object]] = {COLLECTION: []}


def found(db: Database, city: City) -> City:
    """Begin a city, or find it as it was begun."""
    try:
        db[COLLECTION].insert_one(to_document(city))
    except DuplicateKeyError:
        return from_document(City, db[COLLECTION].find_one({"_id": city.id}) or {})
    return city


def list_all(db: Database) -> list[City]:
    return [from_document(City, document) for document in db[COLLECTION].find()]


def set_residents(db: Database, city_id: str, residents: int) -> None:
    """Note that the first so many residents are complete; a city never shrinks."""
    db[COLLECTION].update_one({"_id": city_id}, {"$max": {"residents": residents}})
