"""Evidence in MongoDB: what is known of a file in `evidence`, its sealed content in the GridFS bucket of the same name.

GridFS takes no part in transactions. So what is known of a file is written before its content, and removed after it:
whatever dies in between leaves a document that the sweep finds, never content that nobody knows of.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from gridfs import GridFSBucket
from gridfs.errors import CorruptGridFile, NoFile
from pymongo import ASCENDING, IndexModel
from pymongo.errors import DuplicateKeyError

from backend.common import mongo
from backend.common.documents import from_document, to_document
from backend.common.mongo import Database
from backend.evidence.model import Evidence, Hold

COLLECTION = "evidence"
FILES, CHUNKS = "evidence.files", "evidence.chunks"
COLLECTIONS = {
    COLLECTION: [
        # Two that bind files to one case at once cannot take the same place.
        IndexModel(
            [("case_id", ASCENDING), ("place", ASCENDING)],
            unique=True,
            partialFilterExpression={"case_id": {"$gt": ""}},
        ),
        IndexModel([("lease_until", ASCENDING)]),
    ],
    # As GridFS itself would make them with the first file; a transaction or a read must not wait for that.
    FILES: [IndexModel([("filename", ASCENDING), ("uploadDate", ASCENDING)])],
    CHUNKS: [IndexModel([("files_id", ASCENDING), ("n", ASCENDING)], unique=True)],
}
_GONE = {"key_sealed": None, "name_sealed": None, "case_id": None, "place": None}


def insert(db: Database, evidence: Evidence) -> None:
    db[COLLECTION].insert_one(to_document(evidence))


def renew(db: Database, ids: Sequence[str], now: datetime, lease_until: datetime) -> bool:
    """Whether all are still loose; they then have the new lease."""
    wanted = {"_id": {"$in": list(ids)}, "state": Hold.LOOSE.value, "lease_until": {"$gt": now}}
    return db[COLLECTION].update_many(wanted, {"$set": {"lease_until": lease_until}}).matched_count == len(
        ids
    )


def bind(db: Database, evidence: Evidence, case_id: str, place: int, now: datetime) -> bool:
    """Give a loose file its place in a case; false when it is not loose any more. Raises `Retry` when the place is taken."""
    wanted = {
        "_id": evidence.id,
        "owner_id": evidence.owner_id,
        "state": Hold.LOOSE.value,
        "lease_until": {"$gt": now},
    }
    bound = {"state": Hold.BOUND.value, "case_id": case_id, "place": place, "lease_until": None}
    try:
        return db[COLLECTION].update_one(wanted, {"$set": bound}).matched_count == 1
    except DuplicateKeyError as error:
        raise mongo.Retry(case_id) from error


def list_of_case(db: Database, case_id: str) -> list[Evidence]:
    """In the order of their places."""
    found = db[COLLECTION].find({"case_id": case_id}).sort("place", ASCENDING)
    return [from_document(Evidence, document) for document in found]


def find_in_case(db: Database, case_id: str, evidence_id: str) -> Evidence | None:
    found = db[COLLECTION].find_one({"_id": evidence_id, "case_id": case_id})
    return from_document(Evidence, found) if found else None


def let_go(db: Database, ids: Iterable[str], at: datetime) -> int:
    """Take the keys of loose files, whose content then opens for nobody."""
    wanted = {"_id": {"$in": list(ids)}, "state": Hold.LOOSE.value}
    gone = _GONE | {"state": Hold.GOING.value, "lease_until": at}
    return db[COLLECTION].update_many(wanted, {"$set": gone}).modified_count


def let_go_of_case(db: Database, case_id: str, at: datetime) -> int:
    """The same for every file of a case."""
    gone = _GONE | {"state": Hold.GOING.value, "lease_until": at}
    return db[COLLECTION].update_many({"case_id": case_id}, {"$set": gone}).modified_count


def list_left(db: Database, now: datetime, limit: int) -> list[str]:
    """Files of no case whose lease is over, and those that are going, oldest first."""
    found = db[COLLECTION].find({"lease_until": {"$lte": now}}, {"_id": 1}).sort("lease_until", ASCENDING)
    return [document["_id"] for document in found.limit(limit)]


def claim_left(db: Database, evidence_id: str, now: datetime) -> bool:
    """Take the key of one of them, unless it was bound or renewed since it was listed."""
    wanted = {"_id": evidence_id, "lease_until": {"$lte": now}}
    gone = _GONE | {"state": Hold.GOING.value}
    return db[COLLECTION].update_one(wanted, {"$set": gone}).matched_count == 1


def list_going(db: Database, ids: Sequence[str]) -> list[str]:
    found = db[COLLECTION].find({"_id": {"$in": list(ids)}, "state": Hold.GOING.value}, {"_id": 1})
    return [document["_id"] for document in found]


def remove(db: Database, evidence_id: str) -> bool:
    """Remove content, then what was known of it; whether it was there."""
    remove_content(db, evidence_id)
    return db[COLLECTION].delete_one({"_id": evidence_id, "state": Hold.GOING.value}).deleted_count == 1


def remove_content(db: Database, evidence_id: str) -> None:
    """Not by GridFS' own `delete`, which calls a file unknown whose writer died before its last chunk."""
    db[FILES].delete_one({"_id": evidence_id})
    db[CHUNKS].delete_many({"files_id": evidence_id})


def write_content(db: Database, evidence_id: str, segments: Iterable[bytes], segment_bytes: int) -> None:
    """Store sealed segments, one a chunk; outside of transactions."""
    bucket = GridFSBucket(db, COLLECTION)
    with bucket.open_upload_stream_with_id(evidence_id, evidence_id, segment_bytes) as stream:
        for segment in segments:
            stream.write(segment)


def read_content(db: Database, evidence_id: str, segment_bytes: int) -> Iterator[bytes]:
    """The sealed segments in order, as far as they are there; whether they are whole is the reader's question."""
    try:
        stream = GridFSBucket(db, COLLECTION).open_download_stream(evidence_id)
        while segment := stream.read(segment_bytes):
            yield segment
    except (CorruptGridFile, NoFile):
        return
