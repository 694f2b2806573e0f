"""What was used and worth too little through a mistake: made good, by the day it was decided on, and once."""

from dataclasses import replace

import pytest

from backend.benefits import service
from backend.benefits.model import Tier
from backend.benefits.service import Shown, ShownClaim
from backend.common.actor import Actor
from backend.records import service as records
from backend.records.model import Record
from schemas.terms import ClaimState, ReplayOutcome, RippleCause
from schemas.text import Text
from tests.backend.benefits.fair import EXCELLENT, FAIR, FUZHOU, GOOD, MANAGER, WORKER, Fair
from tests.support.people import COMMAND
from tests.support.refusals import at_once, refused
from tests.support.world import Clock

WHY = Text("测试", "A test")
THREE = (Tier(EXCELLENT, 30), Tier(GOOD, 20), Tier(FAIR, 10))


def erase(fair: Fair, record: Record) -> None:
    records.erase(fair.deps, COMMAND, record=records.find_any(fair.deps, record.id))


def used(fair: Fair, **changes: object) -> tuple[Actor, Shown, ShownClaim]:
    """The shop, the campaign, and what the resident claimed and used of it."""
    shop = fair.shop()
    benefit = fair.start(shop, **changes)
    made = fair.claim(benefit)
    fair.redeem(shop, made.code)
    return shop, benefit, made


def offers(fair: Fair) -> list[ShownClaim]:
    mine = service.mine(fair.deps, fair.resident).items
    return [one for one in mine if one.state is ClaimState.OFFERED]


def test_what_was_missed_is_offered_and_can_be_used_although_all_is_gone(fair: Fair) -> None:
    fair.deed()
    record = fair.record()
    shop, benefit, made = used(fair, tiers=FUZHOU, stock=1)
    assert made.value == 10
    erase(fair, record)
    fair.ripple()
    (offer,) = offers(fair)
    assert (offer.value, offer.makes_good_id, fair.told("benefit_made_good")) == (10, made.id, 1)
    figures = service.count(fair.deps, benefit_id=benefit.id)
    assert (figures.extra, figures.offered, figures.redeemed, figures.balanced) == (1, 1, 1, True)
    more = fair.claim(benefit)
    assert (more.id, more.state, more.value) == (offer.id, ClaimState.LIVE, 10)
    assert fair.redeem(shop, more.code).value == 10
    assert fair.count(benefit) == (0, 0, 2)
    refused("benefits.already_claimed", fair.claim, benefit)


@pytest.mark.parametrize(
    ("tiers", "worth"),
    [
        ((Tier(EXCELLENT, 2500), Tier(FAIR, 1000)), 2500),
        ((Tier(EXCELLENT, 2500), Tier(GOOD, 1500), Tier(FAIR, 1000)), 1500),
        ((Tier(EXCELLENT, 2500), Tier(GOOD, 1600), Tier(FAIR, 1000), Tier(None, 500)), 1600),
        ((Tier(EXCELLENT, 1200), Tier(FAIR, 1000), Tier(None, 300)), 300),
        ((Tier(EXCELLENT, 1200), Tier(FAIR, 1000), Tier(None, 100)), 1000),
    ],
)
def test_what_the_shop_sees_is_a_value_that_the_campaign_publishes(
    fair: Fair, tiers: tuple[Tier, ...], worth: int
) -> None:
    """The smallest that covers what was missed: a sum that nobody else has would say that a record was put right."""
    fair.deed()
    record = fair.record()
    shop, benefit, made = used(fair, tiers=tiers, stock=1)
    assert made.value == 1000
    erase(fair, record)
    fair.ripple()
    (offer,) = offers(fair)
    assert (offer.value, offer.makes_good_id) == (worth, made.id)
    receipt = fair.redeem(shop, fair.claim(benefit).code)
    assert receipt.value == worth
    assert receipt.value in {tier.value for tier in tiers}


def test_the_reserve_goes_first(fair: Fair) -> None:
    fair.deed()
    record = fair.record()
    _, benefit, _ = used(fair, tiers=FUZHOU, stock=1, reserve=1)
    erase(fair, record)
    fair.ripple()
    figures = service.count(fair.deps, benefit_id=benefit.id)
    assert (figures.extra, figures.reserve_left, figures.offered) == (0, 0, 1)


def test_nothing_that_came_since_bears_on_it(fair: Fair) -> None:
    """A record of after that day makes it no smaller, and a good deed of after it no larger."""
    wrong, (_, _, made) = fair.record(), used(fair, tiers=THREE)
    assert made.value == 10
    fair.record(doc_no="以后的")
    fair.deed()
    erase(fair, wrong)
    fair.ripple()
    assert [one.value for one in offers(fair)] == [10]


def test_each_mistake_is_made_good_by_what_it_took(fair: Fair) -> None:
    fair.deed()
    first, second = fair.record(), fair.record(doc_no="二号", severity=None)
    _, benefit, made = used(fair, tiers=THREE)
    assert made.value == 10
    erase(fair, first)
    fair.ripple()
    assert [one.value for one in offers(fair)] == [10]
    erase(fair, second)
    fair.ripple()
    assert sorted(one.value or 0 for one in offers(fair)) == [10, 10]
    values = [fair.claim(benefit).value, fair.claim(benefit).value]
    assert made.value + sum(value or 0 for value in values) == 30
    assert service.count(fair.deps, benefit_id=benefit.id).balanced


def test_what_rightly_counted_and_was_restored_since_is_not_made_good(fair: Fair) -> None:
    record = fair.record()
    used(fair, tiers=THREE)
    records.hide(
        fair.deps,
        COMMAND,
        record=records.find_any(fair.deps, record.id),
        reason=WHY,
        cause=RippleCause.RESTORED,
    )
    fair.ripple()
    assert offers(fair) == []


def test_the_ripple_at_once_from_many_makes_good_once(fair: Fair) -> None:
    fair.deed()
    record = fair.record()
    _, benefit, _ = used(fair, tiers=FUZHOU, stock=1)
    erase(fair, record)
    at_once(fair.ripple, 4)
    figures = service.count(fair.deps, benefit_id=benefit.id)
    assert (figures.extra, figures.offered, figures.balanced, len(offers(fair))) == (1, 1, True, 1)


def test_an_offer_that_nobody_takes_goes_back(fair: Fair, clock: Clock) -> None:
    fair.deed()
    record = fair.record()
    _, benefit, _ = used(fair, tiers=FUZHOU, reserve=1)
    erase(fair, record)
    fair.ripple()
    clock.set(offers(fair)[0].expires_at)
    assert service.end_expired(fair.deps, WORKER) == 1
    figures = service.count(fair.deps, benefit_id=benefit.id)
    assert (figures.reserve_left, figures.offered, figures.balanced) == (1, 0, True)


def test_more_than_the_grade_gave_counts_as_given(fair: Fair) -> None:
    """It was raised by a deed that went since: what was used at the higher value is short of nothing."""
    shop, record = fair.shop(), fair.record()
    benefit = fair.start(shop, tiers=THREE)
    made = fair.claim(benefit)
    records.suspend(fair.deps, COMMAND, record_id=record.id, reason=WHY)
    fair.ripple()
    records.release(fair.deps, COMMAND, record_id=record.id, reason=WHY)
    fair.ripple()
    assert fair.redeem(shop, made.code).value == 20
    erase(fair, record)
    fair.ripple()
    assert offers(fair) == []


def test_who_was_refused_by_mistake_gets_it_although_another_record_came_since(fair: Fair) -> None:
    record, benefit = fair.record(), fair.start()
    refused("benefits.not_entitled", fair.claim, benefit)
    fair.record(doc_no="以后的")
    erase(fair, record)
    fair.ripple()
    assert fair.claim(benefit).value == 1000


def test_what_is_live_is_raised_to_what_it_would_have_been_although_another_record_came_since(
    fair: Fair,
) -> None:
    fair.deed()
    wrong, benefit = fair.record(), fair.start(tiers=FUZHOU)
    assert fair.claim(benefit).value == 10
    fair.record(doc_no="以后的")
    erase(fair, wrong)
    fair.ripple()
    (mine,) = service.mine(fair.deps, fair.resident).items
    assert (mine.state, mine.value, fair.told("benefit_raised")) == (ClaimState.LIVE, 20, 1)


def test_who_would_have_been_refused_anyway_is_judged_by_today_for_the_next_mistake(fair: Fair) -> None:
    """The later record is in the decision in force, so its own correction finds the refusal."""
    first, second = fair.record(), fair.record(doc_no="二号")
    benefit = fair.start()
    refused("benefits.not_entitled", fair.claim, benefit)
    third = fair.record(doc_no="三号")
    erase(fair, first)
    fair.ripple()
    assert offers(fair) == []
    erase(fair, third)
    fair.ripple()
    assert offers(fair) == []
    erase(fair, second)
    fair.ripple()
    assert [one.value for one in offers(fair)] == [1000]


def test_every_decision_stays_readable_and_can_be_worked_out_again(fair: Fair) -> None:
    fair.deed()
    record = fair.record()
    _, _, made = used(fair, tiers=FUZHOU)
    proved = fair.proved(fair.resident)
    records.suspend(fair.deps, COMMAND, record_id=record.id, reason=WHY)
    fair.ripple()
    shown = service.one_of_mine(fair.deps, proved, claim_id=made.id)
    right, first = shown.decisions
    assert (first.value, first.gave, first.superseded_by) == (FAIR, True, RippleCause.SUSPENDED)
    assert (right.value, right.gave, right.superseded_at, right.on) == (EXCELLENT, False, None, first.on)
    assert record.id in [reason.record_id for reason in first.reasons]
    assert record.id not in [reason.record_id for reason in right.reasons]
    for decision in (first, right):
        again = service.replay(fair.deps, proved, claim_id=made.id, decision_id=decision.id)
        assert (again.outcome, again.value, again.same_grade) == (ReplayOutcome.SAME, decision.value, True)
    assert service.replay(fair.deps, proved, claim_id=made.id).decision_id == first.id
    (offer,) = offers(fair)
    assert service.one_of_mine(fair.deps, proved, claim_id=offer.id).decisions[0].gave
    stranger = replace(fair.proved(fair.person()), id="acc-9")
    refused("benefits.claim_not_found", service.replay, fair.deps, stranger, claim_id=made.id)
    refused(
        "benefits.decision_not_found", service.replay, fair.deps, proved, claim_id=made.id, decision_id="x"
    )
    refused("identity.verification_required", service.replay, fair.deps, fair.resident, claim_id=made.id)


def test_another_persons_decision_is_not_found_behind_an_own_claim(fair: Fair) -> None:
    benefit, other = fair.start(), fair.person()
    mine, theirs = fair.claim(benefit), fair.claim(benefit, other)
    their_decision = service.one_of_mine(fair.deps, fair.proved(other), claim_id=theirs.id).decisions[0].id
    refused(
        "benefits.decision_not_found",
        service.replay,
        fair.deps,
        fair.proved(fair.resident),
        claim_id=mine.id,
        decision_id=their_decision,
    )


def test_terms_that_mean_something_else_now_owe_nothing(fair: Fair) -> None:
    fair.deed()
    record = fair.record()
    shop, benefit, _ = used(fair, tiers=FUZHOU)
    wanted = fair.terms(shop, tiers=(Tier(FAIR, 1000),), stock=3)
    service.change(fair.deps, MANAGER, benefit_id=benefit.id, version=1, wanted=wanted)
    erase(fair, record)
    fair.ripple()
    assert offers(fair) == []
    assert service.count(fair.deps, benefit_id=benefit.id).balanced
