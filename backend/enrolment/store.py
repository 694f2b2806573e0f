"""The files of subjects that were handed in, one small document each, found by their digest."""

from pymongo import IndexModel
from pymongo.errors import DuplicateKeyError

from backend.common.documents import from_document, to_document
from backend.common.mongo import Database
from backend.enrolment.model import Batch

COLLECTION = "subject_batches"
COLLECTIONS: dict[str, list[IndexModel]] = {COLLECTION: []}


def begin_batch(db: Database, batch: Batch) -> Batch:
    """The batch as it began first, however often the file comes."""
    try:
        db[COLLECTION].insert_one(to_document(batch))
    except DuplicateKeyError:
        return from_document(Batch, db[COLLECTION].find_one({"_id": batch.id}) or {})
    return batch
