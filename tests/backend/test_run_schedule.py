"""`manage run-schedule`: every sweep once, by itself, beside another one, and at another time."""

import base64
from argparse import Namespace
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from backend import sweeps
from backend.audit import service as audit
from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.manage import asking, command, scheduling
from backend.manage.asking import Wrong
from backend.notices import service as notices
from backend.reports import service as reports
from backend.sweeps import MINUTE, Job
from schemas.notices import DeskNoticeKind
from schemas.terms import Channel, Role
from tests.support import world
from tests.support.people import bound
from tests.support.processes import Process
from tests.support.world import START, Clock

AUDITOR = Actor("staff-he", Role.AUDITOR, Channel.CONSOLE, name="he.rui")
QUESTIONS = 4


def told(deps: Deps) -> list[DeskNoticeKind]:
    return [notice.kind for notice in notices.desk_inbox(deps, AUDITOR, limit=50).items]


def test_two_at_once_do_each_thing_once_and_say_what_they_did(deps: Deps) -> None:
    actor = bound(deps)
    for _ in range(QUESTIONS):
        reports.summary(deps, actor)
        reports.ask(deps, actor, entry_id=reports.access_log(deps, actor, limit=1).items[0].id)
    env = {
        "APP_ENV": "test",
        "MONGODB_URI": deps.settings.mongodb_uri or "",
        "MONGODB_DATABASE": deps.settings.mongodb_database,
        "DATA_DIR": str(deps.settings.data_dir),
        "FIELD_MASTER_KEY": base64.b64encode(world.MASTER_KEY).decode(),
    }
    asked = ("run-schedule", "--now", "2026-12-12T00:00")
    with Process("backend.manage", *asked, env=env) as one, Process("backend.manage", *asked, env=env) as two:
        assert (one.wait(), two.wait()) == (0, 0)
    for job in sweeps.JOBS:
        assert [line for line in one.lines if line.startswith(f"{job.name}: ")]
    done = [line for line in one.lines + two.lines if line.startswith("questions.flag_overdue: ")]
    assert sum(int(line.split()[1]) for line in done) == QUESTIONS
    assert told(deps).count(DeskNoticeKind.CASE_OVERDUE) == QUESTIONS
    assert list(audit.verify_log(deps)) == []


def test_one_sweep_that_fails_is_told_and_the_others_have_run(
    deps: Deps, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(_: Deps, __: Actor) -> int:
        raise KeyError("张三")

    jobs = (Job("broken", MINUTE, broken), Job("fine", MINUTE, lambda _, __: 2))
    assert scheduling._run_schedule(deps, Namespace(now=None), jobs) == 1
    first, second = capsys.readouterr().out.splitlines()
    assert first.startswith("broken: 0; failed: KeyError in tests/backend/test_run_schedule.py:")
    assert second == "fine: 2"


def test_nothing_is_written_into_a_closed_period_of_the_log(deps: Deps, clock: Clock) -> None:
    bound(deps)
    clock.advance(hours=1)
    seal = audit.seal_log(deps)
    assert seal is not None
    with pytest.raises(Wrong, match="closed until"):
        scheduling._run_schedule(deps, Namespace(now=seal.ends_at - timedelta(milliseconds=1)))
    assert scheduling._run_schedule(deps, Namespace(now=seal.ends_at)) == 0


def test_in_production_it_is_the_time_it_is(deps: Deps) -> None:
    (run,) = [one for one in scheduling.COMMANDS if one.name == "run-schedule"]
    production = replace(deps.settings, app_env="production")
    run.check(production, Namespace(now=None))
    with pytest.raises(Wrong, match="in production"):
        run.check(production, Namespace(now=START))


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-12-12", datetime(2026, 12, 11, 16, tzinfo=UTC)),
        ("2026-12-12T08:00", datetime(2026, 12, 12, 0, tzinfo=UTC)),
        ("2026-12-12T00:00:00.123456Z", datetime(2026, 12, 12, 0, 0, 0, 123000, tzinfo=UTC)),
        ("2026-12-12T00:00+01:00", datetime(2026, 12, 11, 23, tzinfo=UTC)),
    ],
)
def test_a_time_without_an_offset_is_shanghais(text: str, instant: datetime) -> None:
    assert asking.instant(text) == instant


@pytest.mark.parametrize("text", ["tomorrow", "", "2026-13-01", "9999-12-31", "0001-01-01", "1765512345"])
def test_a_time_that_is_none_is_refused_in_one_line(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        command.main(["run-schedule", "--now", text])
    assert ended.value.code == 2
    assert len(capsys.readouterr().err.splitlines()) == 1
