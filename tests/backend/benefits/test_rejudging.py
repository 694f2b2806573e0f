"""A record changed: for the good of who had claimed, and never against them."""

from dataclasses import replace
from typing import Any

from backend.benefits import service
from backend.records import service as records
from schemas.terms import ClaimState, RecordMark, ReplayOutcome, RippleCause
from schemas.text import Text
from tests.backend.benefits.fair import FUZHOU, MANAGER, WORKER, Fair
from tests.support.people import COMMAND, acts
from tests.support.refusals import refused
from tests.support.world import Clock

WHY = Text("测试", "A test")


def erase(fair: Fair, record_id: str) -> None:
    record = records.find_any(fair.deps, record_id)
    records.erase(fair.deps, COMMAND, record=record)


def refuse(fair: Fair, **changes: object) -> tuple[str, service.Shown]:
    """The resident is refused because of one record; the record and the campaign."""
    record, benefit = fair.record(), fair.start(**changes)
    refused("benefits.not_entitled", fair.claim, benefit)
    return record.id, benefit


def test_what_was_lost_by_a_mistake_can_be_claimed_when_the_stock_is_gone(fair: Fair) -> None:
    record_id, benefit = refuse(fair, stock=1)
    fair.claim(benefit, fair.person(1))
    erase(fair, record_id)
    assert fair.ripple() > 0
    figures = service.count(fair.deps, benefit_id=benefit.id)
    assert (figures.extra, figures.offered, figures.balanced) == (1, 1, True)
    assert fair.told("benefit_offered") == 1
    made = fair.claim(benefit)
    assert (made.state, made.value) == (ClaimState.LIVE, 1000)
    refused("benefits.already_claimed", fair.claim, benefit)
    assert fair.count(benefit) == (0, 2, 0)


def test_one_record_behind_two_refusals_is_made_good_in_both(fair: Fair) -> None:
    record, one, two = fair.record(), fair.start(), fair.start()
    for benefit in (one, two):
        refused("benefits.not_entitled", fair.claim, benefit)
    erase(fair, record.id)
    assert fair.ripple() > 0
    assert [service.count(fair.deps, benefit_id=found.id).offered for found in (one, two)] == [1, 1]


def test_one_record_behind_a_refusal_and_a_live_claim_is_made_good_in_both(fair: Fair) -> None:
    fair.deed()
    record, one, two = fair.record(), fair.start(), fair.start(tiers=FUZHOU)
    refused("benefits.not_entitled", fair.claim, one)
    assert fair.claim(two).value == 10
    erase(fair, record.id)
    assert fair.ripple() > 0
    assert service.count(fair.deps, benefit_id=one.id).offered == 1
    assert {claim.value for claim in service.mine(fair.deps, fair.resident).items} >= {20}


def test_the_reserve_goes_first_and_nobody_else_gets_it(fair: Fair) -> None:
    record_id, benefit = refuse(fair, stock=1, reserve=1)
    fair.claim(benefit, fair.person(1))
    refused("benefits.out_of_stock", fair.claim, benefit, fair.person(2))
    erase(fair, record_id)
    fair.ripple()
    figures = service.count(fair.deps, benefit_id=benefit.id)
    assert (figures.extra, figures.reserve_left, figures.offered) == (0, 0, 1)
    shop = replace(fair.shop("新店"), id=benefit.terms.partner_ids[0])
    fair.redeem(shop, fair.claim(benefit).code)
    assert fair.count(benefit) == (0, 1, 1)


def test_an_offer_holds_when_the_campaign_is_over_or_closed(fair: Fair, clock: Clock) -> None:
    record_id, benefit = refuse(fair)
    clock.set(benefit.terms.ends_at)
    service.close(fair.deps, MANAGER, benefit_id=benefit.id, reason="结束")
    erase(fair, record_id)
    fair.ripple()
    assert fair.claim(benefit).code


def test_an_offer_that_nobody_takes_returns_after_thirty_days(fair: Fair, clock: Clock) -> None:
    record_id, benefit = refuse(fair, stock=1, reserve=1)
    erase(fair, record_id)
    fair.ripple()
    (mine,) = service.mine(fair.deps, fair.resident).items
    assert mine.state is ClaimState.OFFERED
    clock.set(mine.expires_at)
    assert service.count(fair.deps, benefit_id=benefit.id).reserve_left == 1
    assert service.end_expired(fair.deps, WORKER) == 1
    assert (fair.told("benefit_offer_over"), fair.count(benefit)) == (1, (1, 0, 0))


def test_a_suspended_record_is_judged_as_if_it_were_not_there(fair: Fair) -> None:
    record_id, benefit = refuse(fair)
    records.suspend(fair.deps, COMMAND, record_id=record_id, reason=WHY)
    fair.ripple()
    assert fair.claim(benefit).value == 1000
    records.release(fair.deps, COMMAND, record_id=record_id, reason=WHY)
    fair.ripple()
    assert fair.count(benefit) == (2, 1, 0)


def test_a_contested_record_never_counts_while_the_case_runs(fair: Fair) -> None:
    record_id, benefit = refuse(fair)
    asked: dict[str, Any] = {
        "record_id": record_id,
        "subject_id": fair.resident.subject_id,
        "case_id": "c1",
        "reason": WHY,
    }
    records.mark(fair.deps, COMMAND, kind=RecordMark.CONTESTED, **asked)
    assert fair.claim(benefit).value == 1000
    assert fair.deps.db["benefit_claims"].count_documents({}) == 1


def test_a_restoration_offers_from_stock_and_never_beyond_it(fair: Fair) -> None:
    record_id, benefit = refuse(fair, stock=1, reserve=1)
    fair.claim(benefit, fair.person(1))
    record = records.find_any(fair.deps, record_id)
    records.hide(fair.deps, COMMAND, record=record, reason=WHY, cause=RippleCause.RESTORED)
    fair.ripple()
    assert fair.told("benefit_offered") == 0
    assert fair.count(benefit) == (0, 1, 0)


def test_a_restored_person_is_offered_what_is_still_there(fair: Fair) -> None:
    record_id, benefit = refuse(fair)
    record = records.find_any(fair.deps, record_id)
    records.hide(fair.deps, COMMAND, record=record, reason=WHY, cause=RippleCause.RESTORED)
    fair.ripple()
    assert fair.claim(benefit).code
    assert fair.count(benefit) == (2, 1, 0)


def test_a_live_claim_is_raised_and_its_code_stays(fair: Fair) -> None:
    fair.deed()
    record, benefit = fair.record(), fair.start(tiers=FUZHOU)
    made = fair.claim(benefit)
    assert made.value == 10
    erase(fair, record.id)
    fair.ripple()
    (mine,) = service.mine(fair.deps, fair.resident).items
    assert (mine.value, mine.code) == (20, made.code)
    assert (fair.told("benefit_raised"), fair.count(benefit)) == (1, (2, 1, 0))


def test_worse_takes_nothing_back(fair: Fair) -> None:
    deed, benefit = fair.deed(), fair.start(tiers=FUZHOU)
    made = fair.claim(benefit)
    assert made.value == 20
    records.withdraw(fair.deps, COMMAND, record=records.find_any(fair.deps, deed.id))
    fair.ripple()
    (mine,) = service.mine(fair.deps, fair.resident).items
    assert (mine.value, mine.code, mine.state) == (20, made.code, ClaimState.LIVE)


def test_what_was_used_is_not_judged_again(fair: Fair) -> None:
    shop, deed = fair.shop(), fair.deed()
    record, benefit = fair.record(), fair.start(shop, tiers=FUZHOU)
    fair.redeem(shop, fair.claim(benefit).code)
    looks = len(acts(fair.deps, "grades.decide"))
    erase(fair, record.id)
    erase(fair, deed.id)
    fair.ripple()
    assert len(acts(fair.deps, "grades.decide")) == looks
    assert fair.count(benefit) == (2, 0, 1)


def test_the_ripple_handed_over_again_changes_nothing(fair: Fair) -> None:
    record_id, benefit = refuse(fair, stock=1)
    erase(fair, record_id)
    fair.ripple()
    assert fair.ripple() == 0
    assert (fair.told("benefit_offered"), service.count(fair.deps, benefit_id=benefit.id).offered) == (1, 1)


def test_who_still_does_not_reach_it_stays_refused(fair: Fair) -> None:
    record_id, benefit = refuse(fair, tiers=FUZHOU[:1])
    erase(fair, record_id)
    fair.ripple()
    (mine,) = service.mine(fair.deps, fair.proved(fair.resident)).items
    assert mine.state is ClaimState.REFUSED
    fair.deed()
    assert fair.claim(benefit).value == 20


def test_why_it_came_out_so_is_told_after_it_was_used_and_after_a_worse_judgement(fair: Fair) -> None:
    shop, deed = fair.shop(), fair.deed()
    benefit = fair.start(shop, tiers=FUZHOU)
    made, proved = fair.claim(benefit), fair.proved(fair.resident)
    records.withdraw(fair.deps, COMMAND, record=records.find_any(fair.deps, deed.id))
    fair.ripple()
    shown = service.one_of_mine(fair.deps, proved, claim_id=made.id)
    assert (shown.value, shown.replay) == (20, ReplayOutcome.FACTS_ERASED)
    fair.redeem(shop, made.code)
    again = service.one_of_mine(fair.deps, proved, claim_id=made.id)
    assert (again.state, again.rule_version) == (ClaimState.REDEEMED, "shanghai-2026-1")


def test_who_stays_refused_reads_the_newer_reasons(fair: Fair) -> None:
    first, second = fair.record(), fair.record(doc_no="二号")
    refused("benefits.not_entitled", fair.claim, fair.start())
    erase(fair, first.id)
    fair.ripple()
    proved = fair.proved(fair.resident)
    (mine,) = service.mine(fair.deps, proved).items
    shown = service.one_of_mine(fair.deps, proved, claim_id=mine.id)
    assert [reason.record_id for reason in shown.reasons] == [second.id]
    assert fair.told("benefit_offered") == 0
