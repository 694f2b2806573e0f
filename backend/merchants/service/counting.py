"""Monthly figures: numbers that are counted where the thing happens, and hold nothing about anybody.

A counter that every till of a merchant writes would let one transaction of them through at a time; each month has
`STRIPES` counters instead, of which a writer takes any (docs/adr/0019).
"""

from datetime import date

from backend.common.actor import Actor
from backend.common.clock import shanghai_date
from backend.common.deps import Deps
from backend.common.mongo import Retry, atomic
from backend.merchants import errors, rules, store
from backend.merchants.model import Figure, Figures
from backend.merchants.service import acting
from schemas.terms import MerchantFigure, Role

STRIPES = 16


@atomic
def count(deps: Deps, merchant_id: str, what: MerchantFigure, *, on: date) -> None:
    """Count one more for a merchant in the month of the Shanghai day `on`, in the transaction of the use case that calls:
    what is rolled back was not counted, and what is run again is counted once."""
    stripe = deps.random.randrange(STRIPES)
    if not store.add(deps.db, merchant_id, rules.month_of(on), what.value, stripe=stripe):
        raise Retry(merchant_id)


def figures(deps: Deps, actor: Actor, *, merchant_id: str, month: str | None = None) -> Figures:
    """A merchant's figures of a month (`YYYY-MM`; None: this one), for those who look after merchants."""
    return _of(deps, acting.managed(deps, actor, merchant_id).id, month)


def own_figures(deps: Deps, actor: Actor, *, month: str | None = None) -> Figures:
    """The caller's own. Raises 422 `merchants.invalid_month`."""
    actor.require(Role.MERCHANT)
    return _of(deps, actor.id, month)


def _of(deps: Deps, merchant_id: str, month: str | None) -> Figures:
    asked = rules.month(month, deps.now())
    if asked is None:
        raise errors.invalid_month(rules.FIRST_YEAR)
    counted = store.counts(deps.db, merchant_id, asked)
    final = asked < rules.month_of(shanghai_date(deps.now()))
    return Figures(asked, final, tuple(Figure(what, counted.get(what.value, 0)) for what in MerchantFigure))
