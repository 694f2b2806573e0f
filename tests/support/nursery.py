"""Python processes without the wait for their imports: each is a fork of one that has imported the project already.

Tests start hundreds of real processes to kill them, and most of what one does until then is importing the same modules. Here
`python -m tests.support.nursery`, one for each test worker and as single-threaded as when it began, imports them once; a `Popen`
of this module then asks it for a fork that goes on as `python ...` would have: with its own arguments, environment, folder and
streams, its own process id, and the same end. Forks end with their nursery, and it ends with whoever began it. What a fork cannot
show is left to `subprocess.Popen`: how long a start takes, how much memory a process needs, and what depends on how the
interpreter itself was begun (granian, the face process, `make run`).
"""

import array
import atexit
import contextlib
import gc
import importlib
import io
import json
import os
import runpy
import selectors
import signal
import socket
import struct
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any, NoReturn

ROOT = Path(__file__).parents[2]
IMPORTED = (
    "backend.app",
    "backend.manage.command",
    "bot.supervisor",
    "notifications.worker",
    "tests.support.world",
)
LOG = ROOT / ".cache" / "nursery.txt"
"""What nurseries complained of; what their forks say goes where they were told."""
_ENVIRON = dict(os.environ)
"""As it was before any test changed it: each fork gets the one that it was asked for with."""
_LONGEST_REQUEST = 1 << 17
_STREAMS = 3
_FDS = _STREAMS + 1
"""What goes with a request: standard input, output and error, and the end of a pipe for what becomes of the process."""
_STATUS = struct.Struct("=q")


class Popen(subprocess.Popen[Any]):
    """`subprocess.Popen` for a command that begins with `sys.executable` and goes on with `-m`, `-c` or a script."""

    def _execute_child(
        self, args: Any, executable: Any, preexec_fn: Any, close_fds: Any, pass_fds: Any, cwd: Any, env: Any,
        startupinfo: Any, creationflags: Any, shell: Any, p2cread: int, p2cwrite: int, c2pread: int, c2pwrite: int,
        errread: int, errwrite: int, restore_signals: Any, gid: Any, gids: Any, uid: Any, umask: Any,
        start_new_session: bool, process_group: Any,
    ) -> None:  # fmt: skip
        program, *words = map(os.fspath, args)
        unlike = (preexec_fn, pass_fds, shell, gid, gids, uid)
        if program != sys.executable or any(unlike) or umask != -1 or process_group != -1:
            raise ValueError(f"not for a fork: {args}")
        request = {
            "words": words,
            "cwd": os.fspath(cwd or Path.cwd()),
            "env": dict(os.environ if env is None else env),
            "session": start_new_session,
        }
        streams = [own if given == -1 else given for own, given in enumerate((p2cread, c2pwrite, errwrite))]
        try:
            self._told, self.pid = _ask(json.dumps(request).encode(), streams)
        finally:
            self._close_pipe_fds(p2cread, p2cwrite, c2pread, c2pwrite, errread, errwrite)
        self._child_created = True

    def _try_wait(self, wait_flags: int) -> tuple[int, int]:
        """As `waitpid` on a child: the process id and its status, or zeros while it runs."""
        if self._told == -1:
            return self.pid, 0
        if wait_flags & os.WNOHANG and not _ready(self._told):
            return 0, 0
        status = _hear(self._told)
        os.close(self._told)
        self._told = -1
        if status is None:  # with the nursery all that it forked ends; nobody can say any more how
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)
            status = signal.SIGKILL
        return self.pid, status

    def _internal_poll(self, *_: Any, **__: Any) -> int | None:
        """As the standard library's, which asks `waitpid` itself: 3.11 could be told to ask another, 3.12 cannot."""
        if self.returncode is None and self._waitpid_lock.acquire(blocking=False):
            try:
                if self.returncode is None:
                    pid, status = self._try_wait(os.WNOHANG)
                    if pid == self.pid:
                        self._handle_exitstatus(status)
            finally:
                self._waitpid_lock.release()
        return self.returncode

    _waitpid_lock: Any
    _close_pipe_fds: Callable[..., None]
    _handle_exitstatus: Callable[[int], None]


def run(
    command: Sequence[str], *, env: Mapping[str, str] | None = None, typed: str = "", within_s: float = 100
) -> "subprocess.CompletedProcess[str]":
    """`subprocess.run` in the project's folder, with all streams as text."""
    pipe = subprocess.PIPE
    with Popen(command, cwd=ROOT, env=env, stdin=pipe, stdout=pipe, stderr=pipe, text=True) as process:
        try:
            out, err = process.communicate(typed, timeout=within_s)
        except BaseException:
            process.kill()
            raise
    return subprocess.CompletedProcess(process.args, process.returncode, out, err)


def _ready(fd: int) -> bool:
    with selectors.DefaultSelector() as waiting:
        waiting.register(fd, selectors.EVENT_READ)
        return bool(waiting.select(0))


def _ask(request: bytes, streams: Sequence[int]) -> tuple[int, int]:
    """Where it is told what becomes of the fork, and its process id; a nursery that was killed is followed by another."""
    for _ in range(2):
        told, telling = os.pipe()
        try:
            try:
                fds = array.array("i", [*streams, telling])
                _nursery().sendmsg([request], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, fds)])
            finally:
                os.close(telling)
            pid = _hear(told)
        except BrokenPipeError:
            pid = None
        except BaseException:
            os.close(told)
            raise
        if pid is not None:
            return told, pid
        os.close(told)
        _nursery.cache_clear()
    raise RuntimeError(f"no process could be forked: see {LOG}")


def _hear(told: int) -> int | None:
    said = os.read(told, _STATUS.size)
    return int(_STATUS.unpack(said)[0]) if len(said) == _STATUS.size else None


@cache
def _nursery() -> socket.socket:
    """This process's own, which ends with it."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    LOG.parent.mkdir(exist_ok=True)
    with theirs, LOG.open("ab") as log:
        command = [sys.executable, "-m", "tests.support.nursery", str(theirs.fileno())]
        process = subprocess.Popen(
            command, cwd=ROOT, env=_ENVIRON, pass_fds=[theirs.fileno()], start_new_session=True,
            stdin=subprocess.DEVNULL, stdout=log, stderr=log,
        )  # fmt: skip
    atexit.register(process.wait)
    atexit.register(ours.close)
    return ours


def _serve(control: socket.socket) -> Callable[[], object]:
    """Fork what is asked for and tell what becomes of it, until nobody asks any more; in a fork, what that has to do."""
    hear, wake = os.pipe()
    for end in (hear, wake):
        os.set_blocking(end, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
    told: dict[int, int] = {}
    with selectors.DefaultSelector() as waiting:
        waiting.register(control, selectors.EVENT_READ)
        waiting.register(hear, selectors.EVENT_READ)
        while True:
            ready = {key.fileobj for key, _ in waiting.select()}
            if hear in ready:
                with contextlib.suppress(BlockingIOError):
                    os.read(hear, 4096)
                _tell_ends(told)
            if control not in ready:
                continue
            message, ancillary, *_ = control.recvmsg(_LONGEST_REQUEST, socket.CMSG_SPACE(_FDS * 4))
            if not message:  # whoever asked has ended, and nobody would end these
                for pid in told:
                    os.kill(pid, signal.SIGKILL)
                sys.exit()
            fds = array.array("i")
            fds.frombytes(ancillary[0][2])
            pid = os.fork()
            if not pid:
                signal.set_wakeup_fd(-1)
                for end in (hear, wake, control.detach(), fds[-1], *told.values()):
                    os.close(end)
                return _settled(json.loads(message), fds[:_STREAMS])
            for fd in fds[:_STREAMS]:
                os.close(fd)
            told[pid] = fds[-1]
            try:
                os.write(told[pid], _STATUS.pack(pid))
            except BrokenPipeError:  # it was given up before it began
                os.kill(pid, signal.SIGKILL)


def _tell_ends(told: dict[int, int]) -> None:
    """What became of those that ended; who asked for one may have ended too."""
    while told:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if not pid:
            return
        with contextlib.suppress(BrokenPipeError):
            os.write(told[pid], _STATUS.pack(status))
        os.close(told.pop(pid))


def _settled(request: Mapping[str, Any], streams: Sequence[int]) -> Callable[[], object]:
    """Make this process what was asked for, up to its program, which is given back."""
    if request["session"]:
        os.setsid()
    for heard in (signal.SIGCHLD, signal.SIGTERM, signal.SIGHUP):
        signal.signal(heard, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    for number, given in enumerate(streams):
        os.dup2(given, number)
        os.close(given)
    os.chdir(request["cwd"])
    os.environ.clear()
    os.environ.update(request["env"])
    at_once = bool(os.environ.get("PYTHONUNBUFFERED"))
    sys.stdin = io.TextIOWrapper(open(0, "rb", closefd=False), encoding="utf-8")  # noqa: SIM115 - open to the end
    for name, number in (("stdout", 1), ("stderr", 2)):
        raw = open(number, "wb", buffering=0 if at_once else -1, closefd=False)  # noqa: SIM115 - open to the end
        line = number == 2 or os.isatty(number)
        errors = "strict" if number == 1 else "backslashreplace"
        made = io.TextIOWrapper(raw, "utf-8", errors, line_buffering=line, write_through=at_once)
        setattr(sys, name, made)
    kind, *words = request["words"]
    if kind == "-m":
        sys.argv = words
        return lambda: runpy.run_module(words[0], run_name="__main__", alter_sys=True)
    if kind == "-c":
        sys.argv = ["-c", *words[1:]]
        sys.modules["__main__"] = here = ModuleType("__main__")
        return lambda: exec(compile(words[0], "<string>", "exec"), vars(here))
    sys.argv = [kind, *words]
    sys.path[0] = str(Path(kind).parent)
    return lambda: runpy.run_path(kind, run_name="__main__")


def main(control: str) -> NoReturn:
    for name in IMPORTED:
        importlib.import_module(name)
    gc.collect()
    gc.freeze()
    work = _serve(socket.socket(fileno=int(control)))
    work()
    sys.exit()


if __name__ == "__main__":
    main(sys.argv[1])
