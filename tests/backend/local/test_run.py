"""Real processes, really killed."""

import json
import os
import signal
import socket
import subprocess
import urllib.request
from typing import Any

import pytest
from pymongo import MongoClient

from backend.local import mongod
from tests.backend.local.conftest import Running, Start, wait_until


def test_a_run_says_where_it_is_once_it_is_ready(start: Start, mongodb_uri: str) -> None:
    run = start(mongodb_uri, worker="database").ready()
    said = run.said()
    assert f"http://127.0.0.1:{run.port}/api/v1" in said
    run.wait_for(f"worker | database at {mongodb_uri}")
    assert (run.data / "logs" / "worker.log").read_text() == f"database at {mongodb_uri}\n"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_ends_every_process_and_what_they_started(
    start: Start, mongodb_uri: str, number: signal.Signals
) -> None:
    run = start(mongodb_uri, worker="grandchildren").ready()
    wait_until(lambda: len(run.living()) == 4)
    assert run.end(number) == 0
    assert run.living() == []


def test_nohup_stays_in_force(start: Start, mongodb_uri: str) -> None:
    run = start(mongodb_uri, nohup=True).ready()
    run.process.send_signal(signal.SIGHUP)
    with pytest.raises(subprocess.TimeoutExpired):
        run.process.wait(1)
    assert run.end() == 0


@pytest.mark.slow
def test_a_process_that_ignores_the_end_is_killed(start: Start, mongodb_uri: str) -> None:
    run = start(mongodb_uri, worker="stubborn").ready()
    assert run.end() == 0
    assert "worker did not end in 10 s and was killed" in run.said()
    assert run.living() == []


def test_a_crashed_process_starts_again_after_a_growing_delay(start: Start, mongodb_uri: str) -> None:
    run = start(mongodb_uri, worker="crash_twice").ready()
    said = run.wait_for("start 3")
    assert "worker ended with exit code 3; it starts again in 0.5 s" in said
    assert "worker ended with exit code 3; it starts again in 1 s" in said
    assert "supervisor: worker ended" in (run.data / "logs" / "worker.log").read_text()


def test_a_killed_web_process_answers_again(start: Start, mongodb_uri: str) -> None:
    run = start(mongodb_uri).ready()
    first = run.pid_of("standin.py serve")
    os.kill(first, signal.SIGKILL)
    run.wait_for("web ended with signal SIGKILL; it starts again in 0.5 s")
    wait_until(lambda: _answers(run.port))


def test_the_bot_without_a_token_ends_and_is_left_alone(start: Start, mongodb_uri: str) -> None:
    run = start(mongodb_uri, bot="idle").ready()
    run.wait_for("bot has nothing to do and ended")
    assert "starts again" not in run.said()


def test_no_process_outlives_a_killed_supervisor(start: Start, mongodb_uri: str) -> None:
    run = start(mongodb_uri, worker="sleep").ready()
    run.process.kill()
    run.process.wait()
    wait_until(lambda: run.living() == [])


def test_what_a_killed_run_left_behind_is_ended_by_the_next(start: Start, mongodb_uri: str) -> None:
    first = start(mongodb_uri, worker="grandchildren").ready()
    wait_until(lambda: len(first.living()) == 4)
    first.process.kill()
    first.process.wait()
    wait_until(lambda: len(first.living()) == 2)
    second = start(mongodb_uri, port=first.port).ready()
    assert "ended 2 processes that a killed run left behind" in second.said()
    assert len(second.living()) == 1


def test_two_runs_do_not_share_a_folder(start: Start, mongodb_uri: str) -> None:
    first = start(mongodb_uri).ready()
    second = start(mongodb_uri)
    assert second.process.wait(60) == 2
    assert f"another run (process {first.process.pid}) is using {first.data}" in second.said()
    assert _answers(first.port)


def test_a_taken_port_is_said_in_one_line(start: Start, mongodb_uri: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = int(taken.getsockname()[1])
        run = start(mongodb_uri, port=port)
        assert run.process.wait(60) == 1
        assert run.said() == (
            f"make run: port {port} of 127.0.0.1 cannot be used (Address already in use); set PORT to another\n"
        )


def test_a_failed_release_ends_the_run(start: Start, mongodb_uri: str) -> None:
    run = start(mongodb_uri, release="crash_twice")
    assert run.process.wait(60) == 1
    assert "ended with 3; see" in run.said()
    assert run.living() == []


def test_an_end_during_the_release_is_an_end(start: Start, mongodb_uri: str) -> None:
    run = start(mongodb_uri, release="grandchildren")
    wait_until(lambda: len(run.living()) == 3)
    assert run.end() == 0
    assert run.living() == []


@pytest.mark.slow
def test_the_embedded_database_keeps_its_data_whoever_is_killed_and_is_seeded_once(start: Start) -> None:
    """Three runs over one folder: the first ends as it should, the second is killed, and the third finds everything."""
    seed = "mkdir -p $DATA_DIR/demo && echo seeding && printf '[]' >$DATA_DIR/demo/accounts.json"
    first = start(None, seed=seed, release="write_once", worker="sleep").ready()
    said, address = first.said(), first.data / "run" / "mongodb_uri"
    assert (first.data / "run" / "site").read_text() == f"http://127.0.0.1:{first.port}"
    assert "first start" in said
    assert "seed   | seeding" in said
    assert address.read_text().strip() == _database_uri(said)
    a_killed_database_comes_back_on_its_port_with_its_data(first)
    assert first.end() == 0
    assert first.living() == []
    assert not address.exists()
    the_database_was_ended_last_and_cleanly(first)

    second = start(None, seed=seed, release="write_once", port=first.port).ready()
    assert "second start" in second.said()
    assert "seeding" not in second.said(), "a finished seed is not made again"
    os.kill(second.pid_of("bin/mongod"), signal.SIGKILL)
    second.process.kill()
    second.process.wait()
    (second.data / "demo" / "accounts.json").unlink()

    third = start(None, seed=seed, release="write_once", port=first.port).ready()
    assert "second start" in third.said()
    assert "seed   | seeding" in third.said(), "an unfinished seed is made again"
    assert third.end() == 0


def a_killed_database_comes_back_on_its_port_with_its_data(run: Running) -> None:
    os.kill(run.pid_of("bin/mongod"), signal.SIGKILL)
    run.wait_for("mongod ended with signal SIGKILL; it starts again in 0.5 s")
    uri = _database_uri(run.said())
    with MongoClient[dict[str, Any]](uri, serverSelectionTimeoutMS=20_000) as client:
        assert client.test.starts.count_documents({}) == 1


def the_database_was_ended_last_and_cleanly(run: Running) -> None:
    last = json.loads((run.data / "logs" / "mongod-server.log").read_text().splitlines()[-1])
    assert last["msg"] == "Shutting down"
    assert last["attr"] == {"exitCode": 0}


def test_accounts_are_shown_as_a_table(start: Start, mongodb_uri: str) -> None:
    accounts = '[{"name": "张三", "phone": "+86 1"}, {"name": "Li", "code": 7}]'
    seed = f"mkdir -p $DATA_DIR/demo && printf '{accounts}' >$DATA_DIR/demo/accounts.json"
    run = start(mongodb_uri, seed=seed).ready()
    table = run.said().split("Demonstration accounts\n")[1].splitlines()[:3]
    assert table == ["  name  phone  code", "  张三  +86 1", "  Li           7"]


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=1) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def _database_uri(said: str) -> str:
    port = int(said.split("database on port ")[1].split(",")[0])
    return f"mongodb://127.0.0.1:{port}/?replicaSet={mongod.REPLICA_SET}"
