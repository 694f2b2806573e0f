"""Searching the log: each filter, pages, who may, and that every search goes by an index and is a line itself."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from backend.audit import service
from backend.audit.model import Line
from backend.common.actor import Actor
from backend.common.deps import Deps
from schemas.terms import STAFF_ROLES, Channel, Role
from schemas.text import Text
from tests.support.people import acts
from tests.support.plans import plans, recorded
from tests.support.refusals import refused
from tests.support.web import ClientAs
from tests.support.world import Clock

AUDITOR = Actor("staff-he", Role.AUDITOR, Channel.CONSOLE, name="he.rui")
OFFICER = Actor("staff-ma", Role.CASE_OFFICER, Channel.CONSOLE, name="ma.li")
CITIZEN = Actor("a1", Role.CITIZEN, Channel.PAGE, subject_id="s1")
BEGIN = datetime(2026, 11, 20, 2, tzinfo=UTC)
READERS = (Role.AUDITOR, Role.ADMIN)


@pytest.fixture
def log(deps: Deps, clock: Clock) -> Deps:
    """Two looks of a citizen, and what an officer did with two cases, a minute apart."""
    clock.set(BEGIN)
    for number in (1, 2):
        service.look(
            deps,
            CITIZEN,
            "reports.read",
            subject_id="s1",
            purpose=Text("本人查询", "Own look"),
            scope=Text("全部信用记录", "All credit records"),
            report_no=f"SH{number}",
            code_hash="00ff",
            snapshot="1f",
        )
        clock.advance(minutes=1)
    for case in ("o1", "o2"):
        for verb in ("compare", "forward"):
            service.record(deps, OFFICER, f"objections.{verb}", case, subject_id="s1", state="comparing")
            clock.advance(minutes=1)
    service.record(deps, OFFICER, "objectionsx.read", "o1")
    clock.advance(minutes=1)
    return deps


def found(deps: Deps, **asked: Any) -> list[str]:
    return [f"{one.action} {one.target_id or ''}".strip() for one in lines(deps, **asked)]


def lines(deps: Deps, **asked: Any) -> tuple[Line, ...]:
    return service.search(deps, AUDITOR, limit=50, **asked).items


def test_the_newest_line_comes_first(log: Deps) -> None:
    assert found(log) == [
        "objectionsx.read o1",
        "objections.forward o2",
        "objections.compare o2",
        "objections.forward o1",
        "objections.compare o1",
        "reports.read",
        "reports.read",
    ]


@pytest.mark.parametrize(
    ("asked", "count"),
    [
        ({"action": "objections."}, 4),
        ({"action": "objections"}, 5),
        ({"action": "objections.forward"}, 2),
        ({"action": "nothing"}, 0),
        ({"actor_id": "staff-ma"}, 5),
        ({"target_id": "o1"}, 3),
        ({"role": Role.CITIZEN}, 2),
        ({"role": Role.CITIZEN, "channel": Channel.BOT}, 0),
        ({"channel": Channel.CONSOLE}, 5),
        ({"action": "objections.", "target_id": "o2", "actor_id": "staff-ma", "role": Role.CASE_OFFICER}, 2),
        ({"since": BEGIN + timedelta(minutes=1), "until": BEGIN + timedelta(minutes=2)}, 1),
    ],
)
def test_each_filter_narrows(log: Deps, asked: dict[str, Any], count: int) -> None:
    assert len(found(log, **asked)) == count


@pytest.mark.parametrize(
    ("asked", "index"),
    [
        ({}, "IXSCAN { at: 1, _id: 1 }"),
        ({"action": "objections."}, "by_action"),
        ({"actor_id": "staff-ma", "channel": Channel.CONSOLE}, "by_actor"),
        ({"target_id": "o1", "action": "objections."}, "by_target"),
        ({"role": Role.CASE_OFFICER}, "by_door"),
        ({"channel": Channel.CONSOLE}, "by_door"),
    ],
)
def test_every_search_is_read_in_order_from_an_index(log: Deps, asked: dict[str, Any], index: str) -> None:
    first = service.search(log, AUDITOR, limit=1, **asked)
    reads = [
        line
        for line in recorded(
            log, lambda: service.search(log, AUDITOR, limit=1, cursor=first.next_cursor, **asked)
        )
        if line["ns"].endswith(".audit_log") and line["command"].get("find") and "hint" in line["command"]
    ]
    (read,) = reads
    assert "COLLSCAN" not in read["planSummary"]
    assert "hasSortStage" not in read
    assert index in (read["planSummary"], read["command"]["hint"])


def test_actions_are_skipped_through(log: Deps) -> None:
    ways = plans(log, lambda: service.actions(log, AUDITOR))["audit_log"]
    assert any("DISTINCT_SCAN" in way for way in ways), ways
    assert service.actions(log, AUDITOR) == (
        "objections.compare",
        "objections.forward",
        "objectionsx.read",
        "reports.read",
    )


@pytest.mark.parametrize("asked", [{}, {"action": "objections"}, {"channel": Channel.CONSOLE}])
def test_pages_hold_every_line_once(log: Deps, asked: dict[str, Any], clock: Clock) -> None:
    for _ in range(3):  # of the same instant
        service.record(log, OFFICER, "objections.decide", "o1")
    until = clock.advance(minutes=1)
    whole, cursor = lines(log, until=until, **asked), None
    seen: list[Line] = []
    while True:
        page = service.search(log, AUDITOR, limit=2, until=until, cursor=cursor, **asked)
        seen += page.items
        if (cursor := page.next_cursor) is None:
            break
        clock.advance(seconds=1)
    assert tuple(seen) == whole


def test_a_cursor_belongs_to_its_search(log: Deps) -> None:
    cursor = service.search(log, AUDITOR, limit=1, action="objections.").next_cursor
    refused("list.bad_cursor", lambda: service.search(log, AUDITOR, action="reports.", cursor=cursor))


def test_a_line_tells_the_act_and_nothing_that_proves_a_report(log: Deps) -> None:
    line = lines(log, action="reports.")[0]
    assert line.details == {"report_no": "SH2"}
    assert (line.purpose, line.subject_id) == (Text("本人查询", "Own look"), "s1")


def test_the_search_is_itself_a_line(log: Deps) -> None:
    service.search(log, AUDITOR, action="objections.", target_id="o1", role=Role.CASE_OFFICER)
    (line,) = acts(log, "audit.search")
    assert (line["actor_id"], line["target_id"]) == ("staff-he", "o1")
    assert line["details"] == {
        "since": "2026-10-21T02:07:00+00:00",
        "until": "2026-11-20T02:07:00+00:00",
        "sought_action": "objections.",
        "sought_actor": None,
        "sought_role": "case_officer",
        "sought_channel": None,
        "shown": 2,
    }
    assert list(service.verify_log(log)) == []


def test_a_time_that_ends_before_it_begins_is_refused(deps: Deps) -> None:
    refused("audit.bad_period", lambda: service.search(deps, AUDITOR, since=BEGIN, until=BEGIN))


@pytest.mark.parametrize("role", sorted(STAFF_ROLES - set(READERS)))
def test_others_do_not_search(deps: Deps, role: Role) -> None:
    other = Actor("staff-x", role, Channel.CONSOLE, unit="HRSS" if role is Role.PROVIDER else None)
    refused("auth.not_allowed", lambda: service.search(deps, other))


@pytest.mark.parametrize("name", ["since", "until"])
@pytest.mark.parametrize("at", ["0001-01-01T00:00:00%2B08:00", "9999-12-31T23:59:59-08:00"])
def test_an_end_of_the_calendar_is_no_time_to_search_by(
    deps: Deps, web_as: ClientAs, name: str, at: str
) -> None:
    answer = web_as(AUDITOR).get(f"/api/v1/staff/audit?{name}={at}")
    assert (answer.status_code, list(answer.json["errors"]["query"])) == (422, [name])
    assert "1900" in str(answer.json["errors"]["query"][name])


def test_over_http(log: Deps, web_as: ClientAs) -> None:
    client = web_as(AUDITOR)
    answer = client.get(
        "/api/v1/staff/audit?action=objections.&target_id=o1&since=2026-11-20T10:00:00%2B08:00"
    )
    assert answer.status_code == 200
    line = answer.json["items"][0]
    assert (line["action"], line["actor_role_label"], line["at"]) == (
        "objections.forward",
        "异议处理员",
        "2026-11-20T10:03:00.000+08:00",
    )
    assert client.get("/api/v1/staff/audit?action=a$b").status_code == 422
    assert client.get("/api/v1/staff/audit?id_number=310101199001010087").status_code == 422
    assert web_as(OFFICER).get("/api/v1/staff/audit").status_code == 403
