"""The looks that were not the subject's own: found and counted by an index that holds no others."""

from datetime import timedelta
from typing import Any

import pytest

from backend.audit import service
from backend.audit.model import Entry, Onlookers
from backend.common.actor import Actor
from backend.common.deps import Deps
from schemas.terms import Channel, Role
from schemas.text import Text
from tests.support.plans import recorded
from tests.support.refusals import refused
from tests.support.world import START, Clock

OWNER = Actor("a1", Role.CITIZEN, Channel.PAGE, subject_id="s1")
OFFICER = Actor("staff-ma", Role.CASE_OFFICER, Channel.CONSOLE, name="ma.li")
PROVIDER = Actor("staff-wu", Role.PROVIDER, Channel.CONSOLE, name="wu.di", unit="HRSS")
WHY = Text("原因", "Why")


def look(deps: Deps, actor: Actor, action: str = "reports.read", subject_id: str = "s1") -> Entry:
    return service.look(deps, actor, action, subject_id=subject_id, purpose=WHY, scope=WHY)


@pytest.fixture
def log(deps: Deps, clock: Clock) -> Deps:
    """Forty looks of the subject's own, and among them one each of an officer, a link's holder and a unit; an act as well."""
    for number in range(40):
        look(deps, OWNER)
        if number == 10:
            look(deps, OFFICER, "objections.read")
        if number == 20:
            look(deps, OWNER, service.SHARED)
        if number == 30:
            look(deps, PROVIDER, "objections.read")
        clock.advance(minutes=1)
    service.record(deps, OFFICER, "objections.decide", "o1", subject_id="s1")
    look(deps, OFFICER, "objections.read", "s2")
    return deps


def test_only_others_are_listed_newest_first_page_by_page(log: Deps) -> None:
    first = service.looks(log, "s1", limit=2, others=True)
    second = service.looks(log, "s1", limit=2, others=True, cursor=first.next_cursor)
    found = [(one.actor_role, one.action) for one in (*first.items, *second.items)]
    assert found == [
        (Role.PROVIDER, "objections.read"),
        (Role.CITIZEN, "reports.share"),
        (Role.CASE_OFFICER, "objections.read"),
    ]
    assert second.next_cursor is None


def test_a_cursor_of_one_list_is_none_of_the_other(log: Deps) -> None:
    others = service.looks(log, "s1", limit=1, others=True).next_cursor
    every = service.looks(log, "s1", limit=1).next_cursor
    refused("list.bad_cursor", service.looks, log, "s1", limit=1, cursor=others)
    refused("list.bad_cursor", service.looks, log, "s1", limit=1, cursor=every, others=True)


@pytest.mark.parametrize("action", ["reports.read", "reports.share"])
@pytest.mark.parametrize("role", Role)
def test_the_index_and_the_rule_agree_on_whose_look_it_is(deps: Deps, role: Role, action: str) -> None:
    entry = look(deps, Actor("x", role, Channel.API), action)
    listed = service.looks(deps, "s1", limit=5, others=True).items
    assert listed == (() if service.is_own(entry) else (entry,))


def test_a_list_reads_no_line_that_it_does_not_show(log: Deps) -> None:
    (read,) = _reads(log, lambda: service.looks(log, "s1", limit=5, others=True))
    assert (read["docsExamined"], read["keysExamined"], read["nreturned"]) == (3, 3, 3)
    assert "hasSortStage" not in read
    cursor = service.looks(log, "s1", limit=1, others=True).next_cursor
    (read,) = _reads(log, lambda: service.looks(log, "s1", limit=5, others=True, cursor=cursor))
    assert read["docsExamined"] == read["nreturned"] == 2


def test_the_newest_is_one_line(log: Deps) -> None:
    newest = service.newest_other(log, "s1")
    assert newest is not None
    assert newest.actor_id == PROVIDER.id
    assert service.newest_other(log, "s3") is None
    (read,) = _reads(log, lambda: service.newest_other(log, "s1"))
    assert read["docsExamined"] == 1


def test_they_are_counted_by_who_they_are_since_an_instant(log: Deps) -> None:
    look(log, OFFICER, "objections.read")
    officer = Onlookers(Role.CASE_OFFICER, None, "ma.li", shared=False, count=2)
    unit = Onlookers(Role.PROVIDER, "HRSS", "wu.di", shared=False, count=1)
    link = Onlookers(Role.CITIZEN, None, None, shared=True, count=1)
    assert service.onlookers(log, "s1", since=START) == (officer, unit, link)
    later = START + timedelta(minutes=30)
    assert set(service.onlookers(log, "s1", since=later)) == {
        Onlookers(Role.CASE_OFFICER, None, "ma.li", shared=False, count=1),
        unit,
    }
    assert service.onlookers(log, "s3", since=START) == ()


def test_counting_reads_none_of_the_subjects_own(log: Deps) -> None:
    later = START + timedelta(minutes=15)
    (read,) = _reads(log, lambda: service.onlookers(log, "s1", since=later))
    assert read["docsExamined"] == 2
    assert read["keysExamined"] <= 4


def test_the_index_holds_nothing_else(log: Deps) -> None:
    found = log.db["audit_log"].aggregate([{"$indexStats": {}}, {"$match": {"name": "by_others"}}]).to_list()
    (index,) = found
    held = log.db["audit_log"].find(index["spec"]["partialFilterExpression"], hint="by_others").explain()
    assert held["executionStats"]["totalKeysExamined"] == 4  # of both subjects


def _reads(deps: Deps, work: Any) -> list[dict[str, Any]]:
    return [
        line for line in recorded(deps, work) if line["ns"].endswith(".audit_log") and "keysExamined" in line
    ]
