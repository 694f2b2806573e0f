"""What somebody gets of a campaign, and which of the allowed times it is."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from backend.benefits.model import NEVER, Benefit, Claim, Terms, Tier
from backend.common.clock import shanghai_date
from backend.common.periods import add_years, end_of
from backend.grades.model import RANK
from schemas.terms import BenefitState, ClaimState, GradeValue
from schemas.text import Text

REMINDED_BEFORE = timedelta(days=3)
COUNTS = (ClaimState.LIVE, ClaimState.REDEEMED)
IN_HAND = (ClaimState.LIVE, ClaimState.OFFERED)
KEPT_YEARS = 3
"""As long as somebody can sue over it (Civil Code 188), and as what shows how it was decided is kept at least (PIPL 55, 56);
then there is no need for it any more (PIPL 19). To be confirmed by the owner."""
HINDRANCES = {
    "closed": Text("该活动已结束，不能再领取", "This benefit is closed and can be claimed no more"),
    "paused": Text("该活动已暂停领取；已领的仍可使用", "Claiming is paused; what was claimed can be used"),
    "not_begun": Text("该活动尚未开始", "This benefit has not begun yet"),
    "over": Text("该活动的领取时间已过", "The time to claim this benefit is over"),
    "no_partner": Text(
        "目前没有可以核销的合作商户，暂不能领取",
        "No partner shop can redeem it at present, so it cannot be claimed for now",
    ),
}


def hindrance(benefit: Benefit, at: datetime, *, served: bool = True) -> tuple[str, Text] | None:
    """Why nothing can be claimed now, whoever asks; the window's end is the first instant outside of it. `served`: whether
    any partner takes part."""
    for why, holds in (
        ("closed", benefit.state is BenefitState.CLOSED),
        ("over", at >= benefit.terms.ends_at),
        ("paused", benefit.state is BenefitState.PAUSED),
        ("not_begun", at < benefit.terms.starts_at),
        ("no_partner", not served),
    ):
        if holds:
            return why, HINDRANCES[why]
    return None


def entitled(terms: Terms, standing: GradeValue | None) -> Tier | None:
    """The best tier of somebody who stands there; None for `standing` asks for the floor alone."""
    for tier in terms.tiers:
        if tier.minimum_grade is None:
            return tier
        if standing is not None and RANK[standing] >= RANK[tier.minimum_grade]:
            return tier
    return None


def stale(mine: Iterable[Claim], at: datetime) -> list[Claim]:
    """Claims that are over and not written down as over."""
    return [one for one in mine if one.state_at(at) is not one.state]


def free_turn(mine: Sequence[Claim], per_person: int, at: datetime) -> int | None:
    """Which of the allowed times is left. An expired claim gave nothing, so it takes none."""
    taken = {one.turn_key for one in mine if one.state_at(at) in COUNTS}
    return next((turn for turn in range(per_person) if not any(_is(key, turn) for key in taken)), None)


def latest(mine: Iterable[Claim], at: datetime) -> str:
    """The newest of what somebody has."""
    return max(one.id for one in mine if one.state_at(at) in COUNTS)


def offer(mine: Iterable[Claim], at: datetime) -> Claim | None:
    """What waits for the person to be claimed again."""
    return next((one for one in mine if one.state_at(at) is ClaimState.OFFERED), None)


def refusal(mine: Iterable[Claim], at: datetime) -> Claim | None:
    """The refusal, of which each person has one in a campaign."""
    return next((one for one in mine if one.state_at(at) is ClaimState.REFUSED), None)


def known(mine: Iterable[Claim], account_id: str, key_mac: bytes | None) -> Claim | None:
    """The claim that was made under this key of a request before."""
    asked = (account_id, key_mac)
    return next((one for one in mine if key_mac and (one.account_id, one.key_mac) == asked), None)


def owed(terms: Terms, claim: Claim, then: GradeValue, ought: GradeValue) -> int:
    """What one more is worth to make a used claim good: the person stood at `then`, and by a mistake not at `ought`. The smallest
    published value that covers what it was short of, because any other would tell the shop that a record was put right. By the
    terms of now, and nothing where they came to mean another kind of value. What was given beyond the grade counts as given."""
    was, better = entitled(terms, then), entitled(terms, ought)
    if better is None or claim.value is None or claim.value_kind is not terms.value_kind:
        return 0
    short = better.value - max(claim.value, was.value if was else 0)
    return min(tier.value for tier in terms.tiers if tier.value >= short) if short > 0 else 0


def kept_until(ended_at: datetime) -> datetime:
    """24:00 of the last day on which a claim is kept that was over, used or refused at `ended_at`."""
    return end_of(add_years(shanghai_date(ended_at), KEPT_YEARS))


def turn_key(benefit_id: str, subject_id: str, turn: int | None) -> str:
    """What is unique: campaign, person, and which time; None for a refusal, of which one is kept."""
    return f"{benefit_id}:{subject_id}:{'refused' if turn is None else turn}"


def expiry(terms: Terms, at: datetime) -> datetime:
    """24:00 in Shanghai of the last day on which a claim of now can be redeemed."""
    return end_of(shanghai_date(at) + timedelta(days=terms.valid_days))


def remind_at(claimed_at: datetime, expires_at: datetime) -> datetime:
    """Three days before the end; a claim that lives no longer than that needs no reminder."""
    at = expires_at - REMINDED_BEFORE
    return at if at > claimed_at else NEVER


def _is(key: str | None, turn: int) -> bool:
    return key is not None and key.endswith(f":{turn}")
