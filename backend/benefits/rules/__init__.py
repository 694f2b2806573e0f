"""Pure decisions about benefits: what a campaign may be, what somebody gets of it, and what a code looks like."""

from backend.benefits.rules.campaigns import (
    MOST_PARTNERS,
    MOST_UNITS,
    check,
    check_change,
    lives_in,
    may,
    step,
)
from backend.benefits.rules.claims import (
    HINDRANCES,
    entitled,
    expiry,
    free_turn,
    hindrance,
    latest,
    pending,
    remind_at,
    stale,
    turn_key,
)
from backend.benefits.rules.codes import code_of, grouped, is_code, mac, normal

__all__ = [
    "HINDRANCES",
    "MOST_PARTNERS",
    "MOST_UNITS",
    "check",
    "check_change",
    "code_of",
    "entitled",
    "expiry",
    "free_turn",
    "grouped",
    "hindrance",
    "is_code",
    "latest",
    "lives_in",
    "mac",
    "may",
    "normal",
    "pending",
    "remind_at",
    "stale",
    "step",
    "turn_key",
]
