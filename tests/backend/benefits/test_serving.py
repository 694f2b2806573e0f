"""Shops that close, pause or are taken out of a campaign: what was promised stays good for something."""

from collections.abc import Collection
from dataclasses import replace
from datetime import timedelta

import pytest

from backend.benefits import service
from backend.benefits.model import Tier
from backend.benefits.service import Shown
from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.merchants import service as merchants
from backend.merchants.model import Named
from schemas.terms import BenefitState, ClaimState
from tests.backend.benefits.fair import MANAGER, WORKER, Fair
from tests.backend.benefits.test_making_good import erase
from tests.support.refusals import at_once, refused
from tests.support.world import Clock


def close(fair: Fair, shop: Actor) -> None:
    merchants.close(fair.deps, MANAGER, merchant_id=shop.id, reason="歇业")


def give_to(fair: Fair, benefit: Shown, *shops: Actor) -> Shown:
    """Other partners for the same campaign."""
    now = service.find_for_staff(fair.deps, MANAGER, benefit_id=benefit.id)
    wanted = replace(now.terms, partner_ids=tuple(shop.id for shop in shops))
    return service.change(fair.deps, MANAGER, benefit_id=benefit.id, version=now.version, wanted=wanted)


def watch(fair: Fair) -> int:
    return service.watch_partners(fair.deps, WORKER)


def test_what_was_claimed_can_be_redeemed_where_it_was_promised_and_at_the_new_partners(fair: Fair) -> None:
    old, new = fair.shop("旧店"), fair.shop("新店")
    benefit = fair.start(old)
    first, second = fair.claim(benefit), fair.claim(benefit, fair.person(1))
    give_to(fair, benefit, new)
    assert fair.redeem(old, first.code).value == 1000
    assert fair.redeem(new, second.code).value == 1000


def test_what_is_claimed_after_a_shop_left_is_not_redeemed_there(fair: Fair, clock: Clock) -> None:
    old, new = fair.shop("旧店"), fair.shop("新店")
    benefit = give_to(fair, fair.start(old), new)
    clock.advance(seconds=1)
    code = fair.claim(benefit).code
    refused("benefits.code_not_valid", fair.redeem, old, code)
    assert fair.redeem(new, code)


def test_a_campaign_whose_shops_are_closed_is_not_claimed_and_says_why(fair: Fair) -> None:
    shop = fair.shop()
    benefit = fair.start(shop)
    close(fair, shop)
    refused("benefits.no_partner", fair.claim, benefit)
    listed = service.find(fair.deps, benefit_id=benefit.id)
    assert (listed.claimable, listed.partners, listed.remaining) == (False, (), 3)
    assert listed.hindrance is not None
    give_to(fair, benefit, fair.shop("另一家"))
    assert fair.claim(benefit).code
    assert fair.count(benefit) == (2, 1, 0)


def test_a_paused_shop_is_named_and_not_open(fair: Fair) -> None:
    shop, other = fair.shop("甲店"), fair.shop("乙店")
    benefit = fair.start(shop, other)
    merchants.pause(fair.deps, MANAGER, merchant_id=shop.id, reason="盘点")
    partners = service.find(fair.deps, benefit_id=benefit.id).partners
    assert [(one.name, one.open) for one in partners] == [("甲店", False), ("乙店", True)]
    assert fair.claim(benefit).code


def test_holders_and_staff_are_told_once_and_the_end_moves(fair: Fair) -> None:
    shop = fair.shop()
    benefit = fair.start(shop, tiers=(Tier(None, 500),))
    made = fair.claim(benefit)
    assert watch(fair) == 0
    close(fair, shop)
    assert watch(fair) == 2
    (mine,) = service.mine(fair.deps, fair.resident).items
    assert mine.expires_at == made.expires_at + timedelta(days=30)
    assert (fair.told("benefit_unserved"), fair.deps.db["desk_notices"].count_documents({})) == (1, 1)
    assert service.find_for_staff(fair.deps, MANAGER, benefit_id=benefit.id).unserved_at == fair.deps.now()
    assert sum(at_once(lambda: watch(fair), 3)) == 0
    assert (fair.told("benefit_unserved"), fair.count(benefit)) == (1, (2, 1, 0))


def test_when_a_shop_takes_it_again_it_is_good_for_as_long_as_a_new_one(fair: Fair, clock: Clock) -> None:
    shop, new = fair.shop("旧店"), fair.shop("新店")
    benefit = fair.start(shop, tiers=(Tier(None, 500),))
    made = fair.claim(benefit)
    close(fair, shop)
    watch(fair)
    clock.advance(days=43)
    give_to(fair, benefit, new)
    assert watch(fair) == 2
    (mine,) = service.mine(fair.deps, fair.resident).items
    assert (mine.expires_at, mine.code) == (fair.claim(benefit, fair.person(1)).expires_at, made.code)
    assert (fair.told("benefit_served_again"), watch(fair)) == (1, 0)
    assert fair.redeem(new, made.code).value == 500
    assert fair.count(benefit) == (1, 1, 1)


def test_a_pause_of_hours_troubles_nobody_and_one_of_days_does(fair: Fair, clock: Clock) -> None:
    shop = fair.shop()
    fair.claim(fair.start(shop, tiers=(Tier(None, 500),)))
    merchants.pause(fair.deps, MANAGER, merchant_id=shop.id, reason="盘点")
    watch(fair)
    clock.advance(hours=23)
    watch(fair)
    assert fair.told("benefit_unserved") == 0
    clock.advance(hours=1)
    watch(fair)
    assert fair.told("benefit_unserved") == 1
    merchants.resume(fair.deps, MANAGER, merchant_id=shop.id)
    watch(fair)
    assert fair.told("benefit_served_again") == 1


def test_a_former_partner_that_is_open_still_serves_those_who_had_claimed(fair: Fair) -> None:
    old, new = fair.shop("旧店"), fair.shop("新店")
    benefit = fair.start(old, tiers=(Tier(None, 500),))
    made = fair.claim(benefit)
    give_to(fair, benefit, new)
    close(fair, new)
    refused("benefits.no_partner", fair.claim, benefit, fair.person(1))
    assert (watch(fair), fair.told("benefit_unserved")) == (0, 0)
    assert fair.redeem(old, made.code)


def test_a_closed_campaign_can_be_given_other_shops_and_nothing_else(fair: Fair) -> None:
    shop, new = fair.shop("旧店"), fair.shop("新店")
    benefit = fair.start(shop, tiers=(Tier(None, 500),))
    code = fair.claim(benefit).code
    closed = service.close(fair.deps, MANAGER, benefit_id=benefit.id, reason="预算调整")
    close(fair, shop)
    more = replace(closed.terms, stock=9)
    refused(
        "benefits.changed",
        service.change,
        fair.deps,
        MANAGER,
        benefit_id=benefit.id,
        version=closed.version,
        wanted=more,
    )
    changed = give_to(fair, benefit, new)
    assert (changed.state, [one.name for one in changed.partners]) == (BenefitState.CLOSED, ["新店"])
    assert fair.redeem(new, code)


def test_an_offer_waits_until_somebody_redeems_it(fair: Fair, clock: Clock) -> None:
    record, shop = fair.record(), fair.shop()
    benefit = fair.start(shop)
    refused("benefits.not_entitled", fair.claim, benefit)
    erase(fair, record)
    fair.ripple()
    close(fair, shop)
    clock.advance(seconds=5)
    refused("benefits.no_partner", fair.claim, benefit)
    watch(fair)
    (mine,) = service.mine(fair.deps, fair.resident).items
    assert (mine.state, fair.told("benefit_unserved")) == (ClaimState.OFFERED, 1)
    give_to(fair, benefit, fair.shop("新店"))
    assert fair.claim(benefit).code
    assert fair.count(benefit) == (2, 1, 0)


def test_all_names_of_a_list_are_one_read(fair: Fair, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(3):
        fair.start(fair.shop(f"店{fair.deps.new_id()}"), fair.shop(f"店{fair.deps.new_id()}"))
    asked: list[int] = []
    names = merchants.names

    def counted(deps: Deps, merchant_ids: Collection[str]) -> dict[str, Named]:
        asked.append(len(merchant_ids))
        return names(deps, merchant_ids)

    monkeypatch.setattr(merchants, "names", counted)
    assert [len(one.partners) for one in service.listed(fair.deps).items] == [2, 2, 2]
    assert asked == [6]
