"""What people wrote about a record in its cases goes with the record: statements, notes, pledges and files."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from backend import sweeps
from backend.common import mongo
from backend.common.deps import Deps
from backend.evidence import service as evidence
from backend.evidence.model import Upload
from backend.notices import service as notices
from backend.objections import service as objections
from backend.records import service as records
from backend.records.model import Record
from backend.removals import service
from backend.reports import service as reports
from backend.restorations import service as restorations
from schemas.notices import DeskNoticeKind
from schemas.terms import Level, ObjectionOutcome, ObjectionState, ProofOutcome, RemovalKind, RemovalWish
from tests.backend.evidence import made
from tests.backend.objections.town import WORKER, Town, make_town
from tests.backend.removals.conftest import NOTICE, STEWARD
from tests.backend.removals.test_nothing_left import dump
from tests.support.forms import form
from tests.support.people import acts
from tests.support.refusals import refused
from tests.support.web import ClientAs
from tests.support.world import Clock

QUOTE = "(2025)沪001号轨道交通逃票信息"
FILE = Upload("逃票处罚决定.pdf", made.pdf())
WORDS = (QUOTE, "逃票处罚决定")


@pytest.fixture
def town(deps: Deps) -> Town:
    return make_town(deps)


def erase(town: Town, record: Record) -> None:
    service.erase(town.deps, STEWARD, record_id=record.id, **NOTICE | {"noticed_on": date(2026, 11, 19)})


def ripple(town: Town) -> int:
    return records.ripple(town.deps, WORKER, consumers=sweeps.CONSUMERS)


def found(town: Town) -> dict[str, set[str]]:
    """Which words still stand in which collection."""
    dumped = dump(town.deps)
    return {name: {word for word in WORDS if word in text} for name, text in dumped.items()}


def contested(town: Town) -> Record:
    """A record that was objected to and dissented from, and whose restoration was asked for, each with a file."""
    record = town.record()
    shown = town.submit(record, statement=f"{QUOTE}不实", uploads=[FILE])
    moves = town.moves(shown.id)
    moves["compare"]()
    objections.forward(town.deps, town.officer, objection_id=shown.id, note=f"请核查{QUOTE}")
    objections.find_upheld(town.deps, town.provider, objection_id=shown.id, explanation=f"{QUOTE}属实")
    objections.dissent(town.deps, town.resident, objection_id=shown.id, statement=f"{QUOTE}不是我")
    restorations.apply(town.deps, town.resident, record_id=record.id, pledge=f"{QUOTE}已补票", uploads=[FILE])
    return record


def test_the_moment_an_erasure_commits_no_collection_holds_a_word_of_it(town: Town, clock: Clock) -> None:
    record = contested(town)
    before = {name for name, words in found(town).items() if words}
    assert before >= {"records", "objections", "restorations", "evidence"}
    assert town.deps.db["evidence.chunks"].count_documents({}) == 2
    erase(town, record)
    assert {name: words for name, words in found(town).items() if words} == {}
    assert town.deps.db["evidence"].count_documents({"key_sealed": {"$ne": None}}) == 0
    clock.advance(minutes=10)
    evidence.remove_loose(town.deps, WORKER)
    assert town.deps.db["evidence.chunks"].count_documents({}) == 0


def test_the_ripple_after_it_finds_nothing_more_to_forget(town: Town) -> None:
    record = contested(town)
    erase(town, record)
    before = {name: list(town.deps.db[name].find()) for name in ("objections", "restorations", "audit_log")}
    assert ripple(town) == len(sweeps.CONSUMERS)
    assert {name: list(town.deps.db[name].find()) for name in before} == before


def test_an_objection_that_decides_the_erasure_forgets_its_own_words(town: Town) -> None:
    shown = town.submit(town.record(), statement=f"{QUOTE}不实", uploads=[FILE])
    town.moves(shown.id)["compare"]()
    objections.decide(
        town.deps, town.officer, objection_id=shown.id, reason=f"{QUOTE}无据", remove=RemovalWish.ERASED
    )
    case = town.case(shown)
    assert (case.state, case.outcome) == (ObjectionState.CLOSED, ObjectionOutcome.REMOVED)
    assert {name: words for name, words in found(town).items() if words} == {}


def test_an_erasure_that_fails_at_its_end_forgets_nothing(town: Town) -> None:
    def breaks(deps: Deps, *, record_id: str, subject_id: str) -> None:
        raise LookupError(record_id)

    record, deps = contested(town), town.deps
    before = dump(deps)
    broken = replace(deps, forgetters=(*deps.forgetters, breaks))
    with pytest.raises(LookupError):
        erase(replace(town, deps=broken), record)
    assert dump(deps) == before


def test_the_answers_kept_for_repeated_requests_hold_no_word_of_it(town: Town, web_as: ClientAs) -> None:
    me, record, key = web_as(town.resident), town.record(), {"Idempotency-Key": "k"}
    fields = {"record_id": record.id, "statement": f"{QUOTE}不实", "ground": "error_or_omission"}
    upload = {"evidence": [(made.pdf(), FILE.name)]}
    sent = me.post("/api/v1/me/objections", **form(fields | upload), headers=key)
    added = me.post(f"/api/v1/me/objections/{sent.json['id']}/evidence", **form(upload), headers=key)
    fields = {"record_id": record.id, "pledge": f"{QUOTE}已补票"}
    asked = me.post("/api/v1/me/restorations", **form(fields | upload), headers=key)
    assert [one.status_code for one in (sent, added, asked)] == [201] * 3
    assert town.deps.db["idempotency_slots"].count_documents({"sealed_reply": {"$ne": None}}) == 3
    erase(town, record)
    assert {name: words for name, words in found(town).items() if words} == {}


def test_a_question_about_a_look_is_the_residents_own_complaint_and_stays(town: Town) -> None:
    record = town.record()
    reports.summary(town.deps, town.resident)
    (look,) = reports.access_log(town.deps, town.resident, limit=1).items
    reports.ask(town.deps, town.resident, entry_id=look.id, statement=f"谁查了我的{QUOTE}？")
    erase(town, record)
    (question,) = reports.own_questions(town.deps, town.resident, limit=5).items
    assert question.statement == f"谁查了我的{QUOTE}？"
    assert {name for name, words in found(town).items() if words} == {"access_questions"}


def test_nobody_begins_a_case_about_a_record_at_the_moment_it_is_erased(town: Town, impatient: None) -> None:
    record = town.record()
    with town.deps.transaction():
        restorations.apply(town.deps, town.resident, record_id=record.id, pledge=f"{QUOTE}已补票")
        mongo.apart(lambda: refused("database.busy", erase, town, record))
    erase(town, record)
    assert {name: words for name, words in found(town).items() if words} == {}


def test_the_case_itself_stays_with_its_timeline_and_its_clocks(town: Town) -> None:
    record = contested(town)
    (before,) = objections.mine(town.deps, town.resident, limit=10).items
    erase(town, record)
    shown = objections.find_mine(town.deps, town.resident, objection_id=before.id)
    assert (shown.state, shown.clocks) == (ObjectionState.DISSENTED, before.clocks)
    assert [line.act for line in shown.timeline] == [line.act for line in before.timeline]
    assert [line.note for line in shown.timeline if line.note] == []
    assert shown.statement is not None
    assert shown.statement.startswith("所涉信息已从数据库删除")
    assert len(acts(town.deps, "objections.forget")) == len(acts(town.deps, "restorations.forget")) == 1


def test_only_the_cases_of_the_deleted_record_forget_and_once(town: Town) -> None:
    record, other = town.record(), town.record()
    town.submit(record, statement=f"{QUOTE}不实")
    kept = town.submit(other, statement=f"{QUOTE}也不实")
    before = town.case(kept)
    erase(town, record)
    assert (ripple(town), ripple(town)) == (len(sweeps.CONSUMERS), 0)
    assert town.case(kept) == before
    assert len(acts(town.deps, "objections.forget")) == 1


def test_a_hidden_record_has_its_words_and_so_have_its_cases(town: Town) -> None:
    record = town.record()
    shown = town.submit(record, statement=f"{QUOTE}不实")
    town.moves(shown.id)["compare"]()
    town.moves(shown.id)["decide_hidden"]()
    ripple(town)
    assert found(town)["objections"] == {QUOTE}
    (removal,) = service.mine(town.deps, town.resident, limit=10).items
    assert (removal.kind.value, removal.case_id, removal.clocks) == ("hidden", shown.id, ())


def test_a_live_case_is_closed_by_the_erasure(town: Town) -> None:
    record = town.record()
    shown = town.submit(record, statement=f"{QUOTE}不实")
    erase(town, record)
    case = town.case(shown)
    assert (case.state, case.outcome) == (ObjectionState.CLOSED, ObjectionOutcome.REMOVED)
    refused("objections.record_deleted", town.moves(shown.id)["compare"])


@pytest.mark.parametrize("live", [True, False], ids=["a running case", "a case that is over"])
def test_the_officers_hear_that_the_record_of_a_running_case_is_gone(town: Town, live: bool) -> None:
    record = town.record()
    shown = town.bring_to(ObjectionState.COMPARING if live else ObjectionState.WITHDRAWN, record)
    erase(town, record)
    told = notices.desk_inbox(town.deps, town.officer, limit=10).items
    gone = [one.payload["case_id"] for one in told if one.kind is DeskNoticeKind.RECORD_GONE]
    assert gone == ([shown.id] if live else [])


def test_no_word_is_kept_of_what_is_written_after_the_deletion(town: Town) -> None:
    running, upheld = town.record(), town.record()
    first, second = town.submit(running, statement="有误"), town.submit(upheld, statement="有误")
    town.moves(first.id)["compare"]()
    for move in ("compare", "forward", "find_upheld"):
        town.moves(second.id)[move]()
    pledged = restorations.apply(town.deps, town.resident, record_id=upheld.id, pledge="已补票")
    restorations.accept(town.deps, town.officer, restoration_id=pledged.id)
    for record in (running, upheld):
        erase(town, record)
    asked = {"objection_id": first.id, "note": f"{QUOTE}不实", "uploads": [FILE]}
    refused("objections.record_deleted", objections.add_evidence, town.deps, town.resident, **asked)
    asked = {"objection_id": first.id, "note": f"请核查{QUOTE}"}
    refused("objections.record_deleted", objections.forward, town.deps, town.officer, **asked)
    asked = {"objection_id": second.id, "statement": f"{QUOTE}不是我"}
    refused("objections.record_deleted", objections.dissent, town.deps, town.resident, **asked)
    for outcome in ProofOutcome:
        proof: dict[str, Any] = {
            "outcome": outcome,
            "explanation": f"{QUOTE}未履行",
            "document_no": "沪修1号",
        }
        asked = {"restoration_id": pledged.id}
        refused("restorations.record_deleted", restorations.prove, town.deps, town.provider, **asked, **proof)
    assert {name: words for name, words in found(town).items() if words} == {}
    assert town.deps.db["evidence"].count_documents({}) == 0


def test_a_restored_record_is_shown_to_no_desk(town: Town) -> None:
    case = restorations.apply(town.deps, town.resident, record_id=town.record().id, pledge="已补票")
    asked: dict[str, Any] = {"restoration_id": case.id}
    restorations.accept(town.deps, town.officer, **asked)
    assert restorations.find_for_provider(town.deps, town.provider, **asked).record is not None
    proof: dict[str, Any] = {
        "outcome": ProofOutcome.RESTORED,
        "explanation": "已履行",
        "document_no": "沪修1号",
    }
    restorations.prove(town.deps, town.provider, **asked, **proof)
    for read, who in (
        (restorations.find_for_officer, town.officer),
        (restorations.find_for_provider, town.provider),
    ):
        assert read(town.deps, who, **asked).record is None


@pytest.mark.parametrize("number", [QUOTE, f"沪交信修〔2026〕9号（{QUOTE}）", "王小明修复证明"])
@pytest.mark.parametrize("outcome", ProofOutcome)
def test_the_number_of_a_proof_may_not_repeat_the_record(
    town: Town, number: str, outcome: ProofOutcome
) -> None:
    asked = accepted(town)
    answer: dict[str, Any] = {"outcome": outcome, "explanation": f"{QUOTE}已核实", "document_no": number}
    refused(
        "removals.tells_record", restorations.prove, town.deps, town.provider, restoration_id=asked, **answer
    )
    assert town.deps.db["removals"].count_documents({}) == 0
    assert restorations.find_mine(town.deps, town.resident, restoration_id=asked).document_no is None


def test_numbers_and_words_of_what_hid_a_record_go_with_it_and_its_own_removal_keeps_its_notice(
    town: Town,
) -> None:
    asked = accepted(town)
    answer: dict[str, Any] = {
        "outcome": ProofOutcome.RESTORED,
        "explanation": f"{QUOTE}已核实",
        "document_no": "沪交信修〔2026〕9号",
    }
    restorations.prove(town.deps, town.provider, restoration_id=asked, **answer)
    record = restorations.find_mine(town.deps, town.resident, restoration_id=asked).record_id
    service.erase(town.deps, STEWARD, record_id=record, **NOTICE | {"noticed_on": date(2026, 11, 19)})
    kept = {one.kind.value: one.document_no for one in service.mine(town.deps, town.resident, limit=9).items}
    assert kept == {"erased": NOTICE["document_no"], "hidden": None}
    assert restorations.find_mine(town.deps, town.resident, restoration_id=asked).document_no is None
    assert {name: words for name, words in found(town).items() if words} == {}


def accepted(town: Town) -> str:
    shown = restorations.apply(town.deps, town.resident, record_id=town.record().id, pledge="本人已补票")
    restorations.accept(town.deps, town.officer, restoration_id=shown.id)
    return shown.id


def test_what_the_deciding_side_wrote_is_for_who_has_just_proved_to_be_that_person(town: Town) -> None:
    erase(town, town.record())
    plain = replace(town.resident, level=Level.REAL_NAME, verified_until=None)
    (masked,) = service.mine(town.deps, plain, limit=9).items
    assert (masked.note, masked.document_no, masked.kind) == (None, None, RemovalKind.ERASED)
    assert acts(town.deps, "removals.read") == []
    (whole,) = service.mine(town.deps, town.resident, limit=9).items
    assert (whole.note, whole.document_no) == (NOTICE["reason"], NOTICE["document_no"])
    assert len(acts(town.deps, "removals.read")) == 1


def test_the_number_of_a_proof_is_not_in_the_outline_of_a_case(town: Town) -> None:
    asked = accepted(town)
    answer: dict[str, Any] = {
        "outcome": ProofOutcome.RESTORED,
        "explanation": "已核实",
        "document_no": "沪交信修〔2026〕9号",
    }
    restorations.prove(town.deps, town.provider, restoration_id=asked, **answer)
    plain = replace(town.resident, level=Level.REAL_NAME, verified_until=None)
    assert restorations.find_mine(town.deps, plain, restoration_id=asked).document_no is None
    (outline,) = restorations.mine(town.deps, town.resident, limit=9).items
    assert outline.document_no is None
    assert restorations.find_mine(town.deps, town.resident, restoration_id=asked).document_no is not None
