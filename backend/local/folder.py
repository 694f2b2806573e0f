"""The data folder of a run: one owner at a time."""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path


class FolderInUse(Exception):
    """Another process holds the folder; the message names it."""


@contextlib.contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Hold the data folder alone; the system frees the lock however this process ends. Raises `FolderInUse`."""
    (folder / "run").mkdir(parents=True, exist_ok=True, mode=0o700)
    folder.chmod(0o700)
    with (folder / "run" / "lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.seek(0)
            raise FolderInUse(
                f"another run (process {lock.read().strip() or 'unknown'}) is using {folder}; "
                "stop it first, or set DATA_DIR to another folder"
            ) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield
