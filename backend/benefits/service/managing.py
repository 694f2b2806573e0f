"""Staff run campaigns: create, change, pause, resume, close."""

from collections.abc import Iterator
from dataclasses import replace

from backend.audit import service as audit
from backend.benefits import errors, rules
from backend.benefits.model import RESERVE, STOCK, Benefit, Event, Fault, Terms, Unit
from backend.benefits.service.staffing import MANAGERS, Shown, managed, shown
from backend.benefits.store import campaigns, units
from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.common.mongo import Retry, atomic
from backend.merchants import service as merchants
from schemas.terms import BenefitAct, BenefitState, MerchantState
from schemas.text import Text


@atomic
def create(deps: Deps, actor: Actor, *, wanted: Terms) -> Shown:
    """Start a campaign and cut its stock, all of it or nothing. Raises 422 `benefits.invalid` with every fault at once."""
    actor.require(*MANAGERS)
    _require_valid(rules.check(wanted, deps.now()), _strangers(deps, wanted))
    first = Event(deps.now(), BenefitAct.CREATE, BenefitState.ACTIVE, actor.id, actor.name)
    benefit = Benefit(deps.new_id(), wanted, BenefitState.ACTIVE, deps.now(), events=(first,))
    campaigns.insert(deps.db, benefit)
    _cut(deps, benefit, {STOCK: wanted.stock, RESERVE: wanted.reserve})
    audit.record(deps, actor, "benefits.create", benefit.id, stock=wanted.stock, reserve=wanted.reserve)
    return shown(deps, benefit)


@atomic
def change(deps: Deps, actor: Actor, *, benefit_id: str, version: int, wanted: Terms) -> Shown:
    """Change a campaign for claims to come; what was claimed keeps its value, its end and its shops. Stock can only grow.

    Raises as `create`, 409 `benefits.stale` when another version is in force, `benefits.changed` for a closed one unless
    nothing but its partners changes.
    """
    benefit = managed(deps, actor, benefit_id)
    acted = _acted(deps, actor, benefit, BenefitAct.CHANGE)
    if benefit.version != version:
        raise errors.stale(benefit.version)
    before = benefit.terms
    if benefit.state is BenefitState.CLOSED and not rules.only_partners(before, wanted):
        raise errors.changed(benefit.state)
    _require_valid(
        rules.check_change(benefit, wanted, deps.now()),
        _strangers(deps, wanted, known=before.partner_ids),
    )
    more = {STOCK: wanted.stock - before.stock, RESERVE: wanted.reserve - before.reserve}
    _cut(deps, benefit, more)
    acted = replace(acted, terms=wanted, former=rules.left_by(benefit, wanted, deps.now()))
    return _saved(deps, actor, acted, stock=wanted.stock, reserve=wanted.reserve)


@atomic
def pause(deps: Deps, actor: Actor, *, benefit_id: str, reason: str) -> Shown:
    """Stop claiming for a while; what was claimed can be redeemed on."""
    return _moved(deps, actor, benefit_id, BenefitAct.PAUSE, reason)


@atomic
def resume(deps: Deps, actor: Actor, *, benefit_id: str, reason: str | None = None) -> Shown:
    """Let a paused one be claimed again."""
    return _moved(deps, actor, benefit_id, BenefitAct.RESUME, reason)


@atomic
def close(deps: Deps, actor: Actor, *, benefit_id: str, reason: str) -> Shown:
    """End claiming for good. Live claims and offers stay valid until they expire: they were promised."""
    return _moved(deps, actor, benefit_id, BenefitAct.CLOSE, reason)


def _moved(deps: Deps, actor: Actor, benefit_id: str, act: BenefitAct, reason: str | None) -> Shown:
    acted = _acted(deps, actor, managed(deps, actor, benefit_id), act, reason)
    return _saved(deps, actor, acted)


def _acted(deps: Deps, actor: Actor, benefit: Benefit, act: BenefitAct, reason: str | None = None) -> Benefit:
    """The campaign after `act`, not yet saved; 409 `benefits.changed` when that cannot be done now."""
    state = rules.step(benefit.state, act)
    if state is None:
        raise errors.changed(benefit.state)
    event = Event(deps.now(), act, state, actor.id, actor.name, reason)
    return replace(benefit, state=state, events=(*benefit.events, event))


def _saved(deps: Deps, actor: Actor, benefit: Benefit, **facts: int) -> Shown:
    if not campaigns.put(deps.db, benefit):
        raise Retry(benefit.id)
    act = benefit.events[-1].act
    audit.record(deps, actor, f"benefits.{act.value}", benefit.id, subject_id=None, **facts)
    return shown(deps, replace(benefit, version=benefit.version + 1))


def _cut(deps: Deps, benefit: Benefit, wanted: dict[str, int]) -> None:
    cut = [
        Unit(deps.new_id(), benefit.id, pool, units.anywhere(deps.random))
        for pool, number in wanted.items()
        for _ in range(number)
    ]
    if cut:
        units.insert(deps.db, cut)


def _require_valid(faults: list[Fault], more: Iterator[Fault]) -> None:
    found = [*faults, *more]
    if found:
        raise errors.invalid(found)


def _strangers(deps: Deps, wanted: Terms, known: tuple[str, ...] = ()) -> Iterator[Fault]:
    """Partners that are not merchants, or closed, unless they were partners before: who changes something else need not
    know which have closed since."""
    asked = wanted.partner_ids[: rules.MOST_PARTNERS]
    names = merchants.names(deps, asked)
    for merchant_id in asked:
        if merchant_id not in names:
            text = Text("没有编号为 {id} 的商户", "There is no merchant {id}")
            yield "partner_ids", text.fill(id=merchant_id)
        elif names[merchant_id].state is MerchantState.CLOSED and merchant_id not in known:
            text = Text("商户 {id} 已终止合作", "The merchant {id} is closed")
            yield "partner_ids", text.fill(id=merchant_id)
