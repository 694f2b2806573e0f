"""The desk of each role, and the year's working days that move open cases."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from pymongo.errors import ServerSelectionTimeoutError

from backend import sweeps
from backend.calendars import service as calendars
from backend.common.actor import Actor, system
from backend.common.deps import Deps
from backend.desk import service
from backend.desk.model import Cases
from backend.notices import service as notices
from backend.reports import service as reports
from backend.restorations import service as restorations
from schemas.notices import DeskNoticeKind, NoticeKind
from schemas.terms import CaseKind, Channel, ObjectionState, Role
from tests.backend.objections.town import make_town
from tests.support.calendars import DAYS_OF_2027
from tests.support.people import bound
from tests.support.refusals import refused
from tests.support.web import ClientAs
from tests.support.world import Clock

AUDITOR = Actor("staff-he", Role.AUDITOR, Channel.CONSOLE, name="he.rui")
STEWARD = Actor("staff-tang", Role.DATA_STEWARD, Channel.CONSOLE, name="tang.yue")
HRSS = Actor("staff-gao", Role.PROVIDER, Channel.CONSOLE, name="gao.ren", unit="HRSS")
(QUESTIONS,) = (cases for cases in service.CASES if cases.kind is CaseKind.QUESTION)


@pytest.fixture
def asked(deps: Deps, clock: Clock) -> Actor:
    """Somebody whose question of 21 December is due in the next year."""
    clock.set(datetime(2026, 12, 21, 2, tzinfo=UTC))
    actor = bound(deps)
    reports.summary(deps, actor)
    reports.ask(deps, actor, entry_id=reports.access_log(deps, actor, limit=1).items[0].id)
    return actor


def due(deps: Deps, actor: Actor) -> date:
    return reports.own_questions(deps, actor, limit=1).items[0].clocks[0].due_on


def test_each_role_sees_its_own_queues(deps: Deps, asked: Actor) -> None:
    desk = service.desk(deps, AUDITOR)
    (queue,) = [queue for queue in desk.queues if queue.name == "questions"]
    assert (queue.count, queue.overdue, queue.nearest_due_on) == (1, 0, date(2027, 1, 12))
    assert desk.unread_notices == 1
    for other in (STEWARD, HRSS):
        assert "questions" not in [queue.name for queue in service.desk(deps, other).queues]


def test_what_else_is_about_a_record_is_for_officers_alone(deps: Deps, clock: Clock) -> None:
    town = make_town(deps)
    record = town.record()
    first = town.bring_to(ObjectionState.WITHDRAWN, record)
    clock.advance(days=1)
    pledged = restorations.apply(deps, town.resident, record_id=record.id, pledge="已补缴票款。")
    clock.advance(days=1)
    last = town.bring_to(ObjectionState.FORWARDED, record)
    town.submit(town.record(doc_no="沪地铁罚〔2025〕2号"))
    asked: dict[str, Any] = {"kind": CaseKind.OBJECTION, "case_id": last.id}
    found = service.beside(deps, town.officer, **asked)
    assert [(one.kind, one.id) for one in found] == [
        (CaseKind.RESTORATION, pledged.id),
        (CaseKind.OBJECTION, first.id),
    ]
    assert found[1].state_label == ObjectionState.WITHDRAWN.label
    for other in (town.provider, AUDITOR, town.resident):
        refused("auth.not_allowed", lambda other=other: service.beside(deps, other, **asked))
    refused(
        "restorations.not_found",
        lambda: service.beside(deps, town.officer, kind=CaseKind.RESTORATION, case_id=last.id),
    )


def test_a_new_year_moves_open_cases_at_once_and_both_sides_hear_of_it(deps: Deps, asked: Actor) -> None:
    put = service.put_year(deps, STEWARD, **DAYS_OF_2027)
    assert (put.year.provisional, put.year.version) == (False, 1)
    assert [moved.count for moved in put.moved if moved.kind is CaseKind.QUESTION] == [1]
    assert due(deps, asked) == date(2027, 1, 14)
    assert notices.inbox(deps, asked, limit=1).items[0].kind is NoticeKind.QUESTION_CLOCK_MOVED
    assert notices.desk_inbox(deps, AUDITOR, limit=1).items[0].kind is DeskNoticeKind.CLOCK_MOVED

    again = service.put_year(deps, STEWARD, **DAYS_OF_2027)
    assert (again.year, [moved.count for moved in again.moved]) == (put.year, [0] * len(service.CASES))


def test_a_preview_moves_nothing(deps: Deps, asked: Actor) -> None:
    seen = service.preview_year(deps, STEWARD, **DAYS_OF_2027)
    assert seen.year == service.put_year(deps, STEWARD, **DAYS_OF_2027).year
    assert seen.moved is None, "none would say that nothing moves"


def test_a_preview_writes_nothing(deps: Deps, asked: Actor) -> None:
    service.preview_year(deps, STEWARD, **DAYS_OF_2027)
    assert deps.db["calendars"].count_documents({}) == 0
    assert due(deps, asked) == date(2027, 1, 12)


def test_one_feature_that_fails_leaves_its_cases_to_the_worker_and_stops_no_other(
    deps: Deps, asked: Actor
) -> None:
    def broken(_: Deps, __: Actor) -> int:
        raise KeyError("张三")

    cases = (Cases(CaseKind.OBJECTION, lambda _, __: (), broken), QUESTIONS)
    put = service.put_year(deps, STEWARD, **DAYS_OF_2027, cases=cases)
    assert [(moved.count, moved.finished) for moved in put.moved] == [(0, False), (1, True)]
    assert put.year.version == 1


def test_what_was_cut_off_after_the_table_is_done_by_the_next_sweep(
    deps: Deps, asked: Actor, system_actor: Actor
) -> None:
    def away(_: Deps, __: Actor) -> int:
        raise ServerSelectionTimeoutError

    with pytest.raises(ServerSelectionTimeoutError):
        service.put_year(
            deps, STEWARD, **DAYS_OF_2027, cases=(Cases(CaseKind.QUESTION, reports.queues, away),)
        )
    assert due(deps, asked) == date(2027, 1, 12)
    outcomes = {one.name: one.done for one in sweeps.run_all(deps, system(Channel.WORKER, "worker"))}
    assert outcomes["questions.recompute_clocks"] == 1
    assert due(deps, asked) == date(2027, 1, 14)


def test_only_those_who_may_put_a_year_in(deps: Deps, asked: Actor) -> None:
    for put in (service.put_year, service.preview_year):
        refused("auth.not_allowed", put, deps, AUDITOR, **DAYS_OF_2027)
    assert calendars.calendar(deps).is_provisional(2027)


def test_the_desk_and_the_year_over_http(deps: Deps, web_as: ClientAs, asked: Actor) -> None:
    desk: Any = web_as(AUDITOR).get("/api/v1/staff/desk", headers={"Accept-Language": "en"})
    (queue,) = [queue for queue in desk.json["queues"] if queue["name"] == "questions"]
    assert queue == {
        "name": "questions",
        "label": "Questions about looks",
        "count": 1,
        "overdue": 0,
        "nearest_due_on": "2027-01-12",
        "nearest_due_at": "2027-01-13T00:00:00.000+08:00",
    }
    steward, path = web_as(STEWARD), "/api/v1/staff/calendars/2027"
    body = {
        "holidays": [day.isoformat() for day in DAYS_OF_2027["holidays"]],
        "make_up_days": [],
        "source": "国办发明电〔2026〕7号",
    }
    looked: Any = steward.put(f"{path}?dry_run=true", json=body)
    assert (looked.status_code, looked.json["year"]["version"], looked.json["moved"]) == (200, 1, None)
    put: Any = steward.put(path, json=body | {"replaces": 0})
    assert put.status_code == 200
    assert {"kind": "question", "label": "查询疑问", "count": 1, "finished": True} in put.json["moved"]
    stale: Any = steward.put(path, json=body | {"source": "更正", "replaces": 0})
    assert stale.status_code == 409
    for wrong in ({}, body | {"holidays": ["2027-13-01"]}, body | {"more": 1}):
        assert steward.put(path, json=wrong).status_code == 422
    assert web_as(AUDITOR).put(path, json=body).status_code == 403
