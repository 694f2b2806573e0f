"""A run of stand-in processes: the real supervisor in a process of its own, in a folder of the test."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from backend.local import processes
from backend.local.run import ROOT
from tests.support import nursery

STANDIN = f"{sys.executable} {Path(__file__).with_name('standin.py')}"
_LAUNCHER = """
    import os, signal, sys
    from pathlib import Path
    from backend.common.settings import Settings
    from backend.local.run import Plan, run

    deaf = signal.SIG_IGN if "NOHUP" in os.environ else signal.SIG_DFL
    signal.signal(signal.SIGHUP, deaf)  # else it is what the test session inherited
    settings = Settings.from_env(os.environ)
    sys.exit(run(Plan(settings, dict(os.environ), procfile=Path("Procfile"), root=Path.cwd(),
                      seed=os.environ["SEED"], pictures="true")))
"""


@dataclass
class Running:
    """One `make run` under test."""

    process: subprocess.Popen[bytes]
    data: Path
    port: int
    output: Path

    def said(self) -> str:
        return self.output.read_text()

    def wait_for(self, words: str, *, within_s: float = 60) -> str:
        """What was said, once it contains `words`."""
        wait_until(lambda: words in self.said() or self.process.poll() is not None, within_s=within_s)
        assert words in self.said(), self.said()
        return self.said()

    def ready(self) -> "Running":
        self.wait_for("Ready in")
        return self

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(60)

    def living(self) -> list[str]:
        """Command lines of the run's processes without the supervisor."""
        found = []
        for pid in processes.marked(str(self.data)):
            with contextlib.suppress(OSError):
                found.append(Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ").strip())
        return found

    def pid_of(self, words: str) -> int:
        for pid in processes.marked(str(self.data)):
            if words in Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " "):
                return pid
        raise AssertionError(f"no process {words!r} in {self.living()}")


Start = Callable[..., Running]


def wait_until(true: Callable[[], bool], *, within_s: float = 60) -> None:
    deadline = time.monotonic() + within_s
    while not true():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start a run with these Procfile lines; by default it needs no database of its own. Everything is killed after."""
    runs: list[Running] = []

    def begin(
        mongodb_uri: str | None,
        *,
        seed: str = "true",
        port: int | None = None,
        nohup: bool = False,
        **lines: str,
    ) -> Running:
        (tmp_path / "Procfile").write_text(
            "".join(f"{name}: {STANDIN} {line}\n" for name, line in {"web": "serve", **lines}.items())
        )
        (tmp_path / "launch.py").write_text(textwrap.dedent(_LAUNCHER))
        data, output, chosen = tmp_path / "data", tmp_path / f"output{len(runs)}", port or free_port()
        environ = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "APP_ENV": "demo", "SEED": seed}
        environ |= {"DATA_DIR": str(data), "PORT": str(chosen), "PYTHONDONTWRITEBYTECODE": "1"}
        environ |= {"MONGODB_URI": mongodb_uri} if mongodb_uri else {}
        environ |= {"NOHUP": "1"} if nohup else {}
        with output.open("wb") as file:
            process = nursery.Popen(
                [sys.executable, "launch.py"], cwd=tmp_path, env=environ, stdout=file, stderr=file
            )
        run = Running(process, data, chosen, output)
        runs.append(run)
        return run

    yield begin
    for run in runs:
        if run.process.poll() is None:
            run.process.kill()
        run.process.wait()
        processes.sweep(str(run.data), within_s=2)
