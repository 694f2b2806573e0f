"""Where records, their batches and their ripples lie: a record a document (docs/adr/0007), found by subject."""

from datetime import timedelta

from pymongo import ASCENDING, DESCENDING, IndexModel

COLLECTION = "records"
# Serves the report by its prefix, makes imports repeatable by its whole, and fits a ranged shard key on the subject.
INDEXES = [IndexModel([("subject_id", ASCENDING), ("key", ASCENDING)], unique=True)]
BATCHES = "record_batches"
RIPPLES = "record_ripples"
# Holds the waiting ones only, which are few; what was delivered stays without costing an index entry.
RIPPLE_INDEXES = [
    IndexModel([("at", ASCENDING), ("_id", ASCENDING)], partialFilterExpression={"waiting": True})
]
TOUCHES = "record_touches"
TOUCHES_KEPT = timedelta(hours=1)
"""Far longer than anybody acts on what was read of a record; a use case that waits longer must judge again."""
TOUCH_INDEXES = [
    IndexModel([("subject_id", ASCENDING), ("at", DESCENDING)]),
    IndexModel([("at", ASCENDING)], expireAfterSeconds=int(TOUCHES_KEPT.total_seconds())),
]
COLLECTIONS = {COLLECTION: INDEXES, BATCHES: [], RIPPLES: RIPPLE_INDEXES, TOUCHES: TOUCH_INDEXES}
