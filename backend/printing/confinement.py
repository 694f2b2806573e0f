"""What the printing process gives up before it reads a word of anybody's."""

import contextlib
import ctypes
import math
import os
import resource
import select
import socket
import sys
import threading
from pathlib import Path

HEADROOM_BYTES = 768 * 1024 * 1024
"""Address space beyond what it starts with: the fonts are mapped whole, and a report of a thousand records needs half of it."""
_FILES = 64
_NEW_USER, _NEW_NETWORK = 0x10000000, 0x40000000


def leave_the_network() -> None:
    """Into a network of its own that has nothing in it, where the kernel lets a process do that for itself (it refuses in some
    containers: then what is left is that nothing here fetches anything). Must come before the first thread."""
    if sys.platform == "linux":
        ctypes.CDLL(None).unshare(_NEW_USER | _NEW_NETWORK)


def end_with_the_other_side(connection: socket.socket) -> None:
    """End at once when whoever started us is gone or hangs up, also in the middle of a document."""
    handle = os.dup(connection.fileno())
    threading.Thread(target=_wait, args=(handle,), daemon=True).start()


def _wait(handle: int) -> None:
    hung_up = select.poll()
    hung_up.register(handle, 0)
    hung_up.poll()
    os._exit(0)


def confine() -> None:
    """No file is written, no core dumped; memory is bounded, and this is the first process to go when the machine's ends."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (_FILES, _FILES))
    if sys.platform == "linux":
        with contextlib.suppress(OSError):
            Path("/proc/self/oom_score_adj").write_text("1000")
        pages = int(Path("/proc/self/statm").read_text().split()[0])
        most = pages * resource.getpagesize() + HEADROOM_BYTES
        resource.setrlimit(resource.RLIMIT_AS, (most, most))


def allow_processor(seconds: int) -> None:
    """So many seconds from now; beyond them the kernel ends the process."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    until = math.ceil(used.ru_utime + used.ru_stime) + seconds
    resource.setrlimit(resource.RLIMIT_CPU, (until, resource.getrlimit(resource.RLIMIT_CPU)[1]))
