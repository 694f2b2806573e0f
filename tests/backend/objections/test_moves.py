"""Every move of every actor in every state, on the real database: the legal ones lead where the table says, all others are
told so and change nothing."""

from dataclasses import replace
from datetime import UTC, date, datetime
from functools import partial
from typing import Any

import pytest

from backend.audit import service as audit
from backend.common.documents import to_document
from backend.common.errors import ServiceError
from backend.evidence.model import Upload
from backend.notices import service as notices
from backend.objections import rules, service
from backend.records import rules as record_rules
from schemas.notices import NoticeKind
from schemas.terms import ClockState, Level, ObjectionOutcome, RecordMark
from schemas.terms import ObjectionState as State
from tests.backend.evidence import made
from tests.backend.objections.town import FIX, STATEMENT, STATES, WAYS, Town
from tests.support.refusals import refused
from tests.support.world import Clock

LEGAL = {
    ("compare", State.MARKED): State.COMPARING,
    ("take_over", State.COMPARING): State.COMPARING,
    ("take_over", State.FORWARDED): State.FORWARDED,
    ("take_over", State.SUPPLEMENT_REQUESTED): State.SUPPLEMENT_REQUESTED,
    ("request_supplement", State.COMPARING): State.SUPPLEMENT_REQUESTED,
    ("request_supplement", State.FORWARDED): State.SUPPLEMENT_REQUESTED,
    ("forward", State.COMPARING): State.FORWARDED,
    ("decide", State.COMPARING): State.CLOSED,
    ("decide_hidden", State.COMPARING): State.CLOSED,
    ("decide_erased", State.COMPARING): State.CLOSED,
    ("find_corrected", State.FORWARDED): State.CLOSED,
    ("find_upheld", State.FORWARDED): State.UPHELD,
    ("add_evidence", State.MARKED): State.MARKED,
    ("add_evidence", State.COMPARING): State.COMPARING,
    ("add_evidence", State.FORWARDED): State.FORWARDED,
    ("add_evidence", State.SUPPLEMENT_REQUESTED): State.COMPARING,
    ("withdraw", State.MARKED): State.WITHDRAWN,
    ("withdraw", State.COMPARING): State.WITHDRAWN,
    ("withdraw", State.FORWARDED): State.WITHDRAWN,
    ("withdraw", State.SUPPLEMENT_REQUESTED): State.WITHDRAWN,
    ("dissent", State.UPHELD): State.DISSENTED,
}
MOVES = sorted({move for move, _ in LEGAL})
NEVER_FORWARDED = {State.MARKED, State.COMPARING, State.SUPPLEMENT_REQUESTED, State.WITHDRAWN, State.CLOSED}


@pytest.mark.parametrize(("move", "state"), sorted(LEGAL), ids=str)
def test_a_legal_move_leads_where_the_table_says(town: Town, move: str, state: State) -> None:
    shown = town.bring_to(state)
    assert town.moves(shown.id)[move]().state is LEGAL[move, state]


@pytest.mark.parametrize("state", STATES)
def test_every_other_move_is_refused_and_changes_nothing(town: Town, state: State) -> None:
    shown = town.bring_to(state)
    before = town.case(shown)
    for move in MOVES:
        if (move, state) not in LEGAL:
            error = refused(_refusal(move, state), town.moves(shown.id)[move])
            assert error.reason != "objections.changed" or error.data == {"state": state.value}
    assert town.case(shown) == before


def _refusal(move: str, state: State) -> str:
    """A case that its unit never got does not exist for it."""
    if move.startswith("find_") and state in NEVER_FORWARDED:
        return "objections.not_found"
    return "objections.changed"


def test_a_supplement_asked_for_after_forwarding_leads_back_to_the_provider(town: Town) -> None:
    shown = town.bring_to(State.FORWARDED)
    town.moves(shown.id)["request_supplement"]()
    assert town.moves(shown.id)["add_evidence"]().state is State.FORWARDED


def test_submitting_marks_the_record_and_starts_four_clocks_at_once(town: Town, clock: Clock) -> None:
    clock.set(datetime(2026, 2, 13, 3, tzinfo=UTC))
    record = town.record()
    shown = town.submit(record)
    assert (shown.state, [line.act.value for line in shown.timeline]) == (State.MARKED, ["submit", "mark"])
    assert {c.name: (c.state, str(c.due_on)) for c in shown.clocks} == {
        "mark": (ClockState.MET, "2026-02-14"),
        "compare": (ClockState.RUNNING, "2026-02-24"),
        "decide": (ClockState.RUNNING, "2026-02-27"),
        "forward": (ClockState.RUNNING, "2026-02-24"),
    }
    assert [(m.kind, m.case_id) for m in town.kept(record.id).marks] == [(RecordMark.CONTESTED, shown.id)]


def test_no_word_of_the_record_or_the_person_is_readable_in_the_case(town: Town) -> None:
    town.bring_to(State.DISSENTED)
    text = repr(list(town.deps.db["objections"].find({})))
    for word in (STATEMENT, "请核查", "已核查", "我仍不服", "轨道交通", "人民广场", "王小明"):
        assert word not in text


def test_an_objection_needs_a_fresh_proof_of_identity(town: Town) -> None:
    plain = replace(town.resident, level=Level.REAL_NAME, verified_until=None)
    bare = replace(town, resident=plain)
    refused("identity.verification_required", bare.submit, town.record())


def test_somebody_elses_record_does_not_exist(town: Town) -> None:
    theirs = town.record(subject_id=town.stranger.subject_id)
    refused("objections.record_not_found", town.submit, theirs)
    refused("objections.record_not_found", town.submit, town.record(hidden_at=town.deps.now()))
    assert town.deps.db["objections"].count_documents({}) == 0


def test_somebody_elses_case_does_not_exist(town: Town) -> None:
    shown = town.bring_to(State.UPHELD)
    theirs = replace(town, resident=town.stranger).moves(shown.id)
    for move in ("add_evidence", "withdraw", "dissent"):
        refused("objections.not_found", theirs[move])
    refused("objections.not_found", service.find_mine, town.deps, town.stranger, objection_id=shown.id)
    other = {"objection_id": shown.id, "explanation": "x"}
    refused("objections.not_found", service.find_upheld, town.deps, town.other_provider, **other)


@pytest.mark.parametrize("state", [s for s in STATES if s in rules.LIVE])
def test_a_record_has_one_live_case_and_its_id_is_told(town: Town, state: State) -> None:
    record = town.record()
    shown = town.bring_to(state, record)
    assert refused("objections.already_open", town.submit, record).data == {"objection_id": shown.id}


@pytest.mark.parametrize("state", sorted(rules.FINAL))
def test_after_the_end_a_new_case_may_be_opened(town: Town, state: State) -> None:
    record = town.record()
    shown = town.bring_to(state, record)
    assert town.submit(record).id != shown.id


def test_the_same_key_gives_the_same_case(town: Town) -> None:
    record = town.record()
    first = town.submit(record, idempotency_key="a-key-of-a-telephone")
    assert town.submit(record, idempotency_key="a-key-of-a-telephone").id == first.id
    refused("objections.already_open", town.submit, record, idempotency_key="k2")
    assert "a-key-of-a-telephone" not in repr(town.deps.db["objections"].find_one())


def test_the_same_key_adds_the_same_evidence_once(town: Town) -> None:
    shown = town.bring_to(State.MARKED)
    upload = [Upload("a.pdf", made.small_pdf())]
    for _ in range(2):
        after = service.add_evidence(
            town.deps, town.resident, objection_id=shown.id, uploads=upload, idempotency_key="k1"
        )
    assert (len(after.evidence), len(after.timeline)) == (1, 3)


def test_an_addition_of_nothing_is_refused(town: Town) -> None:
    shown = town.bring_to(State.MARKED)
    refused("objections.nothing_added", service.add_evidence, town.deps, town.resident, objection_id=shown.id)


def test_a_correction_changes_the_record_and_takes_the_mark_away(town: Town) -> None:
    record = town.record()
    shown = town.bring_to(State.CLOSED, record)
    kept = town.kept(record.id)
    assert (kept.content["fare_fen"], kept.marks) == (300, ())
    assert shown.outcome is ObjectionOutcome.CORRECTED
    assert [line.act.value for line in shown.timeline][-2:] == ["correct", "close"]


@pytest.mark.parametrize(("move", "gone"), [("decide_hidden", False), ("decide_erased", True)])
def test_a_record_may_leave_instead_of_being_corrected(town: Town, move: str, gone: bool) -> None:
    record = town.record()
    shown = town.bring_to(State.COMPARING, record)
    assert town.moves(shown.id)[move]().outcome is ObjectionOutcome.REMOVED
    kept = town.kept(record.id)
    assert kept is None if gone else (kept.hidden_at, kept.marks) == (town.deps.now(), ())


def test_a_correction_that_cannot_be_leaves_everything_as_it_was(town: Town) -> None:
    record = town.record()
    shown = town.bring_to(State.COMPARING, record)
    before = town.case(shown), town.kept(record.id)
    bad: list[tuple[str, dict[str, Any]]] = [
        ("objections.nothing_decided", {}),
        ("objections.nothing_decided", {"correction": FIX, "remove": "hidden"}),
        ("records.unknown_field", {"correction": replace(FIX, content={"colour": "red"})}),
        ("records.bad_date", {"correction": replace(FIX, occurred_on=date(2030, 1, 1))}),
    ]
    for reason, inputs in bad:
        asked = {"objection_id": shown.id, "reason": "x", **inputs}
        decide = partial(service.decide, town.deps, town.officer, **asked)
        refused(reason, decide)
    assert (town.case(shown), town.kept(record.id)) == before


def test_a_record_that_its_unit_has_handed_in_anew_needs_no_further_correction(
    town: Town, clock: Clock
) -> None:
    record = town.record()
    shown = town.bring_to(State.FORWARDED, record)
    asked: dict[str, Any] = {"objection_id": shown.id, "explanation": "已重新报送"}
    refused("objections.nothing_decided", service.find_corrected, town.deps, town.provider, **asked)
    anew = to_document(record_rules.correction(clock.advance(hours=1)))
    town.deps.db["records"].update_one({"_id": record.id}, {"$push": {"changes": anew}})
    done = service.find_corrected(town.deps, town.provider, **asked)
    assert (done.state, done.outcome) == (State.CLOSED, ObjectionOutcome.CORRECTED)
    assert town.kept(record.id).marks == ()


GONE = {
    "compare": State.MARKED,
    "take_over": State.COMPARING,
    "request_supplement": State.COMPARING,
    "forward": State.COMPARING,
    "decide": State.COMPARING,
    "decide_erased": State.COMPARING,
    "find_corrected": State.FORWARDED,
    "find_upheld": State.FORWARDED,
    "add_evidence": State.SUPPLEMENT_REQUESTED,
    "withdraw": State.FORWARDED,
    "dissent": State.UPHELD,
}


@pytest.mark.parametrize("move", GONE)
def test_a_deleted_record_closes_its_case_at_once_and_the_move_is_refused(town: Town, move: str) -> None:
    record = town.record()
    shown = town.bring_to(GONE[move], record)
    town.deps.db["records"].delete_one({"_id": record.id})
    for who, read in (
        (town.resident, service.find_mine),
        (town.officer, service.find_for_officer),
        *(
            [(town.provider, service.find_for_provider)]
            if GONE[move] in (State.FORWARDED, State.UPHELD)
            else []
        ),
    ):
        seen = read(town.deps, who, objection_id=shown.id)
        assert (seen.state, seen.outcome, seen.may) == (State.CLOSED, ObjectionOutcome.REMOVED, ())
    assert town.case(shown).state is GONE[move]
    for _ in range(2):
        refused("objections.record_deleted", town.moves(shown.id)[move])
    case = town.case(shown)
    assert (case.state, case.outcome, case.open_key) == (State.CLOSED, ObjectionOutcome.REMOVED, None)
    assert not [clock for clock in case.clocks if clock.is_open]
    told = [one.kind.value for one in notices.inbox(town.deps, town.resident, limit=50).items]
    assert told.count("objection_void") == 1
    assert ("objection_upheld" in told) is (move == "dissent")


def test_another_officer_is_told_whose_case_it_is_and_may_take_it_over(town: Town) -> None:
    shown = town.bring_to(State.COMPARING)
    others = replace(town, officer=town.other_officer).moves(shown.id)
    error = refused("objections.other_officer", others["forward"])
    assert error.data == {"officer": town.officer.name}
    others["take_over"]()
    refused("objections.own_already", others["take_over"])
    refused("objections.other_officer", town.moves(shown.id)["forward"])
    assert others["forward"]().state is State.FORWARDED


def test_a_dissent_replaces_the_mark_with_the_statement(town: Town) -> None:
    record = town.record()
    shown = town.bring_to(State.DISSENTED, record)
    (mark,) = town.kept(record.id).marks
    assert (mark.kind, mark.case_id) == (RecordMark.DISSENTED, shown.id)
    assert "我仍不服" not in repr(town.deps.db["records"].find_one({"_id": record.id}))


def test_every_change_is_told_to_the_resident(town: Town) -> None:
    town.bring_to(State.DISSENTED)
    told = [one.kind for one in notices.inbox(town.deps, town.resident, limit=20).items]
    assert told[::-1] == [
        NoticeKind.OBJECTION_RECEIVED,
        NoticeKind.OBJECTION_COMPARING,
        NoticeKind.OBJECTION_FORWARDED,
        NoticeKind.OBJECTION_UPHELD,
        NoticeKind.OBJECTION_DISSENTED,
    ]


def test_both_desks_are_told_what_is_theirs(town: Town) -> None:
    town.bring_to(State.DISSENTED)
    officers = [one.kind.value for one in notices.desk_inbox(town.deps, town.officer, limit=20).items]
    provider = [one.kind.value for one in notices.desk_inbox(town.deps, town.provider, limit=20).items]
    assert officers[::-1] == ["objection_received", "finding_arrived", "objection_dissented"]
    assert provider[::-1] == ["objection_forwarded", "objection_dissented"]
    assert notices.desk_inbox(town.deps, town.other_provider, limit=20).items == ()


def test_a_person_without_an_account_is_told_nothing_and_the_case_goes_on(town: Town) -> None:
    shown = town.bring_to(State.MARKED)
    town.deps.db["accounts"].update_one({"_id": "a1"}, {"$set": {"subject_id": None}})
    town.moves(shown.id)["compare"]()


def test_whoever_reads_a_case_is_in_the_subjects_log(town: Town) -> None:
    shown = town.bring_to(State.FORWARDED)
    before = len(audit.newest_looks(town.deps, town.resident.subject_id, limit=20))
    service.find_for_officer(town.deps, town.officer, objection_id=shown.id)
    service.find_for_provider(town.deps, town.provider, objection_id=shown.id)
    service.find_mine(town.deps, town.resident, objection_id=shown.id)
    looks = audit.newest_looks(town.deps, town.resident.subject_id, limit=20)
    assert len(looks) == before + 3
    assert [look.actor_id for look in looks[:3]] == ["a1", "p1", "o1"]
    assert list(audit.verify_log(town.deps)) == []


def test_the_whole_case_is_for_who_has_proved_who_they_are(town: Town) -> None:
    record = town.record()
    shown = town.bring_to(State.UPHELD, record)
    whole = service.find_mine(town.deps, town.resident, objection_id=shown.id)
    assert (whole.statement, whole.record.id, whole.subject) == (STATEMENT, record.id, None)
    assert [line.note for line in whole.timeline][-2:] == ["请核查", "已核查"]
    plain = replace(town.resident, level=Level.REAL_NAME, verified_until=None)
    bare = service.find_mine(town.deps, plain, objection_id=shown.id)
    assert (bare.statement, bare.record, {line.note for line in bare.timeline}) == (None, None, {None})
    assert bare.clocks == whole.clocks
    (listed,) = service.mine(town.deps, plain, limit=5).items
    assert listed == bare


def test_staff_see_whose_record_it_is_with_the_number_masked(town: Town) -> None:
    shown = town.bring_to(State.FORWARDED)
    seen = service.find_for_provider(town.deps, town.provider, objection_id=shown.id)
    assert (seen.subject.name, seen.subject.number_masked) == ("王小明", "310***********0117")
    assert seen.record.content[0].value == "二号线人民广场站"


def test_evidence_is_for_the_person_the_officer_of_the_case_and_the_unit_it_went_to(town: Town) -> None:
    content = made.small_pdf()
    shown = town.submit(uploads=[Upload("收据.pdf", content)])
    asked = {"objection_id": shown.id, "evidence_id": shown.evidence[0].id}
    deps = town.deps
    assert service.download_mine(deps, town.resident, **asked).content == content
    refused("objections.not_yours", service.download_for_officer, deps, town.officer, **asked)
    refused("objections.not_found", service.download_for_provider, deps, town.provider, **asked)
    refused("objections.not_found", service.download_mine, deps, town.stranger, **asked)
    town.moves(shown.id)["compare"]()
    assert service.download_for_officer(deps, town.officer, **asked).content == content
    refused("objections.not_yours", service.download_for_officer, deps, town.other_officer, **asked)
    town.moves(shown.id)["forward"]()
    assert service.download_for_provider(deps, town.provider, **asked).content == content
    refused("objections.not_found", service.download_for_provider, deps, town.other_provider, **asked)
    looks = audit.newest_looks(deps, town.resident.subject_id, limit=3)
    assert [look.actor_id for look in looks] == ["p1", "o1", "a1"]


def test_files_that_are_refused_leave_no_case(town: Town) -> None:
    seven = [Upload("a.pdf", made.small_pdf())] * 7
    for reason, uploads in [
        ("evidence.too_many", seven),
        ("evidence.not_supported", [Upload("a.pdf", b"MZ" + bytes(100))]),
    ]:
        refused(reason, town.submit, uploads=uploads)
    for name in ("objections", "evidence", "evidence.files"):
        assert town.deps.db[name].count_documents({}) == 0
    assert town.deps.db["records"].count_documents({"marks": {"$ne": []}}) == 0


def test_a_case_takes_six_files_however_they_come(town: Town) -> None:
    shown = town.submit(uploads=[Upload("a.pdf", made.small_pdf())] * 5)
    two = [Upload("b.pdf", made.small_pdf())] * 2
    adding: dict[str, Any] = {"objection_id": shown.id, "uploads": two}
    refused("evidence.too_many", service.add_evidence, town.deps, town.resident, **adding)
    adding["uploads"] = two[:1]
    assert len(service.add_evidence(town.deps, town.resident, **adding).evidence) == 6


def test_the_desk_sees_what_is_due_first_and_how_much(town: Town, clock: Clock) -> None:
    first, second = town.bring_to(State.FORWARDED), town.bring_to(State.MARKED)
    listed = service.for_officers(town.deps, town.officer, limit=10).items
    assert [one.id for one in listed] == [second.id, first.id]
    assert [one.mine for one in listed] == [False, True]
    queues = {q.name: (q.count, q.overdue) for q in service.queues(town.deps, town.officer)}
    assert queues["objections.marked"] == (1, 0)
    assert queues["objections.forwarded"] == (1, 0)
    clock.advance(days=4)
    (late,) = service.for_officers(town.deps, town.officer, limit=10, overdue=True).items
    assert (late.id, late.overdue) == (second.id, True)
    (mine,) = service.for_provider(town.deps, town.provider, limit=10).items
    assert mine.id == first.id
    assert service.for_provider(town.deps, town.other_provider, limit=10).items == ()
    assert [q.count for q in service.queues(town.deps, town.provider)] == [1]
    assert service.queues(town.deps, town.resident) == ()


def test_lists_come_in_pages(town: Town) -> None:
    cases = {town.bring_to(State.MARKED).id for _ in range(3)}
    page = service.for_officers(town.deps, town.officer, limit=2)
    rest = service.for_officers(town.deps, town.officer, limit=2, cursor=page.next_cursor)
    assert {one.id for one in (*page.items, *rest.items)} == cases
    own = service.mine(town.deps, town.resident, limit=2)
    more = service.mine(town.deps, town.resident, limit=2, cursor=own.next_cursor)
    assert {one.id for one in (*own.items, *more.items)} == cases


def test_what_a_reader_may_do_is_what_the_use_cases_take(town: Town) -> None:
    """`may` promises nothing that is refused, and hides nothing that is allowed."""
    for state in STATES:
        shown = town.bring_to(state)
        seen = service.find_for_officer(town.deps, town.officer, objection_id=shown.id)
        legal = {"correct" if move == "decide" else move for move, source in LEGAL if source is state}
        officers = {"compare", "request_supplement", "forward", "correct"}
        assert {act.value for act in seen.may} == legal & officers
        mine = service.find_mine(town.deps, town.resident, objection_id=shown.id)
        assert {act.value for act in mine.may} == legal & {"add_evidence", "withdraw", "dissent"}


def test_each_way_there_is_made_of_legal_moves() -> None:
    assert set(WAYS) == set(STATES)


def test_nobody_else_moves_a_case(town: Town) -> None:
    shown = town.bring_to(State.COMPARING)
    wrong = replace(town, officer=town.provider, provider=town.officer, other_officer=town.resident)
    for move in ("forward", "decide", "find_upheld", "take_over", "request_supplement"):
        with pytest.raises(ServiceError) as caught:
            wrong.moves(shown.id)[move]()
        assert caught.value.reason == "auth.not_allowed"
