"""The jobs of the clock: each by itself, and the list of them."""

from datetime import timedelta

import pytest
from pymongo.errors import ServerSelectionTimeoutError

from backend import sweeps
from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.common.sweeping import Unfinished
from backend.sweeps import MINUTE, Job
from notifications.schedule import JOBS
from notifications.worker import Worker
from tests.support.world import Clock


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


def test_the_worker_runs_each_job_in_its_time_though_others_fail(deps: Deps, clock: Clock) -> None:
    ran: list[str] = []

    def noting(name: str, every: timedelta) -> Job:
        def run(_: Deps, __: Actor) -> int:
            ran.append(name)
            return 1

        return Job(name, every, run)

    jobs = (BROKEN, noting("often", MINUTE), noting("seldom", timedelta(hours=1)))
    worker = Worker(deps, jobs, lambda _: False)
    for _ in range(3):
        worker.tick()
        clock.advance(seconds=30)
    assert ran == ["often", "seldom", "often"]


def test_the_worker_outlives_an_absent_database(deps: Deps, clock: Clock) -> None:
    pauses: list[float] = []

    def wait(pause: float) -> bool:
        pauses.append(pause)
        return len(pauses) == 4

    Worker(deps, (AWAY,), wait).run()
    assert pauses == [0.0, 10.0, 20.0, 40.0]
