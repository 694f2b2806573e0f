"""The jobs of the clock: each by itself, and the list of them."""

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from pymongo.errors import ServerSelectionTimeoutError

from backend import sweeps
from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.common.sweeping import Unfinished
from backend.jobs import service as jobs
from backend.sweeps import MINUTE, Job
from notifications.jobs import JobLoop, renewed
from notifications.schedule import JOBS
from notifications.worker import Worker
from tests.support.refusals import at_once


def _broken(_: Deps, __: Actor) -> int:
    raise KeyError("张三")


def _half(_: Deps, __: Actor) -> int:
    raise Unfinished(3, ["KeyError in backend/x.py:1", "ValueError in backend/y.py:2"])


def _away(_: Deps, __: Actor) -> int:
    raise ServerSelectionTimeoutError


BROKEN, HALF, AWAY = (Job(run.__name__, MINUTE, run) for run in (_broken, _half, _away))
FINE = Job("fine", MINUTE, lambda _, __: 7)


def test_the_fault_of_one_job_stops_no_other(deps: Deps, system_actor: Actor) -> None:
    broken, half, fine = sweeps.run_all(deps, system_actor, (BROKEN, HALF, FINE))
    assert broken.fault is not None
    assert broken.fault.startswith("KeyError in tests/backend/test_sweeps.py:")
    assert (half.done, half.fault) == (3, "2 failed, the first with KeyError in backend/x.py:1")
    assert (fine.done, fine.fault) == (7, None)


def test_an_absent_database_stops_all(deps: Deps, system_actor: Actor) -> None:
    with pytest.raises(ServerSelectionTimeoutError):
        list(sweeps.run_all(deps, system_actor, (AWAY, FINE)))


def test_every_job_has_a_name_of_its_own_and_the_worker_does_them_all() -> None:
    names = [job.name for job in JOBS]
    assert len(set(names)) == len(names)
    assert {job.name for job in sweeps.JOBS} < set(names)


def test_the_worker_runs_each_job_in_its_time_though_others_fail(deps: Deps) -> None:
    ran: list[str] = []

    def noting(name: str, every: timedelta) -> Job:
        def run(_: Deps, __: Actor) -> int:
            ran.append(name)
            return 1

        return Job(name, every, run)

    due = (BROKEN, noting("often", MINUTE), noting("seldom", timedelta(hours=1)))
    loop = JobLoop(deps, due, lambda _: False, tick_s=5)
    for _ in range(3):
        loop.tick()
        _let_pass(deps, timedelta(seconds=31))
    assert ran == ["often", "seldom", "often"]


def test_only_what_is_due_and_in_nobodys_hands_is_asked_for(deps: Deps) -> None:
    for name in ("due", "taken", "over"):
        jobs.make_known(deps, name)
    for name in ("taken", "over"):
        turn = jobs.take(deps, name)
        assert turn is not None
    assert jobs.finish(deps, turn, every=MINUTE)
    names = ("due", "taken", "over", "unknown")
    assert jobs.idle(deps, names) == {"taken", "over"}
    _let_pass(deps, jobs.LEASE)
    assert jobs.idle(deps, names) == {"over"}
    _let_pass(deps, MINUTE)
    assert jobs.idle(deps, names) == set()


def test_a_job_is_run_by_one_of_many_workers(deps: Deps) -> None:
    ran: list[str] = []
    job = Job("once", MINUTE, lambda _, __: ran.append("once") or 1)  # type: ignore[func-returns-value]  # notes it
    at_once(JobLoop(deps, (job,), lambda _: False, tick_s=5).tick, 5)
    assert ran == ["once"]


def test_a_dead_workers_turn_is_taken_over_and_its_late_end_is_nothing(deps: Deps) -> None:
    jobs.make_known(deps, "sweep")
    dead = jobs.take(deps, "sweep")
    jobs.make_known(deps, "sweep")
    assert dead is not None
    assert jobs.take(deps, "sweep") is None
    assert jobs.renew(deps, dead)
    _let_pass(deps, jobs.LEASE)
    heir = jobs.take(deps, "sweep")
    assert heir is not None
    assert not jobs.renew(deps, dead)
    assert not jobs.finish(deps, dead, every=MINUTE)
    assert jobs.finish(deps, heir, every=MINUTE)
    assert jobs.take(deps, "sweep") is None


def test_a_job_that_outlives_its_lease_keeps_its_turn(deps: Deps, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "LEASE", timedelta(seconds=1))
    monkeypatch.setattr(jobs, "RENEWED_EVERY_S", 0.1)
    jobs.make_known(deps, "long")
    turn = jobs.take(deps, "long")
    assert turn is not None
    before = deps.db["job_turns"].find_one({"_id": "long"})
    with renewed(deps, turn), deps.db["job_turns"].watch() as changes:
        for _ in range(15):
            changes.next()
        assert jobs.take(deps, "long") is None
    after = deps.db["job_turns"].find_one({"_id": "long"})
    assert after["leased_until"] - before["leased_until"] > timedelta(seconds=1)


def _let_pass(deps: Deps, span: timedelta) -> None:
    """As if the server's clock had gone on by so much."""
    earlier = {
        name: {"$subtract": [f"${name}", int(span.total_seconds() * 1000)]}
        for name in ("next_at", "leased_until")
    }
    deps.db["job_turns"].update_many({}, [{"$set": earlier}])


def test_the_worker_outlives_an_absent_database(deps: Deps) -> None:
    pauses: list[float] = []

    def wait(pause: float) -> bool:
        pauses.append(pause)
        return len(pauses) == 4

    away = [Job(f"away {number}", MINUTE, _away) for number in range(3)]
    JobLoop(deps, away, wait, tick_s=5).run()
    assert pauses == [0.0, 10.0, 20.0, 40.0]


def test_a_loop_that_ends_by_a_fault_ends_the_worker(deps: Deps) -> None:
    class Faulty(Worker):
        def _loops(self) -> dict[str, Callable[[], None]]:
            return {"broken": self._break, "waiting": self._rest}

        def _break(self) -> None:
            raise KeyError("张三")

        def _rest(self) -> None:
            self._stop.wait()

    assert not Faulty(deps, (), threading.Event()).run()


def test_a_worker_that_is_told_to_end_ends_whole(deps: Deps) -> None:
    stop = threading.Event()
    stop.set()
    assert Worker(deps, (FINE,), stop).run()
