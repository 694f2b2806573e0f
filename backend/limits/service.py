"""Counting what can be guessed or overused, for all processes together.

The window slides: the instants of the tries are kept, so that no border lets twice the limit through and the seconds to
wait are exact. Limits are small (a thousand at most), so that a document stays under some 15 KB; requests an address
makes are counted otherwise (`addresses`). A try counts whatever becomes of the transaction it is made in: the refusal
that rolls back the use case must not roll back the count.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial

from backend.common.deps import Deps
from backend.common.errors import ServiceError
from backend.common.mongo import DriverError, apart
from backend.limits import errors, rules, store
from backend.limits.model import Limit as Limit
from backend.limits.model import Standing as Standing
from backend.limits.model import Tries

PURPOSE = "limits"
Charge = tuple[str, str, Limit]
"""The limit's name, who is counted, the limit."""


def spend(deps: Deps, name: str, who: str, *, limit: Limit) -> int:
    """Count a try of `who` and give how many are left; raises 429 `limits.too_many` when there was none."""
    found = take(deps, name, who, limit=limit)
    if not found.granted:
        raise errors.too_many(found.retry_after)
    return found.left


def spend_all(deps: Deps, charges: Sequence[Charge]) -> None:
    """Count a try against each limit, or against none when one of them refuses."""
    for place, (name, who, limit) in enumerate(charges):
        try:
            spend(deps, name, who, limit=limit)
        except ServiceError:
            give_back_all(deps, charges[:place])
            raise


@contextmanager
def charged(deps: Deps, charges: Sequence[Charge], refusal: Callable[[int], ServiceError]) -> Iterator[None]:
    """Count a try for the length of a use case outside of its transaction; one that was refused has not counted.

    `refusal` makes the 429 from the seconds to wait.
    """
    try:
        spend_all(deps, charges)
    except ServiceError as error:
        raise refusal(error.retry_after or 1) from error
    try:
        yield
    except ServiceError:
        give_back_all(deps, charges)
        raise


@contextmanager
def wrong_only(
    deps: Deps, charge: Charge, *, wrong: str, refusal: Callable[[int], ServiceError]
) -> Iterator[None]:
    """Count what happens inside if it ends in the refusal with the reason `wrong`; nothing else costs anything.

    A place is taken before anything is looked up, so that however many try at once, no more of them than the limit can turn
    out wrong. `refusal` makes the 429 from the seconds to wait. Around a transaction, not inside of one.
    """
    name, who, limit = charge
    key, try_id = _key(deps, name, who), deps.new_id()
    found = apart(partial(store.hold, deps.db, key, try_id, limit=limit, now=deps.now()))
    if not found.granted:
        raise refusal(max(1, rules.standing(found, limit, deps.now()).retry_after))
    settle = partial(store.settle, deps.db, key, try_id, limit=limit, now=deps.now())
    try:
        yield
    except ServiceError as error:
        apart(partial(settle, wrong=error.reason == wrong))
        raise
    # A place that cannot be given back now is free again after a minute; the work is done and its answer is due.
    with suppress(DriverError):
        apart(partial(settle, wrong=False))


def take(deps: Deps, name: str, who: str, *, limit: Limit) -> Standing:
    """As `spend`, but a refusal is in the answer, for those who say it in their own words.

    A lock is set by the try that uses the last one: then `granted` is true, `left` 0 and `retry_after` the cool-down.
    """
    now, key = deps.now(), _key(deps, name, who)
    return rules.standing(apart(partial(store.take, deps.db, key, limit=limit, now=now)), limit, now)


def peek(deps: Deps, name: str, who: str, *, limit: Limit) -> Standing:
    """Where `who` stands, without counting anything; `granted` tells whether a try would be let through."""
    found = apart(partial(store.find, deps.db, _key(deps, name, who))) or Tries()
    now = rules.standing(found, limit, deps.now())
    return Standing(now.left > 0, now.left, now.retry_after)


def give_back(deps: Deps, name: str, who: str) -> None:
    """Forget the latest try: what it was for did not happen, or proved honest. A lock stays."""
    apart(partial(store.give_back, deps.db, _key(deps, name, who)))


def give_back_all(deps: Deps, charges: Sequence[Charge]) -> None:
    for name, who, _ in charges:
        give_back(deps, name, who)


def reset(deps: Deps, name: str, who: str) -> None:
    """Forget every try and the lock."""
    apart(partial(store.remove, deps.db, _key(deps, name, who)))


def by_address(deps: Deps, address: str | None, *charges: tuple[str, Limit]) -> list[Charge]:
    """The charges of a network address (all of an IPv6 /64 is one); none without one, as in a chat, nor when the
    settings lift limits per address for a load test."""
    if address is None or not deps.settings.limit_per_address:
        return []
    return [(name, rules.network(address), limit) for name, limit in charges]


def _key(deps: Deps, name: str, who: str) -> str:
    return rules.key(deps.sealer.derive(PURPOSE), name, who)
