"""Test workers that are forks of the controller, from before it began with anything.

Each worker would import the project and all tests, and in a fresh clone rewrite their assertions and mark the project for what
is reached (`reached.py`): a tenth of what a whole run costs. So the controller forks once, as soon as it has loaded
tests/conftest.py; the fork imports the tests and then forks a worker for each that xdist begins. A worker is told the same as any
other and makes its own session; what it finds imported already it does not import again.
"""

import contextlib
import gc
import importlib
import mmap
import os
import signal
import socket
import struct
import sys
import traceback
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, NoReturn

import pytest
from execnet import gateway_io
from execnet.gateway_base import Popen2IO

from tests.support import nursery
from tests.support.nursery import beside

_COUNT = struct.Struct("=q")


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> None:
    """Before the session, while there are no threads, no connections and no captured output."""
    wanted = getattr(config.option, "numprocesses", None)
    if not wanted or "PYTEST_XDIST_WORKER" in os.environ or config.option.collectonly:
        return
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    if not os.fork():
        ours.close()
        try:
            _fork_workers(theirs, config)
        except BaseException:  # it must not go on as the controller does
            traceback.print_exc()
            os._exit(1)
    theirs.close()
    gateway_io.Popen2IOMaster = _over(ours)  # type: ignore[misc]  # where a gateway of kind `popen` is begun


def _over(control: socket.socket) -> type[gateway_io.Popen2IOMaster]:
    class Worker(nursery.Popen):
        @staticmethod
        def _ask(request: bytes, streams: Sequence[int]) -> tuple[int, int]:
            if not (forked := nursery.ask(control, request, streams)):
                raise RuntimeError("whoever forks the test workers has ended")
            return forked

    class Gateway(gateway_io.Popen2IOMaster):
        def __init__(self, args: Sequence[str], execmodel: Any) -> None:
            python, unbuffered, *words = args
            assert unbuffered == "-u", args
            pipe = execmodel.subprocess.PIPE
            self.popen = Worker([python, *words], stdin=pipe, stdout=pipe)
            Popen2IO.__init__(self, self.popen.stdin, self.popen.stdout, execmodel=execmodel)

    return Gateway


def _fork_workers(control: socket.socket, config: pytest.Config) -> NoReturn:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the controller ends the workers, and with it this process
    gc.disable()  # nearly all that is imported stays
    if config.args == (folders := config.getini("testpaths")):
        if config.rootpath == nursery.ROOT:
            nursery.begin()
        import_tests(config.rootpath, folders)
    gc.collect()
    gc.freeze()
    gc.enable()
    nursery.done(nursery.serve(control))


def import_tests(root: Path, folders: Sequence[str]) -> None:
    """All files with tests, and what Hypothesis draws from the numbers and words that stand in them and in the project; what is
    wrong with a file is told when it is collected.

    Most of it is rewriting assertions, once a clone, and the other processor has little to do yet: another process begins with
    the last file, so that from somewhere in the middle on this one finds them rewritten.
    """
    files = sorted(path for folder in folders for path in (root / folder).rglob("test_*.py"))
    names = [".".join(path.relative_to(root).with_suffix("").parts) for path in files]
    with mmap.mmap(-1, mmap.PAGESIZE) as shared:

        def tell(imported: int) -> bool:
            _COUNT.pack_into(shared, 0, imported)
            return False

        def met(imported: int) -> bool:
            return bool(imported + _COUNT.unpack_from(shared)[0] >= len(names))

        beside(lambda: _import(reversed(names), until=met))
        _import(names, until=tell)
    if drawing := sys.modules.get("hypothesis.internal.conjecture.providers"):
        drawing._get_local_constants()


def _import(names: Iterable[str], *, until: Callable[[int], bool]) -> None:
    """`until` is asked with how many are imported."""
    for place, name in enumerate(names):
        if until(place):
            return
        with contextlib.suppress(Exception, pytest.skip.Exception):
            importlib.import_module(name)
