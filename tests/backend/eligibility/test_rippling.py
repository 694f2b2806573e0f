"""A record behind a no is put right, or deleted: the person hears of it, and no word about it stays."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial

from backend.audit import service as audit
from backend.common.actor import Actor, system
from backend.common.deps import Deps
from backend.common.mongo import atomic
from backend.eligibility import service, texts
from backend.notices import service as notices
from backend.records import service as records
from backend.records.model import Record
from backend.records.service import rippling
from schemas.notices import NoticeKind
from schemas.terms import Channel, RecordMark, ReplayOutcome, RippleCause, Verdict
from schemas.text import Text
from tests.backend.eligibility.counter import Counter
from tests.support.refusals import at_once
from tests.support.world import Clock

WORKER = system(Channel.WORKER, "worker")


def ripple(deps: Deps, record: Record, what: RippleCause) -> None:
    """The record changes, and what waits is delivered; twice, as by two workers."""

    @atomic
    def change(deps: Deps) -> None:
        rippling.begin(deps, record, what)

    change(deps)
    for _ in range(2):
        records.ripple(deps, WORKER, consumers=(service.Rejudging(),))


def told(deps: Deps, resident: Actor) -> list[str]:
    inbox = notices.inbox(deps, resident, limit=50).items
    return [one.body for one in inbox if one.kind is NoticeKind.CHECK_RECORD_CHANGED]


def test_a_no_by_a_record_that_is_corrected_is_told_once_and_may_be_tried_again(
    counter: Counter, resident: Actor, clock: Clock
) -> None:
    deps, record = counter.deps, counter.mar(resident)
    first = counter.asked(resident)
    clock.advance(days=1)
    second = counter.asked(counter.still_verified(resident))
    deps.db["records"].delete_one({"_id": record.id})
    ripple(deps, record, RippleCause.CORRECTED)
    (body,) = told(deps, resident)
    assert "2026年11月22日" in body
    assert "更正" in body
    page = service.my_checks(deps, counter.still_verified(resident), limit=9)
    assert {one.id: one.record_changed for one in page.items} == dict.fromkeys(
        (first.check_id, second.check_id), RippleCause.CORRECTED
    )
    assert [one.verdict for one in page.items] == [Verdict.NOT_ELIGIBLE] * 2, "an answer given stays as given"
    again = service.replay(deps, counter.still_verified(resident), check_id=first.check_id)
    assert again.outcome is ReplayOutcome.SAME
    assert counter.asked(counter.still_verified(resident)).verdict is Verdict.ELIGIBLE


def test_a_yes_is_noted_and_nobody_is_troubled(counter: Counter, resident: Actor) -> None:
    deps = counter.deps
    record = counter.mar(resident, ended_on=None, severity=None)
    answer = counter.asked(resident)
    assert answer.verdict is Verdict.ELIGIBLE
    ripple(deps, record, RippleCause.SUSPENDED)
    assert told(deps, resident) == []
    assert counter.seen(resident).record_changed is RippleCause.SUSPENDED


def test_a_record_that_had_no_part_tells_nobody_anything(counter: Counter, resident: Actor) -> None:
    counter.mar(resident)
    counter.asked(resident)
    ripple(counter.deps, counter.quiet(resident), RippleCause.CORRECTED)
    assert (told(counter.deps, resident), counter.seen(resident).record_changed) == ([], None)


def test_released_and_dropped_good_deeds_tell_nothing(counter: Counter, resident: Actor) -> None:
    record = counter.mar(resident)
    counter.asked(resident)
    for what in (RippleCause.RELEASED, RippleCause.WITHDRAWN):
        ripple(counter.deps, record, what)
    assert told(counter.deps, resident) == []


def test_of_a_deleted_record_no_word_stays_in_a_contest_and_the_case_goes_on(
    counter: Counter, resident: Actor
) -> None:
    deps, record = counter.deps, counter.mar(resident)
    answer = counter.asked(resident)
    made = service.contest(deps, resident, check_id=answer.check_id, statement="地铁逃票那条是错的")
    for forget in deps.forgetters:
        atomic(lambda deps, forget=forget: forget(deps, record_id=record.id, subject_id=record.subject_id))(
            deps
        )
    mine = service.my_contest(deps, resident, contest_id=made.id)
    assert mine.statement == "\n".join(texts.FORGOTTEN)
    assert mine.state.value == "open"
    assert service.replay(deps, resident, check_id=answer.check_id).outcome is ReplayOutcome.FACTS_ERASED
    before = deps.db["audit_log"].count_documents({"action": "eligibility.forget"})
    ripple(deps, record, RippleCause.ERASED)
    assert deps.db["audit_log"].count_documents({"action": "eligibility.forget"}) == before == 1
    assert list(audit.verify_log(deps)) == []


def test_somebody_elses_contest_keeps_its_words(counter: Counter, resident: Actor) -> None:
    deps, record = counter.deps, counter.mar(resident)
    made = service.contest(deps, resident, check_id=counter.asked(resident).check_id, statement="话")
    atomic(lambda deps: service.forget(deps, record_id=record.id, subject_id="somebody"))(deps)
    assert service.my_contest(deps, resident, contest_id=made.id).statement == "话"


def unused(counter: Counter) -> int:
    return counter.deps.db["passes"].count_documents({"judged.check_id": {"$type": "string"}})


def decisions(counter: Counter) -> int:
    return counter.deps.db["grade_decisions"].count_documents({})


def test_a_pass_that_is_out_is_judged_again_before_any_sweep_has_run(
    counter: Counter, resident: Actor
) -> None:
    """Corrected, or only marked as contested: two minutes are long enough for either."""
    deps, record = counter.deps, counter.mar(resident)
    made = counter.passed(resident)
    records.mark(
        deps,
        WORKER,
        record_id=record.id,
        subject_id=record.subject_id,
        kind=RecordMark.CONTESTED,
        case_id="case-1",
        reason=Text("有异议", "Contested"),
    )
    answer = counter.check(made)
    assert answer.verdict is Verdict.ELIGIBLE
    seen = counter.seen(resident)
    assert (seen.id, [one.rule for one in seen.reasons if one.record_id == record.id]) == (
        answer.check_id,
        [],
    )
    assert decisions(counter) == 1
    assert service.replay(deps, resident, check_id=answer.check_id).same_verdict


def test_a_pass_whose_ripple_was_delivered_is_judged_again_too(counter: Counter, resident: Actor) -> None:
    record = counter.mar(resident)
    made = counter.passed(resident)
    counter.deps.db["records"].delete_one({"_id": record.id})
    ripple(counter.deps, record, RippleCause.CORRECTED)
    counter.deps.db["record_touches"].delete_many({})
    assert counter.check(made).verdict is Verdict.ELIGIBLE
    assert told(counter.deps, resident) == []


def test_at_midnight_a_pass_is_judged_by_the_new_day(counter: Counter, resident: Actor, clock: Clock) -> None:
    """At 24:00 a suspension begins, a mark ends or a record is past its time, and nobody writes anything."""
    clock.set(datetime(2026, 11, 21, 15, 59, 30, tzinfo=UTC))
    resident = counter.still_verified(resident)
    record, made = counter.mar(resident), counter.passed(resident)
    over = {"$set": {"query_until": datetime(2026, 11, 21, 16, tzinfo=UTC)}}
    assert made.rule_version
    counter.deps.db["grade_decisions"].update_many({}, {"$set": {"canary": True}})
    clock.advance(seconds=60)
    counter.deps.db["records"].update_one({"_id": record.id}, over)
    counter.check(made)
    assert counter.deps.db["grade_decisions"].count_documents({"canary": True}) == 0


def test_what_was_worked_out_for_a_pass_that_nobody_used_is_deleted(
    counter: Counter, resident: Actor, clock: Clock
) -> None:
    deps = counter.deps
    counter.passed(resident)
    second = counter.passed(resident)
    assert (unused(counter), decisions(counter)) == (1, 1)
    service.withdraw_pass(deps, resident, pass_id=second.id)
    assert (unused(counter), decisions(counter)) == (0, 0)
    counter.passed(resident)
    clock.advance(minutes=2)
    assert service.drop_unused(deps, WORKER) == 0
    clock.advance(minutes=1)
    assert [service.drop_unused(deps, WORKER) for _ in range(2)] == [1, 0]
    assert (unused(counter), decisions(counter)) == (0, 0)
    counter.asked(counter.still_verified(resident))
    clock.advance(minutes=9)
    assert service.drop_unused(deps, WORKER) == 0
    assert decisions(counter) == 1


def test_a_correction_and_a_check_at_the_same_moment_leave_no_answer_by_the_old_record_unmentioned(
    counter: Counter, resident: Actor
) -> None:
    """Whoever is first: either the check knows the correction, or it says afterwards what became of the record."""
    deps, record = counter.deps, counter.mar(resident)
    for _ in range(4):
        made = counter.passed(counter.still_verified(resident))
        acts: list[Callable[[], object]] = [
            partial(ripple, deps, record, RippleCause.CORRECTED),
            partial(counter.check, made),
        ]
        at_once(lambda: acts.pop()(), 2)  # noqa: B023, PLW0108 - run before the next turn, each taking one
        seen = counter.seen(resident)
        used = deps.db["grade_decisions"].find_one({"owner.id": seen.id, "superseded_at": None})
        assert (seen.record_changed is RippleCause.CORRECTED) is (used is None)
        deps.db["grade_decisions"].delete_many({})
