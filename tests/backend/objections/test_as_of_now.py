"""What the desks and the reports read does not wait for a sweep: not where a case stands, nor when it is due, nor its mark."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest

from backend.calendars import service as calendars
from backend.common.pages import Page
from backend.objections import service
from backend.objections.model import Listed
from backend.records import service as records
from backend.reports import service as reports
from schemas.terms import ObjectionState as State
from tests.backend.objections.test_sweeps import STEWARD, sweep
from tests.backend.objections.town import Town
from tests.support.calendars import DAYS_OF_2027
from tests.support.commands import watched
from tests.support.plans import scans
from tests.support.world import Clock


@pytest.mark.parametrize("days", [0, 1, 4, 8, 15, 40])
def test_before_and_after_the_sweep_the_desks_read_the_same(town: Town, clock: Clock, days: int) -> None:
    for state in (State.MARKED, State.COMPARING, State.SUPPLEMENT_REQUESTED, State.FORWARDED, State.UPHELD):
        for _ in range(2):
            clock.advance(hours=1)
            town.bring_to(state)
    waiting = town.bring_to(State.FORWARDED)
    town.moves(waiting.id)["request_supplement"]()
    clock.advance(days=days)
    read = desks(town)
    sweep(town)
    assert desks(town) == read


def test_a_longer_list_asks_the_database_no_more_often(town: Town, clock: Clock) -> None:
    asked = []
    for cases in (1, 2, 3):
        town.bring_to(State.FORWARDED)
        clock.advance(days=60)
        with watched(town.deps) as (deps, sent):
            assert len(service.for_officers(deps, town.officer, limit=10).items) == cases
        asked.append(sorted(sent.about))
    assert asked[0] == asked[1] == asked[2]


def desks(town: Town) -> list[object]:
    """Every queue and every list of the officers and of the unit, page by page."""
    found: list[object] = [service.queues(town.deps, who) for who in (town.officer, town.provider)]
    for state in (None, *State):
        for overdue in (None, True):
            asked: dict[str, Any] = {"state": state, "overdue": overdue}
            found.append(paged(partial(service.for_officers, town.deps, town.officer, **asked)))
            found.append(paged(partial(service.for_provider, town.deps, town.provider, **asked)))
    return found


def paged(read: Callable[..., Page[Listed]]) -> list[Listed]:
    items: list[Listed] = []
    cursor = None
    while True:
        page = read(limit=3, cursor=cursor)
        items.extend(replace(one, clocks=()) for one in page.items)
        if (cursor := page.next_cursor) is None:
            return items


def test_the_mark_of_a_case_that_time_has_closed_is_in_no_report_though_no_sweep_ran(
    town: Town, clock: Clock
) -> None:
    record = town.record()
    shown = town.bring_to(State.UPHELD, record)
    (mark,) = town.kept(record.id).marks
    assert mark.until == town.case(shown).clock("dissent").due_at
    clock.set(mark.until - timedelta(milliseconds=1))
    (annotation,) = reports.mine(town.deps, town.resident).annotations
    assert annotation.record_id == record.id
    assert records.is_contested(town.kept(record.id), clock())
    clock.set(mark.until)
    report = reports.mine(town.deps, town.resident)
    assert (report.annotations, [one.marks for one in report.sections[1].records]) == ((), [()])
    assert not records.is_contested(town.kept(record.id), clock())
    assert len(town.kept(record.id).marks) == 1
    sweep(town)
    assert town.kept(record.id).marks == ()


def test_a_calendar_that_moves_the_time_to_dissent_moves_the_end_of_the_mark(
    town: Town, clock: Clock
) -> None:
    clock.set(datetime(2026, 12, 29, 3, tzinfo=UTC))
    record = town.record()
    shown = town.bring_to(State.UPHELD, record)
    (before,) = town.kept(record.id).marks
    calendars.put_year(town.deps, STEWARD, **DAYS_OF_2027)
    service.recompute_clocks(town.deps, STEWARD)
    (after,) = town.kept(record.id).marks
    assert after.until == town.case(shown).clock("dissent").due_at > before.until


def test_the_mark_of_a_dissent_has_no_end(town: Town, clock: Clock) -> None:
    record = town.record()
    town.bring_to(State.DISSENTED, record)
    clock.advance(days=400)
    (mark,) = reports.mine(town.deps, town.resident).annotations
    assert (mark.record_id, mark.statement) == (record.id, "我仍不服")


def test_the_desks_find_what_they_read_by_indexes(town: Town, clock: Clock) -> None:
    for state in (State.MARKED, State.SUPPLEMENT_REQUESTED, State.UPHELD):
        town.bring_to(state)
    clock.advance(days=40)
    assert "objections" not in scans(town.deps, lambda: desks(town))
