"""One case of every path over HTTP, with the clock of the two long holidays of 2026: Spring Festival and National Day."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from typing import Any

import pytest

from backend import sweeps
from backend.common.actor import Actor
from backend.records.model import Record
from tests.backend.evidence import made
from tests.backend.objections.town import STATEMENT, WORKER, Town
from tests.support.forms import form
from tests.support.web import ClientAs
from tests.support.world import Clock

SHANGHAI = timezone(timedelta(hours=8))


def days(year: int, *months: tuple[int, list[int]]) -> tuple[date, ...]:
    return tuple(date(year, month, day) for month, numbers in months for day in numbers)


# The working days after the day of receipt, written out by hand from the State Council's notice for 2026: Spring Festival
# 15-23 February with work on the 14th and 28th, National Day 1-7 October with work on 10 October.
SEASONS = {
    "Friday before Spring Festival": (
        date(2026, 2, 13),
        days(2026, (2, [14, 24, 25, 26, 27, 28]), (3, [2, 3, 4, 5, 6, 9, 10, 11, 12, 13])),
    ),
    "working Saturday before Spring Festival": (
        date(2026, 2, 14),
        days(2026, (2, [24, 25, 26, 27, 28]), (3, [2, 3, 4, 5, 6, 9, 10, 11, 12, 13, 16])),
    ),
    "eve of National Day": (
        date(2026, 9, 30),
        days(2026, (10, [8, 9, 10, 12, 13, 14, 15, 16, 19, 20, 21, 22, 23, 26, 27, 28])),
    ),
}


@dataclass(frozen=True)
class Case:
    """A case as the four sides drive it over HTTP; `working[n]` is the n-th working day after the day of receipt."""

    town: Town
    web_as: ClientAs
    clock: Clock
    received: date
    working: tuple[date, ...]
    record: Record
    path: str

    def on(self, day: date, hour: int = 10) -> None:
        self.clock.set(datetime.combine(day, time(hour), SHANGHAI))

    def at_midnight_after(self, day: date) -> str:
        """24:00 of the day, to the instant; how the answers write it."""
        self.clock.set(datetime.combine(day + timedelta(days=1), time(0), SHANGHAI))
        return f"{day + timedelta(days=1)}T00:00:00.000+08:00"

    def say(self, who: Actor, verb: str, status: int = 200, **body: Any) -> Any:
        where = {"a1": "me", "o1": "staff", "p1": "provider"}[who.id]
        sent = body if "data" in body else {"json": body} if body else {}
        answer = self.web_as(who).post(f"/api/v1/{where}/objections/{self.path}/{verb}", **sent)
        assert answer.status_code == status, answer.text
        return answer.json

    def seen(self) -> Any:
        answer = self.web_as(self.town.resident).get(f"/api/v1/me/objections/{self.path}")
        assert answer.status_code == 200, answer.text
        return answer.json

    def due(self) -> dict[str, str | None]:
        """The last day of every clock that still runs."""
        return {c["name"]: c["due_on"] for c in self.seen()["clocks"] if c["state"] == "running"}

    def state_of_clock(self, name: str) -> str:
        return str(next(c["state"] for c in reversed(self.seen()["clocks"]) if c["name"] == name))

    def report(self) -> tuple[list[str], list[str]]:
        """Whether the record is in the report, and the marks shown with it."""
        answer = self.web_as(self.town.resident).get("/api/v1/me/report")
        assert answer.status_code == 200, answer.text
        found = [r for section in answer.json["sections"] for r in section["records"]]
        assert [a["kind"] for a in answer.json["annotations"]] == [
            m["kind"] for r in found for m in r["marks"]
        ]
        return [r["id"] for r in found], [m["kind"] for r in found for m in r["marks"]]

    def sweep(self) -> None:
        assert [one.fault for one in sweeps.run_all(self.town.deps, WORKER)] == [None] * len(sweeps.JOBS)


@pytest.fixture(params=SEASONS, ids=list(SEASONS))
def case(request: pytest.FixtureRequest, town: Town, web_as: ClientAs, clock: Clock) -> Case:
    """Just received at ten in the morning, with a receipt as evidence."""
    received, working = SEASONS[request.param]
    clock.set(datetime.combine(received, time(10), SHANGHAI))
    record = town.record()
    sent = form(
        {
            "record_id": record.id,
            "ground": "error_or_omission",
            "statement": STATEMENT,
            "evidence": [(made.small_pdf(), "收据.pdf")],
        }
    )
    answer = web_as(town.resident).post("/api/v1/me/objections", **sent)
    assert answer.status_code == 201, answer.text
    return Case(town, web_as, clock, received, working, record, answer.json["id"])


def test_what_is_promised_on_receipt(case: Case) -> None:
    w, seen = case.working, case.seen()
    assert (seen["state"], [line["act"] for line in seen["timeline"]]) == ("marked", ["submit", "mark"])
    clocks = {c["name"]: c for c in seen["clocks"]}
    assert {name: c["due_on"] for name, c in clocks.items()} == {
        "mark": str(w[0]),
        "compare": str(w[1]),
        "decide": str(w[4]),
        "forward": str(w[1]),
    }
    assert clocks["decide"]["counted_days"] == [str(day) for day in w[:5]]
    assert "三十六" in clocks["decide"]["article"]
    assert "二十九" in clocks["compare"]["article"]
    assert clocks["decide"]["calendar_version"].startswith("2026=")
    assert {c["provisional"] for c in seen["clocks"]} == {False}
    assert clocks["mark"]["state"] == "met"
    assert case.report() == ([case.record.id], ["contested"])
    assert [one["name"] for one in seen["evidence"]] == ["收据.pdf"]


def test_differing_data_are_corrected(case: Case) -> None:
    officer, w = case.town.officer, case.working
    case.on(w[0])
    case.say(officer, "compare")
    assert case.due() == {"decide": str(w[4]), "forward": str(w[1])}
    case.on(w[4], hour=23)
    done = case.say(
        officer,
        "decide",
        outcome="corrected",
        correction={"content": {"fare_fen": 300}},
        reason="与单位原始数据不一致",
    )
    assert (done["state"], done["outcome"]) == ("closed", "corrected")
    clocks = {c["name"]: (c["state"], c["late"]) for c in done["clocks"]}
    assert clocks == {
        "mark": ("met", False),
        "compare": ("met", False),
        "decide": ("met", False),
        "forward": ("stopped", False),
    }
    assert case.report() == ([case.record.id], [])
    assert case.seen()["timeline"][-2]["note"] == "与单位原始数据不一致"


def test_upheld_and_dissented_from(case: Case) -> None:
    town, w = case.town, case.working
    case.on(w[1])
    case.say(town.officer, "compare")
    forwarded = case.say(town.officer, "forward", note="请核查处罚对象")
    assert forwarded["state"] == "forwarded"
    assert case.due() == {"finding": str(w[6])}
    case.on(w[3])
    case.say(town.provider, "findings", outcome="upheld", explanation="执法记录无误")
    assert case.due() == {"dissent": str(w[8])}
    assert case.report() == ([case.record.id], ["contested"])
    case.on(w[8], hour=23)
    done = case.say(town.resident, "dissent", statement="本人从未到过该站")
    assert (done["state"], done["outcome"]) == ("dissented", "upheld")
    assert case.report() == ([case.record.id], ["dissented"])
    case.say(town.resident, "withdraw", 409)


def test_a_silent_provider_then_a_late_answer_and_no_dissent(case: Case) -> None:
    town, w = case.town, case.working
    case.on(w[1])
    case.say(town.officer, "compare")
    case.say(town.officer, "forward", note="请核查")
    case.on(w[6], hour=23)
    assert case.report() == ([case.record.id], ["contested"])
    suspended_at = case.at_midnight_after(w[6])
    assert case.report() == ([], [])
    assert case.seen()["suspended_at"] == suspended_at
    case.sweep()
    case.sweep()
    assert [line["act"] for line in case.seen()["timeline"]].count("suspend") == 1
    case.on(w[7])
    case.say(town.provider, "findings", outcome="upheld", explanation="迟复，记录无误")
    assert case.report() == ([case.record.id], ["contested"])
    assert next(c for c in case.seen()["clocks"] if c["name"] == "finding")["late"] is True
    assert case.due() == {"dissent": str(w[12])}
    closed_at = case.at_midnight_after(w[12])
    assert (case.seen()["state"], case.seen()["closed_at"]) == ("closed", closed_at)
    case.sweep()
    assert case.report() == ([case.record.id], [])
    case.say(town.resident, "dissent", 409, statement="太迟了")


def test_a_supplement_and_a_correction_by_the_provider(case: Case) -> None:
    town, w = case.town, case.working
    case.on(w[0])
    case.say(town.officer, "compare")
    asked = case.say(town.officer, "request-supplement", what="请提供当日行程")
    assert asked["state"] == "supplement_requested"
    assert case.due() == {"supplement": str(w[10])}
    assert (case.state_of_clock("decide"), case.state_of_clock("forward")) == ("paused", "paused")
    case.on(w[2])
    sent = form({"note": "附上行程单", "evidence": [(made.small_pdf(), "行程.pdf")]})
    added = case.say(town.resident, "evidence", 201, **sent)
    assert (added["state"], len(added["evidence"])) == ("comparing", 2)
    assert case.due() == {"decide": str(w[6]), "forward": str(w[3])}
    case.on(w[3])
    case.say(town.officer, "forward", note="请核查")
    assert case.due() == {"finding": str(w[8])}
    case.on(w[5])
    done = case.say(
        town.provider,
        "findings",
        outcome="corrected",
        correction={"content": {"paid": False}},
        explanation="系录入错误",
    )
    assert (done["state"], done["outcome"]) == ("closed", "corrected")
    assert case.report() == ([case.record.id], [])
    causes = [m["cause"] for c in case.seen()["clocks"] if c["name"] == "decide" for m in c["moves"]]
    assert causes == ["paused", "resumed"]


def test_a_supplement_that_never_comes_and_a_record_past_its_ground(case: Case) -> None:
    town, w = case.town, case.working
    case.on(w[0])
    case.say(town.officer, "compare")
    case.say(town.officer, "request-supplement", what="请提供凭证")
    case.at_midnight_after(w[10])
    assert case.seen()["state"] == "comparing"
    assert case.due() == {"decide": str(w[14]), "forward": str(w[11])}
    case.say(town.resident, "evidence", 201, note="迟交的说明")
    case.on(w[11])
    done = case.say(town.officer, "decide", outcome="corrected", remove="erased", reason="没有依据")
    assert (done["state"], done["outcome"]) == ("closed", "removed")
    assert case.report() == ([], [])
    assert case.seen()["record"] is None


def test_withdrawn_while_the_provider_checks(case: Case) -> None:
    town, w = case.town, case.working
    case.on(w[1])
    case.say(town.officer, "compare")
    case.say(town.officer, "forward", note="请核查")
    case.on(w[2])
    done = case.say(town.resident, "withdraw")
    assert (done["state"], case.due()) == ("withdrawn", {})
    case.at_midnight_after(w[10])
    case.sweep()
    assert case.report() == ([case.record.id], [])
    case.say(town.provider, "findings", 409, outcome="upheld", explanation="无误")


def test_nobody_works_on_it_and_the_desk_hears_of_every_limit(case: Case) -> None:
    town, w = case.town, case.working
    case.at_midnight_after(w[4])
    case.sweep()
    listed = case.web_as(town.officer).get("/api/v1/staff/objections?overdue=true").json["items"]
    assert [(one["id"], one["overdue"]) for one in listed] == [(case.path, True)]
    desk = case.web_as(town.officer).get("/api/v1/staff/desk").json
    (queue,) = [one for one in desk["queues"] if one["name"] == "objections.marked"]
    assert (queue["count"], queue["overdue"]) == (1, 1)
    overdue = {c["name"]: c["overdue"] for c in case.seen()["clocks"]}
    assert overdue == {"mark": False, "compare": True, "decide": True, "forward": True}
    case.say(town.officer, "compare")
    case.say(town.officer, "forward", note="请核查")
    assert case.report() == ([case.record.id], ["contested"])
