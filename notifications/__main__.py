"""The worker process: `python -m notifications`."""

import os
import signal
import sys
import threading

from backend import bootstrap
from backend.common import logs
from backend.common.settings import Settings, SettingsError
from notifications.schedule import JOBS
from notifications.worker import Worker


def main() -> int:
    """Run until SIGTERM or SIGINT; exit code 2 when the settings cannot be used, 1 when a loop failed."""
    try:
        settings = Settings.from_env(os.environ)
        deps = bootstrap.build_deps(settings)
    except SettingsError as error:
        print(error, file=sys.stderr)
        return 2
    logs.configure(settings.log_level, "worker")
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    whole = Worker(deps, JOBS, stop).run()
    for carrier in deps.carriers.values():
        carrier.close()
    deps.client.close()
    return 0 if whole else 1


if __name__ == "__main__":
    sys.exit(main())
