"""An application whose record is deleted meanwhile is over at once; when one is over its words are the resident's alone."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from backend.common.actor import Actor
from backend.common.errors import ServiceError
from backend.notices import service as notices
from backend.removals import service as removals
from backend.restorations import service
from backend.restorations.model import Shown
from schemas.terms import ClockState, Level, RestorationAct, RestorationState
from tests.backend.removals.conftest import NOTICE, STEWARD
from tests.backend.restorations.conftest import EXPLAINED, PLEDGE, WAYS, Desk
from tests.support.people import acts
from tests.support.refusals import refused

OPEN = (RestorationState.SUBMITTED, RestorationState.ACCEPTED)
OVER = tuple(state for state in WAYS if state not in OPEN)


def erase(desk: Desk, record_id: str) -> None:
    removals.erase(desk.deps, STEWARD, record_id=record_id, **NOTICE | {"noticed_on": date(2026, 11, 19)})


def told(desk: Desk, who: Actor) -> list[str]:
    read = notices.inbox if who.subject_id else notices.desk_inbox
    return [one.kind.value for one in read(desk.deps, who, limit=10).items]


@pytest.mark.parametrize("state", OPEN)
def test_the_deletion_of_its_record_closes_an_open_application_and_tells_whoever_had_it(
    desk: Desk, state: RestorationState
) -> None:
    shown = desk.bring_to(state)
    erase(desk, shown.record_id)
    case = desk.case(shown)
    assert (case.state, case.open_key, case.closed_at) == (RestorationState.CLOSED, None, desk.deps.now())
    assert case.events[-1].act is RestorationAct.CLOSE
    assert not [clock for clock in case.clocks if clock.state is ClockState.RUNNING]
    assert "restoration_void" in told(desk, desk.town.resident)
    assert told(desk, desk.town.officer)[0] == "record_gone"
    assert ("record_gone" in told(desk, desk.town.provider)) is (state is RestorationState.ACCEPTED)


@pytest.mark.parametrize("state", OPEN)
@pytest.mark.parametrize("move", ["accept", "decline", "restore", "refuse", "withdraw"])
def test_no_move_is_left_on_it(desk: Desk, state: RestorationState, move: str) -> None:
    shown = desk.bring_to(state)
    erase(desk, shown.record_id)
    before = desk.case(shown)
    with pytest.raises(ServiceError) as caught:
        desk.moves(shown.id)[move]()
    hidden_from_unit = state is RestorationState.SUBMITTED and move in ("restore", "refuse")
    wanted = "restorations.not_found" if hidden_from_unit else "restorations.record_deleted"
    assert (caught.value.reason, desk.case(shown)) == (wanted, before)
    read = service.find_mine(desk.deps, desk.town.resident, restoration_id=shown.id)
    assert read.may == ()


@pytest.mark.parametrize("state", OVER)
def test_the_deletion_of_its_record_leaves_the_end_of_a_finished_application(
    desk: Desk, state: RestorationState
) -> None:
    shown = desk.bring_to(state)
    erase(desk, shown.record_id)
    assert (desk.case(shown).state, "record_gone" in told(desk, desk.town.officer)) == (state, False)


@pytest.mark.parametrize("state", [*OPEN, *OVER])
def test_when_it_is_over_the_desks_read_no_word_no_record_and_no_person(
    desk: Desk, state: RestorationState
) -> None:
    shown = desk.bring_to(state)
    asked: dict[str, Any] = {"restoration_id": shown.id}
    readers = [(service.find_for_officer, desk.town.officer)]
    if "accept" in WAYS[state]:
        readers.append((service.find_for_provider, desk.town.provider))
    for read, who in readers:
        seen = read(desk.deps, who, **asked)
        open_to_desk = state in OPEN
        assert (seen.pledge, seen.subject is not None) == (PLEDGE if open_to_desk else None, open_to_desk)
        assert (seen.record is not None) is open_to_desk
        assert bool(_notes(seen)) is (state is RestorationState.ACCEPTED)
        assert (seen.state, len(seen.timeline)) == (state, len(desk.case(shown).events))
    assert len(acts(desk.deps, "restorations.read")) == (len(readers) if state in OPEN else 0)


def test_the_resident_keeps_every_word(desk: Desk) -> None:
    shown = desk.bring_to(RestorationState.REFUSED)
    own = service.find_mine(desk.deps, desk.town.resident, restoration_id=shown.id)
    assert (own.pledge, EXPLAINED in _notes(own)) == (PLEDGE, True)
    unproved = replace(desk.town.resident, level=Level.REAL_NAME, verified_until=None)
    assert service.find_mine(desk.deps, unproved, restoration_id=shown.id).pledge is None


def test_of_a_deleted_record_a_new_application_cannot_be_made(desk: Desk) -> None:
    record = desk.town.record()
    desk.apply(record)
    erase(desk, record.id)
    refused("restorations.record_not_found", desk.apply, record)


def _notes(shown: Shown) -> list[str]:
    return [line.note for line in shown.timeline if line.note]
