"""Benefits as everybody reads them, and claims as their holder does."""

from dataclasses import dataclass, field, replace
from datetime import datetime

from backend.audit import service as audit
from backend.benefits import errors, rules, texts
from backend.benefits.model import STOCK, Benefit, Claim, Tier
from backend.benefits.store import campaigns, claims, units
from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.common.pages import Page, Position
from backend.grades import service as grades
from backend.grades.model import Reason
from schemas.terms import BenefitState, ClaimState, GradeValue, ReplayOutcome, ValueKind
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
class Listed:
    """A campaign as everybody reads it: what it gives to whom, until when, where, and how much is left."""

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
    stock: int
    remaining: int
    claimable: bool
    created_at: datetime
    purpose: Text

    @property
    def state_label(self) -> Text:
        return self.state.label


@dataclass(frozen=True)
class ShownClaim:
    """A claim as its holder reads it; `code` only while it can be used. `reasons`, the rules they follow from and whether working
    it out again says the same are there where one claim is read by somebody who has just proved to be the person."""

    id: str
    benefit_id: str
    title: Text
    state: ClaimState
    value_kind: ValueKind
    value: int | None
    created_at: datetime
    claimed_at: datetime | None
    expires_at: datetime | None
    redeemed_at: datetime | None
    code: str | None = field(repr=False)
    reasons: tuple[Reason, ...] = ()
    rule_version: str | None = None
    replay: ReplayOutcome | None = None

    @property
    def state_label(self) -> Text:
        return self.state.label


@dataclass(frozen=True)
class Receipt:
    """All that a shop learns: what to give, and a number to ask by. Nothing in it is the same for two codes of one person."""

    receipt_no: str
    title: Text
    value_kind: ValueKind
    value: int
    redeemed_at: datetime


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
    """Campaigns with what is left of each."""
    return [_listed(deps, one, units.count_free(deps.db, (one.id, STOCK), deps.now())) for one in found]


def mine(deps: Deps, actor: Actor, *, limit: int = 20, cursor: str | None = None) -> Page[ShownClaim]:
    """The caller's claims, newest first, with their codes: at the counter the bound name must do. What was refused tells of the
    record and is there for who has just proved to be the person."""
    subject_id = actor.require_subject()
    scope = f"claims:{subject_id}"
    after = deps.cursors.read(cursor, scope)
    proved = actor.is_verified(deps.now())
    found = claims.list_own(deps.db, subject_id, refused=proved, after=after, limit=limit + 1)
    benefits = campaigns.find_many(deps.db, list({one.benefit_id for one in found}))
    items = [shown(deps, one, benefits[one.benefit_id]) for one in found]
    return deps.cursors.page(items, limit, scope, lambda one: Position(one.created_at, one.id))


def one_of_mine(deps: Deps, actor: Actor, *, claim_id: str) -> ShownClaim:
    """One own claim and why it came out so, record by record: that needs a fresh proof of who reads, and is a look.

    Raises 404 `benefits.claim_not_found`.
    """
    subject_id = actor.require_verified(deps.now())
    found = claims.find_own(deps.db, subject_id, claim_id)
    benefit = campaigns.find(deps.db, found.benefit_id) if found else None
    if found is None or benefit is None:
        raise errors.claim_not_found()
    decision = grades.find(deps, found.decision_id) if found.decision_id else None
    if decision is None:
        return shown(deps, found, benefit)
    audit.look(
        deps,
        actor,
        "benefits.read_claim",
        subject_id=subject_id,
        purpose=texts.OWN_PURPOSE,
        scope=texts.OWN_SCOPE,
        target_id=found.id,
    )
    return replace(
        shown(deps, found, benefit),
        reasons=grades.explain(decision),
        rule_version=decision.rule_version,
        replay=grades.replay(deps, decision).outcome,
    )


def shown(deps: Deps, claim: Claim, benefit: Benefit) -> ShownClaim:
    state = claim.state_at(deps.now())
    usable = state is ClaimState.LIVE and claim.code_sealed is not None
    return ShownClaim(
        id=claim.id,
        benefit_id=claim.benefit_id,
        title=benefit.terms.title,
        state=state,
        value_kind=claim.value_kind,
        value=claim.value,
        created_at=claim.created_at,
        claimed_at=claim.claimed_at,
        expires_at=None if state is ClaimState.REFUSED else claim.expires_at,
        redeemed_at=claim.redeemed_at,
        code=rules.grouped(str(deps.sealer.open(claim.code_sealed or b""))) if usable else None,
    )


def _listed(deps: Deps, benefit: Benefit, remaining: int) -> Listed:
    terms = benefit.terms
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
        stock=terms.stock,
        remaining=remaining,
        claimable=remaining > 0 and rules.hindrance(benefit, deps.now()) is None,
        created_at=benefit.created_at,
        purpose=texts.USES_RECORD if terms.uses_grade else texts.USES_NOTHING,
    )


def _shown_tier(tier: Tier) -> ShownTier:
    return ShownTier(tier.minimum_grade, tier.value)
