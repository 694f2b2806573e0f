"""The worker process: `python -m notifications`."""

import os
import sys

from backend import bootstrap
from backend.common import logs
from backend.common.settings import Settings, SettingsError
from backend.common.stopping import Stop
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
    whole = Worker(deps, JOBS, Stop().listen()).run()
    for carrier in deps.carriers.values():
        carrier.close()
    deps.client.close()
    return 0 if whole else 1


if __name__ == "__main__":
    sys.exit(main())
