"""A decision that is made ahead of its use: whether it still holds then, and its going when nobody used it."""

from datetime import datetime, timedelta

from backend.common.clock import shanghai_date
from backend.common.deps import Deps
from backend.grades import store
from backend.records import service as records

SKEW = timedelta(seconds=10)


def may_differ(deps: Deps, subject_id: str, *, since: datetime) -> bool:
    """Whether what was decided for this subject at `since`, an hour ago at most, might come out otherwise by now: a record was
    changed or marked, or a new day has begun, on which others count. One look by index, the same for everybody; what happened
    shortly before counts too, since another process's clock may be behind."""
    touched = records.touched_since(deps, subject_id, since - SKEW)
    return touched or shanghai_date(since) != shanghai_date(deps.now())


def drop(deps: Deps, *, decision_id: str) -> bool:
    """Delete a decision that nobody was told and nobody needs, such as that of a pass never shown (PIPL 19); joins the
    caller's transaction, and its look stays in the log. False when there is none."""
    return store.remove(deps.db, decision_id)
