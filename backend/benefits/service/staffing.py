"""Campaigns as staff read them, with figures that must add up."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from backend.benefits import errors, rules
from backend.benefits.model import RESERVE, STOCK, Benefit, Event, Terms
from backend.benefits.service.reading import Partner, partners_of
from backend.benefits.store import campaigns, claims, units
from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.common.mongo import atomic
from backend.common.pages import Page, Position
from backend.merchants import service as merchants
from backend.merchants.model import Named
from schemas.terms import BenefitAct, BenefitState, ClaimState, Role, UnitUse
from schemas.text import Text

MANAGERS = (Role.BENEFIT_MANAGER, Role.ADMIN, Role.SYSTEM)


@dataclass(frozen=True)
class Figures:
    """Where every unit of a campaign is at one instant. `balanced`: remaining, reserve, held, offered, live and redeemed make
    up exactly what was put in, and every live, offered or redeemed claim has its unit; of redeemed ones only those that are
    still kept."""

    stock: int
    reserve: int
    extra: int
    remaining: int
    reserve_left: int
    held: int
    offered: int
    live: int
    redeemed: int
    refused: int
    balanced: bool


@dataclass(frozen=True)
class Shown:
    """A campaign as staff read it; `may` is what can be done with it now."""

    id: str
    terms: Terms
    state: BenefitState
    created_at: datetime
    version: int
    unserved_at: datetime | None
    partners: tuple[Partner, ...]
    history: tuple[Event, ...]
    figures: Figures
    may: tuple[BenefitAct, ...]

    @property
    def state_label(self) -> Text:
        return self.state.label


def find_for_staff(deps: Deps, actor: Actor, *, benefit_id: str) -> Shown:
    """One campaign with its history and figures. Raises 404 `benefits.not_found`."""
    return shown(deps, managed(deps, actor, benefit_id))


def listed_for_staff(
    deps: Deps, actor: Actor, *, state: BenefitState | None = None, limit: int = 20, cursor: str | None = None
) -> Page[Shown]:
    """Every campaign, newest first."""
    actor.require(*MANAGERS)
    scope = f"staff-benefits:{state}"
    after = deps.cursors.read(cursor, scope)
    found = campaigns.list_newest(deps.db, state, after=after, limit=limit + 1)
    names = merchants.names(deps, {one for benefit in found for one in benefit.terms.partner_ids})
    items = [shown(deps, one, names) for one in found]
    return deps.cursors.page(items, limit, scope, lambda one: Position(one.created_at, one.id))


def managed(deps: Deps, actor: Actor, benefit_id: str) -> Benefit:
    actor.require(*MANAGERS)
    benefit = campaigns.find(deps.db, benefit_id)
    if benefit is None:
        raise errors.not_found()
    return benefit


def shown(deps: Deps, benefit: Benefit, names: Mapping[str, Named] | None = None) -> Shown:
    """`names`: of the partners, where they were read for several campaigns at once."""
    names = merchants.names(deps, benefit.terms.partner_ids) if names is None else names
    return Shown(
        id=benefit.id,
        terms=benefit.terms,
        state=benefit.state,
        created_at=benefit.created_at,
        version=benefit.version,
        unserved_at=benefit.unserved_at,
        partners=partners_of(benefit.terms.partner_ids, names),
        history=benefit.events,
        figures=count(deps, benefit_id=benefit.id),
        may=rules.may(benefit.state),
    )


@atomic
def count(deps: Deps, *, benefit_id: str) -> Figures:
    """Count units and claims by one snapshot and compare them; 404 `benefits.not_found`."""
    benefit = campaigns.find(deps.db, benefit_id)
    if benefit is None:
        raise errors.not_found()
    now = deps.now()
    pools = units.counts(deps.db, benefit.id, now)
    used = {use: pools.get((STOCK, use), 0) + pools.get((RESERVE, use), 0) for use in UnitUse}
    said = claims.counts(deps.db, benefit.id, now)
    put_in = benefit.terms.stock + benefit.terms.reserve + benefit.extra
    agree = all(
        number == said.get(state, 0)
        for number, state in (
            (used[UnitUse.CLAIMED], ClaimState.LIVE),
            (used[UnitUse.OFFERED], ClaimState.OFFERED),
            (used[UnitUse.REDEEMED] - units.count_nameless(deps.db, benefit.id), ClaimState.REDEEMED),
        )
    )
    return Figures(
        stock=benefit.terms.stock,
        reserve=benefit.terms.reserve,
        extra=benefit.extra,
        remaining=pools.get((STOCK, UnitUse.FREE), 0),
        reserve_left=pools.get((RESERVE, UnitUse.FREE), 0),
        held=used[UnitUse.HELD],
        offered=used[UnitUse.OFFERED],
        live=used[UnitUse.CLAIMED],
        redeemed=used[UnitUse.REDEEMED],
        refused=said.get(ClaimState.REFUSED, 0),
        balanced=agree and sum(used.values()) == put_in,
    )
