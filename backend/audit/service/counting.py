"""Counting the lines of a period, for the figures of operations; no line says more here than what was done and by which door."""

from collections.abc import Collection, Iterator
from datetime import datetime

from backend.audit import store
from backend.audit.model import Entry, Tally
from backend.common.deps import Deps


def tally(
    deps: Deps, *, actions: Collection[str], begins_at: datetime, ends_at: datetime
) -> tuple[Tally, ...]:
    """How many lines of each of these actions were written by which door; the index alone answers, no line is read."""
    return tuple(store.tally(deps.db, actions, begins_at, ends_at))


def each_of(deps: Deps, *, action: str, begins_at: datetime, ends_at: datetime) -> Iterator[Entry]:
    """The lines of one action, for the few that carry sums."""
    return store.each_of(deps.db, action, begins_at, ends_at)


def began_at(deps: Deps) -> datetime | None:
    """When the first line was written."""
    return store.find_first_at(deps.db)
