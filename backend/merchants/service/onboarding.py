"""Taking a merchant on, and putting down what has changed about it."""

from collections.abc import Sequence
from dataclasses import fields, replace

from backend.audit import service as audit
from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.common.mongo import atomic
from backend.common.names import folded_name
from backend.merchants import errors, rules, store
from backend.merchants.model import Merchant, NewKey, Particulars, Shown
from backend.merchants.service import acting, issuing, reading
from schemas.terms import MerchantAct, MerchantState


@atomic
def create(deps: Deps, actor: Actor, *, wanted: Particulars) -> Shown:
    """Take a merchant on; it is active at once.

    Raises 422 `merchants.invalid_name`, `invalid_district`, `invalid_kinds`, `invalid_rate`, `invalid_uscc`, `invalid_phone`,
    with everything that is wrong in `data.errors`, and 409 `merchants.name_taken`.
    """
    return reading.shown(deps, _created(deps, actor, wanted))


@atomic
def create_with_key(deps: Deps, actor: Actor, *, wanted: Particulars, label: str) -> tuple[Shown, NewKey]:
    """Take a merchant on and issue its first key, both or neither."""
    merchant = _created(deps, actor, wanted)
    made = issuing.create_key(deps, actor, merchant_id=merchant.id, label=label)
    return reading.find(deps, actor, merchant_id=merchant.id), made


@atomic
def change(deps: Deps, actor: Actor, *, merchant_id: str, version: int, wanted: Particulars) -> Shown:
    """Put down other particulars over `version`; the same again change nothing.

    Raises as `create`, 409 `merchants.stale` when another version is in force, and `merchants.changed` for a closed one.
    """
    merchant = acting.managed(deps, actor, merchant_id)
    wanted = _sound(wanted)
    if merchant.version != version:
        raise errors.stale(merchant.version)
    before = reading.particulars(deps, merchant)
    named = [
        one.name for one in fields(Particulars) if getattr(before, one.name) != getattr(wanted, one.name)
    ]
    after = acting.acted(deps, actor, merchant, MerchantAct.CHANGE)
    if named:
        merchant = _put_down(deps, after, wanted, named)
        merchant = acting.save(deps, actor, merchant, fields=" ".join(named))
    return reading.shown(deps, merchant)


def _created(deps: Deps, actor: Actor, wanted: Particulars) -> Merchant:
    actor.require(*acting.MANAGERS)
    wanted = _sound(wanted)
    bare = Merchant(
        id=deps.new_id(),
        name=wanted.name,
        name_key=folded_name(wanted.name),
        kinds=wanted.kinds,
        rate_per_minute=wanted.rate_per_minute,
        district=wanted.district,
        uscc=wanted.uscc,
        contact_name_sealed=_sealed(deps, wanted.contact_name),
        contact_phone_sealed=_sealed(deps, wanted.contact_phone),
        state=MerchantState.ACTIVE,
        created_at=deps.now(),
        created_by_id=actor.id,
        created_by_name=actor.name,
    )
    merchant = replace(bare, events=(acting.event_of(deps, actor, bare, MerchantAct.CREATE, None),))
    if not store.insert(deps.db, merchant):
        raise errors.name_taken(merchant.name)
    audit.record(deps, actor, "merchants.create", merchant.id, state=merchant.state.value)
    return merchant


def _put_down(deps: Deps, merchant: Merchant, wanted: Particulars, named: Sequence[str]) -> Merchant:
    """What stays is not sealed anew."""
    merchant = replace(
        merchant,
        name=wanted.name,
        name_key=folded_name(wanted.name),
        kinds=wanted.kinds,
        rate_per_minute=wanted.rate_per_minute,
        district=wanted.district,
        uscc=wanted.uscc,
    )
    if "contact_name" in named:
        merchant = replace(merchant, contact_name_sealed=_sealed(deps, wanted.contact_name))
    if "contact_phone" in named:
        merchant = replace(merchant, contact_phone_sealed=_sealed(deps, wanted.contact_phone))
    return merchant


def _sound(wanted: Particulars) -> Particulars:
    """The particulars as they are kept, or everything that is wrong with them."""
    if found := tuple(rules.faults(wanted)):
        raise errors.invalid(found)
    return rules.tidy(wanted)


def _sealed(deps: Deps, text: str | None) -> bytes | None:
    return None if text is None else deps.sealer.seal(acting.ROOM, text)
