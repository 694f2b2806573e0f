"""The worker put together: a thread for the sweeps, one for each quick job, and a loop for every channel that is set up."""

import threading
from collections.abc import Callable, Sequence

from backend.common import logs
from backend.common.deps import Deps
from backend.common.sweeping import place_of
from backend.deliveries.model import LEGAL, NOTICE
from backend.deliveries.rules import is_quiet
from backend.notices import service as notices
from backend.pushes import service as pushes
from backend.sweeps import MINUTE, Job
from notifications.channel import ChannelLoop
from notifications.jobs import JobLoop

log = logs.get("notifications.worker")

TICK_S, QUICK_TICK_S = 5.0, 1.0


class Worker:
    """Runs jobs and channels until `stop` is set. Any number of workers share the work through the database alone."""

    def __init__(self, deps: Deps, jobs: Sequence[Job], stop: threading.Event) -> None:
        self._deps = deps
        self._jobs = jobs
        self._stop = stop
        self._told: int | None = None
        self._whole = True

    def run(self) -> bool:
        """Until `stop`; then every loop ends what it is at. False when a loop ended by a fault of ours, and all others with it:
        whoever started the process starts it anew."""
        channels = [way.value for way in self._deps.carriers]
        log.info("worker.started", jobs=[job.name for job in self._jobs], channels=channels)
        threads = [
            threading.Thread(target=self._run, args=(loop,), name=name, daemon=True)
            for name, loop in self._loops().items()
        ]
        for thread in threads:
            thread.start()
        self._stop.wait()
        for thread in threads:
            thread.join()
        log.info("worker.ended")
        return self._whole

    def _run(self, loop: Callable[[], None]) -> None:
        try:
            loop()
        except Exception as error:  # told, and the process ends by it
            log.error("worker.loop_failed", loop=threading.current_thread().name, fault=place_of(error))
            self._whole = False
            self._stop.set()

    def _loops(self) -> dict[str, Callable[[], None]]:
        deps, stop = self._deps, self._stop
        slow = [job for job in self._jobs if job.every >= MINUTE]
        sweeping = JobLoop(deps, slow, stop.wait, tick_s=TICK_S, after=self._tell_waiting)
        loops: dict[str, Callable[[], None]] = {"sweeps": sweeping.run}
        for job in self._jobs:
            if job.every < MINUTE:
                loops[job.name] = JobLoop(deps, [job], stop.wait, tick_s=QUICK_TICK_S).run
        for way in deps.carriers:
            channel = ChannelLoop(deps, way, stop, queues_of=queues_of, words_of=pushes.words)
            loops[way.value] = channel.run
        return loops

    def _tell_waiting(self) -> None:
        waiting = notices.waiting(self._deps)
        if waiting != self._told:
            self._told = waiting
            log.info("worker.waiting", waits_for="work", notices_in_outbox=waiting)


def queues_of(deps: Deps) -> list[str]:
    """What may be sent from at this moment: what the law wants said first and always, the rest while people are awake."""
    return [LEGAL] if is_quiet(deps.now()) else [LEGAL, NOTICE, *pushes.queues(deps)]
