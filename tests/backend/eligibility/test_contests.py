"""A person looks at what rules alone decided: asked once, answered once, and granted it replaces the rules for a month."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from backend.audit import service as audit
from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.common.errors import ServiceError
from backend.desk import service as desk
from backend.eligibility import rules, service, texts
from backend.eligibility.model import ShownContest
from backend.notices import service as notices
from schemas.notices import DeskNoticeKind, NoticeKind
from schemas.terms import Channel, ContestFinding, ContestState, ReplayOutcome, Role, Verdict
from tests.backend.eligibility.counter import Counter
from tests.support.refusals import at_once, refused
from tests.support.web import ClientAs
from tests.support.world import Clock

OFFICER = Actor("staff-lu", Role.CASE_OFFICER, Channel.CONSOLE, name="lu.wei")
NO, YES = Verdict.NOT_ELIGIBLE, Verdict.ELIGIBLE


@pytest.fixture
def refused_check(counter: Counter, resident: Actor) -> str:
    """A no by a recent record."""
    counter.mar(resident)
    answer = counter.asked(resident)
    assert answer.verdict is NO
    return answer.check_id


def contested(deps: Deps, resident: Actor, check_id: str, statement: str | None = None) -> ShownContest:
    return service.contest(deps, resident, check_id=check_id, statement=statement)


def answered(deps: Deps, contest_id: str, finding: ContestFinding = ContestFinding.GRANTED) -> ShownContest:
    return service.answer_contest(
        deps, OFFICER, contest_id=contest_id, finding=finding, explanation="已核实，同意。"
    )


def kinds(deps: Deps, resident: Actor) -> list[NoticeKind]:
    return [one.kind for one in notices.inbox(deps, resident, limit=50).items]


def test_a_contest_is_a_case_with_a_clock_told_to_both_sides(
    counter: Counter, resident: Actor, refused_check: str
) -> None:
    made = contested(counter.deps, resident, refused_check, "这条记录我已经补缴。")
    (clock,) = made.clocks
    assert (clock.name, clock.due_on, len(clock.counted_days)) == ("contest_answer", date(2026, 12, 4), 10)
    assert made.statement == "这条记录我已经补缴。"
    assert NoticeKind.CONTEST_RECEIVED in kinds(counter.deps, resident)
    assert [one.kind for one in notices.desk_inbox(counter.deps, OFFICER, limit=9).items] == [
        DeskNoticeKind.CONTEST_RECEIVED
    ]
    queue = next(one for one in desk.desk(counter.deps, OFFICER).queues if one.name == "contests")
    assert (queue.count, queue.overdue) == (1, 0)
    assert counter.seen(resident).contest_id == made.id


def test_it_is_asked_once_also_from_many_places(
    counter: Counter, resident: Actor, refused_check: str
) -> None:
    ended = at_once(lambda: contested(counter.deps, resident, refused_check), 4)
    assert len({one.id for one in ended}) == 1
    assert counter.deps.db["check_contests"].count_documents({}) == 1


def test_the_officer_reads_it_while_it_is_open_and_the_person_sees_who_looked(
    counter: Counter, resident: Actor, refused_check: str
) -> None:
    deps = counter.deps
    made = contested(deps, resident, refused_check)
    read = service.find_contest(deps, OFFICER, contest_id=made.id)
    assert read.statement == texts.NO_STATEMENT.zh
    assert read.check.reasons
    newest = audit.looks(deps, resident.require_subject(), limit=1).items[0]
    assert (newest.actor_name, newest.purpose.zh) == ("lu.wei", texts.REVIEW_PURPOSE.zh)
    answered(deps, made.id)
    after = service.find_contest(deps, OFFICER, contest_id=made.id)
    assert (after.statement, after.explanation, after.check) == (None, None, None)


def test_granted_the_person_needs_no_deposit_for_this_service_for_a_month(
    counter: Counter, resident: Actor, refused_check: str, clock: Clock
) -> None:
    deps = counter.deps
    made = answered(deps, contested(deps, resident, refused_check).id)
    assert made.state is ContestState.ANSWERED
    clock.advance(seconds=1)
    assert counter.asked(resident).verdict is YES
    seen = counter.seen(resident)
    assert (seen.granted, seen.deposit_way) == (True, None)
    elsewhere = service.make_pass(deps, resident, service_id=counter.elsewhere.id)
    other = service.check(deps, counter.other, code=elsewhere.code, service_id=counter.elsewhere.id)
    assert other.verdict is NO
    again = service.replay(deps, resident, check_id=seen.id)
    assert (again.verdict, again.same_verdict) == (YES, True)
    clock.set(made.granted_until)
    assert counter.asked(counter.still_verified(resident)).verdict is NO


def test_upheld_the_rules_go_on(counter: Counter, resident: Actor, refused_check: str) -> None:
    made = contested(counter.deps, resident, refused_check)
    after = answered(counter.deps, made.id, ContestFinding.UPHELD)
    assert (after.granted_until, counter.asked(resident).verdict) == (None, NO)
    assert NoticeKind.CONTEST_ANSWERED in kinds(counter.deps, resident)
    mine = service.my_contest(counter.deps, resident, contest_id=made.id)
    assert (mine.finding, mine.explanation) == (ContestFinding.UPHELD, "已核实，同意。")
    bound = replace(resident, verified_until=None)
    assert service.my_contest(counter.deps, bound, contest_id=made.id).explanation is None


def test_a_contest_is_for_who_may_read_what_is_contested(
    counter: Counter, resident: Actor, refused_check: str
) -> None:
    bound = replace(resident, verified_until=None)
    asked = {"check_id": refused_check}
    refused("identity.verification_required", service.contest, counter.deps, bound, **asked)
    contested(counter.deps, resident, refused_check)
    refused("identity.verification_required", service.contest, counter.deps, bound, **asked)
    assert counter.deps.db["check_contests"].count_documents({}) == 1


def test_of_two_officers_at_once_one_answers(counter: Counter, resident: Actor, refused_check: str) -> None:
    made = contested(counter.deps, resident, refused_check)
    ended = at_once(lambda: answered(counter.deps, made.id), 2)
    lost = [one.reason for one in ended if isinstance(one, ServiceError)]
    assert lost == ["eligibility.contest_changed"]
    assert kinds(counter.deps, resident).count(NoticeKind.CONTEST_ANSWERED) == 1


def test_nobody_elses_check_or_contest_is_found(
    counter: Counter, resident: Actor, refused_check: str
) -> None:
    stranger = counter.resident("李四", "004")
    deps = counter.deps
    refused("eligibility.check_not_found", service.contest, deps, stranger, check_id=refused_check)
    refused("eligibility.check_not_found", service.replay, deps, stranger, check_id=refused_check)
    made = contested(deps, resident, refused_check)
    refused("eligibility.contest_not_found", service.my_contest, deps, stranger, contest_id=made.id)
    refused("auth.not_allowed", service.find_contest, deps, counter.till, contest_id=made.id)


def test_contests_are_limited(
    counter: Counter, resident: Actor, refused_check: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "CONTESTS_PER_PERSON", replace(rules.CONTESTS_PER_PERSON, count=1))
    contested(counter.deps, resident, refused_check)
    second = counter.asked(resident).check_id
    refused("eligibility.too_many_contests", service.contest, counter.deps, resident, check_id=second)
    assert contested(counter.deps, resident, refused_check).check_id == refused_check


def test_late_and_due_soon_are_told_to_the_desk_once(
    counter: Counter, resident: Actor, refused_check: str, system_actor: Actor, clock: Clock
) -> None:
    contested(counter.deps, resident, refused_check)
    clock.advance(days=12)
    assert [service.remind_due(counter.deps, system_actor) for _ in range(2)] == [1, 0]
    clock.advance(days=5)
    assert [service.flag_overdue(counter.deps, system_actor) for _ in range(2)] == [1, 0]
    late = service.contests(counter.deps, OFFICER, state=ContestState.OPEN, overdue=True, limit=9)
    assert len(late.items) == 1


def test_a_replay_says_the_same_whatever_the_record_and_the_service_are_by_now(
    counter: Counter, resident: Actor, refused_check: str
) -> None:
    counter.deps.db["records"].delete_many({})
    again = service.replay(counter.deps, resident, check_id=refused_check)
    assert (again.outcome, again.verdict, again.same_verdict) == (ReplayOutcome.SAME, NO, True)
    bound = replace(resident, verified_until=None)
    refused("identity.verification_required", service.replay, counter.deps, bound, check_id=refused_check)


def test_a_replay_tells_a_verdict_that_somebody_altered(
    counter: Counter, resident: Actor, refused_check: str
) -> None:
    counter.deps.db["checks"].update_one({"_id": refused_check}, {"$set": {"verdict": "eligible"}})
    assert service.replay(counter.deps, resident, check_id=refused_check).same_verdict is False


def test_over_http(counter: Counter, resident: Actor, refused_check: str, web_as: ClientAs) -> None:
    phone, officer = web_as(resident), web_as(OFFICER)
    replay: Any = phone.post(f"/api/v1/me/checks/{refused_check}/replay")
    assert (replay.status_code, replay.json["outcome"], replay.json["value"]) == (200, "same", "fair")
    made: Any = phone.post(f"/api/v1/me/checks/{refused_check}/contests", json={"statement": "请复核"})
    assert (made.status_code, made.json["state"]) == (201, "open")
    listed: Any = officer.get("/api/v1/staff/contests")
    assert [one["id"] for one in listed.json["items"]] == [made.json["id"]]
    url = f"/api/v1/staff/contests/{made.json['id']}"
    assert officer.get(url).json["check"]["verdict"] == "not_eligible"
    said = {"finding": "granted", "explanation": "同意"}
    assert officer.post(f"{url}/answer", json=said).json["finding"] == "granted"
    assert officer.post(f"{url}/answer", json=said).status_code == 409
    assert phone.get("/api/v1/me/contests").json["items"][0]["explanation"] == "同意"
    assert phone.get(f"/api/v1/me/contests/{made.json['id']}").status_code == 200
