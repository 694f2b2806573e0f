"""A resident claims a benefit.

First a unit is held, by one atomic update outside of any transaction; then everything else happens in one transaction that
nobody else writes to: the decision by grade, the look in the person's log, the claim, and the unit as its. So a rush meets
nowhere (docs/adr/0021). A process that dies in between leaves a hold, which lapses by itself.
"""

from dataclasses import replace

from backend.benefits import errors, rules, texts
from backend.benefits.model import Benefit, Claim, Unit
from backend.benefits.service import acting, asking, holding, weighing
from backend.benefits.service.asking import Asked, Wish
from backend.benefits.service.owning import ShownClaim, shown
from backend.benefits.service.weighing import Refused
from backend.benefits.store import units
from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.common.mongo import Retry, atomic
from backend.notices import service as notices
from backend.registry import service as registry
from schemas.base import said
from schemas.notices import NoticeKind
from schemas.terms import ClaimState


def claim(deps: Deps, actor: Actor, *, benefit_id: str, idempotency_key: str | None = None) -> ShownClaim:
    """Claim one of a benefit for oneself; under the same key the claim of the first time, also when its answer was lost.

    What asks for a grade needs a fresh proof of who claims, like the grade itself: what comes out tells of the record, and who
    merely knows a name and a number may hold its binding. What is for everybody needs the bound name alone. Raises 403
    `identity.verification_required`, `not_entitled` with reasons; 404 `benefits.not_found`; 409 `not_begun`, `over`, `paused`,
    `closed`, `no_partner`, `already_claimed`, `out_of_stock`; 429 `limits.too_many` for who was refused over and over.
    """
    subject_id = actor.require_subject()
    wish = Wish(benefit_id, subject_id, _key_mac(deps, (benefit_id, subject_id, idempotency_key)))
    unit = holding.take(deps, benefit_id)
    if unit is None:
        if (had := _without_stock(deps, actor, wish)) is not None:
            return had
        unit = holding.wait(deps, benefit_id)
    with holding.given_back(deps, unit):
        made = _settle(deps, actor, wish, unit)
    if isinstance(made, Refused):
        weighing.count(deps, wish)
        raise errors.not_entitled(made.reasons, made.rule_version)
    return made


def _without_stock(deps: Deps, actor: Actor, wish: Wish) -> ShownClaim | None:
    """What somebody has although nothing is left, or why they would get nothing anyway; None when only stock is missing."""
    asked = asking.ask(deps, wish)
    known = rules.known(asked.mine, actor.id, wish.key_mac)
    if known is not None:
        return shown(deps, known, asked.benefit)
    if rules.offer(asked.mine, deps.now()) is not None:
        return _take_offer(deps, actor, wish)
    _require_open(deps, actor, wish, asked)
    return None


@atomic
def _take_offer(deps: Deps, actor: Actor, wish: Wish) -> ShownClaim:
    asked = asking.ask(deps, wish)
    known = rules.known(asked.mine, actor.id, wish.key_mac)
    if known is None and rules.offer(asked.mine, deps.now()) is None:
        raise errors.out_of_stock()  # it lapsed, or another request of the same person took it, a moment ago
    return shown(deps, known or _accepted(deps, actor, wish, asked), asked.benefit)


def _require_open(deps: Deps, actor: Actor, wish: Wish, asked: Asked) -> int:
    """Which of the allowed times it will be."""
    benefit, mine = asked.benefit, asked.mine
    turn = rules.free_turn(mine, benefit.terms.per_person, deps.now())
    if turn is None:
        raise errors.already_claimed(rules.latest(mine, deps.now()))
    hindrance = rules.hindrance(benefit, deps.now(), served=asked.served)
    if hindrance is not None:
        raise errors.not_open(*hindrance)
    if benefit.terms.uses_grade:
        actor.require_verified(deps.now())
    if benefit.terms.districts:
        subject = registry.find(deps, wish.subject_id)
        if subject is None or not rules.lives_in(subject.district, benefit.terms.districts):
            raise errors.not_entitled([{"code": "benefits.elsewhere", "text": said(texts.ELSEWHERE)}], None)
    return turn


def _accepted(deps: Deps, actor: Actor, wish: Wish, asked: Asked) -> Claim:
    """An offer becomes a claim: it was decided when it was made, and its unit waits, whatever became of the campaign, as long
    as somebody redeems it. What makes a used one good takes none of the allowed times."""
    benefit, mine = asked.benefit, asked.mine
    waiting = rules.offer(mine, deps.now())
    turn = rules.free_turn(mine, benefit.terms.per_person, deps.now())
    if waiting is None or (turn is None and waiting.makes_good_id is None):
        raise errors.already_claimed(rules.latest(mine, deps.now()))
    if not asked.served:
        raise errors.not_open("no_partner", rules.HINDRANCES["no_partner"])
    key = None if waiting.makes_good_id else _turn(wish, turn)
    made = _live(deps, actor, wish, benefit, replace(waiting, turn_key=key))
    _give(deps, made, waiting.id)
    made = acting.save(deps, actor, made, "benefits.claim", benefit_id=benefit.id)
    _tell(deps, actor, made, benefit)
    return made


@atomic
def _settle(deps: Deps, actor: Actor, wish: Wish, unit: Unit) -> ShownClaim | Refused:
    """Everything is asked inside the transaction, so what is true when it commits was true together."""
    asked = asking.ask(deps, wish)
    benefit, mine = asked.benefit, asked.mine
    known = rules.known(mine, actor.id, wish.key_mac)
    if known is None and rules.offer(mine, deps.now()) is not None:
        known = _accepted(deps, actor, wish, asked)
    if known is not None:
        holding.let_go(deps, unit)
        return shown(deps, known, benefit)
    turn = _require_open(deps, actor, wish, asked)
    stale, waiting = rules.stale(mine, deps.now()), rules.refusal(mine, deps.now())
    for over in stale:
        acting.expire(deps, benefit, over)
    blank = waiting or _blank(deps, actor, wish, benefit)
    tier, decision = weighing.judged(deps, actor, benefit, blank, known=waiting is not None)
    if decision is not None:
        blank = replace(blank, decision_id=decision.id, rule_version=decision.rule_version)
    if tier is None:
        holding.let_go(deps, unit)
        weighing.keep(deps, actor, blank, known=waiting is not None)
        return Refused(weighing.reasons(benefit, decision), blank.rule_version)
    chosen = replace(blank, unit_id=unit.id, value=tier.value, turn_key=_turn(wish, turn))
    made = _live(deps, actor, wish, benefit, replace(chosen, value_kind=benefit.terms.value_kind))
    _give(deps, made, unit.holder or "")
    if waiting is not None:
        made = acting.save(deps, actor, made, "benefits.claim", benefit_id=made.benefit_id)
    else:
        acting.begin(deps, actor, made, "benefits.claim", acts=None if stale else asked.acts)
    _tell(deps, actor, made, benefit)
    return shown(deps, made, benefit)


def _blank(deps: Deps, actor: Actor, wish: Wish, benefit: Benefit) -> Claim:
    return Claim(
        id=deps.new_id(),
        benefit_id=benefit.id,
        subject_id=wish.subject_id,
        account_id=actor.id,
        state=ClaimState.REFUSED,
        created_at=deps.now(),
        value_kind=benefit.terms.value_kind,
        turn_key=_turn(wish, None),
        kept_until=rules.kept_until(deps.now()),
    )


def _live(deps: Deps, actor: Actor, wish: Wish, benefit: Benefit, waiting: Claim) -> Claim:
    """The claim with a fresh code, valid from now."""
    now = deps.now()
    code = rules.code_of(deps.new_code())
    expires_at = rules.expiry(benefit.terms, now)
    return replace(
        waiting,
        state=ClaimState.LIVE,
        account_id=actor.id,
        claimed_at=now,
        expires_at=expires_at,
        remind_at=rules.remind_at(now, expires_at),
        kept_until=rules.kept_until(expires_at),
        code_mac=rules.mac(deps.sealer.derive(acting.CODES), code),
        code_sealed=deps.sealer.seal(acting.ROOM, code),
        key_mac=wish.key_mac,
    )


def _give(deps: Deps, made: Claim, holder: str) -> None:
    """The unit becomes the claim's; a hold that lapsed in between may have gone to somebody else, and then all begins anew."""
    if made.unit_id is None or not units.put(
        deps.db, made.unit_id, holder, units.claimed(made.id, made.expires_at)
    ):
        raise Retry(made.id)


def _tell(deps: Deps, actor: Actor, made: Claim, benefit: Benefit) -> None:
    notices.send(
        deps,
        actor.id,
        NoticeKind.BENEFIT_CLAIMED,
        claim_id=made.id,
        title=benefit.terms.title,
        expires_at=made.expires_at,
    )


def _key_mac(deps: Deps, said: tuple[str, str, str | None]) -> bytes | None:
    benefit_id, subject_id, key = said
    return rules.mac(deps.sealer.derive(acting.KEYS), benefit_id, subject_id, key) if key else None


def _turn(wish: Wish, turn: int | None) -> str:
    return rules.turn_key(wish.benefit_id, wish.subject_id, turn)
