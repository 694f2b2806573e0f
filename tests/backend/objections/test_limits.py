"""How often one person may open cases: often enough for everybody in earnest, not often enough to fill the desks."""

from datetime import timedelta

import pytest

from backend.accounts import service as accounts
from backend.evidence.model import Upload
from backend.limits import service as tries
from backend.objections.rules import MOST_ADDITIONS
from backend.objections.service import submitting
from backend.records.model import Record
from backend.reports import service as reports
from backend.reports.service.questions import PER_PERSON as QUESTIONS
from backend.restorations import service as restorations
from backend.restorations.service import applying
from tests.backend.objections.town import STATEMENT, Town
from tests.support.refusals import refused
from tests.support.web import ClientAs
from tests.support.world import Clock


def use_up(town: Town, name: str, limit: tries.Limit, but: int = 0) -> None:
    for _ in range(limit.count - but):
        tries.spend(town.deps, name, town.resident.subject_id, limit=limit)


def submit_and_withdraw(town: Town, record: Record, times: int) -> None:
    for _ in range(times):
        town.moves(town.submit(record).id)["withdraw"]()


def test_a_record_is_objected_to_ten_times_in_thirty_days_and_then_again(town: Town, clock: Clock) -> None:
    record = town.record()
    submit_and_withdraw(town, record, 10)
    error = refused("objections.too_often", town.submit, record)
    assert (error.kind.value, error.retry_after) == ("too_many", timedelta(days=30).total_seconds())
    assert town.deps.db["objections"].count_documents({}) == 10
    assert town.kept(record.id).marks == ()
    town.submit(town.record())
    clock.advance(days=30)
    town.submit(record)


def test_a_person_objects_a_hundred_times_in_thirty_days(town: Town) -> None:
    use_up(town, "objections.person", submitting.PER_PERSON, but=1)
    town.submit()
    refused("objections.too_often", town.submit)


def test_what_is_refused_or_repeated_does_not_count(town: Town) -> None:
    record = town.record()
    use_up(town, "objections.person", submitting.PER_PERSON, but=2)
    for _ in range(3):
        refused("evidence.not_supported", town.submit, record, uploads=[Upload("a.txt", b"plain")])
    first = town.submit(record, idempotency_key="k")
    for _ in range(3):
        refused("objections.already_open", town.submit, record)
        assert town.submit(record, idempotency_key="k").id == first.id
    town.submit()
    refused("objections.too_often", town.submit)


def test_applications_for_restoration_are_limited_alike(town: Town) -> None:
    record = town.record()

    def apply() -> str:
        return restorations.apply(town.deps, town.resident, record_id=record.id, pledge="已补缴").id

    for _ in range(applying.PER_RECORD.count):
        restorations.withdraw(town.deps, town.resident, restoration_id=apply())
    refused("restorations.too_often", apply)
    use_up(town, "restorations.person", applying.PER_PERSON, but=applying.PER_RECORD.count)
    another = {"record_id": town.record().id, "pledge": "已补缴"}
    refused("restorations.too_often", restorations.apply, town.deps, town.resident, **another)


@pytest.fixture
def line(town: Town) -> str:
    reports.summary(town.deps, town.resident)
    return reports.access_log(town.deps, town.resident, limit=1).items[0].id


def test_questions_are_limited_and_signing_out_everywhere_is_not(
    town: Town, line: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended: list[str] = []
    monkeypatch.setattr(accounts, "end_sessions", lambda _deps, _actor, account: ended.append(account))
    use_up(town, "reports.question", QUESTIONS)
    for end_sessions in (False, True):
        asked = {"entry_id": line, "end_sessions": end_sessions}
        refused("reports.too_many_questions", reports.ask, town.deps, town.resident, **asked)
        assert ended == [town.resident.id] * end_sessions
    assert town.deps.db["access_questions"].count_documents({}) == 0


def test_a_question_that_is_there_already_is_never_one_too_many(town: Town, line: str) -> None:
    first = reports.ask(town.deps, town.resident, entry_id=line)
    use_up(town, "reports.question", QUESTIONS, but=1)
    assert reports.ask(town.deps, town.resident, entry_id=line).id == first.id


@pytest.mark.parametrize(("language", "words"), [("zh-CN", "约 30 天"), ("en", "about 30 days")])
def test_the_answer_says_how_long_to_wait(town: Town, web_as: ClientAs, language: str, words: str) -> None:
    use_up(town, "objections.person", submitting.PER_PERSON)
    body = {"record_id": town.record().id, "ground": "error_or_omission", "statement": STATEMENT}
    answer = web_as(town.resident).post(
        "/api/v1/me/objections", json=body, headers={"Accept-Language": language}
    )
    assert (answer.status_code, answer.json["reason"]) == (429, "objections.too_often")
    assert answer.headers["Retry-After"] == str(30 * 24 * 3600)
    assert words in answer.json["message"]


def test_what_is_added_to_a_case_has_an_end_but_for_what_the_desk_asks_for(town: Town) -> None:
    shown = town.submit(town.record())
    moves = town.moves(shown.id)
    for _ in range(MOST_ADDITIONS):
        moves["add_evidence"]()
    error = refused("objections.too_many_additions", moves["add_evidence"])
    assert (error.kind.value, error.data) == ("conflict", {"most": MOST_ADDITIONS})
    assert len(town.case(shown).events) == MOST_ADDITIONS + 2
    moves["compare"]()
    moves["request_supplement"]()
    moves["add_evidence"]()
    refused("objections.too_many_additions", moves["add_evidence"])
    moves["forward"]()
    moves["find_upheld"]()
