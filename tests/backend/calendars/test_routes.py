"""The list of years over HTTP; putting one in is the desk's."""

from backend.calendars import service
from backend.common.actor import Actor
from backend.common.deps import Deps
from schemas.terms import Channel, Role
from tests.support.calendars import DAYS_OF_2027
from tests.support.web import ClientAs

OFFICER = Actor(id="co-1", role=Role.CASE_OFFICER, channel=Channel.CONSOLE)
STEWARD = Actor(id="st-1", role=Role.DATA_STEWARD, channel=Channel.CONSOLE, name="数据管理员甲")


def test_staff_see_which_years_are_announced(deps: Deps, web_as: ClientAs) -> None:
    service.put_year(deps, STEWARD, **DAYS_OF_2027)
    answer = web_as(OFFICER).get("/api/v1/staff/calendars")
    assert answer.status_code == 200
    assert answer.json
    year = answer.json["items"][-1]
    assert (year["year"], year["provisional"], year["calendar_version"]) == (2027, False, "2027=staff-1")
    assert year["holidays"][0] == "2027-01-01"
    assert year["put_at"] == "2026-11-21T20:00:00.000+08:00"
    assert year["put_by_name"] == "数据管理员甲"
