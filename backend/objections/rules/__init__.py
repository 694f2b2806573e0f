"""Pure decisions about objections: which move is legal, what it does to the clocks, and what time alone does."""

from backend.objections.rules.clocks import RESIDENTS, changed, clocked, due_at, opened, reminded, suspends_at
from backend.objections.rules.moves import FINAL, LIVE, OPEN, TRANSITIONS, Transition, move, step
from backend.objections.rules.passing import (
    REMIND,
    Step,
    as_of,
    bereft,
    chores,
    ended,
    is_wanted,
    next_step,
    passed,
    refreshed,
)

__all__ = [
    "FINAL",
    "LIVE",
    "OPEN",
    "REMIND",
    "RESIDENTS",
    "TRANSITIONS",
    "Step",
    "Transition",
    "as_of",
    "bereft",
    "changed",
    "chores",
    "clocked",
    "due_at",
    "ended",
    "is_wanted",
    "move",
    "next_step",
    "opened",
    "passed",
    "refreshed",
    "reminded",
    "step",
    "suspends_at",
]
