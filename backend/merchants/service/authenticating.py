"""Who is calling, when it may be a merchant: on the way of every request, so a key costs two reads by id and one count.

A key that is right is let in whatever its address did before: with 160 random bits nothing can be guessed, and one till
with an old key must not shut the other tills of its street. Wrong ones are counted, so that they get slow and are seen.
"""

from dataclasses import replace
from datetime import timedelta

from backend.accounts import service as accounts
from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.common.handles import Ahead
from backend.limits import service as limits
from backend.limits.service import Limit
from backend.merchants import errors, rules, store
from backend.merchants.model import Key, Merchant
from backend.merchants.rules import KeyParts
from backend.merchants.service import acting
from backend.merchants.service.issuing import PURPOSE
from schemas.terms import Channel, MerchantDoor, Role

RATE = "merchants.requests"
WRONG_KEYS = ("merchants.keys.address", Limit(30, timedelta(minutes=10)))


def authenticate(
    deps: Deps, bearer: str, channel: Channel, *, address: str | None = None, ahead: Ahead | None = None
) -> Actor:
    """The actor of an API key or of an access token. A merchant's is `Role.MERCHANT` with the merchant's id, whether a till
    shows a key or a clerk is signed in; `through` tells which.

    Raises as `accounts.authenticate`; for a key 401 `auth.mistyped_key` or `auth.invalid_key` (unknown, wrong and revoked
    alike; 429 `limits.too_many` for an address that shows too many). For both 403 `merchants.paused`,
    `merchants.closed`, and 429 `limits.too_many` beyond the merchant's requests a minute.
    """
    if rules.is_key(bearer):
        return _by_key(deps, bearer, channel, address)
    caller = accounts.authenticate(deps, bearer, channel, ahead=ahead)
    return _clerk(deps, caller) if caller.role is Role.MERCHANT else caller


def rate(merchant: Merchant) -> Limit:
    """How many requests a minute the merchant has, over all its tills, clerks and our processes."""
    return Limit(merchant.rate_per_minute, timedelta(minutes=1))


def _by_key(deps: Deps, bearer: str, channel: Channel, address: str | None) -> Actor:
    parts = rules.read_key(bearer)
    if parts is None:
        raise errors.mistyped_key()
    key = store.find_key(deps.db, parts.id)
    if key is None or not _fits(deps, parts, key):
        limits.spend_all(deps, limits.by_address(deps, address, WRONG_KEYS))
        raise errors.invalid_key()
    merchant = _admitted(deps, key.merchant_id)
    if rules.use_is_stale(key, deps.now()):
        store.note_use(deps.db, key.id, deps.now())
    through = f"{MerchantDoor.KEY.value}:{key.id}"
    return Actor(merchant.id, Role.MERCHANT, channel, name=merchant.name, through=through)


def _fits(deps: Deps, parts: KeyParts, key: Key) -> bool:
    """Compared in constant time, before it is asked whether the key was revoked."""
    return rules.fits(deps.sealer.derive(PURPOSE), parts, key) and key.revoked_at is None


def _clerk(deps: Deps, caller: Actor) -> Actor:
    """The merchant that a clerk acts for; `caller.id` is the clerk's and `caller.unit` the merchant's."""
    merchant = _admitted(deps, caller.unit or "")
    through = f"{MerchantDoor.CLERK.value}:{caller.id}"
    return replace(caller, id=merchant.id, name=merchant.name, unit=None, through=through)


def _admitted(deps: Deps, merchant_id: str) -> Merchant:
    """The merchant, when it is active and has a request left in this minute."""
    merchant = store.find(deps.db, merchant_id)
    if merchant is None:
        raise errors.invalid_key()
    acting.require_active(merchant)
    limits.spend(deps, RATE, merchant.id, limit=rate(merchant))
    return merchant
