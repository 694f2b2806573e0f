"""Red packets (信用小红包): a campaign, its stock cut into units beforehand, and what residents claim of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from schemas.terms import BenefitAct, BenefitState, ClaimState, GradeValue, UnitUse, ValueKind
from schemas.text import Text

Fault = tuple[str, Text]
"""A field of a campaign, and what is wrong with it."""
NEVER = datetime(9999, 12, 31, tzinfo=UTC)
"""Where an index wants an instant and there is none."""
STOCK, RESERVE = "stock", "reserve"
"""The two pools: what anybody may claim, and what is kept for those who lost a benefit through a mistake."""


@dataclass(frozen=True)
class Tier:
    """What somebody who stands at `minimum_grade` or above gets; None is the floor, for everybody."""

    minimum_grade: GradeValue | None
    value: int


@dataclass(frozen=True)
class Terms:
    """What staff put down about a campaign. `tiers` go from the highest grade down, the floor last. `value` of a tier is in
    fen, or percent off. No `districts`: the whole city. `valid_days` after the day of its claim a claim ends."""

    title_zh: str
    title_en: str
    value_kind: ValueKind
    tiers: tuple[Tier, ...]
    stock: int
    reserve: int
    per_person: int
    starts_at: datetime
    ends_at: datetime
    valid_days: int
    districts: tuple[str, ...]
    partner_ids: tuple[str, ...]

    @classmethod
    def given(cls, body: Mapping[str, Any]) -> "Terms":
        """From the words in which staff send them: tiers as they are named, and the floor behind them."""
        tiers = [Tier(**tier) for tier in body["tiers"]]
        if body["floor"] is not None:
            tiers.append(Tier(None, body["floor"]))
        named = {name: value for name, value in body.items() if name not in ("floor", "title")}
        lists = {name: tuple(body[name]) for name in ("districts", "partner_ids")}
        return cls(**(named | lists | {"tiers": tuple(tiers), "title_zh": body["title"]}))

    @property
    def title(self) -> Text:
        return Text(self.title_zh, self.title_en)

    @property
    def uses_grade(self) -> bool:
        return any(tier.minimum_grade for tier in self.tiers)


@dataclass(frozen=True)
class Event:
    """One line of a campaign's history; the reason is a sentence of staff about the campaign, never about a person."""

    at: datetime
    act: BenefitAct
    state: BenefitState
    by_id: str
    by_name: str | None
    reason: str | None = None

    @property
    def label(self) -> Text:
        return self.act.label


@dataclass(frozen=True)
class Former:
    """A partner that staff took out: whoever had claimed by then can still redeem there."""

    merchant_id: str
    left_at: datetime


@dataclass(frozen=True)
class Benefit:
    """A campaign. `extra` counts the units that were cut for corrections after the reserve had run out; `unserved_at`: since
    when no partner takes part, as far as was noticed. `version` counts the writes, each of which is a compare-and-set on it;
    no claim writes it, so a rush does not queue here."""

    id: str
    terms: Terms
    state: BenefitState
    created_at: datetime
    extra: int = 0
    events: tuple[Event, ...] = ()
    former: tuple[Former, ...] = ()
    unserved_at: datetime | None = None
    version: int = 1

    def takes_at(self, merchant_id: str, claimed_at: datetime) -> bool:
        """Whether a claim of that instant can be redeemed there: at every partner of now, and at those of then."""
        left = max((one.left_at for one in self.former if one.merchant_id == merchant_id), default=None)
        return merchant_id in self.terms.partner_ids or (left is not None and claimed_at <= left)


@dataclass(frozen=True)
class Unit:
    """One piece of stock. It can be taken from `free_at` on, by whoever is faster: an untouched one always could, a held one
    when the hold lapses, a claimed one when the claim expires, a redeemed one never. So nothing waits for a sweep."""

    id: str
    benefit_id: str
    pool: str
    free_at: datetime
    use: UnitUse = UnitUse.FREE
    holder: str | None = None


@dataclass(frozen=True)
class Claim:
    """What one resident has of one campaign. It names no record and no grade: why it came out so is the decision's to say
    (`decision_id`), which the grades keep; None where no record was looked at.

    `turn_key` (campaign, person, which of the allowed times; or the refusal) exists while it counts, and an index keeps it
    single; what makes a used one good (`makes_good_id`) takes no time. `expires_at`: the end of a live claim or of an offer.
    `stranded_at`: its holder was told that nobody takes it. The code is sealed for its holder, and found by `code_mac`.
    """

    id: str
    benefit_id: str
    subject_id: str
    account_id: str
    state: ClaimState
    created_at: datetime
    value_kind: ValueKind
    value: int | None = None
    turn_key: str | None = None
    unit_id: str | None = None
    decision_id: str | None = None
    claimed_at: datetime | None = None
    expires_at: datetime = NEVER
    remind_at: datetime = NEVER
    code_mac: bytes | None = field(default=None, repr=False)
    code_sealed: bytes | None = field(default=None, repr=False)
    key_mac: bytes | None = field(default=None, repr=False)
    redeemed_at: datetime | None = None
    merchant_id: str | None = None
    receipt_no: str | None = None
    receipt_key_mac: bytes | None = field(default=None, repr=False)
    rule_version: str | None = None
    makes_good_id: str | None = None
    stranded_at: datetime | None = None
    kept_until: datetime = NEVER
    version: int = 1

    def state_at(self, at: datetime) -> ClaimState:
        """What it is at this instant, whether or not a sweep has passed by."""
        over = self.state in (ClaimState.LIVE, ClaimState.OFFERED) and at >= self.expires_at
        return ClaimState.EXPIRED if over else self.state
