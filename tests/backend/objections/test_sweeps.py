"""What time does to a case: reading says it at once, a sweep writes the same down once and tells everybody."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from backend.calendars import service as calendars
from backend.common.actor import Actor
from backend.common.mongo import atomic
from backend.notices import service as notices
from backend.objections import rules, service, store
from backend.objections.model import Shown
from backend.objections.service import sweeping
from backend.records import service as records
from backend.records.model import Ripple
from schemas.terms import Channel, ClockState, ObjectionOutcome, RecordMark, RippleCause, Role
from schemas.terms import ObjectionState as State
from tests.backend.objections.town import WORKER, Town
from tests.support.calendars import DAYS_OF_2027
from tests.support.refusals import refused
from tests.support.world import Clock

SWEEPS = (
    service.recompute_clocks,
    service.end_supplements,
    service.suspend_silent,
    service.close_upheld,
    service.flag_overdue,
    service.remind_due,
)
STEWARD = Actor("d1", Role.DATA_STEWARD, Channel.CONSOLE, "s-d1", name="吴管理")


def sweep(town: Town) -> list[int]:
    return [one(town.deps, WORKER) for one in SWEEPS]


def told(town: Town, who: Actor) -> list[str]:
    if who.role is Role.CITIZEN:
        return [one.kind.value for one in notices.inbox(town.deps, who, limit=50).items][::-1]
    return [one.kind.value for one in notices.desk_inbox(town.deps, who, limit=50).items][::-1]


@pytest.mark.parametrize("days", [1, 4, 8, 15, 40])
@pytest.mark.parametrize("state", [State.MARKED, State.SUPPLEMENT_REQUESTED, State.FORWARDED, State.UPHELD])
def test_before_and_after_the_sweep_a_case_reads_the_same(
    town: Town, clock: Clock, state: State, days: int
) -> None:
    shown = town.bring_to(state)
    clock.advance(days=days)
    read = service.find_mine(town.deps, town.resident, objection_id=shown.id)
    sweep(town)
    again = service.find_mine(town.deps, town.resident, objection_id=shown.id)
    # The sweep adds to the record's history; all else, the marks too, read the same before.
    assert _without_history(again) == _without_history(read)
    assert sweep(town) == [0] * len(SWEEPS)


def _without_history(shown: Shown) -> Shown:
    return replace(shown, record=shown.record and shown.record._replace(changes=()))


def test_a_silent_providers_record_is_out_of_queries_from_the_instant_itself(
    town: Town, clock: Clock
) -> None:
    record = town.record()
    shown = town.bring_to(State.FORWARDED, record)
    due_at = town.case(shown).clock("finding").due_at
    clock.set(due_at - timedelta(milliseconds=1))
    assert records.find_own(town.deps, record.subject_id, record.id) is not None
    clock.set(due_at)
    assert records.find_own(town.deps, record.subject_id, record.id) is None
    seen = service.find_mine(town.deps, town.resident, objection_id=shown.id)
    assert (seen.state, seen.suspended_at) == (State.FORWARDED, due_at)
    clock.advance(hours=3)
    assert service.suspend_silent(town.deps, WORKER) == 1
    assert town.kept(record.id).suspended_at == due_at
    assert "objection_silent" in told(town, town.resident)
    assert "provider_silent" in told(town, town.provider)
    assert "provider_silent" in told(town, town.officer)


@pytest.mark.parametrize("swept", [True, False], ids=["swept", "not swept"])
@pytest.mark.parametrize("answer", ["find_upheld", "find_corrected", "withdraw"])
def test_a_late_answer_releases_the_record(town: Town, clock: Clock, answer: str, swept: bool) -> None:
    record = town.record()
    shown = town.bring_to(State.FORWARDED, record)
    clock.advance(days=30)
    if swept:
        sweep(town)
    town.moves(shown.id)[answer]()
    kept = town.kept(record.id)
    assert (kept.suspended_at, kept.suspends_at) == (None, None)
    assert records.find_own(town.deps, record.subject_id, record.id) is not None
    assert "record_released" in told(town, town.officer)
    acts = [event.act.value for event in town.case(shown).events]
    assert acts.index("suspend") < len(acts) - 1
    if answer == "find_upheld":
        (finding,) = [one for one in service.find_mine(
            town.deps, town.resident, objection_id=shown.id).clocks if one.name == "finding"]  # fmt: skip
        assert (finding.late, finding.overdue) == (True, False)


def test_the_clocks_stand_still_for_a_supplement_and_go_on_the_day_after_it(town: Town, clock: Clock) -> None:
    clock.set(datetime(2026, 2, 13, 3, tzinfo=UTC))
    shown = town.bring_to(State.SUPPLEMENT_REQUESTED)
    assert {c.name: c.state for c in town.case(shown).clocks}["decide"] is ClockState.PAUSED
    clock.set(datetime(2026, 2, 24, 3, tzinfo=UTC))
    town.moves(shown.id)["add_evidence"]()
    decide, supplement = (town.case(shown).clock(name) for name in ("decide", "supplement"))
    assert (decide.due_on, supplement.state) == (date(2026, 3, 2), ClockState.MET)
    assert [(move.cause.value, move.from_on, move.to_on) for move in decide.moves] == [
        ("paused", date(2026, 2, 27), None),
        ("resumed", None, date(2026, 3, 2)),
    ]


def test_without_a_supplement_the_case_goes_on_by_itself_and_the_record_still_leaves(
    town: Town, clock: Clock
) -> None:
    record = town.record()
    shown = town.bring_to(State.FORWARDED, record)
    town.moves(shown.id)["request_supplement"]()
    planned = town.kept(record.id).suspends_at
    assert planned is not None
    supplement = town.case(shown).clock("supplement")
    clock.set(supplement.due_at)
    assert service.find_mine(town.deps, town.resident, objection_id=shown.id).state is State.FORWARDED
    assert town.case(shown).state is State.SUPPLEMENT_REQUESTED
    clock.set(planned)
    assert records.find_own(town.deps, record.subject_id, record.id) is None
    sweep(town)
    case = town.case(shown)
    assert (case.state, case.suspended_at, town.kept(record.id).suspended_at) == (
        State.FORWARDED,
        planned,
        planned,
    )
    assert case.clock("finding").due_at == planned
    assert [move.cause.value for move in case.clock("finding").moves] == ["paused", "supplement_over"]
    assert "supplement_overdue" in told(town, town.officer)
    assert "supplement_overdue" in told(town, town.provider)


def test_a_supplement_moves_the_planned_suspension_with_the_clock(town: Town, clock: Clock) -> None:
    record = town.record()
    shown = town.bring_to(State.FORWARDED, record)
    town.moves(shown.id)["request_supplement"]()
    clock.advance(days=3)
    town.moves(shown.id)["add_evidence"]()
    assert town.kept(record.id).suspends_at == town.case(shown).clock("finding").due_at
    assert "supplement_arrived" in told(town, town.provider)


def test_what_nobody_did_in_time_is_flagged_once(town: Town, clock: Clock) -> None:
    shown = town.bring_to(State.MARKED)
    clock.advance(days=20)
    assert service.flag_overdue(town.deps, WORKER) == 1
    assert service.flag_overdue(town.deps, WORKER) == 0
    assert told(town, town.officer).count("case_overdue") == 3
    assert told(town, town.resident).count("objection_overdue") == 3
    acts = [(event.act.value, event.clock) for event in town.case(shown).events][2:]
    assert acts == [("fall_due", "compare"), ("fall_due", "forward"), ("fall_due", "decide")]
    assert town.moves(shown.id)["compare"]().state is State.COMPARING


def test_whoever_must_act_is_reminded_on_the_last_working_day_before(town: Town, clock: Clock) -> None:
    clock.set(datetime(2026, 3, 2, 3, tzinfo=UTC))
    town.bring_to(State.FORWARDED)
    clock.set(datetime(2026, 3, 5, 15, 59, tzinfo=UTC))
    assert service.remind_due(town.deps, WORKER) == 0
    clock.set(datetime(2026, 3, 5, 16, 0, tzinfo=UTC))
    assert (service.remind_due(town.deps, WORKER), service.remind_due(town.deps, WORKER)) == (1, 0)
    assert told(town, town.provider).count("case_due_soon") == 1
    assert "case_due_soon" not in told(town, town.officer)


def test_the_resident_is_reminded_before_the_time_for_a_statement_ends(town: Town, clock: Clock) -> None:
    clock.set(datetime(2026, 3, 2, 3, tzinfo=UTC))
    town.bring_to(State.UPHELD)
    clock.set(datetime(2026, 3, 6, 3, tzinfo=UTC))
    assert service.remind_due(town.deps, WORKER) == 1
    assert told(town, town.resident)[-1] == "objection_due_soon"


def test_what_was_upheld_and_not_dissented_from_is_closed_and_unmarked(town: Town, clock: Clock) -> None:
    record = town.record()
    shown = town.bring_to(State.UPHELD, record)
    due_at = town.case(shown).clock("dissent").due_at
    clock.set(due_at)
    seen = service.find_mine(town.deps, town.resident, objection_id=shown.id)
    assert (seen.state, seen.outcome, seen.closed_at) == (State.CLOSED, ObjectionOutcome.UPHELD, due_at)
    refused("objections.changed", town.moves(shown.id)["dissent"])
    assert service.close_upheld(town.deps, WORKER) == 1
    assert town.kept(record.id).marks == ()
    assert told(town, town.resident)[-1] == "objection_closed"


def test_a_case_that_time_has_closed_makes_room_before_any_sweep(town: Town, clock: Clock) -> None:
    record = town.record()
    first = town.bring_to(State.UPHELD, record)
    clock.advance(days=30)
    second = town.submit(record)
    assert town.case(first).state is State.CLOSED
    assert [mark.case_id for mark in town.kept(record.id).marks] == [second.id]


def test_a_new_years_table_moves_what_was_provisional_and_tells_both_sides(town: Town, clock: Clock) -> None:
    clock.set(datetime(2026, 12, 29, 3, tzinfo=UTC))
    record = town.record()
    shown = town.bring_to(State.FORWARDED, record)
    finding = town.case(shown).clock("finding")
    assert finding.provisional
    calendars.put_year(town.deps, STEWARD, **DAYS_OF_2027)
    assert service.recompute_clocks(town.deps, STEWARD) == 1
    assert service.recompute_clocks(town.deps, STEWARD) == 0
    case = town.case(shown)
    moved = case.clock("finding")
    assert (moved.provisional, moved.due_on > finding.due_on) == (False, True)
    assert [(m.cause.value, m.from_on, m.to_on) for m in moved.moves] == [
        ("calendar", finding.due_on, moved.due_on)
    ]
    assert case.events[-1].act.value == "move_clock"
    assert town.kept(record.id).suspends_at == moved.due_at
    for who in (town.resident, town.provider, town.officer):
        assert any("clock_moved" in kind for kind in told(town, who))


def test_a_table_that_gives_the_provider_more_time_lets_the_record_into_queries_again(
    town: Town, clock: Clock
) -> None:
    clock.set(datetime(2026, 12, 28, 3, tzinfo=UTC))
    record = town.record()
    shown = town.bring_to(State.FORWARDED, record)
    clock.set(town.case(shown).clock("finding").due_at)
    sweep(town)
    assert town.kept(record.id).suspended_at is not None
    calendars.put_year(town.deps, STEWARD, **DAYS_OF_2027)
    assert service.recompute_clocks(town.deps, STEWARD) == 1
    case, kept = town.case(shown), town.kept(record.id)
    assert (case.suspended_at, kept.suspended_at, kept.suspends_at) == (
        None,
        None,
        case.clock("finding").due_at,
    )


def test_a_finished_case_is_in_no_sweep(town: Town, clock: Clock) -> None:
    for state in sorted(rules.FINAL):
        town.bring_to(state)
    clock.advance(days=400)
    assert sweep(town) == [0] * len(SWEEPS)
    chores = [store.find(town.deps.db, one["_id"]).chores for one in town.deps.db["objections"].find({})]
    assert chores == [()] * len(chores)


def test_only_the_system_sweeps(town: Town) -> None:
    town.bring_to(State.FORWARDED)
    for use_case in (sweeping.settle, sweeping.remind, sweeping.recompute):
        refused("auth.not_allowed", use_case, town.deps, town.officer, objection_id="x")


def test_a_dissent_keeps_the_mark_for_good(town: Town, clock: Clock) -> None:
    record = town.record()
    town.bring_to(State.DISSENTED, record)
    clock.advance(days=400)
    sweep(town)
    assert [mark.kind for mark in town.kept(record.id).marks] == [RecordMark.DISSENTED]


def test_silence_about_a_deleted_record_suspends_nothing_and_nobody_is_told_so(
    town: Town, clock: Clock
) -> None:
    record = town.record()
    shown = town.bring_to(State.FORWARDED, record)
    town.deps.db["records"].delete_one({"_id": record.id})
    clock.set(town.case(shown).clock("finding").due_at + timedelta(hours=1))
    read = service.find_mine(town.deps, town.resident, objection_id=shown.id)
    assert (read.state, read.suspended_at) == (State.CLOSED, None)
    assert "suspend" not in [line.act.value for line in read.timeline]
    sweep(town)
    assert service.find_mine(town.deps, town.resident, objection_id=shown.id) == read
    assert sweep(town) == [0] * len(SWEEPS)
    news = [told(town, who) for who in (town.resident, town.officer, town.provider)]
    assert not {"objection_silent", "provider_silent"} & {kind for inbox in news for kind in inbox}
    assert (news[0][-2:], "case_overdue" in news[2]) == (["objection_overdue", "objection_void"], True)


def test_a_suspension_ends_with_the_record_and_nobody_hears_that_it_is_shown_again(
    town: Town, clock: Clock
) -> None:
    record = town.record()
    shown = town.bring_to(State.FORWARDED, record)
    clock.set(town.case(shown).clock("finding").due_at + timedelta(hours=1))
    sweep(town)
    town.deps.db["records"].delete_one({"_id": record.id})
    gone = Ripple("r1", record.id, record.subject_id, RippleCause.ERASED, clock())
    atomic(service.Forgetting().judge_again)(town.deps, WORKER, gone)
    assert town.case(shown).suspended_at is None
    refused("objections.record_deleted", town.moves(shown.id)["find_upheld"])
    assert "record_released" not in told(town, town.officer)
