"""Subjects and reference faces in MongoDB."""

from collections.abc import Collection, Sequence
from datetime import datetime
from functools import partial

from pymongo import ASCENDING, IndexModel
from pymongo.errors import DuplicateKeyError

from backend.common import mongo
from backend.common.documents import from_document, to_document
from backend.common.handles import Part
from backend.common.mongo import Database
from backend.registry.model import Matched, ReferenceFace, Subject
from schemas.terms import SubjectKind

COLLECTION = "subjects"
FACES = "reference_faces"
INDEXES = [
    IndexModel([("number_sealed", ASCENDING)], unique=True),
    IndexModel([("number_index", ASCENDING)], unique=True),
]
COLLECTIONS = {COLLECTION: INDEXES, FACES: []}


def insert(db: Database, subject: Subject) -> bool:
    try:
        db[COLLECTION].insert_one(to_document(subject))
    except DuplicateKeyError:
        return False
    return True


def insert_all(db: Database, subjects: Sequence[Subject]) -> frozenset[int]:
    """Insert what is new; the places of those whose number another writer put in meanwhile, and which were left out."""
    return frozenset(mongo.insert_new(db[COLLECTION], map(to_document, subjects)))


def replace(db: Database, subject: Subject, before: datetime) -> bool:
    """Compare-and-set on `updated_at`, so that two imports do not overwrite each other unseen."""
    found = db[COLLECTION].replace_one({"_id": subject.id, "updated_at": before}, to_document(subject))
    return found.matched_count == 1


def find(db: Database, subject_id: str) -> Subject | None:
    found = db[COLLECTION].find_one({"_id": subject_id})
    return from_document(Subject, found) if found else None


def by_id() -> Part[Subject]:
    """The same as one part of a joined read."""
    return Part(COLLECTION, "_id", partial(from_document, Subject))


def districts_of(db: Database, ids: Collection[str]) -> dict[str, str | None]:
    found = db[COLLECTION].find({"_id": {"$in": list(ids)}}, {"district": 1})
    return {document["_id"]: document["district"] for document in found}


def find_by_number(db: Database, number_sealed: bytes) -> Subject | None:
    found = db[COLLECTION].find_one({"number_sealed": number_sealed})
    return from_document(Subject, found) if found else None


def list_by_index(db: Database, indexes: Sequence[bytes]) -> list[Subject]:
    found = db[COLLECTION].find({"number_index": {"$in": list(indexes)}})
    return [from_document(Subject, document) for document in found]


def match(db: Database, indexes: Sequence[bytes]) -> dict[bytes, Matched]:
    """The subjects of these number indexes, without their words."""
    shown = {"number_index": 1, "name_check": 1, "kind": 1}
    found = db[COLLECTION].find({"number_index": {"$in": list(indexes)}}, shown)
    return {
        bytes(one["number_index"]): Matched(one["_id"], SubjectKind(one["kind"]), bytes(one["name_check"]))
        for one in found
    }


def count(db: Database) -> int:
    return db[COLLECTION].estimated_document_count()


def put_face(db: Database, face: ReferenceFace) -> None:
    document = to_document(face)
    db[FACES].replace_one({"_id": document["_id"]}, document, upsert=True)


def find_face(db: Database, subject_id: str) -> ReferenceFace | None:
    found = db[FACES].find_one({"_id": subject_id})
    if found and isinstance(found.get("refused"), bytes):
        found["refused"] = [found["refused"]]  # written while only the last refused digest was kept
    return from_document(ReferenceFace, found) if found else None
