"""A resident whose records are put in as they are, and the later version of the rules."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest

from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.grades import service
from backend.grades.model import Decision, Owner
from backend.grades.service import published
from backend.records.model import Record
from schemas.terms import Category, Channel, DecisionOwner, Nature, Role, Severity
from schemas.text import Text
from tests.backend.grades.made import FILE, LATER
from tests.backend.reports.conftest import bound, log_refused, other, subject, verified
from tests.support.records import keep, make_record

__all__ = ["bound", "log_refused", "other", "subject", "verified"]

WHY = Text("申领测试权益", "To claim a benefit of the test")
WORKER = Actor("system:worker", Role.SYSTEM, Channel.WORKER, name="worker")


@dataclass(frozen=True)
class Desk:
    """Decides for one resident."""

    deps: Deps
    resident: Actor

    @property
    def subject_id(self) -> str:
        return self.resident.require_subject()

    def record(self, **changes: Any) -> Record:
        made = {"subject_id": self.subject_id, "severity": Severity.GENERAL, "ended_on": date(2026, 3, 1)}
        (kept,) = keep(self.deps, make_record(**(made | changes)))
        return kept

    def deed(self, **changes: Any) -> Record:
        about = {"nature": Nature.OTHER, "category": Category.PUBLIC_WELFARE, "severity": None}
        return self.record(**(about | {"occurred_on": date(2026, 5, 1), "ended_on": None} | changes))

    def decide(self, owner_id: str = "c1") -> Decision:
        return service.decide(
            self.deps,
            self.resident,
            subject_id=self.subject_id,
            owner=Owner(DecisionOwner.BENEFIT_CLAIM, owner_id),
            purpose=WHY,
        )


@pytest.fixture
def desk(deps: Deps, bound: Actor) -> Desk:
    return Desk(deps, bound)


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> published.Book:
    """From here on the made-up version of 2027 is published as well."""
    book = published.load([FILE, LATER])
    monkeypatch.setattr(published, "book", lambda: book)
    return book
