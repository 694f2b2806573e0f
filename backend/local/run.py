"""`make run`: database, indexes, demonstration city, processes, readiness; and the end of them all."""

import http.client
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from backend.common.settings import Settings
from backend.local import mongod, processes
from backend.local.folder import FolderInUse, alone_in
from backend.local.output import LogFile, Terminal
from backend.local.supervisor import Supervisor, read_procfile, shell

ROOT = Path(__file__).resolve().parents[2]
SEED = "python -m backend.manage seed-demo"
PICTURES = "python -m backend.local pictures"
DATABASE = "mongod"
MAY_END = frozenset({"bot"})
"""Processes that have nothing to do without a setting (here BOT_TOKEN), say so, and end."""
EARLY = frozenset({"face"})
"""Processes that need no database: they load their models while it starts, and serve the demonstration's photographs."""
_EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104 - compared with, not bound to
_SEEDED_COLLECTION = "subjects"


class RunError(Exception):
    """The run cannot start or go on; the message is for the person at the terminal."""


@dataclass(frozen=True)
class Plan:
    """What a run is made of. `root` is where the commands run, `seed` the command that fills an empty database."""

    settings: Settings
    environ: Mapping[str, str]
    procfile: Path = ROOT / "Procfile"
    root: Path = ROOT
    seed: str = SEED
    pictures: str = PICTURES
    ready_within_s: float = 180

    @property
    def data(self) -> Path:
        return self.settings.data_dir.resolve()


def run(plan: Plan) -> int:
    """Run until a signal comes (exit code 0) or something makes it impossible (1; 2 when the folder is in use)."""
    terminal = Terminal()
    started = time.monotonic()
    try:
        with alone_in(plan.data):
            supervisor = _supervisor(plan, terminal)
            supervisor.listen()
            try:
                _start(plan, supervisor)
                _watch(plan, supervisor, started)
            finally:
                _finish(plan, supervisor)
    except (RunError, mongod.MongodError, FolderInUse) as error:
        terminal.write(f"make run: {error}\n")
        return 2 if isinstance(error, FolderInUse) else 1
    return 0


def _supervisor(plan: Plan, terminal: Terminal) -> Supervisor:
    logs = plan.data / "logs"
    return Supervisor(environ=_environ(plan), cwd=plan.root, logs=logs, terminal=terminal, may_end=MAY_END)


def _environ(plan: Plan) -> dict[str, str]:
    """What every process of the run sees: the caller's environment, the programs of this one, and the run's mark."""
    programs = Path(sys.executable).parent
    path = f"{programs}{os.pathsep}{plan.environ.get('PATH', os.defpath)}"
    return {
        **plan.environ,
        "APP_ENV": plan.settings.app_env,
        "DATA_DIR": str(plan.data),
        "HOST": plan.settings.host,
        "PORT": str(plan.settings.port),
        "PATH": path,
        "PYTHONUNBUFFERED": "1",
        processes.MARK: str(plan.data),
    }


def _start(plan: Plan, supervisor: Supervisor) -> None:
    if left := processes.sweep(str(plan.data)):
        supervisor.say(f"ended {len(left)} processes that a killed run left behind")
    _require_port(plan.settings.host, plan.settings.port)
    lines = read_procfile(plan.procfile.read_text())
    for name in EARLY & lines.keys():
        supervisor.keep(name, shell(lines.pop(name)))
    uri = plan.settings.mongodb_uri or _start_database(plan, supervisor)
    plan.settings.database_note.write_text(uri)
    plan.settings.site_note.write_text(plan.settings.site)
    supervisor.environ = {**supervisor.environ, "MONGODB_URI": uri}
    if release := lines.pop("release", None):
        _must(supervisor, "release", release)
    if not supervisor.stopping and _needs_seed(plan, uri):
        _fetch_pictures(plan, supervisor)
        _must(supervisor, "seed", plan.seed)
    for name, line in lines.items():
        if not supervisor.stopping:
            supervisor.keep(name, shell(line))


def _require_port(host: str, port: int) -> None:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            reason = os.strerror(error.errno or 0)
            raise RunError(f"port {port} of {host} cannot be used ({reason}); set PORT to another") from None


def _start_database(plan: Plan, supervisor: Supervisor) -> str:
    log = LogFile(supervisor.logs / "mongod-server.log")
    log.move_aside_if_large()

    def spawn(command: list[str]) -> subprocess.Popen[bytes]:
        return supervisor.keep(DATABASE, command, shown=False)

    server = mongod.Mongod(plan.data / "mongo", log=log.path, spawn=spawn)
    server.start()
    server.wait_ready(cancelled=lambda: supervisor.stopping)
    supervisor.say(f"database on port {server.port}, files in {server.folder}")
    return server.uri


def _must(supervisor: Supervisor, name: str, line: str) -> None:
    code = supervisor.run_once(name, shell(line))
    if code and not supervisor.stopping:
        raise RunError(f"`{line}` ended with {code}; see {supervisor.logs / name}.log")


def _needs_seed(plan: Plan, uri: str) -> bool:
    """Whether to make the demonstration city: never in production, and again when a first attempt was cut short."""
    if plan.settings.app_env != "demo":
        return False
    cut_short = plan.settings.mongodb_uri is None and not _accounts_file(plan).exists()
    return cut_short or mongod.is_empty(uri, plan.settings.mongodb_database, _SEEDED_COLLECTION)


def _fetch_pictures(plan: Plan, supervisor: Supervisor) -> None:
    if supervisor.run_once("pictures", shell(plan.pictures)):
        supervisor.say("no photographs: the demonstration residents use window codes instead of their faces")


def _watch(plan: Plan, supervisor: Supervisor, started: float) -> None:
    deadline = time.monotonic() + plan.ready_within_s
    ready = False
    while not supervisor.stopping:
        supervisor.pump()
        if ready:
            continue
        status = _readiness(plan.settings)
        if status == http.HTTPStatus.OK:
            ready = True
            supervisor.terminal.write(_welcome(plan, time.monotonic() - started))
        elif time.monotonic() > deadline:
            answer = f"it answers {status}" if status else "nothing answers"
            raise RunError(f"not ready after {plan.ready_within_s:g} s: {answer}; see {supervisor.logs}")


def _readiness(settings: Settings) -> int | None:
    host = "127.0.0.1" if settings.host in _EVERYWHERE else settings.host
    connection = http.client.HTTPConnection(host, settings.port, timeout=2)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


def _finish(plan: Plan, supervisor: Supervisor) -> None:
    plan.settings.database_note.unlink(missing_ok=True)
    plan.settings.site_note.unlink(missing_ok=True)
    if supervisor.children:
        supervisor.say("ending")
    supervisor.stop(last=DATABASE)
    if supervisor.children:
        supervisor.say("ended")


def _accounts_file(plan: Plan) -> Path:
    return plan.data / "demo" / "accounts.json"


def _welcome(plan: Plan, seconds: float) -> str:
    site = plan.settings.site
    addresses = {
        "Pages": f"{site}/",
        "Till, console": f"{site}/merchant  {site}/staff",
        "API": f"{site}/api/v1",
        "Documentation": f"{site}/docs",
        "Sign-in codes": plan.data / "outbox" / "sms.jsonl",
        "Logs": plan.data / "logs",
    }
    lines = ["", f"Ready in {seconds:.1f} s. Ctrl-C ends everything.", ""]
    lines += [f"  {name:<14} {place}" for name, place in addresses.items()]
    return "\n".join([*lines, *_accounts(plan), "", ""])


def _accounts(plan: Plan) -> list[str]:
    try:
        accounts: list[dict[str, Any]] = json.loads(_accounts_file(plan).read_text())
    except (OSError, ValueError):
        return []
    columns = list(dict.fromkeys(name for account in accounts for name in account))
    rows = [columns, *([_cell(account.get(name)) for name in columns] for account in accounts)]
    widths = [max(_width(row[i]) for row in rows) for i in range(len(columns))]
    table = ("  ".join(cell + " " * (widths[i] - _width(cell)) for i, cell in enumerate(row)) for row in rows)
    return ["", "Demonstration accounts", *(f"  {line}".rstrip() for line in table)]


def _cell(value: object) -> str:
    return "" if value is None else str(value)


def _width(text: str) -> int:
    """Columns on a terminal; Chinese characters take two."""
    return sum(2 if ord(character) > 0x2E7F else 1 for character in text)
