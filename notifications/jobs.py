"""Periodic work: each job runs once over all workers, whichever comes first when it is due."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager

from backend import sweeps
from backend.common import logs, mongo, renewing
from backend.common.actor import system
from backend.common.deps import Deps
from backend.jobs import service as jobs
from backend.jobs.service import Turn
from backend.sweeps import Job
from schemas.terms import Channel

log = logs.get("notifications.jobs")

ACTOR = system(Channel.WORKER, "worker")
LONGEST_WAIT_S = 60.0


class JobLoop:
    """Runs what is due, one after another; `wait(seconds)` returns true when the process shall end. `after` is done after
    every round."""

    def __init__(
        self,
        deps: Deps,
        due: Sequence[Job],
        wait: Callable[[float], bool],
        *,
        tick_s: float,
        after: Callable[[], object] = lambda: None,
    ) -> None:
        self._deps = deps
        self._jobs = due
        self._wait = wait
        self._tick_s = tick_s
        self._after = after
        self._failures = 0
        self._known: set[str] = set()
        self._ran: set[str] = set()

    def run(self) -> None:
        """Until `wait` says so. An absent database is waited out with growing pauses; nothing is lost by it."""
        pause = 0.0
        while not self._wait(pause):
            self.tick()
            pause = min(self._tick_s * 2**self._failures, LONGEST_WAIT_S)

    def tick(self) -> None:
        """Run what is due and nobody else runs, once."""
        try:
            # A job alone is asked for at once; of many, few are due.
            names = [job.name for job in self._jobs]
            idle = jobs.idle(self._deps, names) if len(names) > 1 else set()
            for job in self._jobs:
                if job.name not in idle:
                    self._run_if_due(job)
            self._after()
            self._failures = 0
        except mongo.DriverError as error:
            self._failures += 1
            log.warning("worker.database_away", failures=self._failures, fault=type(error).__name__)

    def _run_if_due(self, job: Job) -> None:
        """A job that fails is told and is due again at its next time; the others run as if nothing had happened."""
        if job.name not in self._known:
            jobs.make_known(self._deps, job.name)
            self._known.add(job.name)
        turn = jobs.take(self._deps, job.name)
        if turn is None:
            return
        with renewed(self._deps, turn):
            outcome = sweeps.run(self._deps, ACTOR, job)
        jobs.finish(self._deps, turn, every=job.every)
        facts = {"job": job.name, "done": outcome.done, "seconds": round(outcome.seconds, 3)}
        if outcome.fault is not None:
            log.error("worker.job_failed", **facts, fault=outcome.fault)
        elif outcome.done or job.name not in self._ran:
            log.info("worker.job_done", **facts)
        self._ran.add(job.name)


def renewed(deps: Deps, turn: Turn) -> AbstractContextManager[None]:
    """Keep the turn while the block runs, however long. While the database is away the lease may run out, and another worker
    takes over; the job is safe to run twice."""

    def keep() -> bool:
        try:
            if jobs.renew(deps, turn):
                return True
            log.warning("worker.turn_lost", job=turn.name)
        except mongo.DriverError as error:
            log.warning("worker.turn_not_renewed", job=turn.name, fault=type(error).__name__)
            return True
        return False

    return renewing.renewed(keep, every_s=jobs.RENEWED_EVERY_S)
