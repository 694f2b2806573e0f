"""How long a claim is kept, and that the stock still adds up when it is not kept any more."""

from datetime import UTC, datetime

from backend.benefits import rules, service
from backend.benefits.model import Tier
from tests.backend.benefits.fair import WORKER, Fair
from tests.backend.benefits.test_serving import close, watch
from tests.support.refusals import at_once, refused
from tests.support.world import Clock


def kept(fair: Fair) -> int:
    return fair.deps.db["benefit_claims"].count_documents({})


def test_three_years_from_its_end_and_not_a_moment_longer() -> None:
    ended = datetime(2026, 12, 5, 16, tzinfo=UTC)  # 24:00 in Shanghai: the sixth has begun
    assert rules.kept_until(ended) == datetime(2029, 12, 6, 16, tzinfo=UTC)


def test_used_expired_and_refused_ones_go_when_their_time_is_over(fair: Fair, clock: Clock) -> None:
    shop = fair.shop()
    benefit = fair.start(shop, tiers=(Tier(None, 500),), stock=3)
    fair.redeem(shop, fair.claim(benefit).code)
    fair.claim(benefit, fair.person(1))
    third = fair.person(2)
    fair.record(third)
    refused("benefits.not_entitled", fair.claim, fair.start(), third)
    clock.advance(days=20)
    service.end_expired(fair.deps, WORKER)
    assert (service.remove_old(fair.deps, WORKER), kept(fair)) == (0, 3)
    clock.set(datetime(2029, 11, 21, 16, tzinfo=UTC))
    assert (service.remove_old(fair.deps, WORKER), kept(fair)) == (2, 1)
    clock.advance(days=30)
    assert sum(at_once(lambda: service.remove_old(fair.deps, WORKER), 3)) == 1
    assert kept(fair) == 0
    figures = service.count(fair.deps, benefit_id=benefit.id)
    assert (figures.redeemed, figures.remaining, figures.balanced) == (1, 2, True)
    assert fair.deps.db["benefit_units"].count_documents({"holder": {"$ne": None}, "use": "redeemed"}) == 0


def test_a_live_one_never_goes(fair: Fair) -> None:
    fair.claim(fair.start(valid_days=366))
    (made,) = fair.deps.db["benefit_claims"].find()
    assert made["kept_until"] > made["expires_at"]


def test_an_extended_one_is_kept_from_its_later_end(fair: Fair) -> None:
    shop = fair.shop()
    fair.claim(fair.start(shop, tiers=(Tier(None, 500),)))
    close(fair, shop)
    watch(fair)
    (made,) = fair.deps.db["benefit_claims"].find()
    assert made["kept_until"] == rules.kept_until(made["expires_at"])
