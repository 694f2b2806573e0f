"""A year's table that was put in wrong and is corrected moves the open cases again."""

from datetime import UTC, date, datetime
from itertools import pairwise
from typing import Any

from backend.calendars import service as calendars
from backend.common.actor import Actor
from backend.objections import service
from schemas.terms import Channel, Role
from schemas.terms import ObjectionState as State
from tests.backend.objections.town import Town
from tests.support.calendars import DAYS_OF_2027
from tests.support.world import Clock

STEWARD = Actor(id="st-1", role=Role.DATA_STEWARD, channel=Channel.CONSOLE, name="数据管理员甲")
LONGER: dict[str, Any] = {**DAYS_OF_2027, "holidays": [*DAYS_OF_2027["holidays"], date(2027, 1, 6)]}


def test_a_corrected_table_moves_what_was_certain_already(town: Town, clock: Clock) -> None:
    clock.set(datetime(2026, 12, 29, 3, tzinfo=UTC))
    shown = town.bring_to(State.FORWARDED, town.record())
    days = [town.case(shown).clock("finding").due_on]
    for table in (DAYS_OF_2027, LONGER):
        calendars.put_year(town.deps, STEWARD, **table)
        assert service.recompute_clocks(town.deps, STEWARD) == 1
        assert service.recompute_clocks(town.deps, STEWARD) == 0
        days.append(town.case(shown).clock("finding").due_on)
    finding = town.case(shown).clock("finding")
    assert days == sorted(set(days))
    assert [(move.from_on, move.to_on) for move in finding.moves] == list(pairwise(days))
    assert finding.calendar_version == "2026=chinesecalendar-1.11.0;2027=staff-2"
