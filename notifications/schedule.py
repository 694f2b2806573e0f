"""What the worker does by the clock: ordinary use cases, safe to run twice and in two processes."""

from datetime import timedelta

from backend import sweeps
from backend.audit import service as audit
from backend.sweeps import Job

JOBS = (
    Job("audit.seal_log", timedelta(hours=1), lambda deps, _: int(audit.seal_log(deps) is not None)),
    *sweeps.JOBS,
)
