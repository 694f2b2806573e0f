"""From the pledge to the provider's proof: every move, every race, every clock, on the real database."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest

from backend.calendars import service as calendars
from backend.common.actor import Actor
from backend.common.errors import ServiceError
from backend.evidence import service as evidence
from backend.evidence.model import Upload
from backend.records import service as records
from backend.restorations import service, store
from backend.restorations.rules import ACCEPT, FEEDBACK
from backend.restorations.service import sweeping
from schemas.terms import Channel, ClockState, Nature, ProofOutcome, RestorationState, Role
from tests.backend.evidence import made
from tests.backend.objections.town import WORKER
from tests.backend.restorations.conftest import EXPLAINED, PLEDGE, PROOF, WAYS, Desk
from tests.support.calendars import DAYS_OF_2027
from tests.support.people import together
from tests.support.refusals import at_once, refused
from tests.support.world import Clock

STEWARD = Actor("s1", Role.DATA_STEWARD, Channel.CONSOLE, name="管理")
LEGAL = {
    (RestorationState.SUBMITTED, "accept"),
    (RestorationState.SUBMITTED, "decline"),
    (RestorationState.SUBMITTED, "withdraw"),
    (RestorationState.ACCEPTED, "restore"),
    (RestorationState.ACCEPTED, "refuse"),
    (RestorationState.ACCEPTED, "withdraw"),
}


def inbox(desk: Desk) -> list[str]:
    """What the resident was told, oldest first."""
    return [one["kind"] for one in desk.deps.db["notices"].find(sort=[("$natural", 1)])]


def desks(desk: Desk) -> Iterator[tuple[str, str]]:
    """Which desk was told what, oldest first."""
    yield from (
        (one["role"], one["kind"]) for one in desk.deps.db["desk_notices"].find(sort=[("$natural", 1)])
    )


def test_an_application_comes_with_both_clocks_and_tells_both_sides(desk: Desk) -> None:
    record = desk.town.record()
    shown = desk.apply(record)
    assert (shown.state, shown.record_id, shown.unit.code) == (RestorationState.SUBMITTED, record.id, "METRO")
    assert [(one.name, one.due_on, one.state) for one in shown.clocks] == [
        (ACCEPT, date(2026, 11, 25), ClockState.RUNNING),
        (FEEDBACK, date(2026, 12, 4), ClockState.RUNNING),
    ]
    assert (inbox(desk), list(desks(desk))) == (
        ["restoration_received"],
        [("case_officer", "restoration_received")],
    )
    assert [one.value for one in shown.may] == ["withdraw"]
    assert (shown.pledge, shown.record, shown.subject) == (None, None, None)


def test_the_provider_s_proof_hides_the_record_at_once(desk: Desk) -> None:
    record = desk.town.record()
    shown = desk.bring_to(RestorationState.RESTORED, record)
    assert records.find_own(desk.deps, record.subject_id, record.id) is None
    kept = desk.town.kept(record.id)
    assert kept is not None
    assert kept.hidden_at == desk.deps.now()
    assert kept.changes[-1].reason_zh.startswith("信用修复")
    assert [(one.name, one.state, one.late) for one in shown.clocks] == [
        (ACCEPT, ClockState.MET, False),
        (FEEDBACK, ClockState.MET, False),
        ("hide", ClockState.MET, False),
    ]
    removal = desk.deps.db["removals"].find_one({"_id": shown.removal_id})
    assert (removal["kind"], removal["case_id"], removal["document_no"]) == ("hidden", shown.id, PROOF)
    assert inbox(desk) == ["restoration_received", "restoration_accepted", "restoration_restored"]
    assert [one for _, one in desks(desk)] == [
        "restoration_received",
        "restoration_accepted",
        "restoration_proved",
    ]
    assert desk.deps.db["record_ripples"].count_documents({"what": "restored", "record_id": record.id}) == 1


def test_what_was_refused_or_declined_may_be_asked_for_again(desk: Desk) -> None:
    record = desk.town.record()
    for state in (RestorationState.DECLINED, RestorationState.REFUSED, RestorationState.WITHDRAWN):
        shown = desk.bring_to(state, record)
        assert shown.closed_at is not None
        assert {one.state for one in shown.clocks} <= {ClockState.MET, ClockState.STOPPED}
        assert records.find_own(desk.deps, record.subject_id, record.id) is not None


@pytest.mark.parametrize("state", WAYS)
def test_only_legal_moves_are_made_and_what_is_over_stays_over(desk: Desk, state: RestorationState) -> None:
    for move in ("accept", "decline", "restore", "refuse", "withdraw"):
        if (state, move) in LEGAL:
            continue
        shown = desk.bring_to(state)
        before = desk.case(shown)
        with pytest.raises(ServiceError) as caught:
            desk.moves(shown.id)[move]()
        # A provider sees what was accepted only; what it does not see is not found.
        unseen = move in ("restore", "refuse") and "accept" not in WAYS[state]
        assert caught.value.reason == ("restorations.not_found" if unseen else "restorations.changed")
        assert unseen or caught.value.data == {"state": state.value}
        assert desk.case(shown) == before


def test_what_may_not_be_restored_is_refused_with_the_reason(desk: Desk, clock: Clock) -> None:
    clock.set(datetime(2026, 3, 9, 4, tzinfo=UTC))
    record = desk.town.record
    early = refused(
        "restorations.too_early",
        desk.apply,
        record(occurred_on=date(2025, 12, 10), ended_on=date(2025, 12, 11)),
    )
    assert early.data == {"earliest_on": "2026-03-10"}
    decided_later = record(
        occurred_on=date(2025, 6, 1), ended_on=date(2025, 6, 1), document_on=date(2026, 1, 5)
    )
    assert refused("restorations.too_early", desk.apply, decided_later).data == {"earliest_on": "2026-04-05"}
    refused("restorations.not_adverse", desk.apply, record(nature=Nature.OTHER))
    refused("restorations.not_ended", desk.apply, record(ended_on=None))
    refused("restorations.not_ended", desk.apply, record(ended_on=date(2026, 4, 1), severity=None))
    assert desk.apply(record(ended_on=date(2026, 3, 8), severity=None)).state is RestorationState.SUBMITTED


def test_it_may_be_asked_for_from_the_first_day_on_in_shanghai(desk: Desk, clock: Clock) -> None:
    record = desk.town.record(occurred_on=date(2025, 12, 10), ended_on=date(2025, 12, 11))
    clock.set(datetime(2026, 3, 9, 15, 59, 59, tzinfo=UTC))
    refused("restorations.too_early", desk.apply, record)
    clock.set(datetime(2026, 3, 9, 16, 0, tzinfo=UTC))
    assert desk.apply(record).state is RestorationState.SUBMITTED


def test_another_s_record_and_another_s_case_are_not_found(desk: Desk) -> None:
    foreign = desk.town.record(subject_id=desk.town.stranger.subject_id)
    refused("restorations.record_not_found", desk.apply, foreign)
    shown, who = desk.apply(), desk.town.stranger
    for use_case in (service.find_mine, service.withdraw):
        refused("restorations.not_found", use_case, desk.deps, who, restoration_id=shown.id)
    desk.moves(shown.id)["accept"]()
    refused(
        "restorations.not_found",
        service.find_for_provider,
        desk.deps,
        desk.town.other_provider,
        restoration_id=shown.id,
    )
    hidden = desk.town.record(hidden_at=desk.deps.now())
    refused("restorations.record_not_found", desk.apply, hidden)


def test_it_needs_fresh_proof_of_who_asks(desk: Desk, clock: Clock) -> None:
    shown = desk.apply()
    clock.set(datetime(2041, 1, 1, tzinfo=UTC))
    refused("identity.verification_required", desk.apply)
    seen = service.find_mine(desk.deps, desk.town.resident, restoration_id=shown.id)
    assert (seen.pledge, seen.record) == (None, None)


def test_there_is_one_open_application_for_a_record(desk: Desk) -> None:
    record = desk.town.record()
    ended = at_once(lambda: desk.apply(record), 4)
    opened = [one for one in ended if not isinstance(one, ServiceError)]
    assert len(opened) == 1
    lost = [one for one in ended if isinstance(one, ServiceError)]
    assert {one.reason for one in lost} == {"restorations.already_open"}
    assert {one.data["restoration_id"] for one in lost} == {opened[0].id}
    assert inbox(desk) == ["restoration_received"]


def test_the_same_key_gives_the_same_case_also_at_once_and_after_it_was_decided(desk: Desk) -> None:
    record = desk.town.record()
    uploads = [Upload("a.pdf", made.small_pdf())]
    ended = at_once(lambda: desk.apply(record, uploads=uploads, idempotency_key="k1"), 3)
    assert len({one.id for one in ended}) == 1
    desk.moves(ended[0].id)["decline"]()
    assert desk.apply(record, uploads=uploads, idempotency_key="k1").id == ended[0].id
    assert evidence.count(desk.deps, ended[0].id) == 1
    assert desk.deps.db["evidence"].count_documents({}) == 1


def test_evidence_comes_with_the_case_and_is_seen_by_its_people_only(desk: Desk) -> None:
    shown = desk.apply(uploads=[Upload("凭证.pdf", made.small_pdf())])
    (file,) = shown.evidence
    asked: dict[str, Any] = {"restoration_id": shown.id, "evidence_id": file.id}
    deps, town = desk.deps, desk.town
    assert service.download_mine(deps, town.resident, **asked).content == made.small_pdf()
    assert service.download_for_officer(deps, town.officer, **asked).name == "凭证.pdf"
    refused("restorations.not_found", service.download_for_provider, deps, town.provider, **asked)
    desk.moves(shown.id)["accept"]()
    assert service.download_for_provider(deps, town.provider, **asked).content == made.small_pdf()
    refused("restorations.not_found", service.download_for_provider, deps, town.other_provider, **asked)
    refused("restorations.not_found", service.download_mine, deps, town.stranger, **asked)
    refused("auth.not_allowed", service.download_for_officer, deps, town.provider, **asked)
    looks = list(
        deps.db["audit_log"].find({"action": "evidence.read", "subject_id": town.resident.subject_id})
    )
    assert [one["actor_id"] for one in looks] == [town.resident.id, town.officer.id, town.provider.id]


@pytest.mark.parametrize("end", ["restore", "refuse", "withdraw"])
def test_evidence_of_an_accepted_case_is_for_who_accepted_it_and_of_one_that_is_over_for_no_staff(
    desk: Desk, end: str
) -> None:
    shown = desk.apply(uploads=[Upload("凭证.pdf", made.small_pdf())])
    asked: dict[str, Any] = {"restoration_id": shown.id, "evidence_id": shown.evidence[0].id}
    deps, town = desk.deps, desk.town
    for officer in (town.officer, town.other_officer):
        assert service.download_for_officer(deps, officer, **asked).content == made.small_pdf()
    desk.moves(shown.id)["accept"]()
    assert service.download_for_officer(deps, town.officer, **asked).content == made.small_pdf()
    refused("restorations.not_found", service.download_for_officer, deps, town.other_officer, **asked)
    desk.moves(shown.id)[end]()
    refused("restorations.not_found", service.download_for_officer, deps, town.officer, **asked)
    refused("restorations.not_found", service.download_for_provider, deps, town.provider, **asked)
    assert service.download_mine(deps, town.resident, **asked).content == made.small_pdf()


def test_evidence_of_a_declined_case_is_for_no_staff(desk: Desk) -> None:
    shown = desk.apply(uploads=[Upload("凭证.pdf", made.small_pdf())])
    asked: dict[str, Any] = {"restoration_id": shown.id, "evidence_id": shown.evidence[0].id}
    desk.moves(shown.id)["decline"]()
    for officer in (desk.town.officer, desk.town.other_officer):
        refused("restorations.not_found", service.download_for_officer, desk.deps, officer, **asked)


def test_a_refused_file_leaves_neither_case_nor_file(desk: Desk) -> None:
    refused("evidence.not_supported", desk.apply, uploads=[Upload("a.pdf", b"MZ")])
    assert desk.deps.db["restorations"].count_documents({}) == 0
    assert desk.deps.db["evidence"].count_documents({}) == 0


def test_the_staff_see_record_pledge_and_person_and_the_subject_sees_who_looked(desk: Desk) -> None:
    shown = desk.bring_to(RestorationState.ACCEPTED)
    seen = service.find_for_provider(desk.deps, desk.town.provider, restoration_id=shown.id)
    assert (seen.pledge, seen.subject.name, seen.record.id) == (PLEDGE, "王小明", shown.record_id)
    assert [line.note for line in seen.timeline] == [None, "材料齐全"]
    look = desk.deps.db["audit_log"].find_one({"action": "restorations.read"})
    assert (look["look"], look["actor_id"], look["subject_id"]) == (True, "p1", desk.town.resident.subject_id)
    own = service.find_mine(desk.deps, desk.town.resident, restoration_id=shown.id)
    assert (own.pledge, own.subject, own.record.id) == (PLEDGE, None, shown.record_id)


def test_the_database_holds_the_words_sealed(desk: Desk) -> None:
    shown = desk.bring_to(RestorationState.REFUSED)
    said = repr(desk.deps.db["restorations"].find_one({"_id": shown.id}))
    assert PLEDGE not in said
    assert EXPLAINED not in said
    assert "材料齐全" not in said


def test_a_restoration_needs_the_number_of_its_proof(desk: Desk) -> None:
    shown = desk.bring_to(RestorationState.ACCEPTED)
    refused("restorations.no_proof", desk.prove, shown.id, ProofOutcome.RESTORED)
    assert desk.case(shown).state is RestorationState.ACCEPTED
    assert desk.prove(shown.id, ProofOutcome.REFUSED).document_no is None


def test_of_two_who_decide_at_once_one_does(desk: Desk) -> None:
    shown = desk.apply()
    moves = desk.moves(shown.id)
    ended = together([moves["accept"], moves["decline"], moves["withdraw"]])
    lost = [one for one in ended if isinstance(one, ServiceError)]
    accepted = [one for one in ended if not isinstance(one, ServiceError)]
    assert {one.reason for one in lost} <= {"restorations.changed"}
    # An application that was accepted may still be withdrawn, so that both may have happened, in this order.
    assert [one.state.value for one in accepted] in (
        ["accepted"], ["declined"], ["withdrawn"], ["accepted", "withdrawn"]
    )  # fmt: skip


def test_of_two_answers_at_once_one_counts_and_the_record_goes_with_it_only(desk: Desk) -> None:
    shown = desk.bring_to(RestorationState.ACCEPTED)
    moves = desk.moves(shown.id)
    ended = together([moves["restore"], moves["refuse"], moves["restore"]])
    assert sorted(isinstance(one, ServiceError) for one in ended) == [False, True, True]
    restored = desk.case(shown).state is RestorationState.RESTORED
    assert (desk.town.kept(shown.record_id).hidden_at is not None) == restored
    assert desk.deps.db["removals"].count_documents({}) == int(restored)


def test_lists_and_queues_tell_what_waits_for_whom(desk: Desk, clock: Clock) -> None:
    first, second = desk.bring_to(RestorationState.ACCEPTED), desk.apply()
    deps, town = desk.deps, desk.town
    listed = service.for_officers(deps, town.officer, limit=1)
    more = service.for_officers(deps, town.officer, limit=1, cursor=listed.next_cursor)
    assert [listed.items[0].id, more.items[0].id, more.next_cursor] == [second.id, first.id, None]
    assert [one.id for one in service.for_provider(deps, town.provider, limit=9).items] == [first.id]
    assert service.for_provider(deps, town.other_provider, limit=9).items == ()
    told = [(one.name, one.count, one.overdue) for one in service.queues(deps, town.officer)]
    assert told == [("restorations.submitted", 1, 0), ("restorations.accepted", 1, 0)]
    clock.set(datetime(2026, 12, 4, 16, 0, tzinfo=UTC))
    assert [(one.count, one.overdue) for one in service.queues(deps, town.provider)] == [(1, 1)]
    assert {one.id for one in service.for_officers(deps, town.officer, limit=9, overdue=True).items} == {
        first.id,
        second.id,
    }
    assert service.queues(deps, STEWARD) == ()
    assert [one.id for one in service.mine(deps, town.resident, limit=9).items] == [second.id, first.id]


def test_a_late_decision_is_told_once_to_both_sides(desk: Desk, clock: Clock) -> None:
    shown = desk.apply()
    clock.set(datetime(2026, 11, 24, 16, 0, tzinfo=UTC))
    assert service.flag_overdue(desk.deps, WORKER) == 0
    assert sum(at_once(lambda: service.remind_due(desk.deps, WORKER), 3)) == 1
    clock.set(datetime(2026, 11, 25, 16, 0, tzinfo=UTC))
    assert sum(at_once(lambda: service.flag_overdue(desk.deps, WORKER), 3)) == 1
    assert service.flag_overdue(desk.deps, WORKER) == 0
    assert service.remind_due(desk.deps, WORKER) == 0
    assert inbox(desk) == ["restoration_received", "restoration_overdue"]
    assert [one for _, one in desks(desk)] == ["restoration_received", "case_due_soon", "case_overdue"]
    case = desk.case(shown)
    assert [(line.act.value, line.clock) for line in case.events] == [("submit", None), ("fall_due", ACCEPT)]
    late = desk.moves(shown.id)["accept"]()
    assert [(one.name, one.late) for one in late.clocks] == [(ACCEPT, True), (FEEDBACK, False)]
    # From now on the provider has to meet the clock that still runs.
    clock.set(datetime(2026, 12, 4, 16, 0, tzinfo=UTC))
    assert service.flag_overdue(desk.deps, WORKER) == 1
    assert list(desks(desk))[-1] == ("provider", "case_overdue")


def test_a_new_calendar_moves_the_dates_and_tells_both_sides_of_old_and_new(desk: Desk, clock: Clock) -> None:
    clock.set(datetime(2026, 12, 25, 4, tzinfo=UTC))
    shown = desk.bring_to(RestorationState.ACCEPTED)
    assert [one.provisional for one in shown.clocks if one.name == FEEDBACK] == [True]
    calendars.put_year(desk.deps, STEWARD, **DAYS_OF_2027)
    assert sum(at_once(lambda: service.recompute_clocks(desk.deps, WORKER), 2)) == 1
    assert service.recompute_clocks(desk.deps, WORKER) == 0
    (clock_,) = [one for one in desk.case(shown).clocks if one.name == FEEDBACK]
    (move,) = clock_.moves
    assert (move.cause.value, clock_.provisional) == ("calendar", False)
    assert move.from_on < move.to_on
    assert move.to_on == clock_.due_on
    assert inbox(desk)[-1] == "restoration_clock_moved"
    assert list(desks(desk))[-2:] == [("case_officer", "clock_moved"), ("provider", "clock_moved")]


def test_days_are_counted_across_spring_festival_2026(desk: Desk, clock: Clock) -> None:
    clock.set(datetime(2026, 2, 14, 1, 30, tzinfo=UTC))
    shown = desk.apply()
    assert [(one.due_on, one.provisional) for one in shown.clocks] == [
        (date(2026, 2, 26), False),
        (date(2026, 3, 6), False),
    ]


def test_sweeps_and_lists_read_their_indexes(desk: Desk) -> None:
    db, now = desk.deps.db, desk.deps.now()
    for wanted in ({"flag_at": {"$lte": now}}, {"remind_at": {"$lte": now}}, {"clocks.provisional": True}):
        plan = (
            db["restorations"]
            .find({"open_key": {"$gt": ""}} | wanted)
            .explain()["queryPlanner"]["winningPlan"]
        )
        assert "IXSCAN" in repr(plan)
    refused("auth.not_allowed", sweeping.flag, desk.deps, desk.town.officer, restoration_id="x")
    assert store.find(db, "x") is None
