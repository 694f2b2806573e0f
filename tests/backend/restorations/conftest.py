"""A town in which somebody may ask for the restoration of a metro record of March 2025 (general severity, ended then)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from backend.common.deps import Deps
from backend.records.model import Record
from backend.restorations import service, store
from backend.restorations.model import Restoration, Shown
from schemas.terms import ProofOutcome, RestorationState
from tests.backend.objections.town import Town, make_town

PLEDGE = "本人已补缴票款，承诺今后依规乘车。"
EXPLAINED = "经核实，当事人已履行全部义务。"
PROOF = "沪交信修〔2026〕12号"


@dataclass(frozen=True)
class Desk:
    """The town's people and their moves."""

    town: Town

    @property
    def deps(self) -> Deps:
        return self.town.deps

    def apply(self, record: Record | None = None, **inputs: Any) -> Shown:
        record = record or self.town.record()
        asked = {"pledge": PLEDGE, **inputs}
        return service.apply(self.deps, self.town.resident, record_id=record.id, **asked)

    def case(self, shown: Shown) -> Restoration:
        found = store.find(self.deps.db, shown.id)
        assert found is not None
        return found

    def moves(self, ident: str) -> dict[str, Callable[[], Shown]]:
        """Every move that anybody may try on a case, by name."""
        deps, town, at = self.deps, self.town, {"restoration_id": ident}
        return {
            "accept": lambda: service.accept(deps, town.officer, **at, note="材料齐全"),
            "decline": lambda: service.decline(deps, town.other_officer, **at, reason="缺少凭证"),
            "restore": lambda: self.prove(ident, ProofOutcome.RESTORED, document_no=PROOF),
            "refuse": lambda: self.prove(ident, ProofOutcome.REFUSED),
            "withdraw": lambda: service.withdraw(deps, town.resident, **at),
        }

    def prove(self, ident: str, outcome: ProofOutcome, **more: Any) -> Shown:
        asked = {"outcome": outcome, "explanation": EXPLAINED} | more
        return service.prove(self.deps, self.town.provider, restoration_id=ident, **asked)

    def bring_to(self, state: RestorationState, record: Record | None = None) -> Shown:
        """A case in `state`, by moves alone."""
        shown = self.apply(record)
        for move in WAYS[state]:
            shown = self.moves(shown.id)[move]()
        assert shown.state is state
        return shown


WAYS = {
    RestorationState.SUBMITTED: (),
    RestorationState.ACCEPTED: ("accept",),
    RestorationState.DECLINED: ("decline",),
    RestorationState.RESTORED: ("accept", "restore"),
    RestorationState.REFUSED: ("accept", "refuse"),
    RestorationState.WITHDRAWN: ("withdraw",),
}


@pytest.fixture
def desk(deps: Deps) -> Desk:
    return Desk(make_town(deps))
