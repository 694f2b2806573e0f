"""The red packets of the demonstration: one of each kind, at the merchants of the cast."""

from datetime import datetime, timedelta

from backend.benefits.model import Terms, Tier
from backend.demo.rules import cast
from schemas.terms import GradeValue, MerchantKind, ValueKind

RUNS_FOR = timedelta(days=90)
KINDS = (MerchantKind.SUPERMARKET, MerchantKind.LIBRARY, MerchantKind.UMBRELLA, MerchantKind.BICYCLE)
EXCELLENT, GOOD = GradeValue.EXCELLENT, GradeValue.GOOD


def campaigns(at: datetime, merchant_ids: dict[str, str]) -> tuple[Terms, ...]:
    """Campaigns that run from `at` on. `merchant_ids` of the merchants that take part, by name; whose merchant is none of
    them has no campaign."""
    of_kind = {part.kind: merchant_ids.get(part.name) for part in cast.merchants()}
    market, library, umbrella, bicycle = (of_kind[kind] for kind in KINDS)
    wanted = (
        (market, "守信惠民购物券（人人有优惠）", "Shopping voucher, something for everybody", ValueKind.PERCENT_OFF,
         (Tier(EXCELLENT, 20), Tier(None, 10)), 500, ()),
        (library, "图书馆文创券", "Library shop voucher", ValueKind.AMOUNT_FEN,
         (Tier(EXCELLENT, 3000), Tier(GOOD, 2000)), 200, ()),
        (umbrella, "雨具免租一次（不看信用记录）", "One umbrella free, no record asked", ValueKind.AMOUNT_FEN,
         (Tier(None, 300),), 300, ()),
        (bicycle, "浦东骑行券", "Cycling voucher for Pudong", ValueKind.AMOUNT_FEN,
         (Tier(EXCELLENT, 1000), Tier(GOOD, 500)), 100, ("310115",)),
    )  # fmt: skip
    return tuple(
        Terms(zh, en, kind, tiers, stock, 10, 1, at, at + RUNS_FOR, 14, districts, (partner,))
        for partner, zh, en, kind, tiers, stock, districts in wanted
        if partner is not None
    )
