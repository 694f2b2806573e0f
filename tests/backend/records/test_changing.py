"""Marks, suspension and hiding: each once, with its reason, its line in the log, and judged when it is read."""

from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from backend.common.deps import Deps
from backend.common.errors import Kind, ServiceError
from backend.records import rules, service, store
from backend.records.model import Mark, Record
from schemas.terms import RecordMark, RippleCause
from schemas.text import Text
from tests.support.people import COMMAND, acts, refused
from tests.support.records import keep, make_record
from tests.support.refusals import at_once
from tests.support.world import START, Clock

WHY = Text("理由", "the reason")
HOUR = timedelta(hours=1)
STATEMENT = "本人从未收到该决定书"


@pytest.fixture
def record(deps: Deps) -> Record:
    (kept,) = keep(deps, make_record())
    return kept


def now(deps: Deps, record: Record) -> Record:
    found = service.find_any(deps, record.id)
    assert found is not None
    return found


def ripples(deps: Deps) -> list[str]:
    return [one["what"] for one in deps.db["record_ripples"].find(sort=[("$natural", 1)])]


def mark(deps: Deps, record: Record, **changes: Any) -> bool:
    about: dict[str, Any] = {
        "record_id": record.id,
        "subject_id": record.subject_id,
        "kind": RecordMark.CONTESTED,
        "case_id": "c1",
        "reason": WHY,
    }
    return service.mark(deps, COMMAND, **about | changes)


def unmark(deps: Deps, record: Record, **changes: Any) -> bool:
    about: dict[str, Any] = {
        "record_id": record.id,
        "subject_id": record.subject_id,
        "kind": RecordMark.CONTESTED,
        "case_id": "c1",
        "reason": WHY,
    }
    return service.unmark(deps, COMMAND, **about | changes)


class TestMarks:
    def test_a_mark_is_put_once_for_each_kind_and_case(self, deps: Deps, record: Record) -> None:
        assert [mark(deps, record), mark(deps, record)] == [True, False]
        assert mark(deps, record, case_id="c2")
        assert mark(deps, record, kind=RecordMark.DISSENTED)
        assert [(one.kind, one.case_id) for one in now(deps, record).marks] == [
            (RecordMark.CONTESTED, "c1"),
            (RecordMark.CONTESTED, "c2"),
            (RecordMark.DISSENTED, "c1"),
        ]

    def test_two_at_once_put_one(self, deps: Deps, record: Record) -> None:
        assert sorted(at_once(lambda: mark(deps, record), 3)) == [False, False, True]
        assert len(now(deps, record).marks) == len(now(deps, record).changes) == 1
        assert len(acts(deps, "records.mark")) == 1

    def test_a_mark_is_taken_off_by_its_kind_and_case_only(self, deps: Deps, record: Record) -> None:
        mark(deps, record)
        mark(deps, record, case_id="c2")
        assert [unmark(deps, record), unmark(deps, record)] == [True, False]
        assert [one.case_id for one in now(deps, record).marks] == ["c2"]
        assert [one.what for one in now(deps, record).changes] == [
            "marked_contested",
            "marked_contested",
            "unmarked_contested",
        ]

    def test_a_statement_is_sealed_in_the_database_and_read_in_the_report(
        self, deps: Deps, record: Record
    ) -> None:
        mark(deps, record, kind=RecordMark.DISSENTED, statement=STATEMENT)
        assert STATEMENT not in repr(deps.db["records"].find_one())
        (shown,) = service.show(deps, service.of_subject(deps, "s1"))
        assert [(one.kind, one.statement) for one in shown.marks] == [(RecordMark.DISSENTED, STATEMENT)]

    def test_somebody_elses_record_is_not_marked(self, deps: Deps, record: Record) -> None:
        refused("records.changed", mark, deps, record, subject_id="s2")
        assert not unmark(deps, record, subject_id="s2")
        assert now(deps, record) == record

    def test_a_record_that_is_gone_is_not_marked(self, deps: Deps, record: Record) -> None:
        service.erase(deps, COMMAND, record=record)
        refused("records.changed", mark, deps, record)
        assert not unmark(deps, record)

    def test_the_history_gives_the_reason_in_both_languages(self, deps: Deps, record: Record) -> None:
        mark(deps, record)
        (change,) = now(deps, record).changes
        assert (change.at, change.reason_zh, change.reason_en) == (START, *WHY)
        (entry,) = acts(deps, "records.mark")
        assert entry["details"] == {"kind": "contested", "case_id": "c1"}


class TestSuspension:
    def test_a_planned_suspension_comes_true_by_the_clock_alone(
        self, deps: Deps, record: Record, clock: Clock
    ) -> None:
        service.plan_suspension(deps, COMMAND, record_id=record.id, at=START + HOUR)
        assert (len(service.of_subject(deps, "s1")), service.count(deps, "s1").total) == (1, 1)
        clock.advance(minutes=59, seconds=59, milliseconds=999)
        assert service.find_own(deps, "s1", record.id) is not None
        clock.advance(milliseconds=1)
        assert service.of_subject(deps, "s1") == ()
        assert service.count(deps, "s1").total == 0
        assert service.find_own(deps, "s1", record.id) is None

    def test_the_rule_judges_what_the_query_lets_through(
        self, deps: Deps, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        keep(deps, make_record(suspends_at=START), make_record(suspends_at=START + HOUR))
        monkeypatch.setattr(
            "backend.records.store.reading._open", lambda subject_id, _: {"subject_id": subject_id}
        )
        assert len(service.of_subject(deps, "s1")) == 1
        assert service.count(deps, "s1").total == 1

    def test_a_plan_can_be_moved_and_taken_back_and_is_no_line_of_the_history(
        self, deps: Deps, record: Record, clock: Clock
    ) -> None:
        for at in (START + HOUR, START + 2 * HOUR, None):
            assert service.plan_suspension(deps, COMMAND, record_id=record.id, at=at)
        assert not service.plan_suspension(deps, COMMAND, record_id=record.id, at=None)
        clock.advance(hours=3)
        assert len(service.of_subject(deps, "s1")) == 1
        assert now(deps, record) == record
        assert len(acts(deps, "records.plan_suspension")) == 3

    def test_suspending_late_keeps_the_instant_from_which_it_was_out(
        self, deps: Deps, record: Record, clock: Clock
    ) -> None:
        service.plan_suspension(deps, COMMAND, record_id=record.id, at=START + HOUR)
        clock.advance(hours=5)
        made = [service.suspend(deps, COMMAND, record_id=record.id, reason=WHY) for _ in range(2)]
        assert made == [True, False]
        after = now(deps, record)
        assert (after.suspended_at, after.suspends_at) == (START + HOUR, None)
        assert [one.what for one in after.changes] == ["suspended"]
        assert ripples(deps) == ["suspended"]

    def test_suspending_at_once_counts_from_now_and_plans_nothing_more(
        self, deps: Deps, record: Record
    ) -> None:
        service.plan_suspension(deps, COMMAND, record_id=record.id, at=START + HOUR)
        service.suspend(deps, COMMAND, record_id=record.id, reason=WHY)
        assert not service.plan_suspension(deps, COMMAND, record_id=record.id, at=START + HOUR)
        assert (now(deps, record).suspended_at, now(deps, record).suspends_at) == (START, None)

    def test_release_ends_both_and_says_so_only_where_it_was_out(
        self, deps: Deps, record: Record, clock: Clock
    ) -> None:
        service.plan_suspension(deps, COMMAND, record_id=record.id, at=START + HOUR)
        assert service.release(deps, COMMAND, record_id=record.id, reason=WHY)
        assert (now(deps, record), ripples(deps)) == (record, [])
        service.plan_suspension(deps, COMMAND, record_id=record.id, at=START + HOUR)
        clock.advance(hours=1)
        made = [service.release(deps, COMMAND, record_id=record.id, reason=WHY) for _ in range(2)]
        assert made == [True, False]
        assert [one.what for one in now(deps, record).changes] == ["released"]
        assert (len(service.of_subject(deps, "s1")), ripples(deps)) == (1, ["released"])

    def test_several_at_once_suspend_once(self, deps: Deps, record: Record) -> None:
        made = at_once(lambda: service.suspend(deps, COMMAND, record_id=record.id, reason=WHY), 3)
        assert sorted(made) == [False, False, True]
        assert len(now(deps, record).changes) == len(ripples(deps)) == len(acts(deps, "records.suspend")) == 1

    @pytest.mark.parametrize("verb", ["suspend", "release", "plan_suspension"])
    def test_a_record_that_is_gone_says_so(self, deps: Deps, verb: str) -> None:
        inputs: dict[str, Any] = {"at": START} if verb == "plan_suspension" else {"reason": WHY}
        ask = partial(getattr(service, verb), deps, COMMAND, record_id="x", **inputs)
        refused("records.changed", ask)

    def test_contested_and_suspended_records_are_not_counted_against_the_person(self) -> None:
        marked = [make_record(marks=(Mark(kind, START, "c1"),)) for kind in RecordMark]
        assert [rules.contested(one, START) for one in marked] == [True, False]
        assert rules.contested(make_record(suspends_at=START), START)
        assert not rules.contested(make_record(suspends_at=START + HOUR), START)
        assert rules.contested(make_record(suspended_at=START), START)


class TestHiding:
    def test_a_record_is_hidden_once_and_stays_in_the_database(self, deps: Deps, record: Record) -> None:
        proof = service.hide(deps, COMMAND, record=record, reason=WHY, cause=RippleCause.RESTORED)
        assert proof is not None
        assert service.hide(deps, COMMAND, record=record, reason=WHY) is None
        assert service.of_subject(deps, "s1") == ()
        assert now(deps, record).hidden_at == START
        assert ripples(deps) == ["restored"]
        assert [entry["_id"] for entry in acts(deps, "records.restore")] == [proof.id]

    def test_one_that_is_gone_is_not_hidden(self, deps: Deps, record: Record) -> None:
        service.erase(deps, COMMAND, record=record)
        refused("records.changed", lambda: service.hide(deps, COMMAND, record=record, reason=WHY))


class TestTogether:
    def test_a_change_whose_line_cannot_be_written_does_not_happen(
        self, deps: Deps, record: Record, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refuse(*_: object) -> bool:
            raise ServiceError(Kind.UNAVAILABLE, "audit.not_written", "", "")

        monkeypatch.setattr("backend.audit.store.insert_all", refuse)
        verbs = (
            lambda: mark(deps, record),
            lambda: service.suspend(deps, COMMAND, record_id=record.id, reason=WHY),
            lambda: service.hide(deps, COMMAND, record=record, reason=WHY),
            lambda: service.erase(deps, COMMAND, record=record),
        )
        for verb in verbs:
            refused("audit.not_written", verb)
        assert (now(deps, record), ripples(deps)) == (record, [])

    def test_the_queries_walk_the_one_index_of_a_subject(self, deps: Deps) -> None:
        plan = (
            deps.db["records"].find(store.reading._open("s1", START)).explain()["queryPlanner"]["winningPlan"]
        )
        assert plan["stage"] == "FETCH"
        assert plan["inputStage"]["indexName"] == "subject_id_1_key_1"
        waiting = deps.db["record_ripples"].find({"waiting": True}, sort=[("at", 1), ("_id", 1)]).explain()
        assert waiting["queryPlanner"]["winningPlan"]["inputStage"]["indexName"] == "at_1__id_1"
