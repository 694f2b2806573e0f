"""`python -m backend.serve`: the web processes, under granian (docs/performance.md has the figures behind the choice).

One process watches `WEB_WORKERS` workers of `WEB_THREADS` threads. SIGTERM lets running requests end. Slow clients and
TLS are the reverse proxy's to hold off in production (docs/operations.md); what granian can bound is bounded here.
"""

import ctypes
import os
import shutil
import sys
from importlib import import_module
from pathlib import Path

from granian.constants import Interfaces, Loops
from granian.http import HTTP1Settings
from granian.server.mp import MPServer

from backend.common import lasting
from backend.common.settings import Settings, SettingsError

APP = "backend.wsgi:create"
BACKLOG = 1024
# Requests a worker takes in beside those that run; more wait in the kernel's queue instead of our memory.
WAITING_PER_THREAD = 8
HEADER_MILLISECONDS = 10_000
# Within the 10 s that the supervisor gives a process.
STOP_SECONDS = 8
METRICS_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
# glibc's `M_MMAP_THRESHOLD`: from this size on a piece of memory goes back to the system as soon as it is free.
MMAP_THRESHOLD, LARGE_BYTES = -3, 128 * 1024


def main() -> int:
    """Serve until a signal comes; 2 when the settings cannot be used."""
    try:
        settings = Settings.from_env(os.environ)
    except SettingsError as error:
        print(error, file=sys.stderr)
        return 2
    os.environ[METRICS_FOLDER] = str(_fresh(settings.data_dir / "run" / "metrics"))
    give_memory_back()
    _load()
    server(settings).serve()
    return 0


def give_memory_back() -> None:
    """Have large pieces of memory returned when they are free, here and in every fork.

    glibc raises the size by itself with the first large upload and then keeps what later ones leave: a worker that took eight
    forms of 60 MB kept 119 MB of them, and keeps 8 MB with this. It reads its environment when a program begins, so that
    `MALLOC_MMAP_THRESHOLD_` set here would come too late for workers, which are forks. Another C library has no such call.
    """
    if change := getattr(ctypes.CDLL(None), "mallopt", None):
        change(MMAP_THRESHOLD, LARGE_BYTES)


def _load() -> None:
    """Import what every worker needs: workers are forks, so none of them does it again, and they share the memory of it.

    Nothing is built here, for a fork would take over its connections.
    """
    with lasting.loading():
        import_module(APP.partition(":")[0])


def server(settings: Settings) -> MPServer:
    return MPServer(
        APP,
        factory=True,
        interface=Interfaces.WSGI,
        loop=Loops.asyncio,
        address=settings.host,
        port=settings.port,
        workers=settings.web_workers,
        blocking_threads=settings.web_threads,
        backlog=BACKLOG,
        backpressure=settings.web_threads * WAITING_PER_THREAD,
        http1_settings=HTTP1Settings(header_read_timeout=HEADER_MILLISECONDS),
        websockets=False,
        respawn_failed_workers=True,
        workers_kill_timeout=STOP_SECONDS,
        process_name=None,
    )


def _fresh(folder: Path) -> Path:
    """An empty folder: counts of processes of an earlier run would be added to ours."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, mode=0o700)
    return folder


if __name__ == "__main__":
    sys.exit(main())
