from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from backend.accounts import service as accounts
from backend.accounts.model import Holder
from backend.audit import service as audit
from backend.calendars import service as calendars
from backend.common.actor import Actor, system
from backend.common.deps import Deps
from backend.common.errors import ServiceError
from backend.notices import service as notices
from backend.reports import service
from schemas.notices import DeskNoticeKind, NoticeKind
from schemas.terms import Channel, ClockState, QuestionFinding, QuestionState, Role
from tests.backend.reports.conftest import proved
from tests.support.calendars import DAYS_OF_2027
from tests.support.people import acts, together
from tests.support.refusals import at_once, refused
from tests.support.web import ClientAs
from tests.support.world import Clock

DOUBT = "这不是我"


def a_look(deps: Deps, actor: Actor) -> str:
    service.summary(deps, actor)
    return service.access_log(deps, actor, limit=1).items[0].id


def test_a_question_opens_a_case_and_keeps_the_words_sealed(deps: Deps, bound: Actor) -> None:
    entry_id = a_look(deps, bound)
    question = service.ask(deps, bound, entry_id=entry_id, statement=DOUBT)
    assert (question.entry_id, question.state, question.asked_at) == (
        entry_id,
        QuestionState.OPEN,
        deps.now(),
    )
    assert question.statement == DOUBT
    assert question.look is not None
    assert question.look.id == entry_id
    assert DOUBT not in str(list(deps.db["access_questions"].find()))
    assert [notice.kind for notice in notices.inbox(deps, bound, limit=5).items] == [
        NoticeKind.QUESTION_RECEIVED
    ]


def test_a_line_is_asked_about_once_and_the_first_words_stay(deps: Deps, bound: Actor) -> None:
    entry_id = a_look(deps, bound)
    first = service.ask(deps, bound, entry_id=entry_id, statement=DOUBT)
    again = proved(deps, bound)
    assert service.ask(deps, again, entry_id=entry_id, statement="再问一次") == first
    assert deps.db["access_questions"].count_documents({}) == 1


def test_asking_from_many_places_at_once_opens_one_case(deps: Deps, bound: Actor) -> None:
    entry_id = a_look(deps, bound)
    asked = at_once(lambda: service.ask(deps, bound, entry_id=entry_id, statement=DOUBT).id, 4)
    assert len(set(asked)) == 1
    assert deps.db["access_questions"].count_documents({}) == 1
    assert len(notices.inbox(deps, bound, limit=5).items) == 1
    assert list(audit.verify_log(deps)) == []


def test_another_persons_line_cannot_be_asked_about(deps: Deps, bound: Actor, other: Actor) -> None:
    entry_id = a_look(deps, bound)
    refused("reports.entry_not_found", service.ask, deps, other, entry_id=entry_id, statement=DOUBT)
    refused("reports.entry_not_found", service.ask, deps, bound, entry_id="no-such-line", statement=DOUBT)


def sign_in(deps: Deps, actor: Actor) -> tuple[Actor, str]:
    """One more sign-in of this resident: who that is, and the access token."""
    _, tokens = accounts.open_session(deps, Holder(actor.id, Role.CITIZEN, actor.subject_id))
    return accounts.authenticate(deps, tokens.access_token, Channel.API), tokens.access_token


def test_asking_can_end_every_session_at_once(deps: Deps, bound: Actor) -> None:
    (owner, own_token), (_, stolen_token) = sign_in(deps, bound), sign_in(deps, bound)
    service.ask(deps, owner, entry_id=a_look(deps, owner), statement=DOUBT, end_sessions=True)
    for token in (own_token, stolen_token):
        refused("auth.session_ended", accounts.authenticate, deps, token, Channel.API)


def test_asking_again_still_ends_every_session(deps: Deps, bound: Actor) -> None:
    entry_id = a_look(deps, bound)
    service.ask(deps, bound, entry_id=entry_id, statement=DOUBT)
    owner, token = sign_in(deps, bound)
    service.ask(deps, owner, entry_id=entry_id, statement=DOUBT, end_sessions=True)
    refused("auth.session_ended", accounts.authenticate, deps, token, Channel.API)


def test_looks_are_listed_in_pages(deps: Deps, bound: Actor) -> None:
    ids = [a_look(deps, bound) for _ in range(3)]
    page = service.access_log(deps, bound, limit=2)
    rest = service.access_log(deps, bound, limit=2, cursor=page.next_cursor)
    assert [look.id for look in (*page.items, *rest.items)] == ids[::-1]


AUDITOR = Actor("staff-he", Role.AUDITOR, Channel.CONSOLE, name="he.rui")
ADMIN = Actor("staff-lin", Role.ADMIN, Channel.CONSOLE, name="lin.an")
STEWARD = Actor("staff-tang", Role.DATA_STEWARD, Channel.CONSOLE, name="tang.yue")
WORKER = system(Channel.WORKER, "worker")
LAWFUL: dict[str, Any] = {"finding": QuestionFinding.LAWFUL, "explanation": "该次查询由您授权的单位进行"}


def ask(deps: Deps, actor: Actor) -> str:
    return service.ask(deps, actor, entry_id=a_look(deps, actor), statement=DOUBT).id


def told(deps: Deps, actor: Actor) -> list[NoticeKind]:
    return [notice.kind for notice in notices.inbox(deps, actor, limit=50).items]


def desk(deps: Deps, actor: Actor = AUDITOR) -> list[DeskNoticeKind]:
    return [notice.kind for notice in notices.desk_inbox(deps, actor, limit=50).items]


def test_a_question_has_fifteen_working_days_and_the_auditor_hears_of_it(deps: Deps, bound: Actor) -> None:
    question = service.own_question(deps, bound, question_id=ask(deps, bound))
    (clock,) = question.clocks
    assert (clock.name, clock.due_on, len(clock.counted_days)) == ("question_answer", date(2026, 12, 11), 15)
    assert desk(deps) == [DeskNoticeKind.QUESTION_RECEIVED]
    (queue,) = service.queues(deps, AUDITOR)
    assert (queue.name, queue.count, queue.overdue, queue.nearest_due_at) == (
        "questions",
        1,
        0,
        datetime(2026, 12, 11, 16, tzinfo=UTC),
    )
    assert service.queues(deps, STEWARD) == ()


def test_the_answer_reaches_the_person_with_its_finding_and_meets_the_clock(deps: Deps, bound: Actor) -> None:
    question_id = ask(deps, bound)
    answered = service.answer(deps, AUDITOR, question_id=question_id, **LAWFUL)
    assert (answered.state, answered.finding) == (QuestionState.ANSWERED, QuestionFinding.LAWFUL)
    assert answered.clocks[0].state is ClockState.MET
    assert service.own_question(deps, proved(deps, bound), question_id=question_id) == answered
    newest = notices.inbox(deps, bound, limit=5).items[0]
    assert newest.kind is NoticeKind.QUESTION_ANSWERED
    assert "查询依法有据" in newest.body
    assert LAWFUL["explanation"] not in str(list(deps.db["access_questions"].find()))
    assert service.queues(deps, AUDITOR)[0].count == 0


def test_who_closed_the_account_reads_the_answer_with_another_one(deps: Deps, bound: Actor) -> None:
    question_id = ask(deps, bound)
    accounts.close(deps, bound)
    service.answer(deps, AUDITOR, question_id=question_id, **LAWFUL)
    assert NoticeKind.QUESTION_ANSWERED not in told(deps, bound)
    again = proved(deps, replace(bound, id="a9"))
    assert service.own_question(deps, again, question_id=question_id).explanation == LAWFUL["explanation"]


def test_the_words_are_for_who_has_just_proved_to_be_that_person(deps: Deps, bound: Actor) -> None:
    """A borrowed phone reads neither, nor does whoever binds the person next; state, finding and clocks are there."""
    question_id = ask(deps, bound)
    service.answer(deps, AUDITOR, question_id=question_id, **LAWFUL)
    (entry_id,) = deps.db["access_questions"].distinct("entry_id")
    accounts.close(deps, bound)
    for unproved in (bound, replace(bound, id="a9")):
        (listed,) = service.own_questions(deps, unproved, limit=5).items
        read = service.own_question(deps, unproved, question_id=question_id)
        asked = service.ask(deps, unproved, entry_id=entry_id, statement=DOUBT)
        assert read == listed == asked
        assert (read.statement, read.explanation, read.finding) == (None, None, QuestionFinding.LAWFUL)
    (whole,) = service.own_questions(deps, proved(deps, bound), limit=5).items
    assert (whole.statement, whole.explanation) == (DOUBT, LAWFUL["explanation"])
    assert service.question(deps, AUDITOR, question_id=question_id).statement == DOUBT


def test_an_unlawful_look_reaches_the_administrators(deps: Deps, bound: Actor) -> None:
    question_id = ask(deps, bound)
    service.answer(
        deps, AUDITOR, question_id=question_id, finding=QuestionFinding.UNLAWFUL, explanation="无依据"
    )
    assert desk(deps, ADMIN) == [DeskNoticeKind.LOOK_UNLAWFUL]


def test_two_auditors_answering_together_give_one_answer_and_one_clear_refusal(
    deps: Deps, bound: Actor
) -> None:
    question_id = ask(deps, bound)
    ended = together(
        [
            lambda by=by: service.answer(deps, by, question_id=question_id, **LAWFUL)  # type: ignore[misc]  # a default binds the loop's value
            for by in (AUDITOR, ADMIN)
        ]
    )
    (lost,) = [one for one in ended if isinstance(one, ServiceError)]
    assert (lost.reason, lost.data) == ("reports.question_changed", {"state": "answered"})
    assert told(deps, bound).count(NoticeKind.QUESTION_ANSWERED) == 1
    assert len(acts(deps, "reports.answer")) == 1
    assert list(audit.verify_log(deps)) == []


def test_nobody_answers_for_the_own_look(deps: Deps, bound: Actor) -> None:
    question_id = ask(deps, bound)
    service.question(deps, AUDITOR, question_id=question_id)
    entry_id = service.access_log(deps, bound, limit=1).items[0].id
    about_it = service.ask(deps, bound, entry_id=entry_id).id
    refused("reports.own_look", service.answer, deps, AUDITOR, question_id=about_it, **LAWFUL)
    assert service.answer(deps, ADMIN, question_id=about_it, **LAWFUL).finding is QuestionFinding.LAWFUL


def test_the_subject_sees_which_auditor_read_the_question(deps: Deps, bound: Actor) -> None:
    service.question(deps, AUDITOR, question_id=ask(deps, bound))
    newest = service.access_log(deps, bound, limit=1).items[0]
    assert (newest.actor.zh, newest.role, newest.own) == ("he.rui", Role.AUDITOR, False)
    assert newest.purpose is not None
    assert "疑问" in newest.purpose.zh


def test_another_persons_question_is_not_found(deps: Deps, bound: Actor, other: Actor) -> None:
    question_id = ask(deps, bound)
    refused("reports.question_not_found", service.own_question, deps, other, question_id=question_id)
    assert service.own_questions(deps, other, limit=5).items == ()
    refused("reports.question_not_found", service.question, deps, AUDITOR, question_id="no-such")
    refused("reports.question_not_found", service.answer, deps, AUDITOR, question_id="no-such", **LAWFUL)
    refused("auth.not_allowed", service.answer, deps, STEWARD, question_id=question_id, **LAWFUL)


def test_the_queue_gives_every_question_once_the_oldest_first(deps: Deps, bound: Actor, clock: Clock) -> None:
    asked = []
    for _ in range(5):
        asked.append(ask(deps, bound))
        clock.advance(minutes=1)
    wanted: dict[str, Any] = {"state": QuestionState.OPEN, "overdue": False, "limit": 3}
    first = service.questions(deps, AUDITOR, **wanted)
    second = service.questions(deps, AUDITOR, **wanted, cursor=first.next_cursor)
    assert [question.id for question in (*first.items, *second.items)] == asked
    mine = service.own_questions(deps, bound, limit=3)
    rest = service.own_questions(deps, bound, limit=3, cursor=mine.next_cursor)
    assert [question.id for question in (*mine.items, *rest.items)] == asked[::-1]


def test_the_desk_is_reminded_once_and_told_once_that_it_is_late(
    deps: Deps, bound: Actor, clock: Clock
) -> None:
    question_id = ask(deps, bound)
    assert (service.remind_due(deps, WORKER), service.flag_overdue(deps, WORKER)) == (0, 0)
    clock.set(datetime(2026, 12, 10, 16, tzinfo=UTC))
    assert [service.remind_due(deps, WORKER) for _ in range(2)] == [1, 0]
    clock.set(datetime(2026, 12, 11, 15, 59, 59, 999000, tzinfo=UTC))
    assert service.flag_overdue(deps, WORKER) == 0
    clock.set(datetime(2026, 12, 11, 16, tzinfo=UTC))
    (queue,) = service.queues(deps, AUDITOR)
    assert (queue.overdue, queue.nearest_due_at) == (1, clock())
    assert [service.flag_overdue(deps, WORKER) for _ in range(2)] == [1, 0]
    assert service.remind_due(deps, WORKER) == 0
    assert desk(deps) == [
        DeskNoticeKind.CASE_OVERDUE,
        DeskNoticeKind.CASE_DUE_SOON,
        DeskNoticeKind.QUESTION_RECEIVED,
    ]
    late = service.questions(deps, AUDITOR, state=QuestionState.OPEN, overdue=True, limit=5)
    assert [question.id for question in late.items] == [question_id]
    assert late.items[0].clocks[0].overdue
    answered = service.answer(deps, AUDITOR, question_id=question_id, **LAWFUL)
    assert answered.clocks[0].late


@pytest.mark.parametrize("sweep", [service.remind_due, service.flag_overdue])
def test_many_workers_at_once_tell_the_desk_once(
    deps: Deps, bound: Actor, clock: Clock, sweep: Callable[[Deps, Actor], int]
) -> None:
    for _ in range(4):
        ask(deps, bound)
    clock.set(datetime(2026, 12, 11, 3 if sweep is service.remind_due else 16, tzinfo=UTC))
    assert sum(at_once(lambda: sweep(deps, WORKER), 3)) == 4
    assert len(desk(deps)) == 8


def test_an_answer_and_the_flag_at_the_same_moment_are_both_whole(
    deps: Deps, bound: Actor, clock: Clock
) -> None:
    question_id = ask(deps, bound)
    clock.set(datetime(2026, 12, 12, tzinfo=UTC))
    together(
        [
            lambda: service.flag_overdue(deps, WORKER),
            lambda: service.answer(deps, AUDITOR, question_id=question_id, **LAWFUL),
        ]
    )
    question = service.own_question(deps, bound, question_id=question_id)
    assert (question.state, question.clocks[0].state, question.clocks[0].late) == (
        QuestionState.ANSWERED,
        ClockState.MET,
        True,
    )
    assert told(deps, bound).count(NoticeKind.QUESTION_ANSWERED) == 1


def test_a_new_years_table_moves_the_date_and_both_sides_hear_the_old_and_the_new(
    deps: Deps, bound: Actor, clock: Clock
) -> None:
    clock.set(datetime(2026, 12, 21, 2, tzinfo=UTC))
    question_id = ask(deps, bound)
    before = service.own_question(deps, bound, question_id=question_id).clocks[0]
    assert (before.provisional, before.due_on) == (True, date(2027, 1, 12))
    assert service.recompute_clocks(deps, WORKER) == 0

    calendars.put_year(deps, STEWARD, **DAYS_OF_2027)
    assert sum(at_once(lambda: service.recompute_clocks(deps, WORKER), 3)) == 1
    after = service.own_question(deps, bound, question_id=question_id).clocks[0]
    assert (after.provisional, after.due_on) == (False, date(2027, 1, 14))
    assert [(move.from_on, move.to_on) for move in after.moves] == [(date(2027, 1, 12), date(2027, 1, 14))]
    for notice in (
        notices.inbox(deps, bound, limit=1).items[0],
        notices.desk_inbox(deps, AUDITOR, limit=1).items[0],
    ):
        assert "2027年1月12日" in notice.body
        assert "2027年1月14日" in notice.body
    assert told(deps, bound).count(NoticeKind.QUESTION_CLOCK_MOVED) == 1
    assert acts(deps, "reports.question_clock_moved")[0]["details"] == {
        "clock": "question_answer",
        "from_on": "2027-01-12",
        "to_on": "2027-01-14",
    }


def test_the_way_of_a_question_over_http(deps: Deps, web_as: ClientAs, bound: Actor, other: Actor) -> None:
    entry_id = a_look(deps, bound)
    own, auditor = web_as(bound), web_as(AUDITOR)
    asked: Any = own.post(f"/api/v1/me/access-log/{entry_id}/questions", json={"statement": DOUBT})
    assert asked.status_code == 201
    path = f"/api/v1/staff/questions/{asked.json['id']}"
    listed: Any = auditor.get("/api/v1/staff/questions?overdue=false")
    assert [one["id"] for one in listed.json["items"]] == [asked.json["id"]]
    read: Any = auditor.get(path)
    assert (read.json["statement"], read.json["look"]["id"]) == (DOUBT, entry_id)
    assert read.json["clocks"][0]["due_on"] == "2026-12-11"
    for wrong in ({}, LAWFUL | {"finding": "perhaps"}, LAWFUL | {"explanation": "  "}, LAWFUL | {"more": 1}):
        assert auditor.post(f"{path}/answer", json=wrong).status_code == 422
    body = LAWFUL | {"finding": "lawful"}
    assert auditor.post(f"{path}/answer", json=body).status_code == 200
    again: Any = auditor.post(f"{path}/answer", json=body)
    assert (again.status_code, again.json["data"]) == (409, {"state": "answered"})
    masked: Any = own.get(f"/api/v1/me/questions/{asked.json['id']}")
    assert (masked.json["state"], masked.json["statement"], masked.json["explanation"]) == (
        "answered",
        None,
        None,
    )
    mine: Any = web_as(proved(deps, bound)).get(f"/api/v1/me/questions/{asked.json['id']}")
    assert (mine.json["statement"], mine.json["explanation"]) == (DOUBT, LAWFUL["explanation"])
    assert "subject_id" not in mine.json
    assert len(own.get("/api/v1/me/questions").json["items"]) == 1
    assert web_as(other).get(f"/api/v1/me/questions/{asked.json['id']}").status_code == 404
    assert web_as(replace(AUDITOR, role=Role.CASE_OFFICER)).get(path).status_code == 403
