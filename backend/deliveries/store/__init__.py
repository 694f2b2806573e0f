"""Deliveries, and the pace of each channel, in MongoDB. Leases and slots run by the server's clock, never by a worker's."""

from pymongo import IndexModel

from backend.deliveries.store import items, paces, verdicts

COLLECTIONS: dict[str, list[IndexModel]] = {
    items.COLLECTION: items.INDEXES,
    paces.COLLECTION: [],
    verdicts.COLLECTION: verdicts.INDEXES,
}
