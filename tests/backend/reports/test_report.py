import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import marshmallow
import pytest

from backend.audit import service as audit
from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.records.model import Change, Mark
from backend.reports import rules, service
from backend.reports.model import Onlooker
from schemas import reports as wire
from schemas.base import SPEAKING
from schemas.terms import Audience, Channel, GradeValue, Nature, Openness, RecordMark, ReportView, Role
from schemas.text import Language, Text
from schemas.writing import written
from tests.backend.reports.conftest import NAME, Refuse
from tests.support.records import keep, make_record
from tests.support.refusals import refused
from tests.support.world import START, Clock


def own_record(actor: Actor, **changes: Any) -> Any:
    return make_record(subject_id=actor.subject_id, **changes)


def lines(deps: Deps) -> int:
    return deps.db["audit_log"].count_documents({})


def test_the_report_needs_a_fresh_proof_of_identity(
    deps: Deps, bound: Actor, verified: Actor, clock: Clock
) -> None:
    refused("identity.verification_required", service.mine, deps, bound)
    clock.advance(minutes=10)
    refused("identity.verification_required", service.mine, deps, verified)
    assert lines(deps) == 0


def test_a_citizen_without_a_bound_subject_is_told_so(deps: Deps, verified: Actor) -> None:
    unbound = replace(verified, subject_id=None)
    refused("identity.real_name_required", service.summary, deps, unbound)
    for verb in (service.mine, service.forgetting_calendar):
        refused("identity.verification_required", verb, deps, unbound)


def test_staff_have_no_own_report(deps: Deps, verified: Actor) -> None:
    refused("auth.not_allowed", service.mine, deps, replace(verified, role=Role.CASE_OFFICER))


def test_the_report_has_the_whole_shape_even_without_records(deps: Deps, verified: Actor) -> None:
    report = service.mine(deps, verified)
    assert report.view is ReportView.OWN
    assert [section.nature for section in report.sections] == list(Nature)
    assert [section.records for section in report.sections] == [(), (), ()]
    assert (report.grade.value, report.grade.floor) == (GradeValue.NO_RECORD, GradeValue.GOOD)
    assert [reason.code for reason in report.grade.reasons] == ["grade.no_record"]
    assert report.subject.name == NAME
    assert "*" in report.subject.number_masked
    assert report.generated_at == START


def test_records_stand_in_their_sections_newest_first(deps: Deps, verified: Actor) -> None:
    older, newer, good = keep(
        deps,
        own_record(verified, occurred_on=date(2024, 1, 1)),
        own_record(verified, occurred_on=date(2025, 1, 1)),
        own_record(verified, nature=Nature.OTHER),
    )
    basic, adverse, other = service.mine(deps, verified).sections
    assert [record.id for record in adverse.records] == [newer.id, older.id]
    assert [record.id for record in other.records] == [good.id]
    assert (basic.count, adverse.count, other.count) == (0, 2, 1)


def test_the_grade_names_the_record_it_rests_on(deps: Deps, verified: Actor) -> None:
    (record,) = keep(deps, own_record(verified, ended_on=date(2026, 3, 1)))
    grade = service.mine(deps, verified).grade
    assert (grade.value, grade.rule_version) == (GradeValue.FAIR, "shanghai-2026-1")
    assert [(reason.rule, reason.record_id) for reason in grade.reasons] == [("general_recent", record.id)]


def test_a_contested_record_is_shown_but_not_counted(deps: Deps, verified: Actor) -> None:
    (record,) = keep(deps, own_record(verified, marks=(Mark(RecordMark.CONTESTED, START, "c1"),)))
    report = service.mine(deps, verified)
    assert [shown.id for shown in report.sections[1].records] == [record.id]
    assert (report.grade.value, [one.record_id for one in report.grade.left_out]) == (
        GradeValue.NO_RECORD,
        [record.id],
    )


def test_a_report_by_a_link_for_others_has_no_grade_and_says_why(deps: Deps, verified: Actor) -> None:
    keep(deps, own_record(verified, ended_on=date(2026, 3, 1)))
    seen = {}
    for audience in Audience:
        link = service.make_link(deps, verified, purpose="租房", audience=audience)
        seen[audience] = service.open_link(deps, verified, code=link.url.rpartition("/")[2]).grade
    assert seen[Audience.SELF].value is GradeValue.FAIR
    assert (seen[Audience.THIRD_PARTY].value, seen[Audience.THIRD_PARTY].rule_version) == (None, None)
    assert [reason.code for reason in seen[Audience.THIRD_PARTY].reasons] == ["grade.not_shared"]


def test_another_persons_records_are_not_in_it(deps: Deps, verified: Actor, other: Actor) -> None:
    keep(deps, own_record(other))
    assert all(not section.records for section in service.mine(deps, verified).sections)


def test_marks_are_repeated_as_annotations(deps: Deps, verified: Actor) -> None:
    mark = Mark(RecordMark.DISSENTED, START, "c1", "我不同意")
    (record,) = keep(deps, own_record(verified, marks=(mark,)))
    (annotation,) = service.mine(deps, verified).annotations
    assert (annotation.record_id, annotation.kind, annotation.statement) == (record.id, mark.kind, "我不同意")


def test_the_own_look_stands_first_in_its_access_log(deps: Deps, verified: Actor, clock: Clock) -> None:
    service.mine(deps, verified)
    clock.advance(minutes=1)
    report = service.mine(deps, verified)
    assert report.access_log is not None
    assert [look.at for look in report.access_log] == [START + timedelta(minutes=1), START]
    assert report.access_log[0].actor == Text("本人", "You")
    assert report.access_log[0].own
    assert report.access_log_total == 2


def test_the_report_lists_the_latest_fifty_looks_and_counts_all(deps: Deps, verified: Actor) -> None:
    for _ in range(51):
        service.summary(deps, verified)
    report = service.mine(deps, verified)
    assert report.access_log is not None
    assert len(report.access_log) == 50
    assert report.access_log_total == 52


def test_a_look_of_staff_shows_name_unit_role_and_channel(deps: Deps, verified: Actor) -> None:
    officer = Actor("o1", Role.CASE_OFFICER, Channel.CONSOLE, name="周晓", unit="HRSS")
    why = Text("办理异议", "Working on an objection")
    audit.look(deps, officer, "records.read", subject_id=str(verified.subject_id), purpose=why, scope=why)
    look = service.access_log(deps, verified, limit=10).items[0]
    assert (look.actor.zh, look.unit, look.role, look.channel) == (
        "周晓", Text("HRSS", "HRSS"), Role.CASE_OFFICER, Channel.CONSOLE,
    )  # fmt: skip
    assert not look.own


def test_who_else_looked_is_told_for_twelve_months(deps: Deps, verified: Actor, clock: Clock) -> None:
    why = Text("办理异议", "Working on an objection")
    for name in ("周晓", "吴迪"):
        officer = Actor(name, Role.PROVIDER, Channel.CONSOLE, name=name, unit="HRSS")
        audit.look(deps, officer, "records.read", subject_id=str(verified.subject_id), purpose=why, scope=why)
    service.summary(deps, verified)
    clock.set(datetime(2027, 11, 20, 15, 59, 59, tzinfo=UTC))
    assert service.onlookers(deps, verified) == (Onlooker(Text("HRSS", "HRSS"), 2),)
    clock.advance(seconds=1)
    assert service.onlookers(deps, verified) == ()


def test_concurrent_reports_list_and_count_every_look(deps: Deps, verified: Actor) -> None:
    with ThreadPoolExecutor(8) as pool:
        reports = list(pool.map(lambda _: service.mine(deps, verified), range(16)))
    assert sorted(report.access_log_total or 0 for report in reports) == list(range(1, 17))
    assert all(len(report.access_log or ()) == report.access_log_total for report in reports)
    assert len({report.report_no for report in reports}) == 16
    assert list(audit.verify_log(deps)) == []


def test_every_look_names_the_report_and_what_was_in_it_but_no_content(deps: Deps, verified: Actor) -> None:
    held = keep(deps, own_record(verified, title="轨道交通逃票信息"))
    report = service.mine(deps, verified)
    (entry,) = audit.newest_looks(deps, str(verified.subject_id), limit=5)
    assert entry.details["report_no"] == report.report_no
    assert entry.details["snapshot"] == rules.snapshot(held)
    assert entry.details["records"] == 1
    code = report.verify_url.partition("code=")[2]
    kept = str(deps.db["audit_log"].find_one({}))
    for secret in (code, "轨道交通逃票信息", "人民广场站", NAME, held[0].id):
        assert secret not in kept


def test_the_snapshot_changes_with_wording_and_marks(deps: Deps) -> None:
    record = make_record()
    marked = replace(record, marks=(Mark(RecordMark.CONTESTED, START),))
    assert len({rules.snapshot([one]) for one in (record, replace(record, digest=b"e" * 16), marked)}) == 3


def test_when_the_look_cannot_be_written_nothing_is_shown(
    deps: Deps, verified: Actor, log_refused: Refuse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The words stay sealed: the report never gets as far as opening them."""
    keep(deps, own_record(verified))
    opened: list[object] = []
    monkeypatch.setattr("backend.records.service.show", lambda *held: opened.append(held))
    monkeypatch.setattr("backend.registry.service.name_of", lambda *held: opened.append(held))
    log_refused()
    for verb in (service.mine, service.summary, service.forgetting_calendar):
        refused("audit.not_written", verb, deps, verified)
    assert opened == []


def test_the_look_is_on_disk_before_a_word_is_opened(
    deps: Deps, verified: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    from backend.records import service as records

    real, seen = records.show, []

    def show(*inputs: Any) -> Any:
        seen.append(lines(deps))
        return real(*inputs)

    monkeypatch.setattr(records, "show", show)
    service.mine(deps, verified)
    assert seen == [1]


def test_own_reports_of_the_year_are_counted_and_none_is_refused(
    deps: Deps, verified: Actor, clock: Clock
) -> None:
    used = [service.mine(deps, verified).free_reports_used for _ in range(4)]
    assert used == [1, 2, 3, 4]
    assert service.mine(deps, verified).free_reports_right == 2


def test_the_count_begins_anew_with_the_year_in_shanghai(deps: Deps, verified: Actor, clock: Clock) -> None:
    clock.set(datetime(2026, 12, 31, 15, 59, 59, tzinfo=UTC))
    always = replace(verified, verified_until=datetime(2030, 1, 1, tzinfo=UTC))
    assert service.mine(deps, always).free_reports_used == 1
    clock.advance(seconds=1)
    assert service.mine(deps, always).free_reports_used == 1


def test_the_count_holds_when_the_year_has_more_looks_than_the_report_lists(
    deps: Deps, verified: Actor
) -> None:
    service.mine(deps, verified)
    for _ in range(60):
        service.summary(deps, verified)
    assert service.mine(deps, verified).free_reports_used == 2


def test_the_summary_counts_without_a_title_and_is_logged(deps: Deps, bound: Actor) -> None:
    keep(deps, own_record(bound), own_record(bound, hidden_at=START))
    assert service.summary(deps, bound).total == 1
    assert service.access_log(deps, bound, limit=5).items[0].purpose == Text(
        "本人查询信用记录数量", "The subject asks how many records there are"
    )


def test_the_calendar_tells_what_is_forgotten_next_first(deps: Deps, verified: Actor) -> None:
    soon = datetime(2026, 12, 1, 16, tzinfo=UTC)
    later = datetime(2027, 5, 1, 16, tzinfo=UTC)
    endless, far, near, _, _ = keep(
        deps,
        own_record(verified, ended_on=None),
        own_record(verified, query_until=later),
        own_record(verified, openness=Openness.PUBLIC, public_until=soon, query_until=later),
        own_record(verified, nature=Nature.OTHER),
        own_record(verified, query_until=START),
    )
    calendar = service.forgetting_calendar(deps, verified).items
    assert [line.record_id for line in calendar] == [near.id, far.id, endless.id]
    assert [line.next_at for line in calendar] == [soon, later, None]
    assert calendar[2].restoration.reason == "restoration.not_ended"
    assert calendar[0].earliest_restoration_on == date(2025, 6, 1)
    assert calendar[0].article.zh.endswith("第三十五条")


def test_the_calendar_is_read_page_by_page(deps: Deps, verified: Actor) -> None:
    keep(deps, *(own_record(verified, ended_on=None) for _ in range(3)), own_record(verified))
    whole = service.forgetting_calendar(deps, verified)
    assert (len(whole.items), whole.next_cursor) == (4, None)
    first = service.forgetting_calendar(deps, verified, limit=3)
    rest = service.forgetting_calendar(deps, verified, limit=3, cursor=first.next_cursor)
    assert first.items + rest.items == whole.items
    assert rest.next_cursor is None


def test_the_calendar_needs_a_fresh_proof_and_is_logged(deps: Deps, bound: Actor, verified: Actor) -> None:
    refused("identity.verification_required", service.forgetting_calendar, deps, bound)
    service.forgetting_calendar(deps, verified)
    assert lines(deps) == 1


def test_a_report_is_verified_by_number_and_code(deps: Deps, verified: Actor) -> None:
    report = service.mine(deps, verified)
    code = report.verify_url.partition("code=")[2]
    for number in (report.report_no, report.report_no.lower().replace("-", "")):
        found = service.verify(deps, report_no=number, code=code, address="192.0.2.1")
        assert (found.authentic, found.generated_at) == (True, START)


@pytest.mark.parametrize("number", [None, "SH20261121-0000-0000-0000-0", "nonsense", ""])
def test_a_wrong_code_and_an_unknown_number_have_one_answer(
    deps: Deps, verified: Actor, number: str | None
) -> None:
    report = service.mine(deps, verified)
    found = service.verify(deps, report_no=number or report.report_no, code="0" * 16, address="192.0.2.1")
    assert (found.authentic, found.generated_at) == (False, None)


def test_guessing_at_codes_is_stopped_but_the_right_code_still_answers(deps: Deps, verified: Actor) -> None:
    report = service.mine(deps, verified)
    code = report.verify_url.partition("code=")[2]
    for _ in range(20):
        service.verify(deps, report_no=report.report_no, code="wrong", address="192.0.2.1")
    refused(
        "limits.too_many", service.verify, deps, report_no=report.report_no, code="wrong", address="192.0.2.2"
    )
    assert service.verify(deps, report_no=report.report_no, code=code, address="192.0.2.1").authentic


def test_guessing_at_numbers_from_one_address_is_stopped(deps: Deps) -> None:
    limited = replace(deps, settings=replace(deps.settings, limit_per_address=600))
    for _ in range(20):
        service.verify(limited, report_no="nonsense", code="", address="192.0.2.1")
    refused("limits.too_many", service.verify, limited, report_no="nonsense", code="", address="192.0.2.1")
    assert not service.verify(limited, report_no="nonsense", code="", address="192.0.2.9").authentic


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_report_is_written_as_its_schema_says(deps: Deps, verified: Actor, language: Language) -> None:
    mark = Mark(RecordMark.CONTESTED, START, None, '他说"不"')
    change = Change(START, "content", "更正", "Corrected")
    keep(
        deps,
        own_record(
            verified,
            marks=(mark,),
            changes=(change,),
            severity=None,
            content={"yes": True, "n": 1.5, "o": None},
        ),
        own_record(
            verified, nature=Nature.OTHER, openness=Openness.PUBLIC, ended_on=None, public_until=START
        ),
    )
    service.mine(deps, verified)
    reports = [service.mine(deps, verified)]
    link = service.make_link(deps, verified, purpose="租房", audience=Audience.THIRD_PARTY)
    reports.append(service.open_link(deps, verified, code=link.url.rpartition("/")[2]))
    spoken = SPEAKING.set(language)
    try:
        for report in reports:
            assert json.loads(written(wire.Report, report)) == marshmallow.Schema.dump(wire.Report(), report)
    finally:
        SPEAKING.reset(spoken)
