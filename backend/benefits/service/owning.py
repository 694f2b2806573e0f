"""Claims as their holder reads them, and as a shop is told of one."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from backend.audit import service as audit
from backend.benefits import errors, rules, texts
from backend.benefits.model import Benefit, Claim
from backend.benefits.service import acting
from backend.benefits.store import campaigns, claims
from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.common.pages import Page, Position
from backend.grades import service as grades
from backend.grades.model import Decision, Reason
from backend.merchants import service as merchants
from backend.merchants.model import Named
from schemas.terms import ClaimState, GradeValue, ReplayOutcome, RippleCause, Role, ValueKind
from schemas.text import Text


@dataclass(frozen=True)
class ShownDecision:
    """One decision by grade behind a claim: of which day, by which rules, and what became of it. `gave`: the claim, or its
    refusal, came out of this one."""

    id: str
    decided_at: datetime
    on: date
    value: GradeValue
    floor: GradeValue | None
    rule_version: str
    catalogue_version: str
    calendar_version: str
    reasons: tuple[Reason, ...]
    gave: bool
    superseded_at: datetime | None
    superseded_by: RippleCause | None
    replay: ReplayOutcome

    @property
    def superseded_by_label(self) -> Text | None:
        return self.superseded_by.label if self.superseded_by else None


@dataclass(frozen=True)
class ShownReplay:
    """A decision behind a claim worked out again; without a value where that cannot be done."""

    claim_id: str
    decision_id: str
    at: datetime
    outcome: ReplayOutcome
    rule_version: str
    value: GradeValue | None
    floor: GradeValue | None
    same_grade: bool | None
    proved: ReplayOutcome | None

    @property
    def outcome_label(self) -> Text:
        return self.outcome.label


@dataclass(frozen=True)
class ShownClaim:
    """A claim as its holder reads it; `code` only while it can be used. `reasons`, every decision behind it and whether working
    it out again says the same are there where one claim is read by somebody who has just proved to be the person.
    `makes_good_id`: the used claim that was worth too little, which this one makes up for. `shop`: where it was used.
    `stranded`: no shop takes it at present, and its end was moved for that."""

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
    rule_version: str | None = None
    makes_good_id: str | None = None
    shop: str | None = None
    stranded: bool = False
    reasons: tuple[Reason, ...] = ()
    replay: ReplayOutcome | None = None
    decisions: tuple[ShownDecision, ...] = ()

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


def mine(deps: Deps, actor: Actor, *, limit: int = 20, cursor: str | None = None) -> Page[ShownClaim]:
    """The caller's claims, newest first, with their codes: at the counter the bound name must do. What was refused tells of the
    record and is there for who has just proved to be the person."""
    subject_id = actor.require_subject()
    scope = f"claims:{subject_id}"
    after = deps.cursors.read(cursor, scope)
    proved = actor.is_verified(deps.now())
    found = claims.list_own(deps.db, subject_id, refused=proved, after=after, limit=limit + 1)
    benefits = campaigns.find_many(deps.db, list({one.benefit_id for one in found}))
    shops = merchants.names(deps, {one.merchant_id for one in found if one.merchant_id})
    items = [_placed(shown(deps, one, benefits[one.benefit_id]), one, shops) for one in found]
    return deps.cursors.page(items, limit, scope, lambda one: Position(one.created_at, one.id))


def had_in_full(deps: Deps, actor: Actor, *, benefit_id: str) -> str | None:
    """The newest of the caller's claims of a benefit, once they have had as many as anybody may and none is kept for them; None
    otherwise, and for who has no name here."""
    if actor.role is not Role.CITIZEN or actor.subject_id is None:
        return None
    benefit, mine = campaigns.find(deps.db, benefit_id), claims.all_of(deps.db, actor.subject_id, benefit_id)
    now = deps.now()
    if benefit is None or rules.free_turn(mine, benefit.terms.per_person, now) is not None:
        return None
    return None if rules.offer(mine, now) else rules.latest(mine, now)


def at_hand(deps: Deps, actor: Actor, *, claim_id: str) -> ShownClaim:
    """One of them, as it stands in that list: nothing of the record is read for it.

    Raises 404 `benefits.claim_not_found`, for a refusal also while the caller has not just proved to be the person.
    """
    found, benefit = _own(deps, actor.require_subject(), claim_id)
    if found.state is ClaimState.REFUSED and not actor.is_verified(deps.now()):
        raise errors.claim_not_found()
    shops = merchants.names(deps, [found.merchant_id] if found.merchant_id else [])
    return _placed(shown(deps, found, benefit), found, shops)


def one_of_mine(deps: Deps, actor: Actor, *, claim_id: str) -> ShownClaim:
    """One own claim and why it came out so, record by record and decision by decision: that needs a fresh proof of who reads,
    and is a look.

    Raises 404 `benefits.claim_not_found`.
    """
    found, benefit = _own(deps, actor.require_verified(deps.now()), claim_id)
    decisions = _decisions(deps, found)
    if not decisions:
        return shown(deps, found, benefit)
    _look(deps, actor, found, "benefits.read_claim", texts.OWN_PURPOSE)
    told = tuple(_decided(deps, found, one) for one in decisions)
    gave = next((one for one in told if one.gave), None)
    return replace(
        shown(deps, found, benefit),
        reasons=gave.reasons if gave else (),
        replay=gave.replay if gave else None,
        decisions=told,
    )


def replay(deps: Deps, actor: Actor, *, claim_id: str, decision_id: str | None = None) -> ShownReplay:
    """Work a decision behind an own claim out again, by its own rules and facts; without `decision_id` the one that the claim
    came out of. A look, so for who has just proved to be the person.

    Raises 404 `benefits.claim_not_found`, `benefits.decision_not_found` where none was made or it is not kept any more.
    """
    found, _ = _own(deps, actor.require_verified(deps.now()), claim_id)
    wanted = decision_id or found.decision_id
    decision = next((one for one in _decisions(deps, found) if one.id == wanted), None)
    if decision is None:
        raise errors.decision_not_found()
    _look(deps, actor, found, "benefits.replay", texts.REPLAY_PURPOSE)
    again = grades.replay(deps, decision)
    same = (again.value, again.floor) == (decision.value, decision.floor)
    return ShownReplay(
        claim_id=found.id,
        decision_id=decision.id,
        at=again.at,
        outcome=again.outcome,
        rule_version=again.rule_version,
        value=again.value,
        floor=again.floor,
        same_grade=None if again.value is None else same,
        proved=again.proved,
    )


def _own(deps: Deps, subject_id: str, claim_id: str) -> tuple[Claim, Benefit]:
    found = claims.find_own(deps.db, subject_id, claim_id)
    benefit = campaigns.find(deps.db, found.benefit_id) if found else None
    if found is None or benefit is None:
        raise errors.claim_not_found()
    return found, benefit


def _decisions(deps: Deps, claim: Claim) -> tuple[Decision, ...]:
    """Newest first; what makes a used claim good rests on the decisions of that one."""
    return grades.history(deps, acting.owner(claim.makes_good_id or claim.id))


def _decided(deps: Deps, claim: Claim, decision: Decision) -> ShownDecision:
    return ShownDecision(
        id=decision.id,
        decided_at=decision.decided_at,
        on=decision.on,
        value=decision.value,
        floor=decision.floor,
        rule_version=decision.rule_version,
        catalogue_version=decision.catalogue_version,
        calendar_version=decision.calendar_version,
        reasons=grades.explain(decision),
        gave=decision.id == claim.decision_id,
        superseded_at=decision.superseded_at,
        superseded_by=decision.superseded_by,
        replay=grades.replay(deps, decision).outcome,
    )


def _look(deps: Deps, actor: Actor, claim: Claim, action: str, purpose: Text) -> None:
    audit.look(
        deps,
        actor,
        action,
        subject_id=claim.subject_id,
        purpose=purpose,
        scope=texts.OWN_SCOPE,
        target_id=claim.id,
    )


def _placed(told: ShownClaim, claim: Claim, shops: Mapping[str, Named]) -> ShownClaim:
    """With the shop where it was used."""
    shop = shops.get(claim.merchant_id or "")
    return replace(told, shop=shop.name if shop else None)


def shown(deps: Deps, claim: Claim, benefit: Benefit) -> ShownClaim:
    """A claim with its code, as long as that can be used."""
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
        rule_version=claim.rule_version,
        makes_good_id=claim.makes_good_id,
        stranded=state in rules.IN_HAND and claim.stranded_at is not None,
    )
