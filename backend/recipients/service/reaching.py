"""What deliveries and pushes ask: who can be reached by what, and who wants to be."""

from collections import defaultdict
from collections.abc import Collection, Sequence

from backend.common.deps import Deps
from backend.recipients import store
from backend.recipients.model import Preferences, Recipient
from schemas.terms import Role, Way


def reachable(deps: Deps, accounts: Collection[str]) -> dict[str, list[Recipient]]:
    """The ways to each of these accounts; who has none is not in it."""
    found: dict[str, list[Recipient]] = defaultdict(list)
    for one in store.list_of_accounts(deps.db, accounts):
        found[one.holder].append(one)
    return dict(found)


def by_id(deps: Deps, ids: Collection[str]) -> dict[str, Recipient]:
    return {one.id: one for one in store.list_by_id(deps.db, ids)}


def after(
    deps: Deps, holder: str, *, ways: Sequence[Way], roles: Sequence[Role], at_once: int
) -> tuple[dict[str, list[Recipient]], bool]:
    """The next holders beyond this one ("": the first), each with all their ways of those asked for; and whether that was
    the last page. At most `at_once` ways are read: a holder whose ways the end of the page cut through comes with the next."""
    found = store.list_after(deps.db, holder, ways=ways, roles=roles, limit=at_once)
    holders: dict[str, list[Recipient]] = defaultdict(list)
    for one in found:
        holders[one.holder].append(one)
    last = len(found) < at_once
    if not last:
        holders.pop(found[-1].holder)
    return dict(holders), last


def preferences_of(deps: Deps, holders: Collection[str]) -> dict[str, Preferences]:
    """Only of those who ever switched something."""
    return {one.id: one for one in store.list_preferences(deps.db, holders)}


def address_of(deps: Deps, recipient: Recipient) -> str | None:
    return None if recipient.address_sealed is None else str(deps.sealer.open(recipient.address_sealed))


def occupy(deps: Deps, ids: Collection[str], *, for_ms: int) -> set[str]:
    """Of these recipients the ones that nobody is writing to; they are the caller's for so long, over all workers."""
    return store.occupy(deps.db, ids, for_ms=for_ms, by=deps.new_id())


def occupy_on(deps: Deps, recipient_id: str, *, for_ms: int) -> None:
    store.occupy_on(deps.db, recipient_id, for_ms=for_ms)
