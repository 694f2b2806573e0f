"""The figures of a year: counted through use cases, cut by Shanghai's months, kept once a month is over."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from backend.audit import service as audit
from backend.common.actor import Actor, system
from backend.common.deps import Deps
from backend.operations import service, store
from backend.operations.model import Year
from backend.reports import service as reports
from schemas.terms import Channel, MonthState, ObjectionState, OperationsTable, QueryKind, Role, Way
from schemas.text import Text
from tests.backend.objections.town import make_town
from tests.support.people import bound, verified
from tests.support.plans import plans, recorded
from tests.support.refusals import refused
from tests.support.web import ClientAs
from tests.support.world import Clock

AUDITOR = Actor("staff-he", Role.AUDITOR, Channel.CONSOLE, name="he.rui")
WORKER = system(Channel.WORKER, "worker")
OCTOBER_ENDS = datetime(2026, 10, 31, 16, tzinfo=UTC)
"""Midnight in Shanghai."""
INSTANT = timedelta(milliseconds=1)
NOW = datetime(2026, 11, 29, 2, tzinfo=UTC)


def look(
    deps: Deps, at: datetime, action: str = "reports.read", channel: Channel = Channel.PAGE, **more: Any
) -> None:
    citizen, then = Actor("a1", Role.CITIZEN, channel, subject_id="s1"), replace(deps, now=lambda: at)
    own, whole = Text("本人", "Own"), Text("全部", "All")
    audit.look(then, citizen, action, subject_id="s1", purpose=own, scope=whole, **more)


def figures(year: Year, table: OperationsTable) -> dict[tuple[str, str], list[int]]:
    """Row and column -> the months from September on."""
    return {(one.row, one.column): list(one.months[8:]) for one in year.table(table).rows}


def test_looks_are_counted_by_month_kind_and_channel(deps: Deps, clock: Clock) -> None:
    look(deps, OCTOBER_ENDS - timedelta(days=40), channel=Channel.API)
    look(deps, OCTOBER_ENDS - INSTANT, form="report")
    look(deps, OCTOBER_ENDS, form="report")
    look(deps, NOW, form="pdf")
    look(deps, NOW, "reports.download_again")
    look(deps, NOW, "reports.summary", Channel.BOT)
    look(deps, NOW, "reports.share", Channel.LINK)
    look(deps, NOW, "eligibility.check", Channel.COUNTER)
    clock.set(NOW + INSTANT)
    year = service.year(deps, AUDITOR)
    assert figures(year, OperationsTable.QUERIES) == {
        ("report", "api"): [1, 0, 0, 0],
        ("report", "page"): [0, 1, 1, 0],
        ("pdf", "page"): [0, 0, 2, 0],
        ("summary", "bot"): [0, 0, 1, 0],
    }
    assert figures(year, OperationsTable.LINKS) == {("shared", "link"): [0, 0, 1, 0]}
    assert figures(year, OperationsTable.SERVICES) == {("checks", ""): [0, 0, 1, 0]}
    assert year.totals.queries == 6
    assert [one.state for one in year.months[9:]] == [MonthState.CLOSED, MonthState.RUNNING, MonthState.AHEAD]
    assert year.years == (2026,)


def test_each_way_to_the_own_record_is_a_kind_of_its_own(deps: Deps, clock: Clock) -> None:
    clock.set(NOW)
    resident = verified(deps, bound(deps))
    reports.summary(deps, resident)
    reports.mine(deps, resident)
    reports.forgetting_calendar(deps, resident)
    for _ in range(2):  # the second is the first again, and a look of its own
        reports.printed(deps, resident)
    year = service.year(deps, AUDITOR)
    november = {row: months[2] for (row, _), months in figures(year, OperationsTable.QUERIES).items()}
    assert november == {"report": 1, "pdf": 2, "summary": 1, "calendar": 1}


def test_a_year_turns_at_midnight_in_shanghai(deps: Deps, clock: Clock) -> None:
    turn = datetime(2026, 12, 31, 16, tzinfo=UTC)
    look(deps, turn - INSTANT)
    look(deps, turn)
    clock.set(turn + timedelta(hours=1))
    assert service.year(deps, AUDITOR).year == 2027
    assert [service.year(deps, AUDITOR, year=one).totals.queries for one in (2026, 2027)] == [1, 1]
    assert service.year(deps, AUDITOR).years == (2026, 2027)


def test_a_month_that_is_over_is_kept_once_and_not_counted_again(deps: Deps, clock: Clock) -> None:
    look(deps, OCTOBER_ENDS - INSTANT)
    clock.set(OCTOBER_ENDS + audit.SETTLING - INSTANT)
    assert service.close_months(deps, WORKER) == 0, "a slow writer may still add a line"
    clock.set(OCTOBER_ENDS + audit.SETTLING)
    assert (service.close_months(deps, WORKER), service.close_months(deps, WORKER)) == (1, 0)
    (kept,) = store.list_by_id(deps.db, ["2026-10"])
    assert [(one.row, one.column, one.count) for one in kept.counts] == [("report", "page", 1)]
    deps.db["audit_log"].delete_many({})
    assert service.year(deps, AUDITOR).totals.queries == 1


def test_who_reads_first_keeps_a_month_that_no_sweep_has_counted(deps: Deps, clock: Clock) -> None:
    look(deps, OCTOBER_ENDS - INSTANT)
    clock.set(NOW)
    service.year(deps, AUDITOR)
    assert store.ids_of(deps.db, ["2026-09", "2026-10", "2026-11"]) == {"2026-10"}
    assert service.close_months(deps, WORKER) == 0


def test_the_running_month_is_counted_on_the_keys_of_an_index(deps: Deps, clock: Clock) -> None:
    for _ in range(5):
        look(deps, NOW, form="report")
    look(deps, NOW, "reports.calendar")
    work = recorded(deps, lambda: service.year(deps, AUDITOR))
    (tally,) = (line for line in work if "aggregate" in line["command"] and line["ns"].endswith(".audit_log"))
    assert "IXSCAN { action: 1, at: 1" in tally["planSummary"]
    assert tally["docsExamined"] == 0
    ways = plans(deps, lambda: service.year(deps, AUDITOR))
    read = {"audit_log", "objections", "restorations", "accounts", "chat_figures"}
    assert {name for name in read if any("COLLSCAN" in way for way in ways[name])} == set()


def test_cases_are_counted_when_they_come_and_when_they_end_in_time_or_late(deps: Deps, clock: Clock) -> None:
    clock.set(OCTOBER_ENDS - timedelta(days=3))
    town = make_town(deps)
    town.bring_to(ObjectionState.CLOSED)
    town.bring_to(ObjectionState.WITHDRAWN)
    late = town.submit()
    town.moves(late.id)["compare"]()
    clock.set(OCTOBER_ENDS + timedelta(days=20))
    town.moves(late.id)["decide"]()
    year = service.year(deps, AUDITOR)
    assert figures(year, OperationsTable.OBJECTIONS) == {
        ("submitted", ""): [0, 3, 0, 0],
        ("corrected", "in_time"): [0, 1, 0, 0],
        ("corrected", "late"): [0, 0, 1, 0],
        ("withdrawn", "in_time"): [0, 1, 0, 0],
    }
    totals = year.totals
    assert (totals.objections, totals.objections_ended, totals.objections_in_time) == (3, 3, 2)


def test_users_are_counted_when_they_come_are_bound_and_prove_who_they_are(deps: Deps, clock: Clock) -> None:
    clock.set(NOW)
    verified(deps, bound(deps))
    year = service.year(deps, AUDITOR)
    assert figures(year, OperationsTable.USERS) == {
        ("created", ""): [0, 0, 1, 0],
        ("bound", ""): [0, 0, 1, 0],
        ("proved", "window"): [0, 0, 1, 0],
    }
    assert (year.totals.accounts, year.totals.bound, year.totals.proofs) == (1, 1, 1)


def test_imports_are_summed_by_unit_and_chats_by_channel(deps: Deps, clock: Clock) -> None:
    clock.set(NOW)
    for rows in (10, 5):
        counts: dict[str, Any] = {
            "rows": rows,
            "new": rows - 3,
            "changed": 1,
            "unchanged": 1,
            "refused": 1,
            "linked": rows - 1,
        }
        audit.record(deps, WORKER, "records.import", "b", unit="HRSS", **counts)
    audit.record(deps, WORKER, "records.import", "b", unit="BLOOD", rows=1, new=1, linked=1)
    for day in ("2026-10-31", "2026-11-01", "2026-11-30"):
        found = {"_id": day, "day": day, "channel": Way.TELEGRAM.value, "expires_at": NOW, "understood": 2}
        deps.db["chat_figures"].insert_one(found)
    year = service.year(deps, AUDITOR)
    imports = figures(year, OperationsTable.IMPORTS)
    assert {column: months[2] for (unit, column), months in imports.items() if unit == "HRSS"} == {
        "files": 2,
        "rows": 15,
        "accepted": 13,
        "refused": 2,
        "linked": 13,
    }
    assert [(one.column, one.total) for one in service.in_all(year.table(OperationsTable.IMPORTS))] == [
        ("files", 3), ("rows", 16), ("accepted", 14), ("refused", 2), ("linked", 14),
    ]  # fmt: skip
    assert [
        (name.zh, counts) for name, counts in service.crossed(year.table(OperationsTable.IMPORTS)).rows
    ] == [
        ("BLOOD", (1, 1, 1, 0, 1)),
        ("HRSS", (2, 15, 13, 2, 13)),
    ]
    assert figures(year, OperationsTable.CHATS) == {("understood", "telegram"): [0, 0, 4, 0]}
    assert (year.totals.rows, year.totals.accepted, year.totals.linked) == (16, 14, 14)


@pytest.mark.parametrize("year", [2013, 2027, 9999])
def test_a_year_that_cannot_be_is_refused(deps: Deps, year: int) -> None:
    refused("operations.wrong_year", lambda: service.year(deps, AUDITOR, year=year))


def test_a_year_before_anything_was_written_is_empty(deps: Deps) -> None:
    year = service.year(deps, AUDITOR, year=2019)
    assert [one.counted_at for one in year.months] == [None] * 12
    assert [one.rows for one in year.tables] == [()] * len(OperationsTable)


def test_only_auditors_stewards_and_administrators_read_them(deps: Deps) -> None:
    officer = Actor("staff-ma", Role.CASE_OFFICER, Channel.CONSOLE)
    refused("auth.not_allowed", lambda: service.year(deps, officer))
    refused("auth.not_allowed", lambda: service.close_months(deps, AUDITOR))


def test_over_http(deps: Deps, web_as: ClientAs) -> None:
    look(deps, NOW, form=QueryKind.REPORT.value)
    answer = web_as(AUDITOR).get("/api/v1/staff/operations?year=2026")
    assert answer.status_code == 200
    (row,) = answer.json["tables"][0]["rows"]
    assert (row["row_label"], row["column_label"], row["months"][10], row["total"]) == (
        "信用报告",
        "网页",
        1,
        1,
    )
    assert web_as(AUDITOR).get("/api/v1/staff/operations?year=2027").json["reason"] == "operations.wrong_year"
    citizen = Actor("a1", Role.CITIZEN, Channel.API)
    assert web_as(citizen).get("/api/v1/staff/operations").status_code == 403
