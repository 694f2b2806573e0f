"""Before an objection: the own records to choose from, each look on record, and the clocks that would run."""

from dataclasses import replace
from datetime import date, timedelta

from backend.objections import service
from schemas.terms import Nature
from schemas.terms import ObjectionState as State
from tests.backend.objections.town import STATES, Town
from tests.support.people import acts
from tests.support.refusals import refused
from tests.support.world import Clock

PROVE = "identity.verification_required"


def test_the_own_records_that_may_be_shown_are_there_with_their_open_cases(town: Town, clock: Clock) -> None:
    contested, free, past = town.record(), town.record(), town.record(query_until=clock())
    town.record(subject_id=town.stranger.subject_id)
    opened = town.submit(contested)
    found = service.candidates(town.deps, town.resident)
    assert {one.record.id: one.open_id for one in found.items} == {contested.id: opened.id, free.id: None}
    assert past.id not in {one.record.id for one in found.items}


def test_a_long_list_comes_in_parts_the_adverse_ones_first(town: Town) -> None:
    """Only what a part shows is opened; nothing is shown twice and nothing is left out."""
    good = [town.record(nature=Nature.BASIC, severity=None).id for _ in range(2)]
    bad = {town.record().id for _ in range(3)}
    seen: list[str] = []
    cursor = None
    for held in (2, 2, 1):
        part = service.candidates(town.deps, town.resident, limit=2, cursor=cursor)
        assert len(part.items) == held
        seen += [one.record.id for one in part.items]
        cursor = part.next_cursor
    assert cursor is None
    assert set(seen[:3]) == bad
    assert set(seen[3:]) == set(good)


def test_a_cursor_whose_record_is_gone_begins_at_the_top(town: Town) -> None:
    ids = {town.record().id for _ in range(3)}
    first = service.candidates(town.deps, town.resident, limit=1)
    town.deps.db["records"].delete_one({"_id": first.items[0].record.id})
    rest = service.candidates(town.deps, town.resident, limit=5, cursor=first.next_cursor)
    assert {one.record.id for one in rest.items} == ids - {first.items[0].record.id}
    refused("list.bad_cursor", service.candidates, town.deps, town.resident, cursor="forged")


def test_every_look_is_in_the_log_of_the_subject(town: Town) -> None:
    record = town.record()
    service.candidates(town.deps, town.resident)
    service.candidate(town.deps, town.resident, record_id=record.id)
    looks = acts(town.deps, "objections.choose")
    assert [one.get("target_id") for one in looks] == [None, record.id]
    assert {one["subject_id"] for one in looks} == {town.resident.subject_id}


def test_who_has_not_proved_to_be_that_person_sees_none(town: Town) -> None:
    record, weak = town.record(), replace(town.resident, verified_until=None)
    refused(PROVE, service.candidates, town.deps, weak)
    refused(PROVE, service.candidate, town.deps, weak, record_id=record.id)
    assert acts(town.deps, "objections.choose") == []


def test_somebody_elses_record_is_not_found(town: Town) -> None:
    record = town.record(subject_id=town.stranger.subject_id)
    asked = {"record_id": record.id}
    refused("objections.record_not_found", service.candidate, town.deps, town.resident, **asked)


def test_a_case_that_time_has_closed_makes_room_before_any_sweep(town: Town, clock: Clock) -> None:
    record = town.record()
    town.bring_to(State.UPHELD, record)
    (before,) = service.candidates(town.deps, town.resident).items
    clock.advance(days=20)
    (after,) = service.candidates(town.deps, town.resident).items
    assert (before.open_id is None, after.open_id) == (False, None)


def test_the_outlook_is_what_a_case_of_now_gets(town: Town) -> None:
    ahead = service.outlook(town.deps)
    shown = town.submit()
    assert [(one.name, one.due_on) for one in ahead.clocks] == [
        (one.name, one.due_on) for one in shown.clocks
    ]
    assert [one.name for one in ahead.coming] == [one.name for one in shown.coming] == ["finding", "dissent"]


def test_what_may_come_is_what_has_not_begun(town: Town) -> None:
    coming = {}
    for state in STATES:
        shown = town.bring_to(state)
        coming[state] = [
            one.name for one in service.find_mine(town.deps, town.resident, objection_id=shown.id).coming
        ]
    begun = {State.MARKED, State.COMPARING, State.SUPPLEMENT_REQUESTED}
    for state, names in coming.items():
        wanted = ["finding", "dissent"] if state in begun else ["dissent"] if state is State.FORWARDED else []
        assert names == wanted


def test_the_days_left_are_counted_from_tomorrow(town: Town, clock: Clock) -> None:
    """Submitted on a Saturday; two working days end on Tuesday night."""
    shown = town.submit()
    left = []
    for _ in range(5):
        found = service.mine(town.deps, town.resident, limit=1).items[0]
        left.append(next(one.days_left for one in found.clocks if one.name == "compare"))
        clock.advance(days=1)
    assert left == [2, 2, 1, 0, None]
    assert next(one.due_on for one in shown.clocks if one.name == "compare") == date(2026, 11, 24)
    assert clock() - timedelta(days=5) == shown.submitted_at


def test_a_clock_that_rests_or_is_done_has_no_days_left(town: Town) -> None:
    shown = town.bring_to(State.SUPPLEMENT_REQUESTED)
    left = {one.name: one.days_left for one in shown.clocks}
    assert left == {"mark": None, "compare": None, "decide": None, "forward": None, "supplement": 10}
