"""The inbox of a desk, on the real database and over HTTP."""

from datetime import date
from typing import Any

import pytest

from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.common.errors import ServiceError
from backend.notices import service
from backend.notices.model import DeskNotice
from schemas.base import SPEAKING
from schemas.notices import DeskNoticeKind
from schemas.terms import CaseKind, Channel, Role
from schemas.text import Text
from tests.support.web import ClientAs
from tests.support.world import Clock


def staff(role: Role, unit: str | None = None, name: str = "lu.ming") -> Actor:
    return Actor(f"staff-{name}", role, Channel.CONSOLE, name=name, unit=unit)


OFFICER = staff(Role.CASE_OFFICER)
METRO, HRSS = staff(Role.PROVIDER, "METRO"), staff(Role.PROVIDER, "HRSS")


def tell(deps: Deps, role: Role = Role.CASE_OFFICER, unit: str | None = None) -> DeskNotice:
    return service.tell_desk(
        deps,
        role=role,
        unit=unit,
        kind=DeskNoticeKind.CLOCK_MOVED,
        case=CaseKind.OBJECTION,
        case_id="c1",
        clock=Text("核查答复", "Finding"),
        from_on=date(2027, 1, 8),
        to_on=date(2027, 1, 11),
    )


def test_a_desk_hears_what_moved_with_the_old_and_the_new_day_in_both_languages(deps: Deps) -> None:
    tell(deps)
    (notice,) = service.desk_inbox(deps, OFFICER, limit=10).items
    assert (notice.case, notice.case_id) == (CaseKind.OBJECTION, "c1")
    assert "核查答复" in notice.body
    mark = SPEAKING.set("en")
    try:
        assert notice.body.startswith("Objection c1:")
        assert "“Finding” is now due on 11 Jan 2027 instead of 8 Jan 2027" in notice.body
    finally:
        SPEAKING.reset(mark)


def test_a_unit_reads_its_own_notices_and_no_others(deps: Deps) -> None:
    sent = tell(deps, Role.PROVIDER, "METRO")
    assert [notice.id for notice in service.desk_inbox(deps, METRO, limit=10).items] == [sent.id]
    for other in (HRSS, OFFICER, staff(Role.ADMIN)):
        assert service.desk_inbox(deps, other, limit=10).items == ()
        with pytest.raises(ServiceError) as refused:
            service.desk_read(deps, other, notice_id=sent.id)
        assert refused.value.reason == "notices.not_found"


def test_one_reader_reads_for_the_whole_desk_and_stays_named(deps: Deps, clock: Clock) -> None:
    sent = tell(deps)
    service.desk_read(deps, OFFICER, notice_id=sent.id)
    clock.advance(minutes=1)
    again = service.desk_read(deps, staff(Role.CASE_OFFICER, name="wu.fang"), notice_id=sent.id)
    assert (again.read_by, again.read_at) == ("lu.ming", sent.created_at)
    assert service.desk_inbox(deps, OFFICER, limit=10).unread == 0


def test_an_officer_who_belongs_to_a_district_reads_the_officers_desk(deps: Deps) -> None:
    tell(deps)
    assert service.desk_inbox(deps, staff(Role.CASE_OFFICER, "DIST-XUHUI"), limit=10).unread == 1


@pytest.mark.parametrize(
    ("role", "unit"), [(Role.PROVIDER, None), (Role.CASE_OFFICER, "METRO"), (Role.CITIZEN, None)]
)
def test_what_is_no_desk_is_told_nothing(deps: Deps, role: Role, unit: str | None) -> None:
    with pytest.raises(TypeError):
        tell(deps, role, unit)


@pytest.mark.parametrize("wrong", [{"from_on": "2027-01-08"}, {"to_on": None}, {"name": "张三"}])
def test_a_payload_that_its_kind_does_not_declare_is_refused(deps: Deps, wrong: dict[str, Any]) -> None:
    payload = {"case": CaseKind.OBJECTION, "case_id": "c1", "clock": Text("一", "one")}
    days = {"from_on": date(2027, 1, 8), "to_on": date(2027, 1, 11)}
    with pytest.raises(TypeError):
        service.tell_desk(
            deps,
            role=Role.AUDITOR,
            unit=None,
            kind=DeskNoticeKind.CLOCK_MOVED,
            **(payload | days | wrong),
        )


def test_pages_give_every_notice_once_newest_first(deps: Deps, clock: Clock) -> None:
    sent = []
    for _ in range(5):
        sent.append(tell(deps).id)
        clock.advance(seconds=1)
    first = service.desk_inbox(deps, OFFICER, limit=3)
    second = service.desk_inbox(deps, OFFICER, limit=3, cursor=first.next_cursor)
    assert [notice.id for notice in (*first.items, *second.items)] == sent[::-1]
    with pytest.raises(ServiceError) as refused:
        service.desk_inbox(deps, METRO, limit=3, cursor=first.next_cursor)
    assert refused.value.reason == "list.bad_cursor"


def test_the_inbox_over_http(deps: Deps, web_as: ClientAs) -> None:
    sent = tell(deps)
    web = web_as(OFFICER)
    listed: Any = web.get("/api/v1/staff/notices")
    assert listed.json["unread"] == 1
    assert listed.json["items"][0] | {"title": "", "body": ""} == {
        "id": sent.id,
        "kind": "clock_moved",
        "case": "objection",
        "case_id": "c1",
        "title": "",
        "body": "",
        "created_at": "2026-11-21T20:00:00.000+08:00",
        "read_at": None,
        "read_by": None,
    }
    read: Any = web.post(f"/api/v1/staff/notices/{sent.id}/read")
    assert (read.status_code, read.json["read_by"]) == (200, "lu.ming")
    assert web_as(METRO).post(f"/api/v1/staff/notices/{sent.id}/read").status_code == 404
