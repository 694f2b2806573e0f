"""Telling residents thirty days before a date of their forgetting calendar."""

from collections.abc import Iterator

from backend.accounts import service as accounts
from backend.common import sweeping
from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.common.mongo import Retry, atomic
from backend.notices import service as notices
from backend.records import service as records
from backend.records.model import Record
from backend.reports import rules, store
from schemas.notices import NoticeKind
from schemas.terms import Role

ACCOUNTS_AT_ONCE = 200

Owed = tuple[str, Record, NoticeKind]
"""The account, the record, and what is to be told of it."""


def tell_ahead(deps: Deps, actor: Actor) -> int:
    """Tell every account with a subject of each date within thirty days, once; how many notices were sent.

    Goes through the accounts and not through the records: they are a thousandth of them, and whoever has none hears
    nothing. Who was bound, or whose record came in, less than thirty days ahead is told with the next run.
    """
    actor.require(Role.SYSTEM)
    return sweeping.each(_owed(deps), lambda owed: _tell(deps, owed))


def _owed(deps: Deps) -> Iterator[Owed]:
    for bound in accounts.each_bound(deps, at_once=ACCOUNTS_AT_ONCE):
        due = {
            rules.ahead_key(bound[record.subject_id], record.id, kind, one): (
                bound[record.subject_id],
                record,
                kind,
            )
            for record in records.adverse_of(deps, bound)
            for kind, one in rules.ahead(record, deps.now()).items()
        }
        told = store.told_ahead(deps.db, due)
        yield from (owed for key, owed in due.items() if key not in told)


@atomic
def _tell(deps: Deps, owed: Owed) -> bool:
    """Look again: is the record still shown, the date still this near, and the account still this person's?"""
    account_id, seen, kind = owed
    record = records.find_own(deps, seen.subject_id, seen.id)
    one = rules.ahead(record, deps.now()).get(kind) if record else None
    if record is None or one is None or not accounts.holds(deps, account_id, record.subject_id):
        return False
    key = rules.ahead_key(account_id, record.id, kind, one)
    if store.told_ahead(deps.db, [key]):
        return False
    if not store.note_ahead(deps.db, key, one.until):
        raise Retry(key)
    notices.send(deps, account_id, kind, on=one.on)
    return True
