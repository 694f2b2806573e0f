"""The embedded server itself: a real one in a folder of the test."""

import contextlib
import os
import signal
import socket
import socketserver
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pymongo import MongoClient

from backend.local import mongod, processes
from backend.local.mongod import Mongod, MongodError
from tests.backend.local.conftest import free_port, wait_until


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Mongod]:
    made = Mongod(tmp_path / "db", log=tmp_path / "log", port=free_port(), oplog_mb=100)
    yield made
    made.stop()


@pytest.mark.slow
def test_the_data_stays_through_all_that_can_happen_to_a_server(server: Mongod, tmp_path: Path) -> None:
    """One folder all along, for most of what a start takes is the server's own measuring of its clock."""
    two_that_start_at_once_on_one_port_both_run_and_are_not_taken_for_each_other(server, tmp_path)
    it_is_a_replica_set_of_one_on_loopback_with_transactions(server)
    a_taken_port_means_another_one(server)
    after_a_crash_a_port_that_is_taken_between_choice_and_start_means_another_one(server)
    one_left_alive_over_the_same_folder_is_ended_cleanly(server)


def two_that_start_at_once_on_one_port_both_run_and_are_not_taken_for_each_other(
    server: Mongod, tmp_path: Path
) -> None:
    other = Mongod(tmp_path / "other", log=tmp_path / "other.log", port=server.port, oplog_mb=100)
    server.start()
    try:
        other.start()
        for one in (server, other):
            one.wait_ready()
        assert server.port != other.port
        with _client(server) as client, _client(other) as second:
            client.test.a.insert_one({"_id": 1})
            assert second.test.a.count_documents({}) == 0
    finally:
        other.stop()


def it_is_a_replica_set_of_one_on_loopback_with_transactions(server: Mongod) -> None:
    with _client(server) as client, client.start_session() as session:
        with session.start_transaction():
            client.test.a.insert_one({"_id": 2}, session=session)
        config = client.admin.command("replSetGetConfig")["config"]
        assert [one["host"] for one in config["members"]] == [f"127.0.0.1:{server.port}"]
    assert _kept(server) == {1, 2}
    assert _listening_addresses(server.port) == {"127.0.0.1"}


def a_taken_port_means_another_one(server: Mongod) -> None:
    assert server.stop()
    with _another_program(server.port) as taken:
        _ready(server)
    assert server.port != taken
    assert _kept(server) == {1, 2}


def after_a_crash_a_port_that_is_taken_between_choice_and_start_means_another_one(server: Mongod) -> None:
    """The lock that a crashed server leaves is no obstacle, not even twice."""
    assert server.process is not None
    os.kill(server.process.pid, signal.SIGKILL)
    server.process.wait()
    assert (server.folder / "mongod.lock").read_text().strip()
    with contextlib.ExitStack() as programs:

        def taken_first(command: list[str]) -> subprocess.Popen[bytes]:
            port = int(command[command.index("--port") + 1])
            if not taken:
                taken.append(programs.enter_context(_another_program(port)))
            return processes.spawn(command, environ=os.environ)

        taken: list[int] = []
        server.spawn = taken_first
        _ready(server)
        assert [server.port] != taken
    assert _kept(server) == {1, 2}


def one_left_alive_over_the_same_folder_is_ended_cleanly(server: Mongod) -> None:
    left = server.process
    assert left is not None
    other = Mongod(server.folder, log=server.log, port=server.port, oplog_mb=100)
    other.start()
    try:
        assert left.wait(60) == 0
        other.wait_ready()
        assert _kept(other) == {1, 2}
    finally:
        assert other.stop()


def test_a_server_that_never_gets_a_port_says_so(server: Mongod) -> None:
    with _another_program(server.port) as taken:
        server.spawn = lambda _: subprocess.Popen(["sh", "-c", "exit 48"])
        server.start()
        with pytest.raises(MongodError, match="could not listen"):
            server.wait_ready()
        assert server.port != taken


def test_each_folder_prefers_a_port_of_its_own(tmp_path: Path) -> None:
    ports = {Mongod(tmp_path / str(n), log=tmp_path).port for n in range(20)}
    assert len(ports) > 10
    assert ports <= set(mongod.PORTS)


def test_a_stale_lock_never_ends_another_program(tmp_path: Path) -> None:
    (tmp_path / "mongod.lock").write_text(f"{os.getpid()}\n")
    assert mongod.stop_leftover(tmp_path) is None


def test_a_server_that_cannot_start_says_why(server: Mongod) -> None:
    (server.folder / "WiredTiger").mkdir(parents=True)
    server.start()
    with pytest.raises(MongodError, match="The database ended with"):
        server.wait_ready()


def test_without_a_server_program_it_says_what_helps(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(MongodError, match="set MONGODB_URI"):
        mongod.find_mongod()


def test_a_server_program_on_the_path_is_taken(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program = tmp_path / "mongod"
    program.touch(0o755)
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert mongod.find_mongod() == program


def test_waiting_can_be_cancelled(server: Mongod) -> None:
    server.start()
    server.wait_ready(cancelled=lambda: True)
    wait_until(lambda: server.process is not None and server.process.poll() is None)


class _Program(socketserver.TCPServer):
    allow_reuse_address = True  # where the server listened a moment ago, too


@contextlib.contextmanager
def _another_program(port: int) -> Iterator[int]:
    """Listens on the port and hangs up on every caller."""
    with _Program(("127.0.0.1", port), socketserver.BaseRequestHandler) as other:
        threading.Thread(target=other.serve_forever, args=(0.05,), daemon=True).start()
        yield port
        other.shutdown()


def _ready(server: Mongod) -> None:
    server.start()
    server.wait_ready()


def _client(server: Mongod) -> MongoClient[dict[str, Any]]:
    return MongoClient(server.uri, serverSelectionTimeoutMS=10_000)


def _kept(server: Mongod) -> set[int]:
    with _client(server) as client:
        return {found["_id"] for found in client.test.a.find()}


def _listening_addresses(port: int) -> set[str]:
    """From the kernel's own table: address in hexadecimal, lowest byte first, and state 0A for listening."""
    rows = [row.split() for row in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    ends = [row[1].split(":") for row in rows if row[3] == "0A"]
    return {socket.inet_ntoa(bytes.fromhex(host)[::-1]) for host, number in ends if int(number, 16) == port}
