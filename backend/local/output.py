"""What the processes of a run say: to a file each, whole, and to the terminal with a name in front."""

import contextlib
import os
import sys
import time
from pathlib import Path
from typing import TextIO

_LIMIT = 10 * 1024**2
_KEEP = 3
_PROGRESS_EVERY_S = 2.0


class Terminal:
    """Standard output that may go away (a closed terminal or pipe) without ending the run."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stdout

    def say(self, name: str, line: str) -> None:
        self.write(f"{name:<7}| {line}\n")

    def write(self, text: str) -> None:
        try:
            self._stream.write(text)
            self._stream.flush()
        except OSError:
            _discard(self._stream)


def _discard(stream: TextIO) -> None:
    """Let what is still in the stream, and all that follows, go nowhere."""
    with contextlib.suppress(OSError, ValueError), open(os.devnull, "w") as nowhere:
        os.dup2(nowhere.fileno(), stream.fileno())


class LogFile:
    """A file that is moved aside at 10 MiB; three old ones are kept. Only its owner may read it."""

    def __init__(self, path: Path, *, limit: int = _LIMIT) -> None:
        self.path = path
        self._limit = limit
        path.parent.mkdir(parents=True, exist_ok=True)

    def append(self, data: bytes) -> None:
        self.move_aside_if_large()
        descriptor = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        with open(descriptor, "ab") as file:
            file.write(data)

    def move_aside_if_large(self) -> None:
        if not self.path.exists() or self.path.stat().st_size <= self._limit:
            return
        for number in range(_KEEP, 0, -1):
            older = self.path.with_name(f"{self.path.name}.{number}")
            newer = self.path.with_name(f"{self.path.name}.{number - 1}") if number > 1 else self.path
            if newer.exists():
                newer.replace(older)


class Lines:
    """Bytes of one process cut into lines; of a progress bar (ended by a return) only one every two seconds."""

    def __init__(self) -> None:
        self._rest = b""
        self._progress_at = -_PROGRESS_EVERY_S

    def cut(self, data: bytes) -> list[str]:
        *whole, self._rest = (self._rest + data).split(b"\n")
        lines = [self._text(line.rstrip(b"\r").rsplit(b"\r", 1)[-1]) for line in whole]
        if b"\r" in self._rest:
            seen, self._rest = self._rest.rsplit(b"\r", 1)
            lines += self._progress(seen.rsplit(b"\r", 1)[-1])
        return [line for line in lines if line]

    def _progress(self, line: bytes) -> list[str]:
        now = time.monotonic()
        if not line.strip() or now - self._progress_at < _PROGRESS_EVERY_S:
            return []
        self._progress_at = now
        return [self._text(line)]

    @staticmethod
    def _text(line: bytes) -> str:
        return line.decode(errors="replace").rstrip()
