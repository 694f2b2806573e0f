"""Several people at the same moment: one decision, and everybody else is told clearly."""

import threading
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from backend.common.errors import ServiceError
from backend.evidence.model import Upload
from backend.objections import service
from schemas.terms import ObjectionOutcome, RecordMark
from schemas.terms import ObjectionState as State
from tests.backend.evidence import made
from tests.backend.objections.town import WORKER, Town
from tests.support.refusals import at_once
from tests.support.world import Clock


def together(*works: Callable[[], Any]) -> list[Any]:
    """What each of several different works came to, begun at the same moment."""
    start = threading.Barrier(len(works))
    ended: list[Any] = [None] * len(works)

    def run(place: int, work: Callable[[], Any]) -> None:
        start.wait()
        try:
            ended[place] = work()
        except ServiceError as error:
            ended[place] = error

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return ended


def parted(ended: Sequence[Any]) -> tuple[list[Any], list[tuple[str, str]]]:
    """Who succeeded, and why the others did not."""
    won = [one for one in ended if not isinstance(one, ServiceError)]
    return won, [(one.kind.value, one.reason) for one in ended if isinstance(one, ServiceError)]


def test_two_clerks_compare_together_and_one_has_the_case(town: Town) -> None:
    shown = town.bring_to(State.MARKED)
    ended = together(
        lambda: service.compare(town.deps, town.officer, objection_id=shown.id),
        lambda: service.compare(town.deps, town.other_officer, objection_id=shown.id),
    )
    won, lost = parted(ended)
    assert (len(won), lost) == (1, [("conflict", "objections.changed")])
    assert [event.act.value for event in town.case(shown).events].count("compare") == 1


def test_two_windows_of_one_clerk_decide_together_and_one_decision_stands(town: Town) -> None:
    record = town.record()
    shown = town.bring_to(State.COMPARING, record)
    moves = town.moves(shown.id)
    won, lost = parted(together(moves["decide"], moves["forward"], moves["decide_hidden"]))
    assert (len(won), lost) == (1, [("conflict", "objections.changed")] * 2)
    case = town.case(shown)
    assert case.state is won[0].state
    acts = [event.act.value for event in case.events]
    assert acts.count("correct") + acts.count("forward") == 1
    assert len(case.events) == len(set(acts))


@pytest.mark.parametrize("decision", ["decide", "forward", "request_supplement"])
def test_a_withdrawal_against_a_decision_at_the_same_instant(town: Town, decision: str) -> None:
    record = town.record()
    shown = town.bring_to(State.COMPARING, record)
    moves = town.moves(shown.id)
    won, lost = parted(together(moves[decision], moves["withdraw"]))
    case, kept = town.case(shown), town.kept(record.id)
    if len(won) == 2:  # what leaves the case open may come first, and the withdrawal after it
        assert decision != "decide"
        assert case.state is State.WITHDRAWN
    else:
        assert lost == [("conflict", "objections.changed")]
    if case.state is State.WITHDRAWN:
        assert (case.outcome, kept.marks, kept.suspends_at) == (ObjectionOutcome.WITHDRAWN, (), None)
        assert kept.content["fare_fen"] == 400
    else:
        assert (case.outcome, kept.content["fare_fen"]) == (ObjectionOutcome.CORRECTED, 300)


def test_a_finding_and_a_withdrawal_leave_the_record_as_one_of_them_says(town: Town) -> None:
    record = town.record()
    shown = town.bring_to(State.FORWARDED, record)
    moves = town.moves(shown.id)
    won, lost = parted(together(moves["find_upheld"], moves["withdraw"]))
    assert (len(won), lost) == (1, [("conflict", "objections.changed")])
    marks = {mark.kind for mark in town.kept(record.id).marks}
    assert marks == ({RecordMark.CONTESTED} if won[0].state is State.UPHELD else set())


def test_one_record_objected_to_from_many_places_at_once_has_one_case(town: Town) -> None:
    record = town.record()
    upload = [Upload("a.pdf", made.small_pdf())]
    won, lost = parted(at_once(lambda: town.submit(record, uploads=upload), 4))
    assert (len(won), lost) == (1, [("conflict", "objections.already_open")] * 3)
    assert town.deps.db["objections"].count_documents({}) == 1
    assert town.deps.db["evidence"].count_documents({}) == 1
    assert len(town.kept(record.id).marks) == 1


def test_the_same_request_from_many_places_at_once_gives_the_same_case(town: Town) -> None:
    record = town.record()
    won, lost = parted(at_once(lambda: town.submit(record, idempotency_key="k1"), 4))
    assert lost == []
    assert len({one.id for one in won}) == 1


def test_two_sweeps_at_once_do_everything_once(town: Town, clock: Clock) -> None:
    shown = town.bring_to(State.FORWARDED)
    clock.advance(days=30)
    sweep = lambda: service.suspend_silent(town.deps, WORKER)  # noqa: E731 - a work by name
    assert sum(at_once(sweep, 3)) == 1
    acts = [event.act.value for event in town.case(shown).events]
    assert acts.count("suspend") == 1
    notices = town.deps.db["notices"].count_documents({"kind": "objection_silent"})
    assert (notices, town.deps.db["record_ripples"].count_documents({})) == (1, 1)


def test_a_late_finding_and_the_sweep_leave_the_record_in_queries(town: Town, clock: Clock) -> None:
    record = town.record()
    shown = town.bring_to(State.FORWARDED, record)
    clock.advance(days=30)
    finding = town.moves(shown.id)["find_upheld"]
    ended = together(finding, lambda: service.suspend_silent(town.deps, WORKER))
    assert parted(ended)[1] == []
    kept, case = town.kept(record.id), town.case(shown)
    assert (kept.suspended_at, kept.suspends_at, case.suspended_at) == (None, None, None)
    assert [event.act.value for event in case.events].count("suspend") == 1
