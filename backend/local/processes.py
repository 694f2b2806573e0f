"""Starting and ending real processes so that none outlives the one who started it."""

import contextlib
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

MARK = "CREDIT_LOCAL_RUN"
"""Variable in the environment of every process of a run; its value is the run's data folder."""

_PROC = Path("/proc")


def spawn(
    command: Sequence[str], *, environ: Mapping[str, str], cwd: Path | None = None, output: int | None = None
) -> subprocess.Popen[bytes]:
    """Start `command` as the leader of a new session, with `output` for both its streams.

    On Linux the process gets SIGTERM when its starter dies in any way, SIGKILL included (`setpriv` of util-linux
    asks the kernel for it; a `preexec_fn` could deadlock beside the driver's threads). Call from the main thread:
    the kernel watches the thread that started the process.
    """
    setpriv = shutil.which("setpriv", path=environ.get("PATH"))
    prefix = [setpriv, "--pdeathsig", "TERM", "--"] if setpriv else []
    return subprocess.Popen(
        [*prefix, *command],
        env=dict(environ),
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        stdout=output if output is not None else subprocess.DEVNULL,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )


def signal_group(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    """Signal the process and everything in its group; a group that is gone is no error."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)


def end(process: subprocess.Popen[bytes], *, within_s: float) -> bool:
    """SIGTERM, wait, then SIGKILL. Returns whether the process ended by itself in time."""
    signal_group(process, signal.SIGTERM)
    try:
        process.wait(within_s)
        return True
    except subprocess.TimeoutExpired:
        return False
    finally:
        signal_group(process, signal.SIGKILL)
        process.wait()


def marked(mark: str, *, but: frozenset[int] = frozenset()) -> Iterator[int]:
    """Ids of living processes whose environment says they belong to the run `mark`, this process excluded.

    Finds what left its group or lost its parent. Empty where there is no /proc.
    """
    wanted = f"{MARK}={mark}".encode()
    for folder in _PROC.glob("[0-9]*"):
        pid = int(folder.name)
        if pid == os.getpid() or pid in but:
            continue
        with contextlib.suppress(OSError):
            if wanted in (folder / "environ").read_bytes().split(b"\0"):
                yield pid


def sweep(mark: str, *, but: frozenset[int] = frozenset(), within_s: float = 20) -> list[int]:
    """End every process of the run `mark` (SIGTERM, wait, SIGKILL); returns their ids."""
    found = list(marked(mark, but=but))
    _signal_all(found, signal.SIGTERM)
    deadline = time.monotonic() + within_s
    while (left := list(marked(mark, but=but))) and time.monotonic() < deadline:
        time.sleep(0.05)
    _signal_all(left, signal.SIGKILL)
    return found


def _signal_all(pids: list[int], number: signal.Signals) -> None:
    for pid in pids:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, number)
