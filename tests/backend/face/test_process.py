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
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from backend.common.errors import Kind, ServiceError
from backend.common.settings import Settings
from backend.face.options import Options
from backend.facechecks import rules
from backend.gateways.faces import SocketFaces
from schemas.faces import FaceStatus, Look, Measures, receive_head, send_head
from tests.backend.evidence import made
from tests.support import motion
from tests.support.face import (
    FIVE_STEPS,
    FaceProcess,
    acted,
    five,
    in_background,
    kill,
    photograph,
    until,
    verdict,
)

Start = Callable[..., FaceProcess]
SECRETS = {
    "FIELD_MASTER_KEY": "swordfish",
    "MONGODB_URI": "mongodb://swordfish",
    "HOME": "/root/swordfish",
}


@pytest.fixture(scope="module")
def lone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FaceProcess]:
    """A face process of one worker for those tests that leave it as it was, begun by somebody who knows secrets."""
    running = FaceProcess(tmp_path_factory.mktemp("lone"), FACE_WORKERS="1", FACE_QUEUE="2", **SECRETS)
    yield running
    running.end()


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FaceProcess]:
    """Another of two workers, for tests that leave it two that work."""
    running = FaceProcess(tmp_path_factory.mktemp("two"), FACE_WORKERS="2")
    yield running
    running.end()


@pytest.fixture(scope="module")
def hasty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FaceProcess]:
    """Another whose patience is short."""
    folder = tmp_path_factory.mktemp("hasty")
    running = FaceProcess(folder, FACE_WORKERS="1", FACE_ENROL_SECONDS="1", FACE_WAIT_SECONDS="1")
    yield running
    running.end()


def _long_job(faces: SocketFaces) -> Callable[[], object]:
    """Each of its photographs keeps a worker busy for a second, on a machine with nothing else to do."""
    pictures = [photograph("obama.jpg")] * 5
    return lambda: faces.enrol(pictures, rules.pictures_to_enrol)


def _half_done(faces: SocketFaces, resident: bytes) -> tuple[threading.Event, threading.Thread, list[object]]:
    """A worker that has looked at a frame and has to encode it as soon as the event says so."""
    looked, go_on = threading.Event(), threading.Event()

    def choose(looks: tuple[Look, ...]) -> list[int]:
        looked.set()
        go_on.wait()
        return [0]

    thread, ended = in_background(lambda: faces.measure([acted("obama3.jpg")[0]], resident, choose))
    assert looked.wait(60)
    return go_on, thread, ended


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
    lone: FaceProcess, resident: bytes
) -> None:
    running, before = lone, lone.faces.ping()
    thread, ended = in_background(_long_job(running.faces))
    until(lambda: running.faces.ping().busy == 1)
    (victim,) = running.workers()
    kill(victim)
    thread.join(60)
    error = _error(ended)
    assert (error.kind, error.reason) == (Kind.UNAVAILABLE, "faces.crashed")
    assert error.retry_after
    assert verdict(running.faces, five(acted("obama3.jpg")), resident, steps=FIVE_STEPS).passed
    assert running.workers() != [victim]
    assert running.faces.ping().restarts == before.restarts + 1


def test_an_idle_worker_that_dies_is_replaced(two: FaceProcess) -> None:
    running, status = two, two.faces.ping()
    before = running.workers()
    for one in before:
        kill(one)
    until(lambda: running.faces.ping() == replace(status, restarts=status.restarts + 2))
    assert not set(before) & set(running.workers())


def test_a_job_over_its_time_is_ended_and_its_worker_replaced(hasty: FaceProcess, resident: bytes) -> None:
    running = hasty
    (before,) = running.workers()
    _, ended = in_background(_long_job(running.faces))
    until(lambda: len(ended) == 1)
    assert (_error(ended).kind, _error(ended).reason) == (Kind.UNAVAILABLE, "faces.timed_out")
    assert running.workers() != [before]
    assert running.faces.measure([b"x"], resident, lambda _: ()).looks


def test_a_worker_that_hangs_is_ended_as_well(new_face_process: Start, resident: bytes) -> None:
    running = new_face_process(FACE_WORKERS="1", FACE_JOB_SECONDS="2")
    os.kill(running.workers()[0], signal.SIGSTOP)
    with pytest.raises(ServiceError, match=r"faces\.timed_out"):
        running.faces.measure([b"x"], resident, lambda _: ())
    assert running.faces.measure([b"x"], resident, lambda _: ()).looks


def test_a_full_queue_answers_busy_at_once(lone: FaceProcess, resident: bytes) -> None:
    running = lone
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


def test_nobody_waits_longer_than_the_queue_allows(hasty: FaceProcess) -> None:
    with _held(hasty.socket), _asking(hasty.socket) as waiting:
        waiting.settimeout(60)
        assert receive_head(waiting)["error"] == "busy"


def test_a_client_that_goes_away_costs_nothing(lone: FaceProcess) -> None:
    until(lambda: lone.faces.ping().busy == 0)
    running, before = lone, lone.faces.ping()
    held, waiting = _held(running.socket), _asking(running.socket)
    until(lambda: running.faces.ping().waiting == 1)
    waiting.close()
    until(lambda: running.faces.ping().waiting == 0)
    held.close()
    until(lambda: running.faces.ping() == replace(before, jobs=before.jobs + 1))
    assert before == FaceStatus(workers=1, busy=0, waiting=0, jobs=before.jobs, restarts=before.restarts)


def test_a_worker_is_replaced_after_so_many_jobs(new_face_process: Start, resident: bytes) -> None:
    running = new_face_process(FACE_WORKERS="1", FACE_RECYCLE_AFTER="2")
    (before,) = running.workers()
    for _ in range(2):
        running.faces.measure([b"x"], resident, lambda _: ())
    until(lambda: running.workers() not in ([], [before]))
    assert running.faces.ping().restarts == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_cleanly_and_finishes_the_job_under_way(
    new_face_process: Start, resident: bytes, number: signal.Signals
) -> None:
    running = new_face_process(FACE_WORKERS="1")
    workers = running.workers()
    go_on, thread, ended = _half_done(running.faces, resident)
    assert running.faces.ping().busy == 1
    running.process.send_signal(number)
    with pytest.raises(
        ServiceError, match=r"faces\.busy"
    ):  # it takes no other, and whoever waits is sent away
        running.faces.measure([b"x"], resident, lambda _: ())
    assert not ended
    go_on.set()
    assert running.process.wait(60) == 0
    thread.join(60)
    (measures,) = ended
    assert isinstance(measures, Measures), measures
    assert measures.to_template
    assert not running.socket.exists()
    assert not any(Path(f"/proc/{one}").exists() for one in workers)


def test_workers_do_not_outlive_a_killed_supervisor(new_face_process: Start) -> None:
    running = new_face_process(FACE_WORKERS="2")
    workers = running.workers()
    kill(running.process.pid)
    running.process.wait(60)
    until(lambda: not any(_alive(one) for one in workers))
    assert running.socket.is_socket()  # it is left behind, and no obstacle to the next (see below)


def test_a_second_one_on_the_same_socket_does_not_start(face_socket: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "backend.face"], env={"FACE_SOCKET": str(face_socket)}, capture_output=True,
        timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert b"another face process listens" in done.stderr
    assert SocketFaces(face_socket).ping().workers


def test_without_settings_it_does_what_the_settings_of_the_service_say() -> None:
    """Its own defaults are those that stand in one place with all others."""
    settings, own = vars(Settings()), vars(Options.from_env({}))
    both = {name: f"face_{name}" for name in own if f"face_{name}" in settings}
    assert set(own) - set(both) == {"ends_with_input"}
    assert {name: own[name] for name in both if name != "socket"} == {
        name: settings[long] for name, long in both.items() if name != "socket"
    }
    assert own["socket"] == Settings().face_address


def test_a_setting_that_is_no_number_is_named() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "backend.face"], env={"FACE_WORKERS": "many"}, capture_output=True, timeout=60,
        check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert b"FACE_WORKERS must be a whole number above zero" in done.stderr


def test_no_process_of_it_holds_a_secret(lone: FaceProcess) -> None:
    for one in (lone.process.pid, *lone.workers()):
        environment = Path(f"/proc/{one}/environ").read_bytes()
        assert b"swordfish" not in environment
        names = {entry.split(b"=")[0].decode() for entry in environment.split(b"\0") if entry}
        assert all(name.startswith("FACE_") or name.endswith("_NUM_THREADS") for name in names), names


def test_the_socket_is_for_its_owner_alone(face_socket: Path) -> None:
    assert stat.S_IMODE(face_socket.stat().st_mode) == 0o600


def test_a_large_photograph_fits_the_memory_of_a_worker(faces: SocketFaces) -> None:
    large = motion.opened(photograph("obama.jpg")).resize((4368, 5458))
    assert faces.enrol([motion.jpeg(large)], lambda _: ()).looks[0].faces == 1


@pytest.mark.parametrize(
    "content",
    [
        made.jpeg(4898, 4898, "1", "2", "3"),
        made.jpeg(24_000, 1000, "123"),
        made.png(8, 8, made.packed_zeros(72), *made.texts(60)),
    ],
    ids=["three scans", "strip", "texts"],
)
def test_a_small_file_takes_no_great_memory_to_read(lone: FaceProcess, content: bytes) -> None:
    (one,) = lone.workers()
    Path(f"/proc/{one}/clear_refs").write_text("5")  # its highest mark is what it has now
    before = _highest(one)
    lone.faces.enrol([content], rules.pictures_to_enrol)
    assert lone.workers() == [one]
    assert _highest(one) - before < 64 * 1024


def test_workers_can_write_no_file_and_hold_none(lone: FaceProcess) -> None:
    """True of a worker from the moment it says go, for no picture reaches it before; the fork itself may be there earlier."""
    (one,) = lone.workers()
    with _held(lone.socket):
        limits = Path(f"/proc/{one}/limits").read_text()
        assert re.search(r"Max file size +0 +0 ", limits)
        assert re.search(r"Max core file size +0 +0 ", limits)
        assert not re.search(r"Max address space +unlimited", limits)
        held = [str(handle.readlink()) for handle in Path(f"/proc/{one}/fd").iterdir()]
        assert sum(name.startswith("socket:") for name in held) == 2  # the supervisor and this client


def test_the_whole_of_it_stays_under_250_mb(two: FaceProcess, resident: bytes) -> None:
    running, before = two, two.faces.ping().jobs
    # What the network needs it keeps from its first batch on, and enrolling has the largest: more faces show nothing new.
    frames = acted("obama3.jpg")[:3]
    both = [in_background(lambda: running.faces.measure(frames, resident, lambda _: [0])) for _ in range(2)]
    for thread, _ in both:
        thread.join()
    running.faces.enrol([photograph("obama3.jpg")], rules.pictures_to_enrol)
    until(lambda: running.faces.ping().jobs == before + 3)
    used = sum(_pss(one) for one in (running.process.pid, *running.workers()))
    assert used < 250 * 1024, f"{used // 1024} MB"


def test_a_log_line_tells_counts_and_times_only(tmp_path: Path, resident: bytes) -> None:
    with socket.socket(socket.AF_UNIX) as left_behind:  # by one that was killed
        left_behind.bind(str(tmp_path / "f.sock"))
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


def _highest(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM:"))


def _pss(pid: int) -> int:
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return next(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:"))
