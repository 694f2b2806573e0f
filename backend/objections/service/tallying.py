"""How many cases a period saw, for the figures of operations."""

from collections import Counter
from datetime import datetime

from backend.clocks import rules as clock_rules
from backend.clocks.model import CaseTally
from backend.common.deps import Deps
from backend.objections import rules, store
from backend.objections.model import Objection
from schemas.terms import ObjectionOutcome


def tally(deps: Deps, *, begins_at: datetime, ends_at: datetime) -> CaseTally:
    """What came in, and what ended; a case is late when one of the limits that somebody here must meet was met late."""
    in_time, late = Counter[str](), Counter[str]()
    for case in store.each_closed(deps.db, begins_at, ends_at):
        (late if _was_late(case) else in_time)[(case.outcome or ObjectionOutcome.WITHDRAWN).value] += 1
    return CaseTally(store.count_submitted(deps.db, begins_at, ends_at), in_time, late)


def _was_late(case: Objection) -> bool:
    return any(clock_rules.late(clock) for clock in case.clocks if clock.name not in rules.RESIDENTS)
