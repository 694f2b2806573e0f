"""The face process as a process: killed, overrun, overfull, ended, and looked into."""

import contextlib
import json
import os
import re
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from backend.common.errors import Kind, ServiceError
from backend.facechecks import rules
from backend.gateways.faces import SocketFaces
from schemas.faces import FaceStatus, receive_head, send_head
from tests.support import motion
from tests.support.face import FaceProcess, acted, in_background, kill, photograph, until, verdict

Start = Callable[..., FaceProcess]


def _long_job(faces: SocketFaces, photographs: int = 2) -> Callable[[], object]:
    """Each photograph keeps a worker busy for some 0.8 s, on a machine with nothing else to do."""
    pictures = [photograph("obama.jpg")] * photographs
    return lambda: faces.enrol(pictures, rules.pictures_to_enrol)


def _held(path: Path) -> socket.socket:
    """A client that was given a worker and says nothing more."""
    connection = _asking(path)
    assert receive_head(connection)["go"]
    return connection


def _asking(path: Path) -> socket.socket:
    connection = socket.socket(socket.AF_UNIX)
    connection.connect(str(path))
    connection.sendall(b"M")
    return connection


def _error(ended: list[object]) -> ServiceError:
    (error,) = ended
    assert isinstance(error, ServiceError), error
    return error


def test_a_worker_killed_in_mid_job_is_told_and_the_next_job_works(
    new_face_process: Start, resident: bytes
) -> None:
    running = new_face_process(FACE_WORKERS="1")
    thread, ended = in_background(_long_job(running.faces))
    until(lambda: running.faces.ping().busy == 1)
    (victim,) = running.workers()
    kill(victim)
    thread.join(5)
    error = _error(ended)
    assert (error.kind, error.reason) == (Kind.UNAVAILABLE, "faces.crashed")
    assert error.retry_after
    assert verdict(running.faces, acted("obama3.jpg"), resident).passed
    assert running.workers() != [victim]
    assert running.faces.ping().restarts == 1


def test_an_idle_worker_that_dies_is_replaced(new_face_process: Start) -> None:
    running = new_face_process(FACE_WORKERS="2")
    before = running.workers()
    for one in before:
        kill(one)
    until(lambda: running.faces.ping().restarts == 2 and running.faces.ping().workers == 2)
    assert not set(before) & set(running.workers())


def test_a_job_over_its_time_is_ended_and_its_worker_replaced(new_face_process: Start) -> None:
    running = new_face_process(FACE_WORKERS="1", FACE_ENROL_SECONDS="1")
    (before,) = running.workers()
    _, ended = in_background(_long_job(running.faces, 5))
    until(lambda: len(ended) == 1)
    assert (_error(ended).kind, _error(ended).reason) == (Kind.UNAVAILABLE, "faces.timed_out")
    assert running.workers() != [before]
    assert running.faces.enrol([photograph("obama.jpg")], lambda _: ()).looks[0].faces == 1


def test_a_worker_that_hangs_is_ended_as_well(new_face_process: Start, resident: bytes) -> None:
    running = new_face_process(FACE_WORKERS="1", FACE_JOB_SECONDS="1")
    os.kill(running.workers()[0], signal.SIGSTOP)
    with pytest.raises(ServiceError, match=r"faces\.timed_out"):
        running.faces.measure([b"x"], resident, lambda _: ())
    assert running.faces.measure([b"x"], resident, lambda _: ()).looks


def test_a_full_queue_answers_busy_at_once(new_face_process: Start, resident: bytes) -> None:
    running = new_face_process(FACE_WORKERS="1", FACE_QUEUE="2")
    clients = [_held(running.socket), _asking(running.socket), _asking(running.socket)]
    until(lambda: running.faces.ping().waiting == 2)
    with pytest.raises(ServiceError, match=r"faces\.busy") as refused:
        running.faces.measure([b"x"], resident, lambda _: ())
    assert refused.value.kind is Kind.TOO_MANY
    assert refused.value.retry_after
    for one in clients:
        one.close()
    until(lambda: running.faces.ping().waiting == 0)
    assert running.faces.measure([b"x"], resident, lambda _: ()).looks


def test_nobody_waits_longer_than_the_queue_allows(new_face_process: Start) -> None:
    running = new_face_process(FACE_WORKERS="1", FACE_WAIT_SECONDS="1")
    with _held(running.socket), _asking(running.socket) as waiting:
        waiting.settimeout(3)
        assert receive_head(waiting)["error"] == "busy"


def test_a_client_that_goes_away_costs_nothing(new_face_process: Start) -> None:
    running = new_face_process(FACE_WORKERS="1")
    held, waiting = _held(running.socket), _asking(running.socket)
    until(lambda: running.faces.ping().waiting == 1)
    waiting.close()
    until(lambda: running.faces.ping().waiting == 0)
    held.close()
    until(lambda: running.faces.ping() == FaceStatus(workers=1, busy=0, waiting=0, jobs=1, restarts=0))


def test_a_worker_is_replaced_after_so_many_jobs(new_face_process: Start, resident: bytes) -> None:
    running = new_face_process(FACE_WORKERS="1", FACE_RECYCLE_AFTER="2")
    (before,) = running.workers()
    for _ in range(2):
        running.faces.measure([b"x"], resident, lambda _: ())
    until(lambda: running.workers() not in ([], [before]))
    assert running.faces.ping().restarts == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_cleanly_and_finishes_the_job_under_way(
    new_face_process: Start, number: signal.Signals
) -> None:
    running = new_face_process(FACE_WORKERS="1")
    workers = running.workers()
    thread, ended = in_background(_long_job(running.faces))
    until(lambda: running.faces.ping().busy == 1)
    running.process.send_signal(number)
    assert running.process.wait(20) == 0
    thread.join(5)
    assert not isinstance(ended[0], Exception), ended
    assert not running.socket.exists()
    assert not any(Path(f"/proc/{one}").exists() for one in workers)


def test_workers_do_not_outlive_a_killed_supervisor(new_face_process: Start) -> None:
    running = new_face_process(FACE_WORKERS="2")
    workers = running.workers()
    kill(running.process.pid)
    running.process.wait(5)
    until(lambda: not any(_alive(one) for one in workers))
    again = FaceProcess(running.socket.parent, FACE_WORKERS="1")  # the socket left behind is no obstacle
    again.end()


def test_a_second_one_on_the_same_socket_does_not_start(face_socket: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "backend.face"], env={"FACE_SOCKET": str(face_socket)}, capture_output=True,
        timeout=20, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert b"another face process listens" in done.stderr
    assert SocketFaces(face_socket).ping().workers


def test_a_setting_that_is_no_number_is_named() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "backend.face"], env={"FACE_WORKERS": "many"}, capture_output=True, timeout=20,
        check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert b"FACE_WORKERS must be a whole number above zero" in done.stderr


def test_no_process_of_it_holds_a_secret(new_face_process: Start) -> None:
    secrets = {
        "FIELD_MASTER_KEY": "swordfish",
        "MONGODB_URI": "mongodb://swordfish",
        "HOME": "/root/swordfish",
    }
    running = new_face_process(FACE_WORKERS="2", **secrets)
    for one in (running.process.pid, *running.workers()):
        environment = Path(f"/proc/{one}/environ").read_bytes()
        assert b"swordfish" not in environment
        names = {entry.split(b"=")[0].decode() for entry in environment.split(b"\0") if entry}
        assert all(name.startswith("FACE_") or name.endswith("_NUM_THREADS") for name in names), names


def test_the_socket_is_for_its_owner_alone(new_face_process: Start) -> None:
    assert stat.S_IMODE(new_face_process().socket.stat().st_mode) == 0o600


def test_a_large_photograph_fits_the_memory_of_a_worker(faces: SocketFaces) -> None:
    large = motion.opened(photograph("obama.jpg")).resize((4368, 5458))
    assert faces.enrol([motion.jpeg(large)], lambda _: ()).looks[0].faces == 1


def test_workers_can_write_no_file_and_hold_none(new_face_process: Start) -> None:
    running = new_face_process(FACE_WORKERS="1")
    (one,) = running.workers()
    limits = Path(f"/proc/{one}/limits").read_text()
    assert re.search(r"Max file size +0 +0 ", limits)
    assert re.search(r"Max core file size +0 +0 ", limits)
    assert not re.search(r"Max address space +unlimited", limits)
    held = [str(handle.readlink()) for handle in Path(f"/proc/{one}/fd").iterdir()]
    assert sum(name.startswith("socket:") for name in held) == 1


def test_the_whole_of_it_stays_under_250_mb(new_face_process: Start, resident: bytes) -> None:
    running = new_face_process(FACE_WORKERS="2")
    for _ in range(3):
        both = [
            in_background(lambda: verdict(running.faces, acted("obama3.jpg"), resident)) for _ in range(2)
        ]
        for thread, _ in both:
            thread.join()
    running.faces.enrol([photograph("obama3.jpg")] * 2, rules.pictures_to_enrol)
    until(lambda: running.faces.ping().jobs == 7)
    used = sum(_pss(one) for one in (running.process.pid, *running.workers()))
    assert used < 250 * 1024, f"{used // 1024} MB"


def test_a_log_line_tells_counts_and_times_only(tmp_path: Path, resident: bytes) -> None:
    environ = {"FACE_SOCKET": str(tmp_path / "f.sock"), "FACE_ENDS_WITH_INPUT": "1"}
    command = [sys.executable, "-m", "backend.face"]
    with subprocess.Popen(command, env=environ, stdin=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stderr is not None
        with process.stdin:  # closed in any case, and the process with it
            assert json.loads(process.stderr.readline())["event"] == "face.ready"
            SocketFaces(tmp_path / "f.sock").measure([photograph("obama2.jpg")], resident, lambda _: [0])
            assert set(json.loads(process.stderr.readline())) == {"event", "kind", "outcome", "ms"}


@pytest.mark.parametrize(
    "head", [{}, {"sizes": "x"}, {"sizes": [-1]}, {"sizes": [10**9]}, {"sizes": [1] * 13}]
)
def test_a_request_that_breaks_the_wire_is_refused(face_socket: Path, head: dict[str, object]) -> None:
    with _held(face_socket) as connection:
        raw = json.dumps(head).encode()
        connection.sendall(len(raw).to_bytes(4, "big") + raw)
        assert receive_head(connection)["error"] == "refused"


@pytest.mark.parametrize(
    "order", [{}, {"encode": [1]}, {"encode": ["0"]}, {"encode": [True]}, {"encode": [0, 0]}]
)
def test_an_order_to_encode_what_is_not_there_is_refused(face_socket: Path, order: dict[str, object]) -> None:
    with _held(face_socket) as connection:
        send_head(connection, {}, [photograph("obama2.jpg")])
        assert receive_head(connection)["looks"]
        # The refusal may come, and the connection end, before the last bytes of a wrong order are sent.
        with contextlib.suppress(BrokenPipeError):
            send_head(connection, order, [bytes(512)])
        assert receive_head(connection)["error"] == "refused"


def test_noise_on_the_socket_is_dropped(face_socket: Path) -> None:
    for noise in (b"GET / HTTP/1.1\r\n\r\n", b"\0", b""):
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(str(face_socket))
            connection.sendall(noise)
    assert SocketFaces(face_socket).ping().workers == 2


def _alive(pid: int) -> bool:
    status = Path(f"/proc/{pid}/stat")
    try:
        return status.read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def _pss(pid: int) -> int:
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return next(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:"))
