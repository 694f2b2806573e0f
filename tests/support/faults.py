"""Faults of the shared database server: it fails commands of one client, which it knows by name (`failCommand`)."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any

from backend.common.mongo import Client
from tests.support.processes import ROOT

_LOCK = ROOT / ".cache" / "fault.lock"


class Fault:
    """From `begin` to `end` commands of the client of this name fail: so many, or all; `how` as the server is told.

    The server can be told of one fault at a time, and the next would take its place: so no other test worker has one meanwhile.
    """

    def __init__(self, admin: Client, name: str, *, times: int | None = None, **how: Any) -> None:
        self._admin = admin
        self._mode = "alwaysOn" if times is None else {"times": times}
        self._data = {"appName": name, **how}
        self._lock: IO[bytes] | None = None
        self.began = False

    def begin(self) -> None:
        _LOCK.parent.mkdir(exist_ok=True)
        self._lock = _LOCK.open("wb")
        fcntl.flock(self._lock, fcntl.LOCK_EX)
        self._set(mode=self._mode, data=self._data)
        self.began = True

    def end(self) -> None:
        """Also twice, and where it never began."""
        if self._lock is None:
            return
        try:
            self._set(mode="off")
        finally:
            self._lock.close()
            self._lock = None

    def _set(self, **how: Any) -> None:
        self._admin.admin.command({"configureFailPoint": "failCommand", **how})


@contextmanager
def failing(admin: Client, name: str, times: int, **how: Any) -> Iterator[None]:
    """So many commands of the client of this name fail."""
    fault = Fault(admin, name, times=times, **how)
    fault.begin()
    try:
        yield
    finally:
        fault.end()
