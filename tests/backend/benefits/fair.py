"""What tests of benefits do over and over: start a campaign, bring residents, redeem, and count."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from backend.benefits import service
from backend.benefits.model import Terms, Tier
from backend.benefits.service import Receipt, Shown, ShownClaim
from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.merchants import service as merchants
from backend.merchants.model import Particulars
from backend.records import service as records
from backend.records.model import Record
from backend.sweeps import CONSUMERS
from schemas.terms import (
    Category,
    Channel,
    GradeValue,
    Level,
    MerchantKind,
    Nature,
    Role,
    Severity,
    ValueKind,
)
from tests.support.people import number_of
from tests.support.records import keep, keep_subject, make_record

MANAGER = Actor("manager-1", Role.BENEFIT_MANAGER, Channel.CONSOLE, name="song.hui")
WORKER = Actor("system:worker", Role.SYSTEM, Channel.WORKER, name="worker")
EXCELLENT, GOOD, FAIR = GradeValue.EXCELLENT, GradeValue.GOOD, GradeValue.FAIR
NOBODY_BELOW = (Tier(GOOD, 1000),)
FUZHOU = (Tier(EXCELLENT, 20), Tier(None, 10))
"""The best grade 20 % off, everyone 10 %."""


@dataclass(frozen=True)
class Fair:
    deps: Deps
    resident: Actor

    def shop(self, name: str = "良友超市") -> Actor:
        """A till of a new merchant."""
        wanted = Particulars(name, (MerchantKind.SUPERMARKET,), 600, None, None, "周莉", "021-63210000")
        made = merchants.create(self.deps, MANAGER, wanted=wanted)
        return Actor(made.id, Role.MERCHANT, Channel.API, name=name, through="key:k1")

    def terms(self, *partners: Actor, **changes: Any) -> Terms:
        now = self.deps.now()
        made: dict[str, Any] = {
            "title_zh": "守信惠民购物券",
            "title_en": "Shopping voucher",
            "value_kind": ValueKind.AMOUNT_FEN,
            "tiers": NOBODY_BELOW,
            "stock": 3,
            "reserve": 0,
            "per_person": 1,
            "starts_at": now - timedelta(days=1),
            "ends_at": now + timedelta(days=60),
            "valid_days": 14,
            "districts": (),
            "partner_ids": tuple(one.id for one in partners),
        }
        return Terms(**(made | changes))

    def start(self, *partners: Actor, **changes: Any) -> Shown:
        shops = partners or (self.shop(f"店{self.deps.new_id()}"),)
        return service.create(self.deps, MANAGER, wanted=self.terms(*shops, **changes))

    def person(self, number: int = 1, district: str | None = None) -> Actor:
        """Another resident without records."""
        known = keep_subject(self.deps, name=f"居民{number}", number=number_of("19800101", f"{number:03}"))
        if district is not None:
            self.deps.db["subjects"].update_one({"_id": known.id}, {"$set": {"district": district}})
        return replace(self.resident, id=f"acc-{number}", subject_id=known.id)

    def proved(self, actor: Actor) -> Actor:
        return replace(actor, level=Level.VERIFIED, verified_until=self.deps.now() + timedelta(minutes=10))

    def record(self, actor: Actor | None = None, **changes: Any) -> Record:
        """An adverse one that takes the grade to fair."""
        subject_id = (actor or self.resident).require_subject()
        made = {"subject_id": subject_id, "severity": Severity.GENERAL, "ended_on": date(2026, 3, 1)}
        return keep(self.deps, make_record(**(made | changes)))[0]

    def deed(self, actor: Actor | None = None) -> Record:
        """A good one that takes the grade to excellent."""
        about = {"nature": Nature.OTHER, "category": Category.PUBLIC_WELFARE, "severity": None}
        return self.record(actor, **about, occurred_on=date(2026, 5, 1), ended_on=None)

    def claim(self, benefit: Shown, actor: Actor | None = None, key: str | None = None) -> ShownClaim:
        return service.claim(
            self.deps, self.proved(actor or self.resident), benefit_id=benefit.id, idempotency_key=key
        )

    def redeem(self, till: Actor, code: str | None, key: str | None = None) -> Receipt:
        return service.redeem(self.deps, till, code=code or "", idempotency_key=key)

    def ripple(self) -> int:
        return records.ripple(self.deps, WORKER, consumers=CONSUMERS)

    def count(self, benefit: Shown) -> tuple[int, int, int]:
        """Remaining, live, redeemed; the figures must add up, whatever was done before."""
        found = service.count(self.deps, benefit_id=benefit.id)
        assert found.balanced, found
        return found.remaining, found.live, found.redeemed

    def told(self, kind: str) -> int:
        return self.deps.db["notices"].count_documents({"kind": kind})
