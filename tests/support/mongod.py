"""One real `mongod` for the whole test session, shared by all test workers, with a database for each worker.

The controller starts it before the workers and ends it whatever happens; without workers the first test that needs it
waits until it is ready. It lies on a memory file system where there is room. Loaded with `pytest_plugins` in tests/conftest.py.
"""

import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

import pytest

from backend.local.mongod import Mongod

_PREFIX = "credit-test-mongod-"
_ROOM = 3 * 1024**3
# The fixed clock of tests stands in the past, where the database would clear everything that has an end; and some tests
# have the server fail on purpose, for clients of one name only. Nobody reads at an instant long past: without this the
# server keeps all that tests took away for five minutes, and every read of a collection and the next deletion pass it.
_PARAMETERS = ("ttlMonitorEnabled=false", "enableTestCommands=1", "minSnapshotHistoryWindowInSeconds=0")
_server = pytest.StashKey[Mongod]()


@pytest.fixture(scope="session")
def mongodb_uri(request: pytest.FixtureRequest) -> str:
    """Address of the shared server, which is primary and takes writes."""
    server = _known_server(request.config)
    server.wait_ready()
    return server.uri


@pytest.fixture(scope="session")
def database_name(request: pytest.FixtureRequest) -> str:
    """A database of this test worker alone."""
    return f"test_{getattr(request.config, 'workerinput', {}).get('workerid', 'alone')}"


def pytest_sessionstart(session: pytest.Session) -> None:
    if hasattr(session.config, "workerinput") or session.config.option.collectonly:
        return
    _remove_leftovers()
    folder = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-", dir=_roomy_place()))
    server = Mongod(
        folder / "db", log=folder / "mongod.log", cache_gb=1, oplog_mb=200, parameters=_PARAMETERS
    )
    server.start()
    session.config.stash[_server] = server


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell an xdist worker where the server is; until it is ready it may have to take another port."""
    server = node.config.stash[_server]
    server.wait_ready()
    node.workerinput["mongod"] = {"folder": str(server.folder), "log": str(server.log), "port": server.port}


def pytest_unconfigure(config: pytest.Config) -> None:
    if server := config.stash.get(_server, None):
        server.stop(within_s=10)
        shutil.rmtree(server.folder.parent, ignore_errors=True)


def _known_server(config: pytest.Config) -> Mongod:
    if told := getattr(config, "workerinput", {}).get("mongod"):
        return Mongod(Path(told["folder"]), log=Path(told["log"]), port=told["port"])
    return config.stash[_server]


def _roomy_place() -> str | None:
    memory = Path("/dev/shm")
    roomy = memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > _ROOM
    return str(memory) if roomy else None


def _remove_leftovers() -> None:
    """Folders of sessions that were killed; their server ended with them."""
    for place in {Path("/dev/shm"), Path(tempfile.gettempdir())}:
        for folder in place.glob(f"{_PREFIX}*"):
            owner = folder.name.removeprefix(_PREFIX).split("-")[0]
            if not Path("/proc", owner).exists():
                shutil.rmtree(folder, ignore_errors=True)
