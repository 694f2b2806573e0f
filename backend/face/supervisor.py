"""The supervisor: listens, hands each connection to a free worker, and outlives whatever happens to them.

One thread and one selector. It reads a single byte of each connection, so it never holds a frame or a template; the
worker gets the connection itself. It keeps its own copy of the connection to answer when the worker cannot.
"""

import contextlib
import gc
import json
import os
import selectors
import signal
import socket
import sys
import time
from collections import deque
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import NoReturn

from backend.face import worker
from backend.face.options import Options
from schemas.faces import address, send_head

_PING, _MEASURE, _ENROL = b"P", b"M", b"E"
_NAMES = {_MEASURE: "measure", _ENROL: "enrol"}
_HELLO_SECONDS = 2.0
_FORK_AGAIN_SECONDS = 1.0
_BACKLOG = 64


@dataclass(eq=False)
class _Client:
    connection: socket.socket
    deadline: float
    kind: bytes = b""
    came: float = field(default_factory=time.monotonic)


@dataclass(eq=False)
class _Worker:
    pid: int
    control: socket.socket
    jobs: int = 0
    client: _Client | None = None
    deadline: float = float("inf")


class Supervisor:
    """Owns the socket, the workers and the queue; `serve` returns after SIGTERM or SIGINT, jobs under way finished."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._selector = selectors.DefaultSelector()
        self._workers: list[_Worker] = []
        self._new: list[_Client] = []
        self._waiting: deque[_Client] = deque()
        self._jobs = self._restarts = 0
        self._fork_after = 0.0
        self._stop_by: float | None = None

    def serve(self) -> None:
        gc.collect()
        gc.freeze()  # the collector would otherwise write into the pages shared with the workers
        self._watch_signals()
        self._fill()
        self._listener = _listen(self._options.socket)
        self._selector.register(self._listener, selectors.EVENT_READ, self._accept)
        _log("face.ready", workers=len(self._workers), queue=self._options.queue)
        try:
            while not self._stopped():
                for key, _ in self._selector.select(self._patience()):
                    key.data()
                self._enforce_deadlines()
                self._fill()
                self._dispatch()
        finally:
            self._end()

    def _watch_signals(self) -> None:
        """Signals wake the selector; the handlers themselves do nothing but note the wish to stop."""
        own, other = socket.socketpair()
        own.setblocking(False)
        other.setblocking(False)
        signal.set_wakeup_fd(other.fileno())
        self._wake = (own, other)
        self._selector.register(own, selectors.EVENT_READ, lambda: own.recv(64))
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self._stop())
        if self._options.ends_with_input:
            self._selector.register(sys.stdin.fileno(), selectors.EVENT_READ, self._end_with_input)

    def _end_with_input(self) -> None:
        if not os.read(sys.stdin.fileno(), 1):
            self._selector.unregister(sys.stdin.fileno())
            self._stop()

    def _stop(self) -> None:
        self._stop_by = self._stop_by or time.monotonic() + self._options.job_seconds

    def _stopped(self) -> bool:
        if self._stop_by is None:
            return False
        return time.monotonic() > self._stop_by or not any(one.client for one in self._workers)

    def _accept(self) -> None:
        with contextlib.suppress(BlockingIOError, ConnectionError):
            connection, _ = self._listener.accept()
            connection.setblocking(False)
            client = _Client(connection, time.monotonic() + _HELLO_SECONDS)
            self._new.append(client)
            self._selector.register(connection, selectors.EVENT_READ, partial(self._hear, client))

    def _hear(self, client: _Client) -> None:
        """The first byte says what is wanted; later bytes, or an end, mean that the client gave up waiting."""
        if client not in self._new and client not in self._waiting:
            return  # handed over or answered earlier in this same round of events
        try:
            kind = client.connection.recv(1)
        except (BlockingIOError, ConnectionError):
            kind = b""
        if client in self._waiting or kind not in (_PING, *_NAMES):
            self._drop(client)
        elif kind == _PING:
            self._answer(client, self._status())
        elif len(self._waiting) >= self._options.queue or self._stop_by is not None:
            self._refuse(client, kind)
        else:
            self._new.remove(client)
            client.kind, client.deadline = kind, time.monotonic() + self._options.wait_seconds
            self._waiting.append(client)
            self._dispatch()

    def _dispatch(self) -> None:
        """Oldest first, to any worker that is free."""
        for one in self._workers:
            if one.client is None and self._waiting:
                self._hand_over(one, self._waiting.popleft())

    def _hand_over(self, one: _Worker, client: _Client) -> None:
        self._selector.unregister(client.connection)
        one.client = client
        enrols = client.kind == _ENROL
        one.deadline = time.monotonic() + (
            self._options.enrol_seconds if enrols else self._options.job_seconds
        )
        client.connection.setblocking(
            True
        )  # the worker shares this very connection and reads it in the plain way
        with contextlib.suppress(ConnectionError):  # a dead worker is found by its closed control
            socket.send_fds(one.control, [client.kind], [client.connection.fileno()])

    def _listen_to(self, one: _Worker) -> None:
        """A worker says that its job is done, that it met a fault, or nothing any more."""
        if one not in self._workers:
            return  # ended earlier in this same round of events
        try:
            said = one.control.recv(200)
        except ConnectionError:
            said = b""
        if said == worker.DONE:
            self._finish(one)
        else:
            self._replace(one, "crashed", said[1:].decode(errors="replace"))

    def _finish(self, one: _Worker) -> None:
        client, one.client, one.deadline = one.client, None, float("inf")
        one.jobs += 1
        self._jobs += 1
        if client is not None:
            _log_job(client, "done")
            client.connection.close()
        if one.jobs >= self._options.recycle_after:
            self._retire(one)

    def _replace(self, one: _Worker, outcome: str, fault: str = "") -> None:
        """The worker is gone or overran its time: end it for certain and answer for it."""
        self._restarts += 1
        self._retire(one)
        if one.client is None:
            _log("face.worker_lost", fault=fault)
            return
        _log_job(one.client, outcome, fault)
        self._say(one.client, {"error": outcome})

    def _retire(self, one: _Worker) -> None:
        self._workers.remove(one)
        self._selector.unregister(one.control)
        one.control.close()
        os.kill(
            one.pid, signal.SIGKILL
        )  # holds nothing worth finishing; not reaped yet, so the id is still its own
        os.waitpid(one.pid, 0)

    def _fill(self) -> None:
        """Start the workers that are missing; when the system has no room for one, try again a little later."""
        while self._lacks_workers():
            own, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            try:
                pid = os.fork()
            except OSError as error:
                own.close()
                other.close()
                self._fork_after = time.monotonic() + _FORK_AGAIN_SECONDS
                _log("face.no_fork", errno=error.errno)
                return
            if pid == 0:
                _become_worker(other)
            other.close()
            one = _Worker(pid, own)
            self._workers.append(one)
            self._selector.register(own, selectors.EVENT_READ, partial(self._listen_to, one))

    def _lacks_workers(self) -> bool:
        lacking = len(self._workers) < self._options.workers and self._stop_by is None
        return lacking and time.monotonic() >= self._fork_after

    def _enforce_deadlines(self) -> None:
        now = time.monotonic()
        for one in [one for one in self._workers if one.deadline <= now]:
            self._replace(one, "timeout")
        for client in [one for one in self._waiting if one.deadline <= now or self._stop_by is not None]:
            self._refuse(client, client.kind)
        for client in [one for one in self._new if one.deadline <= now]:
            self._drop(client)

    def _patience(self) -> float | None:
        """Seconds until the next deadline; None when there is nothing to wait for but events."""
        ends = [one.deadline for one in self._workers]
        ends += [one.deadline for one in (*self._waiting, *self._new)]
        if len(self._workers) < self._options.workers:
            ends.append(self._fork_after)
        if self._stop_by is not None:
            ends.append(self._stop_by)
        nearest = min(ends, default=float("inf"))
        return None if nearest == float("inf") else max(0.0, nearest - time.monotonic())

    def _refuse(self, client: _Client, kind: bytes) -> None:
        client.kind = kind
        _log_job(client, "busy")
        self._answer(client, {"error": "busy"})

    def _status(self) -> dict[str, int]:
        busy = sum(one.client is not None for one in self._workers)
        return {
            "workers": len(self._workers),
            "busy": busy,
            "waiting": len(self._waiting),
            "jobs": self._jobs,
            "restarts": self._restarts,
        }

    def _answer(self, client: _Client, head: dict[str, int] | dict[str, str]) -> None:
        self._forget(client)
        self._say(client, head)

    def _drop(self, client: _Client) -> None:
        self._forget(client)
        client.connection.close()

    def _forget(self, client: _Client) -> None:
        self._selector.unregister(client.connection)
        for held in (self._new, self._waiting):
            if client in held:
                held.remove(client)

    def _say(self, client: _Client, head: dict[str, int] | dict[str, str]) -> None:
        client.connection.setblocking(
            False
        )  # never wait for a client: a small answer fits its buffer or is lost
        with client.connection, contextlib.suppress(OSError):
            send_head(client.connection, head)

    def _end(self) -> None:
        self._options.socket.unlink(missing_ok=True)
        if self._options.ends_with_input:  # whoever made a folder for the socket alone may have been killed
            with contextlib.suppress(OSError):
                self._options.socket.parent.rmdir()
        self._listener.close()
        for client in (*self._waiting, *self._new):
            self._drop(client)
        for one in list(self._workers):
            self._retire(one)
            if one.client is not None:
                self._say(one.client, {"error": "timeout"})
        _log("face.stopped", jobs=self._jobs, restarts=self._restarts)


def _become_worker(control: socket.socket) -> NoReturn:
    """In the child: keep nothing of the supervisor but the standard streams and this one socket; never return."""
    code = 1
    try:
        handle = control.fileno()
        os.closerange(3, handle)
        os.closerange(handle + 1, os.sysconf("SC_OPEN_MAX"))
        worker.run(control)
        code = 0
    finally:
        os._exit(code)


def _listen(path: Path) -> socket.socket:
    """Bind with mode 0600; a socket left by a crash is replaced, a living one is not."""
    path.parent.mkdir(parents=True, exist_ok=True)
    listener = socket.socket(socket.AF_UNIX)
    with address(path) as name:
        if _answers(name):
            sys.exit(f"another face process listens on {path}")
        path.unlink(missing_ok=True)
        before = os.umask(0o177)
        try:
            listener.bind(name)
        finally:
            os.umask(before)
    listener.listen(_BACKLOG)
    listener.setblocking(False)
    return listener


def _answers(name: str) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(name)
        except OSError:
            return False
        return True


def _log_job(client: _Client, outcome: str, fault: str = "") -> None:
    took = round((time.monotonic() - client.came) * 1000)
    _log("face.job", kind=_NAMES[client.kind], outcome=outcome, ms=took, fault=fault)


def _log(event: str, **facts: object) -> None:
    """Counts and times only; one JSON object a line on the standard error stream."""
    print(
        json.dumps({"event": event, **{k: v for k, v in facts.items() if v != ""}}),
        file=sys.stderr,
        flush=True,
    )
