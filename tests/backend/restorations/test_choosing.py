"""Before an application: the own adverse records, why one may have to wait, and the clocks that would run."""

from dataclasses import replace
from datetime import date
from typing import Any

from backend.restorations import service
from schemas.terms import Nature, RestorationState, Severity
from tests.backend.restorations.conftest import Desk
from tests.support.people import acts
from tests.support.refusals import refused

EARLY: dict[str, Any] = {
    "occurred_on": date(2026, 11, 1),
    "ended_on": date(2026, 11, 1),
    "severity": Severity.SERIOUS,
}
PROVE = "identity.verification_required"


def test_each_adverse_record_says_whether_it_may_be_asked_for(desk: Desk) -> None:
    town = desk.town
    ready, taken, early = town.record(), town.record(), town.record(**EARLY)
    runs = town.record(ended_on=None)
    town.record(nature=Nature.OTHER)
    town.record(subject_id=town.stranger.subject_id)
    opened = desk.apply(taken)
    found = {one.record.id: one for one in service.candidates(desk.deps, town.resident).items}
    assert set(found) == {ready.id, taken.id, early.id, runs.id}
    assert {ident: one.open_id for ident, one in found.items() if one.open_id} == {taken.id: opened.id}
    whys = {ident: one.why_not.zh for ident, one in found.items() if one.why_not}
    assert set(whys) == {early.id, runs.id}
    assert "2027年11月1日" in whys[early.id]


def test_a_long_list_comes_in_parts(desk: Desk) -> None:
    ids = {desk.town.record().id for _ in range(3)}
    first = service.candidates(desk.deps, desk.town.resident, limit=2)
    rest = service.candidates(desk.deps, desk.town.resident, limit=2, cursor=first.next_cursor)
    assert [len(first.items), len(rest.items), rest.next_cursor] == [2, 1, None]
    assert {one.record.id for one in (*first.items, *rest.items)} == ids


def test_what_keeps_a_record_is_what_the_application_is_refused_for(desk: Desk) -> None:
    town = desk.town
    for why, record in {
        "too_early": town.record(**EARLY),
        "not_ended": town.record(ended_on=None),
        "not_adverse": town.record(nature=Nature.OTHER),
    }.items():
        found = service.candidate(desk.deps, town.resident, record_id=record.id)
        assert found.why_not == refused(f"restorations.{why}", desk.apply, record).text


def test_looks_are_in_the_log_and_need_a_proof(desk: Desk) -> None:
    town = desk.town
    record, weak = town.record(), replace(town.resident, verified_until=None)
    refused(PROVE, service.candidates, desk.deps, weak)
    refused(PROVE, service.candidate, desk.deps, weak, record_id=record.id)
    service.candidate(desk.deps, town.resident, record_id=record.id)
    assert [one["target_id"] for one in acts(desk.deps, "restorations.choose")] == [record.id]
    theirs = town.record(subject_id=town.stranger.subject_id)
    asked = {"record_id": theirs.id}
    refused("restorations.record_not_found", service.candidate, desk.deps, town.resident, **asked)


def test_the_outlook_is_what_an_application_of_now_gets(desk: Desk) -> None:
    ahead, shown = service.outlook(desk.deps), desk.apply()
    assert [(one.name, one.due_on) for one in ahead.clocks] == [
        (one.name, one.due_on) for one in shown.clocks
    ]
    assert [one.name for one in ahead.coming] == [one.name for one in shown.coming] == ["hide"]
    assert desk.bring_to(RestorationState.RESTORED).coming == ()
