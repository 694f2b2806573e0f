"""Starting the project's real processes in tests, and reading what they say."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

from tests.support import nursery
from tests.support.nursery import ROOT

__all__ = ["ROOT", "Process"]


class Process:
    """`python -m <module>` of this checkout; a context manager that leaves nothing running."""

    def __init__(self, module: str, *args: str, env: Mapping[str, str]) -> None:
        self._command = [sys.executable, "-m", module, *args]
        # granian starts its own workers from the interpreter's options.
        self._begin = subprocess.Popen if module == "backend.serve" else nursery.Popen
        kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        self._env = kept | {"PYTHONUNBUFFERED": "1"} | dict(env)
        self.lines: list[str] = []
        self._changed = threading.Condition()

    def __enter__(self) -> Self:
        self.popen = self._begin(
            self._command,
            cwd=ROOT,
            env=self._env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        if self.popen.poll() is None:
            self.popen.kill()
        self.popen.wait()
        self._reader.join()
        assert self.popen.stdout is not None
        self.popen.stdout.close()

    def wait_for_event(self, event: str, *, within_s: float = 60) -> dict[str, Any]:
        """The first structured log line of that name."""
        with self._changed:
            assert self._changed.wait_for(lambda: self._event(event), within_s), "\n".join(self.lines)
            found = self._event(event)
            assert found is not None
            return found

    def end(self, *, within_s: float = 45) -> int:
        """SIGTERM; the exit code."""
        self.popen.send_signal(signal.SIGTERM)
        return self.wait(within_s=within_s)

    def wait(self, *, within_s: float = 45) -> int:
        code = self.popen.wait(within_s)
        self._reader.join()
        return code

    def _read(self) -> None:
        assert self.popen.stdout is not None
        for line in self.popen.stdout:
            with self._changed:
                self.lines.append(line.rstrip("\n"))
                self._changed.notify_all()

    def _event(self, event: str) -> dict[str, Any] | None:
        for line in self.lines:
            if line.startswith("{"):
                found: dict[str, Any] = json.loads(line)
                if found.get("event") == event:
                    return found
        return None
