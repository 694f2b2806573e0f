"""Where records, their batches and their ripples lie: a record a document (docs/adr/0007), found by subject."""

from pymongo import ASCENDING, IndexModel

COLLECTION = "records"
# Serves the report by its prefix, makes imports repeatable by its whole, and fits a ranged shard key on the subject.
INDEXES = [IndexModel([("subject_id", ASCENDING), ("key", ASCENDING)], unique=True)]
BATCHES = "record_batches"
RIPPLES = "record_ripples"
# Holds the waiting ones only, which are few; what was delivered stays without costing an index entry.
RIPPLE_INDEXES = [
    IndexModel([("at", ASCENDING), ("_id", ASCENDING)], partialFilterExpression={"waiting": True})
]
COLLECTIONS = {COLLECTION: INDEXES, BATCHES: [], RIPPLES: RIPPLE_INDEXES}
