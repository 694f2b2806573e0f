"""What the worker does by the clock: ordinary use cases, safe to run twice and in two processes."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from backend.audit import service as audit
from backend.common.deps import Deps


@dataclass(frozen=True)
class Job:
    """One use case and how often it is due."""

    name: str
    every: timedelta
    run: Callable[[Deps], object]


JOBS = (Job("audit.seal_log", timedelta(hours=1), audit.seal_log),)
