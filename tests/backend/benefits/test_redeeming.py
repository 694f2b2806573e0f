"""Redeeming: once, at a partner, and whatever does not fit is answered alike."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from backend.benefits import rules, service
from backend.benefits.service import redeeming
from backend.common.deps import Deps
from backend.common.errors import Kind
from backend.merchants.service import guessing
from schemas.terms import ClaimState
from tests.backend.benefits.fair import FUZHOU, MANAGER, Fair
from tests.support.people import acts
from tests.support.refusals import at_once, refused
from tests.support.world import Clock

WRONG = "benefits.code_not_valid"


def test_a_code_is_redeemed_once_and_the_shop_learns_nothing_of_the_person(fair: Fair) -> None:
    shop = fair.shop()
    benefit = fair.start(shop)
    made = fair.claim(benefit)
    receipt = fair.redeem(shop, made.code)
    assert set(vars(receipt)) == {"receipt_no", "title", "value_kind", "value", "redeemed_at"}
    assert receipt.value == 1000
    refused(WRONG, fair.redeem, shop, made.code)
    assert fair.count(benefit) == (2, 0, 1)
    (mine,) = service.mine(fair.deps, fair.resident).items
    assert (mine.state, mine.code, mine.redeemed_at) == (ClaimState.REDEEMED, None, fair.deps.now())
    assert fair.told("benefit_redeemed") == 1
    (line,) = acts(fair.deps, "benefits.redeem")
    assert line["details"]["through"] == "key:k1"


@pytest.mark.parametrize(
    "typed",
    [str.lower, str.upper, lambda code: code.replace("-", " "), lambda code: f" {code.replace('-', '')} "],
)
def test_a_code_may_be_typed_in_any_way(fair: Fair, typed: Callable[[str], str]) -> None:
    shop = fair.shop()
    code = fair.claim(fair.start(shop)).code
    assert fair.redeem(shop, typed(code)).value == 1000


def test_whatever_does_not_fit_is_answered_alike(fair: Fair, clock: Clock) -> None:
    shop, stranger = fair.shop(), fair.shop("别家店")
    benefit = fair.start(shop, per_person=3)
    live, used, old = (fair.claim(benefit).code for _ in range(3))
    fair.redeem(shop, used)
    told = []
    for till, code in (
        (stranger, live),
        (shop, used),
        (shop, live[:-1]),
        (shop, rules.grouped(rules.code_of("0" * 11))),
        (shop, ""),
        (shop, "红包"),
    ):
        error = refused(WRONG, fair.redeem, till, code)
        told.append((error.kind, error.text, error.data, error.retry_after))
    clock.advance(days=20)
    error = refused(WRONG, fair.redeem, shop, old)
    told.append((error.kind, error.text, error.data, error.retry_after))
    assert len(set(map(repr, told))) == 1
    assert fair.count(benefit) == (2, 0, 1)


def test_nothing_links_two_receipts_of_one_person(fair: Fair) -> None:
    shop, second = fair.shop(), fair.shop("别家店")
    benefit = fair.start(shop, second, per_person=2)
    one = fair.redeem(shop, fair.claim(benefit).code)
    two = fair.redeem(second, fair.claim(benefit).code)
    own = {
        fair.resident.id,
        fair.resident.subject_id,
        *(str(found["_id"]) for found in fair.deps.db["benefit_claims"].find()),
    }
    assert one.receipt_no != two.receipt_no
    assert not any(ident in repr((one, two)) for ident in own)


def test_the_same_till_asking_again_under_its_key_gets_the_same_receipt(fair: Fair) -> None:
    shop = fair.shop()
    benefit = fair.start(shop)
    code = fair.claim(benefit).code
    first = fair.redeem(shop, code, "k1")
    assert fair.redeem(shop, code, "k1") == first
    refused(WRONG, fair.redeem, shop, code, "k2")
    refused(WRONG, fair.redeem, replace(shop, through="key:k2"), code, "k1")
    assert fair.count(benefit) == (2, 0, 1)


def test_two_tills_at_once_redeem_it_once(fair: Fair) -> None:
    shop = fair.shop()
    benefit = fair.start(shop)
    code = fair.claim(benefit).code
    ended = at_once(lambda: fair.redeem(shop, code), 4)
    assert sorted(getattr(one, "reason", "redeemed") for one in ended) == [WRONG] * 3 + ["redeemed"]
    assert fair.count(benefit) == (2, 0, 1)
    figures = list(fair.deps.db["merchant_figures"].find({"merchant_id": shop.id}))
    assert sum(one["counts"]["redemptions"] for one in figures) == 1


def test_too_many_wrong_codes_lock_the_shop_with_all_its_tills_and_no_other(fair: Fair, clock: Clock) -> None:
    shop, other = fair.shop(), fair.shop("另一家")
    code = fair.claim(fair.start(shop)).code
    for number in range(guessing.WRONG_OF_MERCHANT.count):
        refused(WRONG, fair.redeem, replace(shop, through=f"key:{number}"), "AAAA-AAAA-AAAA")
    locked = refused("benefits.redeeming_locked", fair.redeem, shop, code)
    assert (locked.kind, locked.retry_after) == (Kind.TOO_MANY, 900)
    refused(WRONG, fair.redeem, other, code)
    clock.advance(minutes=15)
    assert fair.redeem(shop, code).value == 1000


def test_right_codes_never_lock(fair: Fair) -> None:
    shop = fair.shop()
    benefit = fair.start(shop, stock=20, per_person=10)
    for _ in range(guessing.WRONG_OF_MERCHANT.count - 1):
        refused(WRONG, fair.redeem, shop, "AAAA-AAAA-AAAA")
    for _ in range(10):
        fair.redeem(shop, fair.claim(benefit).code)
    assert fair.count(benefit) == (10, 0, 10)


def test_paused_and_closed_campaigns_keep_what_they_promised(fair: Fair) -> None:
    shop = fair.shop()
    benefit = fair.start(shop, per_person=2, tiers=FUZHOU)
    one, two = fair.claim(benefit).code, fair.claim(benefit).code
    service.pause(fair.deps, MANAGER, benefit_id=benefit.id, reason="核对")
    assert fair.redeem(shop, one).value == 10
    service.close(fair.deps, MANAGER, benefit_id=benefit.id, reason="结束")
    assert fair.redeem(shop, two).value == 10
    assert fair.count(benefit) == (1, 0, 2)


def test_the_last_instant_is_the_persons_and_the_end_is_not(fair: Fair, clock: Clock) -> None:
    shop = fair.shop()
    benefit = fair.start(shop, per_person=2)
    one, two = fair.claim(benefit), fair.claim(benefit)
    clock.set(one.expires_at - timedelta(milliseconds=1))
    fair.redeem(shop, one.code)
    clock.set(two.expires_at)
    refused(WRONG, fair.redeem, shop, two.code)
    assert fair.count(benefit) == (2, 0, 1)


def test_a_slow_clock_of_ours_redeems_nothing_whose_unit_is_somebody_elses(
    fair: Fair, clock: Clock, deps: Deps
) -> None:
    shop = fair.shop()
    benefit = fair.start(shop, stock=1)
    first = fair.claim(benefit)
    clock.set(first.expires_at)
    fair.claim(benefit, fair.person(1))
    slow = replace(deps, now=lambda: first.expires_at - timedelta(seconds=1))
    refused(WRONG, redeeming.redeem, slow, shop, code=first.code)
    assert fair.count(benefit) == (0, 1, 0)


def test_only_merchants_redeem(fair: Fair) -> None:
    refused("auth.not_allowed", fair.redeem, fair.resident, "x")
    refused("auth.not_allowed", fair.redeem, MANAGER, "x")
