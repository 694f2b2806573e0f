"""The worker's loop: runs what is due, tells what it waits for, and outlives an absent database."""

from collections.abc import Callable, Sequence
from datetime import datetime

from backend import sweeps
from backend.common import logs, mongo
from backend.common.actor import system
from backend.common.deps import Deps
from backend.notices import service as notices
from backend.sweeps import Job
from schemas.terms import Channel

log = logs.get("notifications.worker")

ACTOR = system(Channel.WORKER, "worker")
TICK_SECONDS = 5.0
LONGEST_WAIT_SECONDS = 60.0


class Worker:
    """Runs each job when its time has come; `wait(seconds)` returns true when the process shall end."""

    def __init__(self, deps: Deps, jobs: Sequence[Job], wait: Callable[[float], bool]) -> None:
        self._deps = deps
        self._jobs = jobs
        self._wait = wait
        self._next: dict[str, datetime] = {}
        self._failures = 0
        self._told: int | None = None

    def run(self) -> None:
        """Until `wait` says so. A failed tick is logged and tried again after a growing pause; nothing is lost by it."""
        log.info("worker.started", jobs=[job.name for job in self._jobs])
        while not self._wait(self._pause()):
            self.tick()
        log.info("worker.ended")

    def tick(self) -> None:
        """Run what is due once."""
        try:
            for job in self._jobs:
                self._run_if_due(job)
            self._tell_waiting()
            self._failures = 0
        except mongo.DriverError as error:
            self._failures += 1
            log.warning("worker.database_away", failures=self._failures, fault=type(error).__name__)

    def _run_if_due(self, job: Job) -> None:
        """A job that fails is told and is due again at its next time; the others run as if nothing had happened."""
        now = self._deps.now()
        if now < self._next.get(job.name, now):
            return
        outcome = sweeps.run(self._deps, ACTOR, job)
        first = job.name not in self._next
        self._next[job.name] = now + job.every
        facts = {"job": job.name, "done": outcome.done, "seconds": round(outcome.seconds, 3)}
        if outcome.fault is not None:
            log.error("worker.job_failed", **facts, fault=outcome.fault)
        elif first or outcome.done:
            log.info("worker.job_done", **facts, next_at=self._next[job.name].isoformat())

    def _tell_waiting(self) -> None:
        waiting = notices.waiting(self._deps)
        if waiting != self._told:
            self._told = waiting
            log.info("worker.waiting", waits_for="channels", notices_in_outbox=waiting)

    def _pause(self) -> float:
        return (
            0.0
            if self._told is None and not self._failures
            else min(TICK_SECONDS * 2**self._failures, LONGEST_WAIT_SECONDS)
        )
