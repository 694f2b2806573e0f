"""Benefits as everybody reads them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from backend.benefits import errors, rules, texts
from backend.benefits.model import STOCK, Benefit, Tier
from backend.benefits.store import campaigns, units
from backend.common.deps import Deps
from backend.common.pages import Page, Position
from backend.grades import service as grades
from backend.merchants import service as merchants
from backend.merchants.model import Named
from schemas.terms import BenefitState, GradeValue, MerchantState, ValueKind
from schemas.text import Text


@dataclass(frozen=True)
class ShownTier:
    """A tier in words; without a grade it is for everybody."""

    minimum_grade: GradeValue | None
    value: int

    @property
    def minimum_grade_label(self) -> Text | None:
        return self.minimum_grade.label if self.minimum_grade else None


@dataclass(frozen=True)
class Partner:
    """A shop that redeems, also one that is paused (`open`: takes part now); closed ones are not shown."""

    id: str
    name: str
    district: str | None
    open: bool


@dataclass(frozen=True)
class Listed:
    """A campaign as everybody reads it: what it gives to whom, until when, where, and how much is left. `rule_version`: the
    rules in force by which a grade is worked out, where it asks for one. `hindrance`: why it cannot be claimed."""

    id: str
    title: Text
    state: BenefitState
    value_kind: ValueKind
    tiers: tuple[ShownTier, ...]
    per_person: int
    starts_at: datetime
    ends_at: datetime
    valid_days: int
    districts: tuple[str, ...]
    partner_ids: tuple[str, ...]
    partners: tuple[Partner, ...]
    stock: int
    remaining: int
    claimable: bool
    hindrance: Text | None
    rule_version: str | None
    created_at: datetime
    purpose: Text

    @property
    def state_label(self) -> Text:
        return self.state.label


def listed(deps: Deps, *, limit: int = 20, cursor: str | None = None) -> Page[Listed]:
    """What can be claimed now or soon, newest first; the same for everybody, whatever their grade."""
    after = deps.cursors.read(cursor, "benefits")
    found = campaigns.list_public(deps.db, deps.now(), after=after, limit=limit + 1)
    return deps.cursors.page(
        open_now(deps, found), limit, "benefits", lambda one: Position(one.created_at, one.id)
    )


def find(deps: Deps, *, benefit_id: str) -> Listed:
    """One campaign. Raises 404 `benefits.not_found`."""
    benefit = campaigns.find(deps.db, benefit_id)
    if benefit is None:
        raise errors.not_found()
    return open_now(deps, [benefit])[0]


def open_now(deps: Deps, found: list[Benefit]) -> list[Listed]:
    """Campaigns with what is left of each, and the names of all their shops in one read."""
    names = merchants.names(deps, {one for benefit in found for one in benefit.terms.partner_ids})
    return [_listed(deps, one, names) for one in found]


def partners_of(partner_ids: Sequence[str], names: Mapping[str, Named]) -> tuple[Partner, ...]:
    """In the order of the campaign, without those that are closed."""
    known = [names[one] for one in partner_ids if one in names]
    there = [one for one in known if one.state is not MerchantState.CLOSED]
    return tuple(Partner(one.id, one.name, one.district, one.state is MerchantState.ACTIVE) for one in there)


def _listed(deps: Deps, benefit: Benefit, names: Mapping[str, Named]) -> Listed:
    terms, partners = benefit.terms, partners_of(benefit.terms.partner_ids, names)
    remaining = units.count_free(deps.db, (benefit.id, STOCK), deps.now())
    hindrance = rules.hindrance(benefit, deps.now(), served=any(one.open for one in partners))
    return Listed(
        id=benefit.id,
        title=terms.title,
        state=benefit.state,
        value_kind=terms.value_kind,
        tiers=tuple(map(_shown_tier, terms.tiers)),
        per_person=terms.per_person,
        starts_at=terms.starts_at,
        ends_at=terms.ends_at,
        valid_days=terms.valid_days,
        districts=terms.districts,
        partner_ids=terms.partner_ids,
        partners=partners,
        stock=terms.stock,
        remaining=remaining,
        claimable=remaining > 0 and hindrance is None,
        hindrance=hindrance[1] if hindrance else None,
        rule_version=grades.active_version(deps) if terms.uses_grade else None,
        created_at=benefit.created_at,
        purpose=texts.USES_RECORD if terms.uses_grade else texts.USES_NOTHING,
    )


def _shown_tier(tier: Tier) -> ShownTier:
    return ShownTier(tier.minimum_grade, tier.value)
