"""Every place's limits through the one engine, as tables of cases (`tests/data/limits`)."""

from datetime import date, datetime
from typing import Any

import pytest

from backend.clocks import rules
from backend.clocks.model import Clock, IllegalMove, Limit
from backend.common.documents import from_document, to_document
from backend.common.workdays import Calendar
from tests.support import limits
from tests.support.limits import PLACES

CASES = [
    pytest.param(place, case, id=f"{place}: {case['name']}")
    for place in PLACES
    for case in limits.read(f"limits/{place}.cases.json")
]


@pytest.mark.parametrize(("place", "case"), CASES)
def test_a_case_of_the_pack(place: str, case: dict[str, Any]) -> None:
    limit = limits.limit_set(place).limits[case["limit"]]
    at = datetime.fromisoformat(case["received_at"])
    clock = rules.start(limit, at, Calendar({}), place)
    for step in case["steps"]:
        at = datetime.fromisoformat(step["at"])
        clock = _after(clock, limit, at, step)
    assert {name: _told(clock, name, at) for name in case["expect"]} == case["expect"]
    assert from_document(Clock, to_document(clock)) == clock


@pytest.mark.parametrize("place", PLACES)
def test_every_limit_of_a_place_has_a_case(place: str) -> None:
    tried = {case["limit"] for case in limits.read(f"limits/{place}.cases.json")}
    assert tried <= set(limits.limit_set(place).limits)
    assert place == "shanghai" or tried == set(limits.limit_set(place).limits)


def _after(clock: Clock, limit: Limit, at: datetime, step: dict[str, Any]) -> Clock:
    calendar = limits.calendar(step.get("tables", {}))
    match step["do"]:
        case "pause":
            return rules.pause(clock, at, calendar)
        case "resume":
            return rules.resume(clock, at, calendar)
        case "recompute":
            return rules.recomputed(clock, at, calendar)
        case "meet":
            return rules.meet(clock, at)
        case "stop":
            return rules.stop(clock, at)
        case "extend" if step.get("refused"):
            with pytest.raises(IllegalMove):
                rules.extend(clock, limit, at, calendar, step["by"])
            return clock
        case "extend":
            return rules.extend(clock, limit, at, calendar, step["by"])
    raise AssertionError(f"no such step: {step['do']}")


def _told(clock: Clock, name: str, at: datetime) -> Any:
    match name:
        case "late":
            return rules.late(clock)
        case "overdue":
            return rules.is_overdue(clock, at)
        case "moves":
            return [[move.cause.value, _day(move.from_on), _day(move.to_on)] for move in clock.moves]
        case "counted_days":
            return [_day(day) for day in clock.counted_days]
        case "due_on":
            return _day(clock.due_on)
    return getattr(clock, name)


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None
