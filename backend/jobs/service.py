"""Periodic work once over all workers, through the database alone.

Guarantee: while a lease is renewed nobody else runs the job; when its worker dies, another takes it over within `LEASE`. A
worker that is frozen past its lease and comes back runs beside its successor: so every job is also safe to run twice at once
(docs/adr/0016), and the turn only spares the work.
"""

from collections.abc import Collection
from datetime import timedelta

from backend.common.deps import Deps
from backend.jobs import store
from backend.jobs.model import Turn as Turn

LEASE = timedelta(seconds=15)
RENEWED_EVERY_S = 4.0


def make_known(deps: Deps, name: str) -> None:
    """A job that nobody ever took is due at once; one that is known stays as it is."""
    store.put(deps.db, name)


def take(deps: Deps, name: str) -> Turn | None:
    """The turn of a known job, if it is due and nobody has it."""
    turn = Turn(name, deps.new_id())
    return turn if store.take(deps.db, name, turn.lease, for_ms=_ms(LEASE)) else None


def idle(deps: Deps, names: Collection[str]) -> set[str]:
    """Of these jobs, those that need not be asked for now, since they are not due or another worker has them; in one read, where
    to ask for each by itself is a write of its own."""
    return store.list_idle(deps.db, names)


def renew(deps: Deps, turn: Turn) -> bool:
    """Keep the turn; false when another worker has it by now."""
    return store.renew(deps.db, turn.name, turn.lease, for_ms=_ms(LEASE))


def finish(deps: Deps, turn: Turn, *, every: timedelta) -> bool:
    """The job is due again `every` after now; false when another worker has it by now."""
    return store.finish(deps.db, turn.name, turn.lease, every_ms=_ms(every))


def _ms(span: timedelta) -> int:
    return int(span.total_seconds() * 1000)
