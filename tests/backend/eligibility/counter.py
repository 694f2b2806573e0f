"""A counter: two merchants with their tills and services, and residents who make passes."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.eligibility import service
from backend.eligibility.model import Answer, ManagedService, NewPass, Offer, ShownCheck
from backend.merchants import service as merchants
from backend.merchants.model import Particulars
from backend.records.model import Record
from schemas.terms import (
    Category,
    Channel,
    GradeValue,
    Level,
    MerchantKind,
    Nature,
    Role,
    ServiceKind,
    Severity,
)
from tests.support.people import number_of
from tests.support.records import keep, keep_subject, make_record

MANAGER = Actor("manager-1", Role.BENEFIT_MANAGER, Channel.CONSOLE, name="song.hui")
OFFER = Offer(
    kind=ServiceKind.LIBRARY_BOOKS,
    title_zh="图书免押借阅",
    title_en="Library books without deposit",
    purpose_zh="决定借阅图书时是否免收押金。",
    purpose_en="To decide whether books are lent without a deposit.",
    contact="服务台 021-54320000",
    deposit_fen=20_000,
    minimum_grade=GradeValue.GOOD,
    no_record_eligible=True,
    max_days=30,
)


@dataclass(frozen=True)
class Counter:
    """One merchant at whose till residents stand; `other` is another merchant's till, `elsewhere` its service."""

    deps: Deps
    till: Actor
    lending: ManagedService
    other: Actor
    elsewhere: ManagedService

    def resident(self, name: str = "王小明", sequence: str = "011") -> Actor:
        """Verified, with a real account behind."""
        deps = self.deps
        subject = keep_subject(deps, name=name, number=number_of("19610804", sequence))
        until = deps.now() + timedelta(minutes=10)
        ident = f"account-{sequence}"
        phone = deps.sealer.seal_for_lookup("accounts", f"+8613900001{sequence}")
        document = {"_id": ident, "phone_sealed": phone, "subject_id": subject.id, "language": "zh"}
        deps.db["accounts"].insert_one(document | {"created_at": deps.now(), "closed_at": None})
        return Actor(
            ident,
            Role.CITIZEN,
            Channel.API,
            f"s-{sequence}",
            subject.id,
            level=Level.VERIFIED,
            verified_until=until,
        )

    def still_verified(self, resident: Actor) -> Actor:
        return replace(resident, verified_until=self.deps.now() + timedelta(minutes=10))

    def mar(self, resident: Actor, **changes: Any) -> Record:
        """A recent general adverse record: graded `fair`, below the bar."""
        made = {
            "subject_id": resident.subject_id,
            "severity": Severity.GENERAL,
            "ended_on": date(2026, 3, 1),
        }
        (kept,) = keep(self.deps, make_record(**made | changes))
        return kept

    def quiet(self, resident: Actor) -> Record:
        """A record that no rule speaks of."""
        return self.mar(resident, nature=Nature.OTHER, category=Category.QUALIFICATION, severity=None)

    def passed(self, resident: Actor, lending: ManagedService | None = None) -> NewPass:
        return service.make_pass(self.deps, resident, service_id=(lending or self.lending).id)

    def check(self, made: NewPass | str, **more: Any) -> Answer:
        code = made if isinstance(made, str) else made.code
        asked = {"service_id": self.lending.id} | more
        return service.check(self.deps, self.till, code=code, **asked)

    def asked(self, resident: Actor) -> Answer:
        """A pass and its check."""
        return self.check(self.passed(resident))

    def seen(self, resident: Actor) -> ShownCheck:
        """The resident's latest check."""
        return service.my_checks(self.deps, self.still_verified(resident), limit=1).items[0]


def make_counter(deps: Deps) -> Counter:
    till, lending = _merchant(deps, "徐汇区示范图书馆")
    other, elsewhere = _merchant(deps, "静安区示范图书馆")
    return Counter(deps, till, lending, other, elsewhere)


def _merchant(deps: Deps, name: str) -> tuple[Actor, ManagedService]:
    wanted = Particulars(name, (MerchantKind.LIBRARY,), rate_per_minute=600)
    shown, key = merchants.create_with_key(deps, MANAGER, wanted=wanted, label="一号台")
    till = merchants.authenticate(deps, key.key, Channel.API)
    return till, service.create_service(deps, MANAGER, merchant_id=shown.id, offer=OFFER)
