"""The people of an objection: who contests a record, who works on it, and how a case gets to each of its states."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

from backend.accounts.model import Account
from backend.catalogue import service as catalogue
from backend.common.actor import Actor, system
from backend.common.deps import Deps
from backend.common.documents import to_document
from backend.objections import service, store
from backend.objections.model import Objection, Shown
from backend.records import service as records
from backend.records.model import Correction, Record
from schemas.terms import Channel, Level, ObjectionGround, ObjectionState, RemovalWish, Role
from tests.support import written
from tests.support.people import number_of
from tests.support.records import keep, keep_subject, make_record

FOREVER = datetime(2040, 1, 1, tzinfo=UTC)
CITIZENS = {"a1": ("王小明", number_of("19610804", "011")), "a2": ("李四", number_of("19780304", "004"))}
WORKER = system(Channel.WORKER, "worker")
STATEMENT = "那天我不在上海，这不是我。"
CONTENT = {
    "line": "二号线人民广场站",
    "conduct": "no_ticket",
    "happened_on": "2025-03-01",
    "fare_fen": 400,
    "paid": True,
}
FIX = Correction(content={"fare_fen": 300})
STATES = tuple(state for state in ObjectionState if state not in ("submitted", "corrected"))


@dataclass(frozen=True)
class Town:
    """One resident with records of the metro, another resident, two officers, the metro's desk and another unit's."""

    deps: Deps
    resident: Actor
    stranger: Actor
    officer: Actor
    other_officer: Actor
    provider: Actor
    other_provider: Actor

    def record(self, **changes: Any) -> Record:
        (kept,) = keep(self.deps, metro_record(**{"subject_id": self.resident.subject_id} | changes))
        return kept

    def submit(self, record: Record | None = None, **inputs: Any) -> Shown:
        asked = {"ground": ObjectionGround.ERROR_OR_OMISSION, "statement": STATEMENT, **inputs}
        record = record or self.record()
        return service.submit(self.deps, self.resident, record_id=record.id, **asked)

    def case(self, shown: Shown | str) -> Objection:
        found = store.find(self.deps.db, shown if isinstance(shown, str) else shown.id)
        assert found is not None
        return found

    def kept(self, record_id: str) -> Record | None:
        """The record as it lies in the database, whether or not it may be shown."""
        return records.find_any(self.deps, record_id)

    def moves(self, ident: str) -> dict[str, Callable[[], Shown]]:
        """Every move that anybody may try on a case, by name."""
        deps = self.deps
        at: dict[str, Any] = {"objection_id": ident}
        more: dict[str, Any] = {"explanation": "已核查"}
        return {
            "compare": lambda: service.compare(deps, self.officer, **at),
            "take_over": lambda: service.take_over(deps, self.other_officer, **at, reason="换人"),
            "request_supplement": lambda: service.request_supplement(deps, self.officer, **at, what="凭证"),
            "forward": lambda: service.forward(deps, self.officer, **at, note="请核查"),
            "decide": lambda: service.decide(deps, self.officer, **at, reason="不一致", correction=FIX),
            "decide_hidden": lambda: service.decide(
                deps, self.officer, **at, reason="已过期", remove=RemovalWish.HIDDEN
            ),
            "decide_erased": lambda: service.decide(
                deps, self.officer, **at, reason="侵犯隐私", remove=RemovalWish.ERASED
            ),
            "find_corrected": lambda: service.find_corrected(
                deps, self.provider, **at, **more, correction=FIX
            ),
            "find_upheld": lambda: service.find_upheld(deps, self.provider, **at, **more),
            "add_evidence": lambda: service.add_evidence(deps, self.resident, **at, note="补充说明"),
            "withdraw": lambda: service.withdraw(deps, self.resident, **at),
            "dissent": lambda: service.dissent(deps, self.resident, **at, statement="我仍不服"),
        }

    def bring_to(self, state: ObjectionState, record: Record | None = None) -> Shown:
        """A case in `state`, by moves alone."""
        shown = self.submit(record)
        for move in WAYS[state]:
            shown = self.moves(shown.id)[move]()
        assert shown.state is state
        return shown


WAYS: dict[ObjectionState, tuple[str, ...]] = {
    ObjectionState.MARKED: (),
    ObjectionState.COMPARING: ("compare",),
    ObjectionState.SUPPLEMENT_REQUESTED: ("compare", "request_supplement"),
    ObjectionState.FORWARDED: ("compare", "forward"),
    ObjectionState.UPHELD: ("compare", "forward", "find_upheld"),
    ObjectionState.DISSENTED: ("compare", "forward", "find_upheld", "dissent"),
    ObjectionState.WITHDRAWN: ("withdraw",),
    ObjectionState.CLOSED: ("compare", "decide"),
}


def metro_record(**changes: Any) -> Record:
    made = {
        "item_code": "METRO-P-01",
        "unit_code": "METRO",
        "content": CONTENT,
        "query_until": FOREVER,
        "occurred_on": date(2025, 3, 1),
    }
    return make_record(**made | changes)


def make_town(deps: Deps) -> Town:
    written.once(deps, _found)
    return people(deps)


def _found(deps: Deps) -> None:
    units, items = _papers()
    catalogue.import_units(deps, WORKER, rows=units)
    catalogue.import_catalogue(deps, WORKER, year=2026, rows=items)
    for ident, (name, number) in CITIZENS.items():
        subject = keep_subject(deps, name=name, number=number)
        phone = deps.sealer.seal_for_lookup("accounts", f"+86139{ident}")
        deps.db["accounts"].insert_one(to_document(Account(ident, phone, subject.id, "zh", deps.now())))


@cache
def _papers() -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Two units and one item; reading the whole catalogue takes longer than most tests."""
    units, items = catalogue.demonstration()
    return (
        [unit for unit in units if unit["id"] in ("METRO", "POLICE")],
        [item for item in items if item["code"] == "METRO-P-01"],
    )


def people(deps: Deps) -> Town:
    """The people of a town that is there already."""
    return Town(
        deps,
        _citizen(deps, "a1"),
        _citizen(deps, "a2"),
        _staff("o1", "赵经办", Role.CASE_OFFICER),
        _staff("o2", "钱经办", Role.CASE_OFFICER),
        _staff("p1", "孙核查", Role.PROVIDER, "METRO"),
        _staff("p2", "周核查", Role.PROVIDER, "POLICE"),
    )


def _citizen(deps: Deps, ident: str) -> Actor:
    subject_id = deps.db["accounts"].find_one({"_id": ident})["subject_id"]
    bound = Actor(ident, Role.CITIZEN, Channel.API, f"s-{ident}", subject_id, level=Level.VERIFIED)
    return replace(bound, verified_until=FOREVER)


def _staff(ident: str, name: str, role: Role, unit: str | None = None) -> Actor:
    return Actor(ident, role, Channel.CONSOLE, f"s-{ident}", name=name, unit=unit)
