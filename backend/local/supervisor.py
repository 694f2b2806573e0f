"""Keeps the processes of a run alive, passes on what they say, and ends them all. One thread, no terminal needed."""

import contextlib
import os
import re
import selectors
import signal
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from backend.local import processes
from backend.local.output import Lines, LogFile, Terminal

_TICK_S = 0.2
_FIRST_DELAY_S = 0.5
_LONGEST_DELAY_S = 30.0
_SETTLED_AFTER_S = 60.0
_CHUNK = 65536
_SHELL_WORDS = re.compile(r"[;&|]")


def read_procfile(text: str) -> dict[str, str]:
    """Process name to command line, in the order of the file."""
    matches = (re.fullmatch(r"([A-Za-z0-9_-]+):\s*(.+)", line.strip()) for line in text.splitlines())
    return {match[1]: match[2] for match in matches if match}


def shell(line: str) -> list[str]:
    """A Procfile line as a command; a simple one replaces its shell, so that signals reach the program."""
    return ["/bin/sh", "-c", line if _SHELL_WORDS.search(line) else f"exec {line}"]


@dataclass
class Child:
    """One kept process: what it runs, and what happened to it."""

    name: str
    command: list[str]
    log: LogFile
    shown: bool = True
    started_at: float = 0.0
    failures: int = 0
    restart_at: float | None = None
    process: subprocess.Popen[bytes] | None = None
    lines: Lines = field(default_factory=Lines)


class Supervisor:
    """`stopping` turns true at the first SIGINT, SIGTERM or SIGHUP; the owner then calls `stop`.

    A process that ends is started again, except one of `may_end` that ended with exit code 0.
    """

    def __init__(
        self,
        *,
        environ: Mapping[str, str],
        cwd: Path,
        logs: Path,
        terminal: Terminal,
        may_end: frozenset[str],
    ) -> None:
        self.environ = environ
        self.may_end = may_end
        self.cwd = cwd
        self.logs = logs
        self.terminal = terminal
        self.stopping = False
        self.children: dict[str, Child] = {}
        self._selector = selectors.DefaultSelector()

    def listen(self) -> None:
        """Take the signals that mean the end; more of them while ending change nothing. `nohup` stays in force."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
                signal.signal(number, self._on_signal)

    def _on_signal(self, _number: int, _frame: object) -> None:
        self.stopping = True

    def say(self, line: str) -> None:
        self.terminal.say("run", line)

    def keep(self, name: str, command: list[str], *, shown: bool = True) -> subprocess.Popen[bytes]:
        """Start a process and restart it whenever it ends; what it says goes to its log, and `shown` on the terminal."""
        child = Child(name, command, LogFile(self.logs / f"{name}.log"), shown)
        self.children[name] = child
        return self._start(child)

    def run_once(self, name: str, command: list[str]) -> int | None:
        """Run a command to its end and give its exit code; `None` when a signal came first."""
        if self.stopping:
            return None
        child = Child(name, command, LogFile(self.logs / f"{name}.log"))
        process = self._start(child)
        while process.poll() is None and not self.stopping:
            self._read(_TICK_S)
        code = process.poll()
        self._end_together([child], 5)
        return code

    def pump(self) -> None:
        """Wait a moment, pass on output, take note of ends, restart what is due."""
        self._read(_TICK_S)
        for child in self.children.values():
            if child.process is not None and child.process.poll() is not None:
                self._note_end(child)
            if child.restart_at is not None and time.monotonic() >= child.restart_at:
                self._start(child)

    def stop(self, *, last: str, within_s: float = 10) -> None:
        """End everything: first all processes but `last`, with whatever they left behind, then `last` cleanly."""
        first = [child for child in self.children.values() if child.name != last and child.process]
        self._end_together(first, within_s)
        kept = self.children.get(last)
        kept_id = kept.process.pid if kept and kept.process else 0
        processes.sweep(self.environ[processes.MARK], but=frozenset({kept_id}), within_s=1)
        if kept and kept.process:
            if not processes.end(kept.process, within_s=30):
                self.say(f"{last} did not end in 30 s and was killed")
            self._close(kept)

    def _end_together(self, children: list[Child], within_s: float) -> None:
        for child in children:
            if child.process:
                processes.signal_group(child.process, signal.SIGTERM)
        deadline = time.monotonic() + within_s
        while time.monotonic() < deadline and any(c.process and c.process.poll() is None for c in children):
            self._read(0.05)
        for child in children:
            if child.process and child.process.poll() is None:
                self.say(f"{child.name} did not end in {within_s:g} s and was killed")
            self._close(child)

    def _start(self, child: Child) -> subprocess.Popen[bytes]:
        child.restart_at = None
        child.started_at = time.monotonic()
        reader, writer = os.pipe()
        try:
            process = processes.spawn(child.command, environ=self.environ, cwd=self.cwd, output=writer)
        finally:
            os.close(writer)
        os.set_blocking(reader, False)
        self._selector.register(reader, selectors.EVENT_READ, child)
        child.process = process
        return process

    def _read(self, timeout_s: float) -> None:
        if not self._selector.get_map():
            time.sleep(timeout_s)
        for key, _ in self._selector.select(timeout_s):
            self._pass_on(key.fd, key.data)

    def _pass_on(self, reader: int, child: Child) -> None:
        try:
            data = os.read(reader, _CHUNK)
        except BlockingIOError:
            return
        if not data:
            self._selector.unregister(reader)
            os.close(reader)
            return
        child.log.append(data)
        for line in child.lines.cut(data) if child.shown else ():
            self.terminal.say(child.name, line)

    def _note_end(self, child: Child) -> None:
        code = child.process.returncode if child.process else 0
        self._close(child)
        if code == 0 and child.name in self.may_end:
            self._record(child, f"{child.name} has nothing to do and ended")
            return
        settled = time.monotonic() - child.started_at > _SETTLED_AFTER_S
        child.failures = 1 if settled else child.failures + 1
        delay = min(_LONGEST_DELAY_S, _FIRST_DELAY_S * 2 ** (child.failures - 1))
        child.restart_at = time.monotonic() + delay
        self._record(child, f"{child.name} ended with {_cause(code)}; it starts again in {delay:g} s")

    def _record(self, child: Child, line: str) -> None:
        child.log.append(f"supervisor: {line}\n".encode())
        self.say(line)

    def _close(self, child: Child) -> None:
        """Kill what is left of the group (a worker without its master would hold the port), read its last words."""
        if child.process is None:
            return
        processes.signal_group(child.process, signal.SIGKILL)
        child.process.wait()
        child.process = None
        for key in [k for k in self._selector.get_map().values() if k.data is child]:
            self._drain(key.fd, child)

    def _drain(self, reader: int, child: Child) -> None:
        with contextlib.suppress(KeyError):
            while self._selector.get_key(reader) and self._has_more(reader):
                self._pass_on(reader, child)
            self._selector.unregister(reader)
            os.close(reader)

    @staticmethod
    def _has_more(reader: int) -> bool:
        with selectors.DefaultSelector() as one:
            one.register(reader, selectors.EVENT_READ)
            return bool(one.select(0))


def _cause(code: int) -> str:
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
