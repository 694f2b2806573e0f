"""Python processes without the wait for their imports: each is a fork of one that has imported the project already.

Tests start hundreds of real processes to kill them, and most of what one does until then is importing the same modules. Here
`python -m tests.support.nursery`, one for a whole test run, imports them once and forks a nursery for each test worker, as
single-threaded as itself; a `Popen` of this module then asks that for a fork that goes on as `python ...` would have: with its
own arguments, environment, folder and streams, its own process id, and the same end. Forks end with their nursery, it ends with
the worker that asks it, and the first of all with the run. What a fork cannot show is left to `subprocess.Popen`: how long a
start takes, how much memory a process needs, and what depends on how the interpreter itself was begun (granian, the face process,
`make run`).
"""

import array
import atexit
import contextlib
import fcntl
import gc
import importlib
import io
import json
import os
import runpy
import select
import selectors
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
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
    "notifications.schedule",
    "notifications.worker",
    "tests.backend.evidence.made",
    "tests.backend.objections.town",
    "tests.support.conversations",
    "tests.support.forms",
    "tests.support.web",
    "tests.support.world",
)
"""What programs that are begun often import, and not these themselves: each is run anew, as the main program."""
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
            self._told, self.pid = self._ask(json.dumps(request).encode(), streams)
        finally:
            self._close_pipe_fds(p2cread, p2cwrite, c2pread, c2pwrite, errread, errwrite)
        self._child_created = True

    @staticmethod
    def _ask(request: bytes, streams: Sequence[int]) -> tuple[int, int]:
        """Where it is told what becomes of the fork, and its process id; a nursery that was killed is followed by another."""
        for _ in range(2):
            if forked := ask(_nursery(), request, streams):
                return forked
            _nursery.cache_clear()
        raise RuntimeError(f"no process could be forked: see {LOG}")

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


def ask(control: socket.socket, request: bytes, streams: Sequence[int]) -> tuple[int, int] | None:
    """Where it is told what becomes of the fork, and its process id; nothing if nobody forks any more."""
    told, telling = os.pipe()
    try:
        try:
            fds = array.array("i", [*streams, telling])
            control.sendmsg([request], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, fds)])
        finally:
            os.close(telling)
        pid = _hear(told)
    except BrokenPipeError:
        pid = None
    except BaseException:
        os.close(told)
        raise
    if pid is None:
        os.close(told)
        return None
    return told, pid


def _hear(told: int) -> int | None:
    said = os.read(told, _STATUS.size)
    return int(_STATUS.unpack(said)[0]) if len(said) == _STATUS.size else None


@cache
def _nursery() -> socket.socket:
    """This process's own, which ends with it."""
    run = os.getppid() if "PYTEST_XDIST_WORKER" in os.environ else os.getpid()
    folder = Path(tempfile.gettempdir(), f"credit-nursery-{run}")
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.stat().st_uid != os.getuid():
        raise PermissionError(f"{folder} is somebody else's, who would be given what tests start")
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        ours = _connected(folder) or _begun(run, folder)
    atexit.register(ours.close)
    return ours


def beside(work: Callable[[], object]) -> None:
    """Do it in a process of its own that nobody waits for and nothing is heard of."""
    if child := os.fork():
        os.waitpid(child, 0)
        return
    try:
        if not os.fork():
            work()
    finally:
        os._exit(0)


def begin() -> None:
    """Begin the first of all before a fork of this process asks for it."""
    _nursery().close()
    _nursery.cache_clear()


def _connected(folder: Path) -> socket.socket | None:
    made = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    try:
        made.connect(str(folder / "socket"))
    except (FileNotFoundError, ConnectionRefusedError):
        made.close()
        return None
    return made


def _begun(run: int, folder: Path) -> socket.socket:
    """The run has none, or that was killed. Nobody here waits for it: it ends with the run, and other workers may go on."""
    (folder / "socket").unlink(missing_ok=True)
    LOG.parent.mkdir(exist_ok=True)
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listener, LOG.open("ab") as log:
        listener.bind(str(folder / "socket"))
        listener.listen()
        handle = listener.fileno()
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.nursery", str(handle), str(run), str(folder)],
            cwd=ROOT, env=_ENVIRON, pass_fds=[handle], start_new_session=True,
            stdin=subprocess.DEVNULL, stdout=log, stderr=log,
        )  # fmt: skip
        atexit.register(setattr, process, "returncode", 0)  # or it would be complained of as forgotten
        made = _connected(folder)
    assert made is not None
    return made


def serve(control: socket.socket) -> Callable[[], object]:
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
                os._exit(0)
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
        if pid not in told:  # what this process had begun before it forked for others
            continue
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


def main(listening: str, run: str, folder: str) -> NoReturn:
    """Import once; then a nursery for each who comes, until the run is over."""
    from backend.catalogue.rules import forbidden  # only here: who asks for forks does without

    gc.disable()  # all that is imported stays
    for name in IMPORTED:
        importlib.import_module(name)
    forbidden.lexicon()  # half a second for each that publishes a catalogue
    gc.collect()
    gc.freeze()
    gc.enable()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody asks how a nursery ended
    listener, over = socket.socket(fileno=int(listening)), os.pidfd_open(int(run))
    while True:
        ready, _, _ = select.select([listener.fileno(), over], [], [])
        if over in ready:
            shutil.rmtree(folder, ignore_errors=True)
            os._exit(0)
        control, _ = listener.accept()
        if not os.fork():
            listener.close()
            os.close(over)
            done(serve(control))
        control.close()


def done(work: Callable[[], object]) -> NoReturn:
    """Do it and end as a process of `multiprocessing` does: threads have ended, what was to be done at the end is done, all that
    was said has left. To take down module by module what the nursery imported would copy nearly all its memory first: an eighth
    of a second of each fork. What ends by an error ends in the interpreter's own way."""
    try:
        work()
        sys.exit()
    except SystemExit as ending:
        if not isinstance(ending.code, int | None):
            raise
        code = ending.code or 0
    threading._shutdown()  # type: ignore[attr-defined]  # the interpreter's own first step, which `multiprocessing` takes too
    atexit._run_exitfuncs()
    try:
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
    except (OSError, ValueError):
        # Nobody hears it, or it was closed: the interpreter knows what to say of that.
        sys.exit(code)
    os._exit(code & 0xFF)


if __name__ == "__main__":
    main(*sys.argv[1:])
