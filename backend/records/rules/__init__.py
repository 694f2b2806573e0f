"""Pure decisions about records: what may be shown, and what becomes of a row that is handed in."""

from backend.records.rules.showing import (
    NO_FIXED_PERIOD,
    NOT_ADVERSE,
    NOT_ENDED,
    RESTORATION_BASIS,
    SHORTEST_DISPLAY_MONTHS,
    Restoration,
    newest_first,
    next_forgetting,
    publicly_visible,
    restoration,
    visible,
    worded,
)
from backend.records.rules.taking_in import Outcome, correction, name_mismatch, no_subject, repeated, settle

__all__ = [
    "NOT_ADVERSE",
    "NOT_ENDED",
    "NO_FIXED_PERIOD",
    "RESTORATION_BASIS",
    "SHORTEST_DISPLAY_MONTHS",
    "Outcome",
    "Restoration",
    "correction",
    "name_mismatch",
    "newest_first",
    "next_forgetting",
    "no_subject",
    "publicly_visible",
    "repeated",
    "restoration",
    "settle",
    "visible",
    "worded",
]
