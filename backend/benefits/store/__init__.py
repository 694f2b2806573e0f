"""Campaigns, their units and the claims in MongoDB."""

from backend.benefits.store import campaigns, claims, units

COLLECTIONS = {
    campaigns.COLLECTION: campaigns.INDEXES,
    units.COLLECTION: units.INDEXES,
    claims.COLLECTION: claims.INDEXES,
}
