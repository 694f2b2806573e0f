"""Putting in a year's working days: who may, what is refused, and that two at once do not overwrite each other unseen."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import pytest

from backend.audit import service as audit
from backend.calendars import service
from backend.calendars.model import Table
from backend.common import mongo
from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.common.errors import Kind, ServiceError
from schemas.terms import STAFF_ROLES, Channel, Role
from tests.support.calendars import DAYS_OF_2027
from tests.support.commands import watched
from tests.support.world import Clock

STEWARD = Actor(id="st-1", role=Role.DATA_STEWARD, channel=Channel.CONSOLE, name="数据管理员甲")
HOLIDAYS, NEW_YEARS_EVE = DAYS_OF_2027["holidays"], date(2026, 12, 31)


def put(deps: Deps, actor: Actor = STEWARD, **changed: Any) -> Table:
    return service.put_year(deps, actor, **{**DAYS_OF_2027, **changed})


def refusal(deps: Deps, actor: Actor = STEWARD, **changed: Any) -> ServiceError:
    with pytest.raises(ServiceError) as caught:
        put(deps, actor, **changed)
    with pytest.raises(ServiceError) as previewed:
        service.preview(deps, actor, **{**DAYS_OF_2027, **changed})
    assert previewed.value.reason == caught.value.reason
    return caught.value


def test_a_year_put_in_counts_at_once_and_is_provisional_no_more(deps: Deps) -> None:
    before = service.calendar(deps).due(NEW_YEARS_EVE, 1)
    put(deps)
    after = service.calendar(deps).due(NEW_YEARS_EVE, 1)
    assert (before.on, before.provisional) == (date(2027, 1, 4), True)
    assert (after.on, after.provisional, after.version) == (date(2027, 1, 6), False, "2027=staff-1")


def test_a_transaction_reads_the_working_days_once_and_again_what_it_put_in(deps: Deps) -> None:
    with watched(deps) as (own, sent):
        for year in (2027, 2028):
            with mongo.transaction(own.client):
                before = service.calendar(own)
                assert before.is_provisional(2027) is (year == 2027), "each transaction reads for itself"
                assert service.calendar(own) is before
                assert sent.about.count(("find", "calendars")) == 1
                put(own)
                assert not service.calendar(own).is_provisional(2027)
            sent.about.clear()
        service.calendar(own), service.calendar(own)
        assert sent.about == [("find", "calendars")] * 2, "outside of one everybody asks anew"


def test_a_preview_writes_nothing(deps: Deps) -> None:
    seen = service.preview(deps, STEWARD, **DAYS_OF_2027)
    assert seen.version == 1
    assert service.calendar(deps).is_provisional(2027)
    assert deps.db["audit_log"].count_documents({}) == 0


def test_the_same_again_changes_nothing_and_a_correction_is_the_next_version(
    deps: Deps, clock: Clock
) -> None:
    first = put(deps, replaces=0)
    clock.advance(hours=1)
    assert put(deps, replaces=0, holidays=HOLIDAYS[::-1]) == first, (
        "an answer that was lost may be asked for again"
    )
    second = put(deps, replaces=1, make_up_days=[date(2027, 1, 9)])
    assert (second.version, second.put_at) == (2, clock())
    assert service.calendar(deps).due(NEW_YEARS_EVE, 4).on == date(2027, 1, 9)
    assert deps.db["calendars"].count_documents({}) == 2, "the version before is kept"


def test_each_version_is_in_the_log_with_its_source(deps: Deps) -> None:
    put(deps)
    put(deps)
    line = deps.db["audit_log"].find_one({"action": "calendars.put_year"})
    assert (line["actor_id"], line["target_id"]) == ("st-1", "2027-1")
    assert line["details"] == {
        "year": 2027,
        "version": 1,
        "holidays": len(HOLIDAYS),
        "make_up_days": 0,
        "source": "invented for a test",
    }
    assert deps.db["audit_log"].count_documents({}) == 1
    assert list(audit.verify_log(deps)) == []


@pytest.mark.parametrize("role", sorted(STAFF_ROLES - {Role.DATA_STEWARD, Role.ADMIN}))
def test_only_a_steward_or_an_administrator_puts_a_year_in(deps: Deps, role: Role) -> None:
    assert refusal(deps, Actor(id="x", role=role, channel=Channel.CONSOLE)).kind is Kind.FORBIDDEN


@pytest.mark.parametrize(
    ("changed", "reason", "said"),
    [
        ({"year": 1989}, "calendars.wrong_year", "1990"),
        ({"year": 2101}, "calendars.wrong_year", "2100"),
        ({"source": "  "}, "calendars.no_source", "notice"),
        ({"holidays": [*HOLIDAYS, date(2028, 1, 1)]}, "calendars.wrong_days", "2028-01-01"),
        ({"holidays": [*HOLIDAYS, date(2026, 11, 30)]}, "calendars.wrong_days", "2026-11-30"),
        ({"holidays": [*HOLIDAYS, HOLIDAYS[0]]}, "calendars.wrong_days", "2027-01-01"),
        ({"make_up_days": [date(2027, 2, 6)]}, "calendars.wrong_days", "2027-02-06"),
        ({"make_up_days": [date(2027, 3, 3)]}, "calendars.wrong_days", "2027-03-03"),
        ({"holidays": [day for day in HOLIDAYS if day.month != 10]}, "calendars.wrong_days", "2027-10-01"),
        ({"holidays": [date(2027, 1, 1), date(2027, 5, 1), date(2027, 10, 1)]}, "calendars.too_few", "13"),
    ],
)
def test_a_table_that_cannot_be_a_whole_year_is_refused(
    deps: Deps, changed: Mapping[str, Any], reason: str, said: str
) -> None:
    error = refusal(deps, **changed)
    assert (error.kind, error.reason) == (Kind.INVALID, reason)
    assert said in error.text.en
    assert service.calendar(deps).is_provisional(2027)


def test_the_december_before_may_be_named(deps: Deps) -> None:
    put(deps, make_up_days=[date(2026, 12, 27)])
    assert service.calendar(deps).is_workday(date(2026, 12, 27))


def test_who_began_from_an_older_version_is_told(deps: Deps) -> None:
    put(deps)
    error = refusal(deps, replaces=0, make_up_days=[date(2027, 1, 9)])
    assert (error.kind, error.reason, error.data) == (Kind.CONFLICT, "calendars.changed", {"version": 1})


def test_of_two_who_began_from_the_same_version_one_is_told(deps: Deps) -> None:
    def correct(saturday: int) -> int | str:
        try:
            return put(deps, replaces=0, make_up_days=[date(2027, 3, saturday)]).version
        except ServiceError as error:
            return error.reason

    with ThreadPoolExecutor(4) as pool:
        told = list(pool.map(correct, (6, 13, 20, 27)))
    assert sorted(map(str, told)) == ["1", *["calendars.changed"] * 3]
    assert deps.db["calendars"].count_documents({}) == 1
    assert deps.db["audit_log"].count_documents({}) == 1


def test_those_who_do_not_say_what_they_replace_come_one_after_another(deps: Deps) -> None:
    with ThreadPoolExecutor(3) as pool:
        made = list(pool.map(lambda day: put(deps, make_up_days=[date(2027, 3, day)]).version, (6, 13, 20)))
    assert sorted(made) == [1, 2, 3]


def test_a_years_table_for_the_past_takes_the_mark_away_too(deps: Deps) -> None:
    days = [date(2003, 1, 1), *[date(2003, 2, day) for day in range(1, 8)]]
    days += [date(2003, month, day) for month in (5, 10) for day in range(1, 8)]
    assert service.calendar(deps).due(date(2003, 9, 30), 1).provisional
    put(deps, year=2003, holidays=days)
    due = service.calendar(deps).due(date(2003, 9, 30), 1)
    assert (due.on, due.provisional) == (date(2003, 10, 8), False)


def test_the_years_around_now_are_listed_with_what_they_rest_on(deps: Deps) -> None:
    put(deps, year=2027)
    seen = {view.year: view for view in service.tables(deps, STEWARD).items}
    assert list(seen) == [2025, 2026, 2027]
    assert (seen[2026].provisional, seen[2026].version, len(seen[2026].holidays)) == (False, None, 33)
    assert seen[2026].calendar_version.startswith("2026=chinesecalendar-")
    assert (seen[2027].version, seen[2027].source) == (1, "invented for a test")
    assert seen[2027].put_by_name == "数据管理员甲"


def test_a_year_that_nobody_announced_is_listed_as_provisional(deps: Deps) -> None:
    last = service.tables(deps, STEWARD).items[-1]
    assert (last.year, last.provisional, last.calendar_version) == (2027, True, "2027=provisional")
    assert (last.holidays, last.make_up_days) == ((), ())


def test_a_citizen_does_not_see_the_list_of_the_desk(deps: Deps) -> None:
    with pytest.raises(ServiceError) as refused:
        service.tables(deps, Actor(id="anna", role=Role.CITIZEN, channel=Channel.API))
    assert refused.value.kind is Kind.FORBIDDEN
