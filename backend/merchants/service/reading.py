"""Merchants as staff read them, and as they read themselves."""

from collections.abc import Collection

from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.common.pages import Page, Position
from backend.limits import service as limits
from backend.merchants import errors, rules, store
from backend.merchants.model import Door, Line, Listed, Me, Merchant, Named, Particulars, Shown
from backend.merchants.service import acting
from backend.merchants.service.authenticating import RATE, rate
from backend.staff import service as staff
from schemas.terms import MerchantDoor, MerchantKind, MerchantState, Role


def find(deps: Deps, actor: Actor, *, merchant_id: str) -> Shown:
    """One merchant with its contact and its history. Raises 404 `merchants.not_found`."""
    return shown(deps, acting.managed(deps, actor, merchant_id))


def listed(
    deps: Deps,
    actor: Actor,
    *,
    state: MerchantState | None = None,
    kind: MerchantKind | None = None,
    limit: int = 20,
    cursor: str | None = None,
) -> Page[Listed]:
    """Merchants, newest first."""
    actor.require(*acting.MANAGERS)
    scope = f"merchants:{state}:{kind}"
    after = deps.cursors.read(cursor, scope)
    found = [_listed(one) for one in store.list_newest(deps.db, state, kind, after=after, limit=limit + 1)]
    return deps.cursors.page(found, limit, scope, lambda one: Position(one.created_at, one.id))


def find_active(deps: Deps, *, merchant_id: str) -> Merchant:
    """A merchant that takes part now, for the features built on it: services and passes name one.

    Raises 404 `merchants.not_found`, 403 `merchants.paused`, `merchants.closed`.
    """
    merchant = store.find(deps.db, merchant_id)
    if merchant is None:
        raise errors.not_found()
    acting.require_active(merchant)
    return merchant


def active(deps: Deps, merchant_ids: Collection[str]) -> dict[str, Merchant]:
    """Those of some merchants that take part now, by id, in one read."""
    found = store.find_many(deps.db, merchant_ids)
    return {one.id: one for one in found if one.state is MerchantState.ACTIVE}


def names(deps: Deps, merchant_ids: Collection[str]) -> dict[str, Named]:
    """Name, district and state of some merchants, closed ones too, by id, in one read."""
    return {one.id: one for one in store.list_names(deps.db, merchant_ids)}


def to_choose(deps: Deps, actor: Actor, *, limit: int) -> tuple[Named, ...]:
    """Those that take part now, newest first, for a form that is about one or some of them; in one read."""
    actor.require(*acting.MANAGERS)
    return tuple(store.list_active_names(deps.db, limit=limit))


def me(deps: Deps, actor: Actor) -> Me:
    """What a till or a clerk is told about the merchant and about itself, so that a new key can be tried."""
    actor.require(Role.MERCHANT)
    merchant = store.find(deps.db, actor.id)
    door = _door(deps, actor)
    if merchant is None or door is None:
        raise errors.not_found()
    left = limits.peek(deps, RATE, merchant.id, limit=rate(merchant)).left
    return Me(
        merchant.id, merchant.name, merchant.kinds, merchant.state, merchant.rate_per_minute, left, door
    )


def shown(deps: Deps, merchant: Merchant) -> Shown:
    return Shown(
        **vars(particulars(deps, merchant)),
        id=merchant.id,
        state=merchant.state,
        created_at=merchant.created_at,
        created_by_name=merchant.created_by_name,
        version=merchant.version,
        history=tuple(
            Line(event.at, event.act, event.state, event.by_name, _opened(deps, event.reason_sealed))
            for event in merchant.events
        ),
        may=rules.may(merchant.state),
    )


def particulars(deps: Deps, merchant: Merchant) -> Particulars:
    """What is put down about it, opened."""
    return Particulars(
        name=merchant.name,
        kinds=merchant.kinds,
        rate_per_minute=merchant.rate_per_minute,
        district=merchant.district,
        uscc=merchant.uscc,
        contact_name=_opened(deps, merchant.contact_name_sealed),
        contact_phone=_opened(deps, merchant.contact_phone_sealed),
    )


def _opened(deps: Deps, sealed: bytes | None) -> str | None:
    return None if sealed is None else str(deps.sealer.open(sealed))


def _listed(one: Merchant) -> Listed:
    return Listed(one.id, one.name, one.kinds, one.district, one.state, one.rate_per_minute, one.created_at)


def _door(deps: Deps, actor: Actor) -> Door | None:
    kind, _, ident = (actor.through or "").partition(":")
    if kind == MerchantDoor.KEY.value:
        key = store.find_key(deps.db, ident)
        return Door(MerchantDoor.KEY, key.id, key.label) if key else None
    clerk = staff.clerk(deps, clerk_id=ident)
    return Door(MerchantDoor.CLERK, clerk.id, clerk.name) if clerk else None


def closed(deps: Deps, merchant_ids: Collection[str]) -> frozenset[str]:
    """Those of some merchants that take part no more."""
    return frozenset(store.closed_ids(deps.db, merchant_ids))


def all_closed(deps: Deps) -> frozenset[str]:
    """Every merchant that takes part no more; some hundred in all the years."""
    return frozenset(store.closed_ids(deps.db, None))
