"""Shops, the edition of the map, and residents' reports in MongoDB."""

from backend.places.store import editions, reports, shops

COLLECTIONS = {
    shops.COLLECTION: shops.INDEXES,
    editions.COLLECTION: editions.INDEXES,
    reports.COLLECTION: reports.INDEXES,
    reports.TASKS: reports.TASK_INDEXES,
}
