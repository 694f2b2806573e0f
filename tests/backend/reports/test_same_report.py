"""The same report shown again: one number, one count, and a look each time; and whatever makes it another one."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from backend.audit import service as audit
from backend.catalogue import service as catalogue
from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.operations.rules import ACTIONS
from backend.records import service as records
from backend.records.model import Mark
from backend.reports import rules, service
from backend.reports.model import Report
from schemas.base import SPEAKING
from schemas.terms import Audience, Channel, RecordMark, Role
from schemas.text import Text
from tests.backend.catalogue.made import UNIT, content, item
from tests.backend.reports.conftest import NAME, Refuse
from tests.support import people
from tests.support.pdfs import opened
from tests.support.people import COMMAND, NUMBER, resident, together
from tests.support.processes import ROOT
from tests.support.records import keep, make_record
from tests.support.refusals import at_once, refused
from tests.support.world import START, Clock

OFFICER = Actor("o1", Role.CASE_OFFICER, Channel.CONSOLE, name="周晓", unit="HRSS")
WHY = Text("办理异议", "Working on an objection")


def code_of(report: Report) -> str:
    return report.verify_url.partition("code=")[2]


def looks(deps: Deps) -> list[tuple[str, str | None]]:
    """What was written down, oldest first: the action, and the number of the report shown again."""
    found = deps.db["audit_log"].find({"look": True}, sort=[("seq", 1)])
    return [(line["action"], line["details"].get("again")) for line in found]


def look_of_an_officer(deps: Deps, subject_id: str | None) -> None:
    audit.look(deps, OFFICER, "objections.read", subject_id=str(subject_id), purpose=WHY, scope=WHY)


def test_shown_again_it_has_the_number_code_and_time_of_the_first(
    deps: Deps, verified: Actor, clock: Clock
) -> None:
    keep(deps, make_record(subject_id=verified.subject_id))
    first = service.current(deps, verified)
    clock.advance(minutes=3)
    second = service.current(deps, verified)
    assert (first.again, second.again) == (False, True)
    assert second.report_no == first.report_no
    assert second.verify_url == first.verify_url
    assert first.generated_at == second.generated_at == START
    assert (first.free_reports_used, second.free_reports_used) == (1, 1)
    assert looks(deps) == [("reports.read", None), ("reports.show_again", first.report_no)]


def test_the_look_itself_stands_in_the_log_that_it_shows(deps: Deps, verified: Actor, clock: Clock) -> None:
    service.current(deps, verified)
    clock.advance(minutes=1)
    again = service.current(deps, verified)
    assert (again.access_log_total, len(again.access_log or ())) == (2, 2)
    newest = (again.access_log or ())[0]
    assert (newest.at, newest.own) == (START + timedelta(minutes=1), True)
    assert newest.purpose == Text(
        "本人再次查看同一份信用报告", "The subject looks at the same credit report again"
    )
    assert list(audit.verify_log(deps)) == []


def test_it_is_found_authentic_with_the_time_of_the_first(deps: Deps, verified: Actor, clock: Clock) -> None:
    service.current(deps, verified)
    clock.advance(minutes=5)
    again = service.current(deps, verified)
    found = service.verify(deps, report_no=again.report_no, code=code_of(again), address=None)
    assert (found.authentic, found.generated_at) == (True, START)
    wrong = code_of(again)[:-1] + ("0" if code_of(again)[-1] != "0" else "1")
    assert not service.verify(deps, report_no=again.report_no, code=wrong, address=None).authentic


def test_its_code_is_in_no_line(deps: Deps, verified: Actor) -> None:
    reports = [service.current(deps, verified) for _ in range(2)]
    kept = str(list(deps.db["audit_log"].find()))
    assert code_of(reports[0]) not in kept
    assert NAME not in kept


def test_the_language_may_change_within_it(deps: Deps, verified: Actor) -> None:
    first = service.current(deps, verified)
    SPEAKING.set("en")
    try:
        assert service.current(deps, verified).report_no == first.report_no
    finally:
        SPEAKING.set("zh")


def test_the_json_is_a_report_of_its_own_each_time(deps: Deps, verified: Actor) -> None:
    shown = service.current(deps, verified)
    one, two = service.mine(deps, verified), service.mine(deps, verified)
    assert len({shown.report_no, one.report_no, two.report_no}) == 3
    assert (one.again, one.free_reports_used, two.free_reports_used) == (None, 2, 3)
    assert service.current(deps, verified).report_no == shown.report_no
    assert service.current(deps, verified).free_reports_used == 3


def test_own_looks_of_other_kinds_are_no_change(deps: Deps, verified: Actor) -> None:
    first = service.current(deps, verified)
    service.summary(deps, verified)
    service.forgetting_calendar(deps, verified)
    own = service.make_link(deps, verified, purpose="自己看", audience=Audience.SELF)
    service.open_link(deps, verified, code=own.url.rpartition("/")[2])
    assert service.current(deps, verified).report_no == first.report_no


def _mark(deps: Deps, verified: Actor) -> Actor:
    mark = {"kind": "contested", "since": START, "case_id": None, "statement": None}
    deps.db["records"].update_one({}, {"$set": {"marks": [mark]}})
    return verified


def _word(deps: Deps, verified: Actor) -> Actor:
    deps.db["records"].update_one({}, {"$set": {"digest": b"e" * 16, "title": "更正后的标题"}})
    return verified


def _gone(deps: Deps, verified: Actor) -> Actor:
    deps.db["records"].update_one({}, {"$set": {"suspended_at": START}})
    return verified


def _more(deps: Deps, verified: Actor) -> Actor:
    keep(deps, make_record(subject_id=verified.subject_id))
    return verified


def _proof(deps: Deps, verified: Actor) -> Actor:
    return replace(verified, verified_until=START + timedelta(minutes=11))


def _session(deps: Deps, verified: Actor) -> Actor:
    return replace(verified, session_id="s-2")


def _staff(deps: Deps, verified: Actor) -> Actor:
    look_of_an_officer(deps, verified.subject_id)
    return verified


@pytest.mark.parametrize(
    "change", [_mark, _word, _gone, _more, _proof, _session, _staff], ids=lambda one: one.__name__[1:]
)
def test_whatever_changes_makes_another_report_that_counts(deps: Deps, verified: Actor, change: Any) -> None:
    keep(deps, make_record(subject_id=verified.subject_id))
    first = service.current(deps, verified)
    reader = change(deps, verified)
    second = service.current(deps, reader)
    assert second.report_no != first.report_no
    assert code_of(second) != code_of(first)
    assert (second.again, second.free_reports_used) == (False, 2)
    assert service.current(deps, reader).report_no == second.report_no


def test_another_day_makes_another_report(deps: Deps, verified: Actor, clock: Clock) -> None:
    clock.set(datetime(2026, 11, 21, 15, 58, tzinfo=UTC))
    late = replace(verified, verified_until=clock.instant + timedelta(minutes=10))
    first = service.current(deps, late)
    clock.advance(minutes=1)
    assert service.current(deps, late).report_no == first.report_no
    clock.advance(minutes=1)
    assert service.current(deps, late).report_no != first.report_no


def test_the_time_of_a_mark_that_is_over_makes_another_report(
    deps: Deps, verified: Actor, clock: Clock
) -> None:
    """Nothing is written between the two: the mark's own end comes."""
    mark = Mark(RecordMark.CONTESTED, START, "c1", until=START + timedelta(minutes=2))
    keep(deps, make_record(subject_id=verified.subject_id, marks=(mark,)))
    first = service.current(deps, verified)
    clock.advance(minutes=2)
    second = service.current(deps, verified)
    assert (len(first.annotations), len(second.annotations)) == (1, 0)
    assert second.report_no != first.report_no


def test_a_third_partys_look_makes_another_report_that_shows_it(
    deps: Deps, verified: Actor, other: Actor
) -> None:
    first = service.current(deps, verified)
    link = service.make_link(deps, verified, purpose="应聘入职", audience=Audience.THIRD_PARTY)
    assert service.current(deps, verified).report_no == first.report_no
    service.open_link(deps, other, code=link.url.rpartition("/")[2])
    second = service.current(deps, verified)
    assert second.report_no != first.report_no
    assert [look.own for look in (second.access_log or ())[:2]] == [True, False]
    assert service.current(deps, verified).report_no == second.report_no


def test_a_look_of_yesterday_is_in_no_report_of_today(deps: Deps, verified: Actor, clock: Clock) -> None:
    look_of_an_officer(deps, verified.subject_id)
    clock.advance(days=1)
    today = replace(verified, verified_until=clock.instant + timedelta(minutes=10))
    first = service.current(deps, today)
    for _ in range(rules.LATEST_LOOKS + 5):
        service.summary(deps, today)
    assert service.current(deps, today).report_no == first.report_no


@pytest.mark.parametrize("before", [False, True], ids=["nobody else", "somebody else before"])
def test_it_stays_the_same_behind_more_looks_than_are_read_at_once(
    deps: Deps, verified: Actor, clock: Clock, before: bool
) -> None:
    if before:
        look_of_an_officer(deps, verified.subject_id)
    first = service.current(deps, verified)
    clock.advance(minutes=1)
    for _ in range(rules.LATEST_LOOKS + 5):
        service.summary(deps, verified)
    again = service.current(deps, verified)
    assert (again.report_no, again.again) == (first.report_no, True)
    assert (again.generated_at, again.free_reports_used) == (START, 1)


def test_an_import_between_makes_another_report(deps: Deps, verified: Actor, tmp_path: Path) -> None:
    catalogue.publish(deps, COMMAND, year=2026, items=[item()], units=[UNIT])
    verified = replace(verified, subject_id=resident(deps).id)
    first = service.current(deps, verified)
    path = tmp_path / "a.jsonl"
    path.write_text(_row("未按规定办理用工登记"))
    assert records.import_records(deps, COMMAND, path=path, unit="HRSS").new == 1
    second = service.current(deps, verified)
    assert second.report_no != first.report_no
    records.import_records(deps, COMMAND, path=path, unit="HRSS")  # the same file twice changes nothing
    assert service.current(deps, verified).report_no == second.report_no
    path.write_text(_row("未按规定办理用工备案"))
    assert records.import_records(deps, COMMAND, path=path, unit="HRSS").changed == 1
    assert service.current(deps, verified).report_no not in (first.report_no, second.report_no)


def _row(title: str) -> str:
    row = {
        "item_code": "HRSS-P-09",
        "subject_number": NUMBER,
        "subject_name": people.NAME,
        "doc_no": "沪人社监罚〔2026〕第1号",
        "title": title,
        "occurred_on": "2026-03-12",
        "ended_on": "2026-04-01",
        "content": content(),
    }
    return json.dumps(row) + "\n"


def test_tabs_that_open_at_the_same_moment_show_one_report(deps: Deps, verified: Actor) -> None:
    keep(deps, make_record(subject_id=verified.subject_id))
    tabs = at_once(lambda: service.current(deps, verified), 8)
    assert len({tab.report_no for tab in tabs}) == len({tab.verify_url for tab in tabs}) == 1
    assert sorted(tab.again for tab in tabs) == [False, *[True] * 7]
    assert {tab.free_reports_used for tab in tabs} == {1}
    written = looks(deps)
    assert sorted(action for action, _ in written) == ["reports.read", *["reports.show_again"] * 7]
    assert sorted(tab.access_log_total for tab in tabs) == list(range(1, 9))
    assert list(audit.verify_log(deps)) == []


def test_a_tab_a_download_and_a_program_at_the_same_moment(deps: Deps, verified: Actor) -> None:
    shown, printout, plain = together(
        [
            lambda: service.current(deps, verified),
            lambda: service.printed(deps, verified),
            lambda: service.mine(deps, verified),
        ]
    )
    assert shown.report_no == printout.report_no != plain.report_no
    assert deps.db["audit_log"].count_documents({"action": "reports.read"}) == 2
    assert service.current(deps, verified).free_reports_used == 2
    assert list(audit.verify_log(deps)) == []


def test_nothing_is_shown_when_the_look_cannot_be_written(
    deps: Deps, verified: Actor, log_refused: Refuse
) -> None:
    service.current(deps, verified)
    log_refused()
    refused("audit.not_written", service.current, deps, verified)  # although it was shown before
    refused("audit.not_written", service.current, deps, replace(verified, session_id="s-2"))


def test_nobody_comes_to_anothers_number(deps: Deps, verified: Actor, other: Actor) -> None:
    mine, theirs = service.current(deps, verified), service.current(deps, other)
    assert mine.report_no != theirs.report_no
    assert theirs.subject.name != mine.subject.name
    assert theirs.again is False


def test_the_page_and_its_file_are_one_report(deps: Deps, verified: Actor, clock: Clock) -> None:
    keep(deps, make_record(subject_id=verified.subject_id))
    shown = service.current(deps, verified)
    clock.advance(minutes=2)
    printout = service.printed(deps, verified)
    assert printout.report_no == shown.report_no
    assert opened(printout.content).metadata.creation_date == START
    assert service.printed(deps, verified) == printout
    assert service.current(deps, verified).free_reports_used == 1
    assert [action for action, _ in looks(deps)] == [
        "reports.read",
        "reports.download_again",
        "reports.download_again",
        "reports.show_again",
    ]


def test_a_file_first_and_the_page_behind_it_are_one_report(
    deps: Deps, verified: Actor, clock: Clock
) -> None:
    printout = service.printed(deps, verified)
    clock.advance(minutes=1)
    shown = service.current(deps, verified)
    assert (shown.report_no, shown.again, shown.generated_at) == (printout.report_no, True, START)
    assert shown.free_reports_used == 1


def test_the_figures_count_a_report_once(deps: Deps, verified: Actor) -> None:
    service.current(deps, verified)
    service.current(deps, verified)
    period = {"begins_at": START, "ends_at": START + timedelta(days=1)}
    counted = audit.tally(deps, actions=ACTIONS, **period)
    assert [(one.action, one.count) for one in counted] == [("reports.read", 1)]


@pytest.fixture
def elsewhere(deps: Deps, tmp_path: Path) -> Path:
    """A process of its own that shows the report to the reader of `verified`, and prints its number, code and whether again."""
    script = tmp_path / "elsewhere.py"
    script.write_text(f"""
from datetime import timedelta
from pathlib import Path
from backend.common import mongo
from backend.common.actor import Actor
from backend.common.sealing import Sealer
from backend.reports import service
from schemas.terms import Channel, Level, Role
from tests.support import world
client = mongo.connect({deps.settings.mongodb_uri!r})
name = {deps.settings.mongodb_database!r}
settings = world.make_settings({deps.settings.mongodb_uri!r}, name, Path({str(tmp_path)!r}))
deps = world.make_deps(client, settings, world.Clock(), Sealer(client, name, world.MASTER_KEY))
(subject,) = deps.db["subjects"].find()
until = world.START + timedelta(minutes=10)
reader = Actor("a1", Role.CITIZEN, Channel.PAGE, "s-1", subject["_id"], level=Level.VERIFIED, verified_until=until)
shown = service.current(deps, reader)
print(shown.report_no, shown.verify_url, shown.again)
""")
    return script


def test_another_process_comes_to_the_same_report(deps: Deps, verified: Actor, elsewhere: Path) -> None:
    """One whose texts have other hashes, so that no order of a set can be part of it."""
    keep(deps, make_record(subject_id=verified.subject_id, content={"a": "1", "b": "2"}))
    shown = service.current(deps, verified)
    environ = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONHASHSEED": "7"}
    ended = subprocess.run(
        [sys.executable, str(elsewhere)], cwd=ROOT, env=environ, check=False, capture_output=True, text=True
    )
    assert ended.stdout.split() == [shown.report_no, shown.verify_url, "True"], ended.stderr
