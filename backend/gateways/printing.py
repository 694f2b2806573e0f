"""Printing: HTML and CSS become a PDF in a process of its own, which is there only while somebody needs it.

WeasyPrint takes more memory than a web process may have, and reads text that others wrote: it runs where there is no
database, no key, no environment and nothing to fetch (docs/adr/0034-a-printing-process-of-its-own.md).
"""

import contextlib
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from backend.common import logs
from backend.common.errors import Kind, ServiceError
from schemas.printing import PDF_BYTES, Lack, WireError, receive_blob, receive_head, send_head

_ROOT = Path(__file__).resolve().parents[2]
_KEPT = ("PYTHONPATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "FONTCONFIG_FILE", "CREDIT_LOCAL_RUN")
"""The last is the mark by which `make run` finds what a killed run left behind."""
_ATTEMPTS = 2
_ASK_AGAIN_SECONDS = 60.0


@dataclass(frozen=True)
class Document:
    """What is printed; `html` says its language and title."""

    html: str
    css: str


Print = Callable[[Document], bytes]


@dataclass(frozen=True)
class Limits:
    """`waiting` callers may wait for the one who prints, each `wait_seconds`; a document may take `document_seconds`, and
    `processor_seconds` of a processor; the process is replaced after `documents`, and ends after `idle_seconds` without one."""

    waiting: int = 3
    wait_seconds: float = 8.0
    start_seconds: float = 30.0
    document_seconds: float = 30.0
    processor_seconds: int = 20
    documents: int = 200
    idle_seconds: int = 120


class Printer(Protocol):
    """Raises `ServiceError`: TOO_MANY `printing.busy`; UNAVAILABLE `printing.not_installed`, `printing.failed`,
    `printing.timed_out`."""

    def turn(self) -> AbstractContextManager[Print]:
        """The printer for oneself, ready to print: what cannot be printed at all is refused here, before anything is written down
        about it."""


class ProcessPrinter:
    """`python -m backend.printing`, started when it is wanted; one document at a time, safe to share by threads."""

    def __init__(self, limits: Limits | None = None, environ: Mapping[str, str] | None = None) -> None:
        self._limits = limits or Limits()
        self._environ = environ or {}
        self._places = threading.BoundedSemaphore(self._limits.waiting + 1)
        self._turn = threading.Lock()
        self._process: _Process | None = None
        self._lack: tuple[Lack, float] | None = None

    @contextmanager
    def turn(self) -> Iterator[Print]:
        if not self._places.acquire(blocking=False):
            raise busy()
        try:
            if not self._turn.acquire(timeout=self._limits.wait_seconds):
                raise busy()
            try:
                self._ready()
                yield self._print
            finally:
                self._turn.release()
        finally:
            self._places.release()

    @property
    def pid(self) -> int | None:
        """Of the process that stands ready, if one does."""
        return self._process.pid if self._process is not None and self._process.lives else None

    def close(self) -> None:
        """End the process."""
        with self._turn:
            self._drop()

    def _print(self, document: Document) -> bytes:
        """A process that dies over a document is replaced once; one that dies twice is the document's fault."""
        for attempt in range(_ATTEMPTS):
            process = self._ready()
            try:
                return process.print(document, time.monotonic() + self._limits.document_seconds)
            except TimeoutError as error:
                self._drop()
                raise failed("printing.timed_out") from error
            except (OSError, WireError):
                self._drop()
                logs.get(__name__).warning("printing.process_lost", attempt=attempt + 1)
            except _Failed as error:
                self._drop()
                logs.get(__name__).error("printing.failed", fault=error.fault)
                raise failed() from error
        raise failed()

    def _ready(self) -> "_Process":
        if (
            self._process is not None
            and self._process.lives
            and self._process.printed < self._limits.documents
        ):
            return self._process
        self._drop()
        if self._lack is not None and time.monotonic() < self._lack[1]:
            raise not_installed(self._lack[0])
        try:
            self._process = _Process(self._limits, self._environ)
        except _Lacking as error:
            self._lack = error.lack, time.monotonic() + _ASK_AGAIN_SECONDS
            logs.get(__name__).error("printing.not_installed", lack=error.lack.value)
            raise not_installed(error.lack) from error
        except (OSError, WireError) as error:
            raise failed() from error
        return self._process

    def _drop(self) -> None:
        if self._process is not None:
            self._process.end()
            self._process = None


class _Lacking(Exception):
    def __init__(self, lack: Lack) -> None:
        super().__init__(lack.value)
        self.lack = lack


class _Failed(Exception):
    """A document that the process could not print, and where in it that showed."""

    def __init__(self, fault: str) -> None:
        super().__init__(fault)
        self.fault = fault


class _Process:
    """A running process and the one socket between us; it ends when we close ours, so also when we are killed."""

    def __init__(self, limits: Limits, environ: Mapping[str, str]) -> None:
        self._ours, theirs = socket.socketpair()
        with theirs:
            self._popen = subprocess.Popen(
                [
                    sys.executable, "-m", "backend.printing",
                    str(limits.idle_seconds), str(limits.processor_seconds),
                ],
                cwd=_ROOT,
                env=_environment(environ),
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )  # fmt: skip
        threading.Thread(
            target=self._popen.wait, daemon=True
        ).start()  # so that nothing is left of it when it ends
        self.pid = self._popen.pid
        self.printed = 0
        try:
            self._ours.settimeout(limits.start_seconds)
            head = receive_head(self._ours)
            if "missing" in head:
                raise _Lacking(Lack(head["missing"]))
        except BaseException:
            self.end()
            raise

    @property
    def lives(self) -> bool:
        return self._popen.poll() is None

    def print(self, document: Document, deadline: float) -> bytes:
        self.printed += 1
        self._keep_time(deadline)
        send_head(self._ours, {}, [document.html.encode(), document.css.encode()])
        self._keep_time(deadline)
        head: dict[str, Any] = receive_head(self._ours)
        if head.get("outcome") != "printed":
            raise _Failed(str(head.get("fault")))
        (size,) = head["sizes"]
        if not 0 < size <= PDF_BYTES:
            raise _Failed("size")
        self._keep_time(deadline)
        return receive_blob(self._ours, size)

    def end(self) -> None:
        self._ours.close()
        with contextlib.suppress(ProcessLookupError):
            self._popen.kill()
        self._popen.wait()

    def _keep_time(self, deadline: float) -> None:
        left = deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self._ours.settimeout(left)


def _environment(more: Mapping[str, str]) -> dict[str, str]:
    """None of ours but where Python and its libraries lie."""
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    return {"LANG": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1", **kept, **more}


def busy() -> ServiceError:
    return ServiceError(
        Kind.TOO_MANY,
        "printing.busy",
        "正在打印报告的人较多，请稍等几秒再试；您也可以先在线查看报告",
        "Several reports are being printed at the moment; please try again in a few seconds, or read yours online meanwhile",
        retry_after=5,
    )


def not_installed(lack: Lack = Lack.PANGO) -> ServiceError:
    return ServiceError(
        Kind.UNAVAILABLE,
        "printing.not_installed",
        f"本服务暂时无法生成 PDF（缺少{lack.zh}）；报告内容可以在线查看",
        f"PDFs cannot be made here for now ({lack.en} is missing); the report itself can be read online",
        data={"lack": lack.value},
        retry_after=600,
    )


def failed(reason: str = "printing.failed") -> ServiceError:
    return ServiceError(
        Kind.UNAVAILABLE,
        reason,
        "PDF 暂时无法生成，请稍后再试；报告内容可以在线查看",
        "The PDF could not be made just now; please try again shortly. The report itself can be read online",
        retry_after=10,
    )
