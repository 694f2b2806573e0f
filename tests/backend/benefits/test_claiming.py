"""Claiming: who gets what, once, and every unit is somewhere."""

from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from backend.benefits import service
from backend.benefits.model import Tier
from backend.benefits.service import holding
from backend.benefits.store import units
from backend.common.actor import Actor
from schemas.terms import ClaimState, GradeValue, ReplayOutcome, ValueKind
from tests.backend.benefits.fair import EXCELLENT, FUZHOU, GOOD, MANAGER, WORKER, Fair
from tests.backend.reports.conftest import Refuse
from tests.support.people import acts
from tests.support.refusals import at_once, refused
from tests.support.world import Clock


def test_a_claim_has_a_code_an_end_and_a_unit(fair: Fair) -> None:
    benefit = fair.start()
    made = fair.claim(benefit)
    assert (made.state, made.value, len(made.code)) == (ClaimState.LIVE, 1000, 14)
    assert (
        made.expires_at.isoformat() == "2026-12-05T16:00:00+00:00"
    )  # 24:00 in Shanghai of the fourteenth day
    assert fair.count(benefit) == (2, 1, 0)
    assert fair.told("benefit_claimed") == 1


def test_the_look_at_the_record_is_in_the_persons_log_in_words(fair: Fair) -> None:
    fair.claim(fair.start())
    (look,) = acts(fair.deps, "grades.decide")
    assert look["subject_id"] == fair.resident.subject_id
    assert look["purpose"]["zh"].startswith("您申领信用权益")


def test_when_the_look_cannot_be_written_nothing_is_claimed(fair: Fair, log_refused: Refuse) -> None:
    benefit = fair.start()
    log_refused()
    refused("audit.not_written", fair.claim, benefit)
    assert fair.count(benefit) == (3, 0, 0)


def test_a_floor_for_everybody_asks_no_record(fair: Fair) -> None:
    fair.record()
    assert fair.claim(fair.start(tiers=(Tier(None, 500),))).value == 500
    assert acts(fair.deps, "grades.decide") == []


def test_the_best_grade_gets_more_and_everybody_the_floor(fair: Fair) -> None:
    benefit = fair.start(tiers=FUZHOU)
    best, worst = fair.person(1), fair.person(2)
    fair.deed(best)
    fair.record(worst)
    values = [fair.claim(benefit, who).value for who in (best, worst, fair.resident)]
    assert values == [20, 10, 10]


def test_no_record_is_not_a_bad_record(fair: Fair) -> None:
    assert fair.claim(fair.start(tiers=(Tier(GOOD, 700),)), fair.person()).value == 700


def test_who_is_not_entitled_learns_why_and_the_unit_is_free_again(fair: Fair) -> None:
    record, benefit = fair.record(), fair.start()
    error = refused("benefits.not_entitled", fair.claim, benefit)
    codes = {reason["code"]: reason for reason in error.data["reasons"]}
    assert "良好" in codes["benefits.below_minimum"]["text"]
    assert codes["grade.general_recent"]["record_id"] == record.id
    assert fair.count(benefit) == (3, 0, 0)
    assert len(acts(fair.deps, "grades.decide")) == 1


def test_what_tells_of_the_record_needs_a_fresh_proof_and_what_is_for_everybody_does_not(fair: Fair) -> None:
    graded, for_all = fair.start(), fair.start(tiers=(Tier(None, 500),))
    claim = partial(service.claim, fair.deps, fair.resident)
    refused("identity.verification_required", claim, benefit_id=graded.id)
    assert acts(fair.deps, "grades.decide") == []
    assert fair.count(graded) == (3, 0, 0)
    assert claim(benefit_id=for_all.id).code


def test_the_own_claim_is_explained_to_who_has_proved_to_be_the_person(fair: Fair, clock: Clock) -> None:
    record, benefit = fair.record(), fair.start()
    refused("benefits.not_entitled", fair.claim, benefit)
    assert service.mine(fair.deps, fair.resident).items == ()
    (mine,) = service.mine(fair.deps, fair.proved(fair.resident)).items
    assert (mine.state, mine.code, mine.expires_at) == (ClaimState.REFUSED, None, None)
    refused("identity.verification_required", service.one_of_mine, fair.deps, fair.resident, claim_id=mine.id)
    shown = service.one_of_mine(fair.deps, fair.proved(fair.resident), claim_id=mine.id)
    assert len(acts(fair.deps, "benefits.read_claim")) == 1
    assert [reason.record_id for reason in shown.reasons] == [record.id]
    assert (shown.rule_version, shown.replay) == ("shanghai-2026-1", ReplayOutcome.SAME)
    other = fair.proved(fair.person())
    refused("benefits.claim_not_found", service.one_of_mine, fair.deps, other, claim_id=mine.id)


def test_trying_all_day_does_not_fill_the_own_log(fair: Fair) -> None:
    fair.record()
    benefit = fair.start()
    for _ in range(10):
        refused("benefits.not_entitled", fair.claim, benefit)
    refused("limits.too_many", fair.claim, benefit)
    assert len(acts(fair.deps, "grades.decide")) == 10
    assert fair.deps.db["benefit_claims"].count_documents({}) == 1


def test_once_and_no_more(fair: Fair) -> None:
    benefit = fair.start()
    first = fair.claim(benefit)
    assert refused("benefits.already_claimed", fair.claim, benefit).data == {"claim_id": first.id}
    assert fair.count(benefit) == (2, 1, 0)


def test_as_often_as_the_campaign_allows(fair: Fair) -> None:
    benefit = fair.start(per_person=2)
    assert len({fair.claim(benefit).code, fair.claim(benefit).code}) == 2
    refused("benefits.already_claimed", fair.claim, benefit)
    assert fair.count(benefit) == (1, 2, 0)


def test_the_same_key_gives_the_same_claim(fair: Fair) -> None:
    benefit, elsewhere = fair.start(), fair.start()
    first = fair.claim(benefit, key="k1")
    assert fair.claim(benefit, key="k1") == first
    assert fair.claim(elsewhere, key="k1").benefit_id == elsewhere.id
    assert fair.count(benefit) == (2, 1, 0)


def test_the_same_person_from_many_places_at_once_has_one(fair: Fair) -> None:
    benefit = fair.start(stock=8)
    fair.deps.sealer.seal("benefits", "warm")
    ended = at_once(lambda: fair.claim(benefit), 6)
    assert sorted(getattr(one, "reason", "claimed") for one in ended).count("claimed") == 1
    assert fair.count(benefit) == (7, 1, 0)


def test_the_last_one_goes_to_one_of_many(fair: Fair) -> None:
    benefit = fair.start(stock=1)
    fair.claim(benefit, fair.person(1))
    refused("benefits.out_of_stock", fair.claim, benefit)
    assert acts(fair.deps, "grades.decide")[0]["subject_id"] != fair.resident.subject_id
    assert fair.count(benefit) == (0, 1, 0)


def test_before_after_paused_and_closed_are_told_apart(fair: Fair, clock: Clock) -> None:
    begin = clock() + timedelta(hours=1)
    benefit = fair.start(starts_at=begin, ends_at=begin + timedelta(hours=1))
    refused("benefits.not_begun", fair.claim, benefit)
    clock.set(begin)
    fair.claim(benefit, fair.person(1))
    service.pause(fair.deps, MANAGER, benefit_id=benefit.id, reason="核对预算")
    refused("benefits.paused", fair.claim, benefit)
    service.resume(fair.deps, MANAGER, benefit_id=benefit.id)
    clock.set(begin + timedelta(hours=1))
    refused("benefits.over", fair.claim, benefit)
    service.close(fair.deps, MANAGER, benefit_id=benefit.id, reason="结束")
    refused("benefits.closed", fair.claim, benefit)
    refused("benefits.not_found", service.claim, fair.deps, fair.resident, benefit_id="none")


@pytest.mark.parametrize(
    ("district", "let_in"), [("310104", True), ("徐汇区", True), ("310101", False), (None, False)]
)
def test_only_the_named_districts(fair: Fair, district: str | None, let_in: bool) -> None:
    benefit, person = fair.start(districts=("310104",)), fair.person(district=district)
    if let_in:
        assert fair.claim(benefit, person).code
    else:
        error = refused("benefits.not_entitled", fair.claim, benefit, person)
        assert error.data["reasons"][0]["code"] == "benefits.elsewhere"


def test_without_a_bound_name_nobody_claims(fair: Fair) -> None:
    benefit = fair.start()
    refused("identity.real_name_required", fair.claim, benefit, replace(fair.resident, subject_id=None))
    refused("auth.not_allowed", fair.claim, benefit, MANAGER)


def test_what_expires_is_stock_again_whether_or_not_a_sweep_ran(fair: Fair, clock: Clock) -> None:
    benefit = fair.start(stock=1)
    first = fair.claim(benefit)
    clock.set(first.expires_at - timedelta(milliseconds=1))
    refused("benefits.out_of_stock", fair.claim, benefit, fair.person(1))
    clock.set(first.expires_at)
    assert fair.count(benefit) == (1, 0, 0)
    fair.claim(benefit, fair.person(2))
    assert fair.count(benefit) == (0, 1, 0)
    (mine,) = service.mine(fair.deps, fair.resident).items
    assert (mine.state, mine.code) == (ClaimState.EXPIRED, None)
    assert service.end_expired(fair.deps, WORKER) == 1
    assert fair.count(benefit) == (0, 1, 0)


def test_an_expired_claim_gave_nothing_so_it_may_be_claimed_again(fair: Fair, clock: Clock) -> None:
    benefit = fair.start()
    first = fair.claim(benefit)
    clock.set(first.expires_at)
    second = fair.claim(benefit)
    assert second.id != first.id
    assert fair.count(benefit) == (2, 1, 0)
    assert (fair.told("benefit_expired"), service.end_expired(fair.deps, WORKER)) == (1, 0)


def test_the_holder_is_reminded_once_three_days_before(fair: Fair, clock: Clock) -> None:
    made = fair.claim(fair.start())
    assert service.remind_expiring(fair.deps, WORKER) == 0
    clock.set(made.expires_at - timedelta(days=3))
    assert [service.remind_expiring(fair.deps, WORKER) for _ in range(2)] == [1, 0]
    assert fair.told("benefit_expires_soon") == 1
    clock.set(made.expires_at)
    assert [service.end_expired(fair.deps, WORKER) for _ in range(2)] == [1, 0]


def test_a_hold_of_a_request_that_died_lapses_by_itself(fair: Fair, clock: Clock) -> None:
    benefit = fair.start(stock=1)
    held = {"use": "held", "holder": "hold:dead", "free_at": clock() + timedelta(seconds=60)}
    fair.deps.db["benefit_units"].update_one({"benefit_id": benefit.id}, {"$set": held})
    assert (
        refused("database.busy", fair.claim, benefit).retry_after == 1
    )  # it may come back: nobody is sent away
    clock.advance(seconds=60)
    assert fair.claim(benefit).code
    assert fair.count(benefit) == (0, 1, 0)


def test_tiers_of_three_grades_each_get_their_own(fair: Fair) -> None:
    tiers = (Tier(EXCELLENT, 30), Tier(GOOD, 20), Tier(GradeValue.FAIR, 10))
    benefit = fair.start(tiers=tiers, stock=5)
    one, two, three = (fair.person(n) for n in (1, 2, 3))
    fair.deed(one)
    fair.record(three)
    assert [fair.claim(benefit, who).value for who in (one, two, three)] == [30, 20, 10]


def test_everybody_reads_the_same_list_without_signing_in(fair: Fair, clock: Clock) -> None:
    benefit = fair.start(tiers=FUZHOU)
    (listed,) = service.listed(fair.deps).items
    assert (listed.id, listed.remaining, listed.claimable) == (benefit.id, 3, True)
    assert [tier.minimum_grade for tier in listed.tiers] == [EXCELLENT, None]
    assert "查询记录" in listed.purpose.zh
    clock.set(listed.ends_at)
    assert service.listed(fair.deps).items == ()
    assert not service.find(fair.deps, benefit_id=benefit.id).claimable


def test_a_claim_of_somebody_without_an_account_any_more_is_told_to_nobody(
    fair: Fair, clock: Clock, bound: Actor
) -> None:
    made = fair.claim(fair.start(), fair.person(7))
    clock.set(made.expires_at)
    assert service.end_expired(fair.deps, WORKER) == 1
    assert fair.told("benefit_expired") == 0


def test_nobody_is_told_that_all_is_gone_while_the_last_one_may_come_back(
    fair: Fair, monkeypatch: pytest.MonkeyPatch
) -> None:
    benefit = fair.start(stock=1)
    held = {"use": "held", "holder": "hold:other", "free_at": fair.deps.now() + timedelta(seconds=60)}
    fair.deps.db["benefit_units"].update_one({"benefit_id": benefit.id}, {"$set": held})
    given_back: list[bool] = []

    def other_gives_up(pause: float) -> None:
        if pause in holding.PAUSES_S and not given_back:
            unit = fair.deps.db["benefit_units"].find_one({"benefit_id": benefit.id})
            given_back.append(units.put(fair.deps.db, unit["_id"], "hold:other", units.free(units.EPOCH)))

    monkeypatch.setattr("backend.benefits.service.holding.time.sleep", other_gives_up)
    assert fair.claim(benefit).code
    assert given_back == [True]


def test_who_was_refused_gets_what_the_campaign_gives_when_they_come_again(fair: Fair) -> None:
    fair.record()
    benefit = fair.start()
    refused("benefits.not_entitled", fair.claim, benefit)
    percent = replace(benefit.terms, value_kind=ValueKind.PERCENT_OFF, tiers=FUZHOU)
    service.change(fair.deps, MANAGER, benefit_id=benefit.id, version=1, wanted=percent)
    made = fair.claim(benefit)
    assert (made.value, made.value_kind) == (10, ValueKind.PERCENT_OFF)
    assert fair.deps.db["benefit_claims"].count_documents({}) == 1
