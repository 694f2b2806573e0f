"""Holding records still while something is decided by them, or a case about them begins."""

from collections.abc import Collection

from backend.common.deps import Deps
from backend.common.mongo import in_transaction
from backend.records import errors, store


def hold(deps: Deps, subject_id: str, record_ids: Collection[str]) -> None:
    """Until the running transaction commits, nobody changes or deletes these records unnoticed: one of the two collides and
    runs again. Raises 409 `records.changed` when one of them is gone.

    Without it a decision could be written by a record that is erased at the same moment: its ripple would look for such
    decisions before this one can be seen, and find none.

    The write is made for no records too: a merchant's wait must not tell whether there was something to hold.
    """
    assert in_transaction(), "outside of a transaction there is nothing to hold on to"
    if store.hold(deps.db, subject_id, record_ids) < len(record_ids):
        raise errors.changed()
