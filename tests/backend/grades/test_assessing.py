"""The grade as its subject reads it: every reason named, what is contested left out and said so, every look on record."""

from datetime import UTC, date, datetime

import pytest

from backend.audit import service as audit
from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.grades import service, texts
from backend.records.model import Mark
from schemas.terms import Category, GradeValue, Nature, RecordMark, SubjectKind
from schemas.text import Text
from tests.backend.grades.conftest import Desk
from tests.backend.reports.conftest import Refuse
from tests.support.records import make_record
from tests.support.refusals import refused
from tests.support.world import START, Clock

CONTESTED = {"marks": (Mark(RecordMark.CONTESTED, START, "c1"),)}


def test_each_reason_names_its_rule_record_sentence_and_article(deps: Deps) -> None:
    record = make_record(ended_on=date(2026, 3, 1))
    good = make_record(
        nature=Nature.OTHER, category=Category.PUBLIC_WELFARE, occurred_on=date(2026, 5, 1), severity=None
    )
    grade = service.assess(deps, SubjectKind.PERSON, [good, record])
    assert (grade.value, grade.floor, grade.rule_version) == (GradeValue.FAIR, None, "shanghai-2026-1")
    adverse, deed = grade.reasons
    assert (adverse.code, adverse.rule, adverse.record_id) == (
        "grade.general_recent", "general_recent", record.id,
    )  # fmt: skip
    assert adverse.article == Text(
        "《上海市公共信用信息归集和使用管理办法》第十二条、第十七条",
        "Shanghai Public Credit Information Measures, arts. 12 and 17",
    )
    assert (deed.record_id, adverse.decisive, deed.decisive) == (good.id, True, False)
    assert grade.notice == texts.NOTICE


def test_no_record_is_explained_and_is_not_a_bad_record(deps: Deps) -> None:
    grade = service.assess(deps, SubjectKind.PERSON, [])
    assert (grade.value, grade.floor, grade.floor_label) == (
        GradeValue.NO_RECORD, GradeValue.GOOD, Text("良好", "Good"),
    )  # fmt: skip
    (reason,) = grade.reasons
    assert (reason.rule, reason.record_id, reason.decisive) == ("no_record", None, True)
    assert "没有记录不等于记录不良" in reason.text.zh


def test_a_contested_record_does_not_count_and_is_named_as_left_out(deps: Deps) -> None:
    record = make_record(**CONTESTED)
    grade = service.assess(deps, SubjectKind.PERSON, [record])
    assert grade.value is GradeValue.NO_RECORD
    (left_out,) = grade.left_out
    assert (left_out.code, left_out.record_id) == ("grade.contested", record.id)
    assert left_out.article is not None
    assert "第三十条" in left_out.article.zh


def test_what_may_not_be_shown_is_judged_again_and_not_even_named(deps: Deps) -> None:
    held = [make_record(hidden_at=START), make_record(suspends_at=START), make_record(query_until=START)]
    grade = service.assess(deps, SubjectKind.PERSON, held)
    assert (grade.value, grade.left_out) == (GradeValue.NO_RECORD, ())


def test_it_asks_the_database_nothing(deps: Deps, monkeypatch: pytest.MonkeyPatch) -> None:
    held = [make_record() for _ in range(3)]
    object.__setattr__(deps, "db", None)
    object.__setattr__(deps, "client", None)
    assert service.assess(deps, SubjectKind.PERSON, held).value is GradeValue.ATTENTION


def test_an_entity_has_no_grade_and_an_honest_reason(deps: Deps) -> None:
    grade = service.assess(deps, SubjectKind.ENTITY, [make_record()])
    assert (grade.value, grade.rule_version) == (None, None)
    assert [reason.code for reason in grade.reasons] == ["grade.no_rules_for_entities"]


def test_before_the_first_version_nobody_has_a_grade(deps: Deps, clock: Clock) -> None:
    clock.set(datetime(2026, 3, 31, 15, 59, 59, tzinfo=UTC))
    grade = service.assess(deps, SubjectKind.PERSON, [make_record()])
    assert [reason.code for reason in grade.reasons] == ["grade.rules_not_published"]
    clock.advance(seconds=1)
    assert service.assess(deps, SubjectKind.PERSON, [make_record()]).value is not None


def test_the_later_version_holds_from_its_day(deps: Deps, clock: Clock, later: object) -> None:
    held = [make_record(ended_on=date(2026, 3, 1))]
    assert service.assess(deps, SubjectKind.PERSON, held).value is GradeValue.FAIR
    clock.set(datetime(2026, 12, 31, 16, tzinfo=UTC))
    grade = service.assess(deps, SubjectKind.PERSON, held)
    assert (grade.value, grade.rule_version) == (GradeValue.GOOD, "shanghai-2027-1")


class TestOwnGrade:
    def test_it_needs_a_fresh_proof_of_identity(self, desk: Desk, verified: Actor, clock: Clock) -> None:
        refused("identity.verification_required", service.mine, desk.deps, desk.resident)
        desk.record()
        assert service.mine(desk.deps, verified).value is GradeValue.FAIR
        clock.advance(minutes=10)
        refused("identity.verification_required", service.mine, desk.deps, verified)

    def test_the_look_is_on_record_without_the_grade(self, desk: Desk, verified: Actor) -> None:
        desk.record()
        service.mine(desk.deps, verified)
        (entry,) = audit.newest_looks(desk.deps, desk.subject_id, limit=5)
        assert (entry.action, entry.details) == ("grades.read", {"records": 1})
        assert entry.purpose is not None
        assert entry.purpose.zh == "本人查询信用等级"

    def test_when_the_look_cannot_be_written_nothing_is_shown(
        self, desk: Desk, verified: Actor, log_refused: Refuse
    ) -> None:
        log_refused()
        refused("audit.not_written", service.mine, desk.deps, verified)

    def test_only_the_own_records_count(self, desk: Desk, verified: Actor, other: Actor) -> None:
        desk.record(subject_id=other.subject_id)
        assert service.mine(desk.deps, verified).value is GradeValue.NO_RECORD
