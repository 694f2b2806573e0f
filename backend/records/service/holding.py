"""Holding records still while something is decided by them."""

from collections.abc import Collection

from backend.common.deps import Deps
from backend.common.mongo import in_transaction
from backend.records import store


def hold(deps: Deps, record_ids: Collection[str]) -> None:
    """Until the running transaction commits, nobody changes or deletes these records unnoticed.

    Without it a decision could be written by a record that is erased at the same moment: its ripple would look for such
    decisions before this one can be seen, and find none. So one of the two collides and runs again.
    """
    assert in_transaction(), "outside of a transaction there is nothing to hold on to"
    if record_ids:
        store.hold(deps.db, record_ids, deps.now())
