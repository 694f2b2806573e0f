"""A decision keeps what working it out again needs, and no word more; nothing that changes later changes it."""

import threading
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from backend.audit import service as audit
from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.common.errors import ServiceError
from backend.common.handles import TooLarge
from backend.grades import service, store
from backend.grades.model import Decision, Fact, Ground, Owner
from backend.grades.service import gathering
from backend.records import service as records
from backend.records.model import Mark, Record
from schemas.terms import (
    Category,
    DecisionOwner,
    GradeValue,
    Nature,
    RecordMark,
    ReplayOutcome,
    RippleCause,
    Role,
    Severity,
    SubjectKind,
)
from schemas.text import Text
from tests.backend.grades.conftest import WHY, WORKER, Desk
from tests.backend.reports.conftest import NAME, Refuse
from tests.support.people import acts
from tests.support.records import keep_subject
from tests.support.refusals import at_once, refused
from tests.support.world import START, Clock

REASON = Text("理由", "a reason")
CLAIM = DecisionOwner.BENEFIT_CLAIM


def ripple(deps: Deps) -> int:
    return records.ripple(deps, WORKER, consumers=(service.Forgetting(),))


def again(deps: Deps, decision: Decision) -> Decision:
    found = service.find(deps, decision.id)
    assert found is not None
    return found


class TestWhatIsKept:
    def test_versions_day_facts_and_reasons(self, desk: Desk) -> None:
        record, good = desk.record(), desk.deed()
        decision = desk.decide()
        assert (decision.value, decision.floor) == (GradeValue.FAIR, None)
        assert decision.grounds == (Ground("general_recent", record.id), Ground("good_deed", good.id))
        assert {fact.record_id: fact.since for fact in decision.facts} == {
            record.id: date(2026, 3, 1),
            good.id: date(2026, 5, 1),
        }
        assert (decision.on, decision.rule_version) == (date(2026, 11, 21), "shanghai-2026-1")
        assert decision.catalogue_version == "2026=none"
        assert decision.calendar_version.startswith("2026=chinesecalendar-")
        assert again(desk.deps, decision) == decision

    def test_no_word_of_the_record_nor_a_name(self, desk: Desk) -> None:
        record = desk.record()
        desk.decide()
        kept = str(desk.deps.db["grade_decisions"].find_one({}))
        for secret in (record.title, record.doc_no, record.item_code, record.unit_code, "人民广场站", NAME):
            assert secret not in kept

    def test_a_record_that_no_rule_spoke_of_leaves_no_trace(self, desk: Desk) -> None:
        desk.record(nature=Nature.BASIC, category=Category.REGISTRATION, severity=None, query_until=None)
        decision = desk.decide()
        assert (decision.value, decision.facts, decision.record_ids) == (GradeValue.GOOD, (), ())
        assert decision.others

    def test_a_newcomer_stands_at_the_floor(self, desk: Desk) -> None:
        decision = desk.decide()
        assert (decision.value, decision.floor) == (GradeValue.NO_RECORD, GradeValue.GOOD)
        assert decision.reaches(GradeValue.GOOD)
        assert not decision.reaches(GradeValue.EXCELLENT)

    @pytest.mark.parametrize(
        "away",
        [
            {"marks": (Mark(RecordMark.CONTESTED, START, "c1"),)},
            {"suspends_at": START},
            {"hidden_at": START},
            {"query_until": START},
        ],
    )
    def test_what_does_not_count_is_not_in_it(self, desk: Desk, away: dict[str, object]) -> None:
        desk.record(**away)
        decision = desk.decide()
        assert (decision.value, decision.record_ids) == (GradeValue.NO_RECORD, ())

    def test_another_persons_record_has_no_part_in_it(self, desk: Desk, other: Actor) -> None:
        desk.record(subject_id=other.subject_id)
        assert desk.decide().record_ids == ()

    def test_the_day_is_that_of_shanghai(self, desk: Desk, clock: Clock) -> None:
        desk.record(ended_on=date(2024, 2, 29), query_until=None)
        clock.set(datetime(2026, 2, 28, 15, 59, 59, tzinfo=UTC))
        refused("grades.no_rules", desk.decide)
        clock.set(datetime(2026, 4, 1, 15, 59, 59, tzinfo=UTC))
        decision = desk.decide()
        assert (decision.on, decision.grounds[0].rule) == (date(2026, 4, 1), "general_older")


class TestWhoAndWhat:
    def test_the_look_is_written_down_with_its_purpose_and_without_the_grade(self, desk: Desk) -> None:
        desk.record()
        decision = desk.decide()
        (entry,) = audit.newest_looks(desk.deps, desk.subject_id, limit=5)
        assert (entry.action, entry.target_id) == ("grades.decide", decision.id)
        assert (entry.purpose.zh, entry.purpose.en) == WHY
        assert entry.details == {"rule_version": "shanghai-2026-1", "owner": "benefit_claim"}

    def test_when_the_look_cannot_be_written_nothing_is_decided(
        self, desk: Desk, log_refused: Refuse
    ) -> None:
        log_refused()
        refused("audit.not_written", desk.decide)
        assert desk.deps.db["grade_decisions"].count_documents({}) == 0

    def test_no_grade_is_decided_about_an_entity(self, desk: Desk) -> None:
        entity = keep_subject(desk.deps, name="某公司", number="91310000607248398P", kind=SubjectKind.ENTITY)
        owner = Owner(CLAIM, "c1")
        refused(
            "grades.no_rules", service.decide, desk.deps, desk.resident,
            subject_id=entity.id, owner=owner, purpose=WHY,
        )  # fmt: skip

    def test_nobody_on_file_is_nobody_to_decide_about(self, desk: Desk) -> None:
        refused(
            "grades.no_subject", service.decide, desk.deps, desk.resident,
            subject_id="nobody", owner=Owner(CLAIM, "c1"), purpose=WHY,
        )  # fmt: skip

    @pytest.mark.parametrize("role", sorted({*Role} - {Role.CITIZEN, Role.MERCHANT, Role.SYSTEM}))
    def test_staff_decide_nothing_by_a_grade(self, desk: Desk, role: Role) -> None:
        reason = "auth.required" if role is Role.ANONYMOUS else "auth.not_allowed"
        refused(
            reason, service.decide, desk.deps, replace(desk.resident, role=role),
            subject_id=desk.subject_id, owner=Owner(CLAIM, "c1"), purpose=WHY,
        )  # fmt: skip

    def test_of_many_at_once_one_decides_for_an_owner(self, desk: Desk) -> None:
        desk.record()
        made = at_once(desk.decide, 4)
        assert sum(isinstance(one, Decision) for one in made) == 1
        assert {one.reason for one in made if isinstance(one, ServiceError)} == {"grades.already_decided"}

    def test_it_is_gone_with_the_callers_transaction(self, desk: Desk) -> None:
        def fail() -> None:
            with desk.deps.transaction():
                desk.decide()
                raise LookupError

        with pytest.raises(LookupError):
            fail()
        assert desk.deps.db["grade_decisions"].count_documents({}) == 0
        assert acts(desk.deps, "grades.decide") == []


class TestHowLong:
    def test_three_years_and_not_a_moment_longer(self, desk: Desk, clock: Clock) -> None:
        decision = desk.decide()
        until = datetime(2029, 11, 21, 16, tzinfo=UTC)
        assert decision.kept_until == until
        clock.set(until - timedelta(milliseconds=1))
        assert service.find(desk.deps, decision.id) == service.find_of(desk.deps, decision.owner) == decision
        clock.set(until)
        assert service.find(desk.deps, decision.id) is service.find_of(desk.deps, decision.owner) is None
        assert service.supersede(desk.deps, WORKER, decision=decision) is False

    def test_the_server_removes_it_then(self, deps: Deps) -> None:
        found = deps.db["grade_decisions"].index_information()["kept_until_1"]
        assert found["expireAfterSeconds"] == 0


class TestReplay:
    def test_it_comes_out_the_same(self, desk: Desk) -> None:
        desk.record(), desk.deed()
        decision = desk.decide()
        replay = service.replay(desk.deps, decision)
        assert (replay.outcome, replay.value, replay.proved) == (ReplayOutcome.SAME, GradeValue.FAIR, None)

    def test_years_later_under_other_rules_it_still_does(
        self, desk: Desk, clock: Clock, later: object
    ) -> None:
        desk.record()
        decision = desk.decide()
        clock.set(datetime(2029, 6, 1, tzinfo=UTC))
        replay = service.replay(desk.deps, again(desk.deps, decision))
        assert (replay.outcome, replay.value) == (ReplayOutcome.SAME, GradeValue.FAIR)
        assert replay.rule_version == "shanghai-2026-1"
        assert [reason.rule for reason in service.explain(decision)] == ["general_recent"]

    def test_the_same_record_decided_under_the_later_rules_comes_out_by_them(
        self, desk: Desk, clock: Clock, later: object
    ) -> None:
        desk.record()
        old = desk.decide()
        clock.set(datetime(2027, 1, 1, tzinfo=UTC))
        new = desk.decide("c2")
        assert (old.value, new.value) == (GradeValue.FAIR, GradeValue.GOOD)
        assert (old.rule_version, new.rule_version) == ("shanghai-2026-1", "shanghai-2027-1")
        for decision in (old, new):
            assert service.replay(desk.deps, decision).outcome is ReplayOutcome.SAME

    def test_after_the_record_was_corrected(self, desk: Desk) -> None:
        record = desk.record()
        decision = desk.decide()
        desk.deps.db["records"].update_one(
            {"_id": record.id}, {"$set": {"severity": "minor", "ended_on": "2020-01-01"}}
        )
        assert service.replay(desk.deps, again(desk.deps, decision)).outcome is ReplayOutcome.SAME
        assert desk.decide("c2").value is GradeValue.GOOD

    @pytest.mark.parametrize("cause", [RippleCause.HIDDEN, RippleCause.RESTORED, RippleCause.SUSPENDED])
    def test_after_the_record_left_the_queries(self, desk: Desk, cause: RippleCause) -> None:
        record = desk.record()
        decision = desk.decide()
        if cause is RippleCause.SUSPENDED:
            records.suspend(desk.deps, WORKER, record_id=record.id, reason=REASON)
        else:
            records.hide(desk.deps, WORKER, record=record, reason=REASON, cause=cause)
        ripple(desk.deps)
        assert again(desk.deps, decision) == decision
        assert service.replay(desk.deps, decision).outcome is ReplayOutcome.SAME

    @pytest.mark.parametrize(
        "change",
        [
            {"value": "excellent"},
            {"facts": []},
            {"others": True, "facts.0.severity": "minor"},
            {"grounds": []},
            {"on": "2029-01-01"},
        ],
    )
    def test_a_decision_that_was_tampered_with_does_not(self, desk: Desk, change: dict[str, object]) -> None:
        desk.record()
        decision = desk.decide()
        desk.deps.db["grade_decisions"].update_one({"_id": decision.id}, {"$set": change})
        assert service.replay(desk.deps, again(desk.deps, decision)).outcome is ReplayOutcome.DIFFERENT

    def test_rules_that_were_altered_or_lost_are_not_taken_for_those_of_then(self, desk: Desk) -> None:
        desk.record()
        decision = desk.decide()
        for found in (replace(decision, rule_digest="other"), replace(decision, rule_version="lost")):
            replay = service.replay(desk.deps, found)
            assert (replay.outcome, replay.value) == (ReplayOutcome.RULES_GONE, None)
        assert [one.code for one in service.explain(replace(decision, rule_version="lost"))] == [
            "grade.rules_gone"
        ]


class TestDeletedByLaw:
    @pytest.fixture
    def record(self, desk: Desk) -> Record:
        return desk.record()

    @pytest.mark.parametrize("verb", [records.erase, records.withdraw])
    def test_no_fact_about_the_record_stays(self, desk: Desk, record: Record, verb: object) -> None:
        good = desk.deed()
        decision = desk.decide()
        verb(desk.deps, WORKER, record=record)  # type: ignore[operator]  # one of the two above
        assert ripple(desk.deps) == 1
        left = again(desk.deps, decision)
        assert [fact.record_id for fact in left.facts] == [good.id]
        assert left.grounds == (Ground("good_deed", good.id),)
        assert (left.value, left.erased_at) == (GradeValue.FAIR, START)
        document = desk.deps.db["grade_decisions"].find_one({})
        assert "adverse" not in str(document)
        assert "general" not in str(document)

    def test_the_replay_says_so_and_what_the_last_one_said(self, desk: Desk, record: Record) -> None:
        decision = desk.decide()
        records.erase(desk.deps, WORKER, record=record)
        ripple(desk.deps)
        replay = service.replay(desk.deps, again(desk.deps, decision))
        assert (replay.outcome, replay.value) == (ReplayOutcome.FACTS_ERASED, None)
        assert replay.proved is ReplayOutcome.SAME

    def test_a_second_deleted_record_keeps_the_first_proof(self, desk: Desk, record: Record) -> None:
        second = desk.record()
        decision = desk.decide()
        for one in (record, second):
            records.erase(desk.deps, WORKER, record=one)
            ripple(desk.deps)
        left = again(desk.deps, decision)
        assert (left.facts, left.grounds, left.proved) == ((), (), ReplayOutcome.SAME)

    def test_its_owner_finds_it_before_and_after_the_facts_went(self, desk: Desk, record: Record) -> None:
        decision = desk.decide()
        records.erase(desk.deps, WORKER, record=record)
        for _ in range(2):
            assert [one.id for one in service.find_using(desk.deps, record.id, CLAIM)] == [decision.id]
            ripple(desk.deps)

    def test_superseded_decisions_lose_their_facts_too(self, desk: Desk, record: Record) -> None:
        decision = desk.decide()
        service.supersede(desk.deps, WORKER, decision=decision)
        records.erase(desk.deps, WORKER, record=record)
        ripple(desk.deps)
        assert again(desk.deps, decision).facts == ()


class TestJudgingAgain:
    def test_the_decisions_that_used_a_record_are_found_by_kind_of_owner(self, desk: Desk) -> None:
        record = desk.record()
        first, second = desk.decide("c1"), desk.decide("c2")
        desk.record(subject_id="somebody-else")
        found = service.find_using(desk.deps, record.id, CLAIM)
        assert {one.id for one in found} == {first.id, second.id}
        assert service.find_using(desk.deps, record.id, DecisionOwner.DEPOSIT_FREE) == ()
        assert service.find_using(desk.deps, "no-such-record", CLAIM) == ()

    def test_it_is_superseded_by_a_decision_of_now(self, desk: Desk, clock: Clock) -> None:
        record = desk.record()
        old = desk.decide()
        records.erase(desk.deps, WORKER, record=record)
        clock.advance(minutes=1)
        new = service.judge_again(desk.deps, WORKER, decision=old, cause=RippleCause.ERASED, purpose=WHY)
        ended = again(desk.deps, old)
        assert (new.owner, new.value, new.standing) == (old.owner, GradeValue.NO_RECORD, GradeValue.GOOD)
        assert (ended.superseded_by, ended.successor_id) == (RippleCause.ERASED, new.id)
        assert ended.superseded_at == clock()
        assert service.find_of(desk.deps, old.owner) == new
        assert service.find_using(desk.deps, record.id, CLAIM) == ()

    def test_of_many_at_once_one_judges_again(self, desk: Desk) -> None:
        old = desk.decide()

        def judge() -> Decision:
            return service.judge_again(
                desk.deps, WORKER, decision=old, cause=RippleCause.CORRECTED, purpose=WHY
            )

        made = at_once(judge, 4)
        assert sum(isinstance(one, Decision) for one in made) == 1
        assert {one.reason for one in made if isinstance(one, ServiceError)} == {"grades.changed"}
        assert desk.deps.db["grade_decisions"].count_documents({"superseded_at": None}) == 1

    def test_an_ended_decision_frees_its_owner(self, desk: Desk) -> None:
        old = desk.decide()
        assert service.supersede(desk.deps, WORKER, decision=old) is True
        assert service.supersede(desk.deps, WORKER, decision=old) is False
        assert desk.decide().id != old.id


class TestAtTheSameMoment:
    """A record cannot be erased between being read for a decision and the decision being there to be found."""

    def test_whoever_erases_while_a_decision_is_open_has_to_come_back(
        self, desk: Desk, impatient: None
    ) -> None:
        record = desk.record()
        met: list[str] = []

        def erase() -> None:
            try:
                records.erase(desk.deps, WORKER, record=record)
            except ServiceError as error:
                met.append(error.reason)

        with desk.deps.transaction():
            decision = desk.decide()
            thread = threading.Thread(target=erase)
            thread.start()
            thread.join()
        assert met == ["database.busy"]
        records.erase(desk.deps, WORKER, record=record)
        ripple(desk.deps)
        assert again(desk.deps, decision).facts == ()

    def test_whoever_decides_while_an_erasure_is_open_has_to_come_back(
        self, desk: Desk, impatient: None
    ) -> None:
        record = desk.record()
        met: list[str] = []

        def decide() -> None:
            try:
                desk.decide()
            except ServiceError as error:
                met.append(error.reason)

        with desk.deps.transaction():
            records.erase(desk.deps, WORKER, record=record)
            thread = threading.Thread(target=decide)
            thread.start()
            thread.join()
        assert met == ["database.busy"]
        assert desk.decide().value is GradeValue.NO_RECORD


def test_a_person_with_more_records_than_one_operation_reads_is_decided_about_all_the_same(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def too_large(*_: object) -> None:
        raise TooLarge

    record = desk.record()
    monkeypatch.setattr(gathering, "beside", too_large)
    monkeypatch.setattr(gathering, "_large", set())
    decision = desk.decide()
    assert (decision.value, decision.record_ids) == (GradeValue.FAIR, (record.id,))


def test_a_decision_is_read_back_as_it_was_written(desk: Desk) -> None:
    desk.record(severity=None, ended_on=None)
    decision = desk.decide()
    assert again(desk.deps, decision) == decision
    assert decision.facts[0] == Fact(decision.record_ids[0], Nature.ADVERSE, Category.SUPERVISION, None, None)


def test_decisions_are_found_by_a_record_through_an_index(desk: Desk) -> None:
    record = desk.record()
    desk.decide()
    plan = desk.deps.db[store.COLLECTION].find({"record_ids": record.id}).explain()
    assert "record_ids_1" in str(plan["queryPlanner"]["winningPlan"])


def test_a_severity_less_serious_never_decides_worse(desk: Desk) -> None:
    standings = []
    for place, severity in enumerate((Severity.SERIOUS, Severity.GENERAL, Severity.MINOR)):
        record = desk.record(severity=severity)
        standings.append(desk.decide(f"c{place}").standing)
        desk.deps.db["records"].delete_one({"_id": record.id})
    assert standings == [GradeValue.ATTENTION, GradeValue.FAIR, GradeValue.GOOD]
