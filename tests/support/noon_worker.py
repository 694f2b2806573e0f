"""The worker as a real process in whose clock it is noon in Shanghai and time goes on from there, so that no test waits for the
morning: `python -m tests.support.noon_worker`. Everything else of it is the worker's own."""

import os
import sys
from dataclasses import replace
from datetime import datetime, timedelta

from backend import bootstrap
from backend.common import clock, logs
from backend.common.settings import Settings
from backend.common.stopping import Stop
from notifications.schedule import JOBS
from notifications.worker import Worker

STARTED = clock.utc_now()


def noon() -> datetime:
    """In the past, since what is due is due by the server's clock."""
    here = STARTED.astimezone(clock.SHANGHAI)
    latest = here.replace(hour=12, minute=0, second=0, microsecond=0)
    start = latest if latest <= here else latest - timedelta(days=1)
    return clock.utc_now() - (here - start)


def main() -> int:
    settings = Settings.from_env(os.environ)
    deps = replace(bootstrap.build_deps(settings), now=noon)
    logs.configure(settings.log_level, "worker")
    Worker(deps, JOBS, Stop().listen()).run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
