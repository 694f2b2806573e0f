"""What every act on a merchant has in common: who may, is it possible now, one compare-and-set, a line in the log."""

from dataclasses import replace
from typing import Any

from backend.audit import service as audit
from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.common.mongo import Retry
from backend.merchants import errors, rules, store
from backend.merchants.model import Event, Merchant
from schemas.terms import MerchantAct, MerchantState, Role

ROOM = "merchants"
MANAGERS = (Role.BENEFIT_MANAGER, Role.ADMIN, Role.SYSTEM)


def managed(deps: Deps, actor: Actor, merchant_id: str) -> Merchant:
    """The merchant, for somebody who looks after merchants. Raises 404 `merchants.not_found`."""
    actor.require(*MANAGERS)
    merchant = store.find(deps.db, merchant_id)
    if merchant is None:
        raise errors.not_found()
    return merchant


def require_active(merchant: Merchant) -> None:
    """Raises 403 `merchants.paused`, `merchants.closed`."""
    if merchant.state is MerchantState.PAUSED:
        raise errors.paused()
    if merchant.state is MerchantState.CLOSED:
        raise errors.closed()


def acted(
    deps: Deps, actor: Actor, merchant: Merchant, act: MerchantAct, reason: str | None = None
) -> Merchant:
    """The merchant after `act`, not yet saved; 409 `merchants.changed` when that cannot be done now."""
    state = rules.step(merchant.state, act)
    if state is None:
        raise errors.changed(merchant.state)
    event = event_of(deps, actor, replace(merchant, state=state), act, reason)
    return replace(merchant, state=state, events=(*merchant.events, event))


def event_of(deps: Deps, actor: Actor, merchant: Merchant, act: MerchantAct, reason: str | None) -> Event:
    """A line of the history of `merchant` as it stands after the act."""
    sealed = deps.sealer.seal(ROOM, reason) if reason else None
    return Event(deps.now(), act, merchant.state, actor.id, actor.name, sealed)


def save(deps: Deps, actor: Actor, merchant: Merchant, **facts: Any) -> Merchant:
    """Write it over the version it was made from, and write down who did what; somebody faster has it run again."""
    written = store.put(deps.db, merchant)
    if written is None:
        raise errors.name_taken(merchant.name)
    if not written:
        raise Retry(merchant.id)
    act = merchant.events[-1].act
    audit.record(deps, actor, f"merchants.{act.value}", merchant.id, state=merchant.state.value, **facts)
    return replace(merchant, version=merchant.version + 1)
