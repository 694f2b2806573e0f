"""Pausing a merchant, letting it go on, and ending it for good. Every process sees each with its next request."""

from dataclasses import replace

from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.common.mongo import atomic
from backend.merchants.model import Shown
from backend.merchants.service import acting, reading
from backend.staff import service as staff
from schemas.terms import MerchantAct


@atomic
def pause(deps: Deps, actor: Actor, *, merchant_id: str, reason: str) -> Shown:
    """Let nothing of the merchant's through, neither keys nor clerks, until `resume`.

    Raises 404 `merchants.not_found`, 409 `merchants.changed`.
    """
    return _moved(deps, actor, merchant_id, MerchantAct.PAUSE, reason)


@atomic
def resume(deps: Deps, actor: Actor, *, merchant_id: str, reason: str | None = None) -> Shown:
    """Let a paused merchant go on. Raises as `pause`."""
    return _moved(deps, actor, merchant_id, MerchantAct.RESUME, reason)


@atomic
def close(deps: Deps, actor: Actor, *, merchant_id: str, reason: str) -> Shown:
    """End it for good: its name is free again, every clerk's account and session ends now, and no key works any more.

    Its deposit-free orders end with it, by the clock of the feature above. Raises as `pause`.
    """
    merchant = acting.managed(deps, actor, merchant_id)
    merchant = replace(acting.acted(deps, actor, merchant, MerchantAct.CLOSE, reason), name_key=None)
    gone = staff.close_clerks(deps, actor, merchant_id=merchant.id)
    return reading.shown(deps, acting.save(deps, actor, merchant, clerks=gone))


def _moved(deps: Deps, actor: Actor, merchant_id: str, act: MerchantAct, reason: str | None) -> Shown:
    merchant = acting.managed(deps, actor, merchant_id)
    merchant = acting.save(deps, actor, acting.acted(deps, actor, merchant, act, reason))
    return reading.shown(deps, merchant)
