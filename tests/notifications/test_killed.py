"""The worker killed in the middle of a sweep: nothing is lost, nothing happens twice, whoever goes on.

Real processes, the real database, the real clock: the cases are of the past, so that they are late now. The case that it was at
stays held by its open transaction for some seconds, which those who go on wait for.
"""

import base64
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest

from backend import sweeps
from backend.accounts.model import Account
from backend.audit import service as audit
from backend.clocks import rules as clock_rules
from backend.clocks import service as clocks
from backend.common import clock as real
from backend.common.actor import system
from backend.common.deps import Deps
from backend.common.documents import to_document
from backend.common.workdays import Calendar
from backend.notices import service as notices
from backend.reports.model import Question
from notifications.schedule import JOBS
from schemas.terms import Channel, ObjectionState, QuestionState
from tests.backend.objections.town import make_town
from tests.notifications.test_process import environment
from tests.support import dying, world
from tests.support.processes import Process
from tests.support.records import make_record
from tests.support.waiting import until
from tests.support.world import Clock

KILLED_AFTER = 15
LONG_AGO = datetime(2025, 4, 25, 2, tzinfo=UTC)
WORKER = system(Channel.WORKER, "worker")


@dataclass(frozen=True)
class Scene:
    """`cases` cases that a sweep has to do; `collection` shows how far it is; `done` are the whole ones, by case."""

    cases: int
    build: Callable[[Deps, Clock, int], None]
    collection: str
    done: Callable[[Deps], Counter[str]]
    times: int


def silent_providers(deps: Deps, clock: Clock, cases: int) -> None:
    """One forwarded objection by its use cases, and as many like it of other people."""
    clock.set(LONG_AGO)
    town = make_town(deps)
    shown = town.bring_to(ObjectionState.FORWARDED)
    case = deps.db["objections"].find_one({"_id": shown.id})
    record = deps.db["records"].find_one({"_id": shown.record_id})
    for collection in ("desk_notices", "notices"):
        deps.db[collection].delete_many({})
    assert case is not None
    assert record is not None
    names = [f"n{number:03}" for number in range(cases - 1)]
    _open_accounts(deps, names)
    deps.db["records"].insert_many([record | {"_id": f"r{n}", "subject_id": f"s{n}"} for n in names])
    deps.db["objections"].insert_many(
        [
            case | {"_id": n, "subject_id": f"s{n}", "record_id": f"r{n}", "open_key": f"s{n}:r{n}"}
            for n in names
        ]
    )


def silence_told(deps: Deps) -> Counter[str]:
    """For every case: its own state, the record out of queries, the two desks and the person told, the line of the log."""
    told = Counter(
        one["payload"]["case_id"] for one in deps.db["desk_notices"].find({"kind": "provider_silent"})
    )
    cases = {one["_id"]: one for one in deps.db["objections"].find({})}
    suspended = {one["_id"] for one in deps.db["records"].find({"suspended_at": {"$ne": None}})}
    lines = Counter(one["target_id"] for one in deps.db["audit_log"].find({"action": "objections.pass"}))
    for ident, case in cases.items():
        whole = case["suspended_at"] is not None
        assert (case["record_id"] in suspended, told[ident], lines[ident]) == (whole, 2 * whole, int(whole))
    assert deps.db["notices"].count_documents({"kind": "objection_silent"}) == len(suspended)
    return told


def late_questions(deps: Deps, clock: Clock, cases: int) -> None:
    clock.set(LONG_AGO)
    calendar, limit = Calendar({}), clocks.limits()["question_answer"]
    late = clock_rules.start(limit, LONG_AGO, calendar, clocks.LIVE)
    sealed = deps.sealer.seal("records", "这不是我")
    questions = [
        Question(f"q{n:03}", f"e{n}", f"s{n}", "a1", sealed, QuestionState.OPEN, LONG_AGO, (late,))
        for n in range(cases)
    ]
    deps.db["access_questions"].insert_many([to_document(question) for question in questions])


def lateness_told(deps: Deps) -> Counter[str]:
    told = Counter(one["payload"]["case_id"] for one in deps.db["desk_notices"].find({}))
    flagged = {
        one["_id"] for one in deps.db["access_questions"].find({"clocks.overdue_at": {"$type": "date"}})
    }
    lines = Counter(
        one["target_id"] for one in deps.db["audit_log"].find({"action": "reports.question_overdue"})
    )
    assert told == lines
    assert set(told) == flagged
    return told


def near_dates(deps: Deps, clock: Clock, cases: int) -> None:
    until = real.utc_now() + timedelta(days=10)
    names = [f"n{number:03}" for number in range(cases)]
    _open_accounts(deps, names)
    for name in names:
        record = make_record(subject_id=f"s{name}", query_until=until)
        deps.db["records"].insert_one(to_document(record))


def _open_accounts(deps: Deps, names: Sequence[str]) -> None:
    deps.db["accounts"].insert_many(
        [to_document(Account(f"a{name}", None, f"s{name}", "zh", LONG_AGO)) for name in names]
    )


def dates_told(deps: Deps) -> Counter[str]:
    told = Counter(one["account_id"] for one in deps.db["notices"].find({}))
    assert {one["_id"].split(":")[0] for one in deps.db["forgetting_notices"].find({})} == set(told)
    return told


# Enough that the kill comes long before the last: one case of the first takes as long as three of the others.
SCENES = {
    "silent providers": Scene(60, silent_providers, "objections", silence_told, 2),
    "late questions": Scene(120, late_questions, "access_questions", lateness_told, 1),
    "near dates": Scene(120, near_dates, "forgetting_notices", dates_told, 1),
}


@pytest.mark.slow
@pytest.mark.parametrize("scene", SCENES.values(), ids=SCENES)
def test_a_worker_killed_in_the_middle_of_a_sweep_loses_and_doubles_nothing(
    deps: Deps, clock: Clock, scene: Scene
) -> None:
    scene.build(deps, clock, scene.cases)
    env = environment(deps) | {"FIELD_MASTER_KEY": base64.b64encode(world.MASTER_KEY).decode()}
    with deps.db[scene.collection].watch() as changes, Process("notifications", env=env) as worker:
        for _ in range(KILLED_AFTER):
            changes.next()
        worker.popen.kill()
        worker.wait()
    before = scene.done(deps)
    assert KILLED_AFTER <= len(before) < scene.cases
    assert set(before.values()) == {scene.times}
    dying.end_turns(deps)

    with Process("notifications", env=env) as one, Process("notifications", env=env) as other:
        until(lambda: _is_through(deps), one, other)
        assert (one.end(), other.end()) == (0, 0)
    after = scene.done(deps)
    assert len(after) == scene.cases
    assert set(after.values()) == {scene.times}
    now = replace(deps, now=real.utc_now)
    assert {(o.done, o.fault) for o in sweeps.run_all(now, WORKER)} == {(0, None)}
    assert list(audit.verify_log(deps)) == []


def _is_through(deps: Deps) -> bool:
    """Every job ran to its end, that of the dead worker's turn too, and what they owed people has left the outbox."""
    ended = deps.db["job_turns"].count_documents({"ended_at": {"$type": "date"}, "lease": None})
    return ended == len(JOBS) and notices.waiting(deps) == 0
