"""Closing periods of the log, and proving that nobody changed it."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from backend.audit import rules, store
from backend.audit.model import Seal
from backend.common.deps import Deps

# A writer that was paused longer than this between taking its time and writing would fall into a closed period.
SETTLING = timedelta(minutes=10)


def seal_log(deps: Deps) -> Seal | None:
    """Close the period since the last seal; the worker does so every hour, and twice at once changes nothing."""
    last = store.find_last_seal(deps.db)
    begins_at = last.ends_at if last else store.find_first_at(deps.db)
    ends_at = deps.now() - SETTLING
    if begins_at is None or begins_at >= ends_at:
        return None
    entries, digest = rules.digest(store.macs_between(deps.db, begins_at, ends_at))
    number, prev = (last.id + 1, last.mac) if last else (1, rules.GENESIS)
    seal = rules.sealed(Seal(number, begins_at, ends_at, entries, digest, prev), deps.audit_key)
    return seal if store.insert_seal(deps.db, seal) else None


def closed_until(deps: Deps) -> datetime | None:
    """The end of the last sealed period: a line dated before it would look like tampering."""
    last = store.find_last_seal(deps.db)
    return last.ends_at if last else None


def verify_log(deps: Deps) -> Iterator[str]:
    """Every fault of the whole log, in words; none means that nothing was changed, removed or cut off."""
    yield from rules.faults(store.each_in_order(deps.db), deps.audit_key)
    before: Seal | None = None
    for seal in store.each_seal(deps.db):
        counted = rules.digest(store.macs_between(deps.db, seal.begins_at, seal.ends_at))
        yield from rules.seal_faults(seal, before, counted, deps.audit_key)
        before = seal
