"""The gateway against the real face process, and against what can stand in its place."""

import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import PIPE, Popen, run

import pytest

from backend.common.errors import Kind, ServiceError
from backend.gateways.faces import Faces, SocketFaces, local_faces
from schemas.faces import FRAME_BYTES, FRAMES, PICTURES, Look, address, receive_head, send_head
from tests.support.face import photograph, until

TEMPLATE = bytes(512)


def test_a_process_that_is_away_is_told_quickly(tmp_path: Path) -> None:
    for call in _every_call(SocketFaces(tmp_path / "face.sock")):
        with pytest.raises(ServiceError, match=r"faces\.unreachable") as refused:
            call()
        assert refused.value.kind is Kind.UNAVAILABLE
        assert refused.value.retry_after
        assert refused.value.text.zh


def test_a_process_that_says_nothing_is_given_up(tmp_path: Path) -> None:
    faces = SocketFaces(tmp_path / "face.sock", timeout=0.2)
    silent = _server(tmp_path / "face.sock", lambda _: threading.Event().wait(1))
    with silent, pytest.raises(ServiceError, match=r"faces\.timed_out"):
        faces.measure([b"x"], TEMPLATE, lambda _: ())


def test_a_process_that_hangs_up_is_unreachable(tmp_path: Path) -> None:
    with (
        _server(tmp_path / "face.sock", lambda one: one.recv(1)),
        pytest.raises(ServiceError, match=r"faces\.unreachable"),
    ):
        SocketFaces(tmp_path / "face.sock").measure([b"x"], TEMPLATE, lambda _: ())


def test_the_reason_is_heard_even_while_frames_are_being_sent(tmp_path: Path) -> None:
    def crash(one: socket.socket) -> None:
        one.recv(1)
        send_head(one, {"go": True})
        receive_head(one)
        send_head(one, {"error": "crashed"})

    with _server(tmp_path / "face.sock", crash), pytest.raises(ServiceError, match=r"faces\.crashed"):
        SocketFaces(tmp_path / "face.sock").measure([bytes(FRAME_BYTES)] * 8, TEMPLATE, lambda _: ())


def test_a_frame_that_is_too_heavy_is_not_even_sent(faces: SocketFaces) -> None:
    heavy = photograph("obama.jpg") + bytes(FRAME_BYTES)
    seen = faces.measure([heavy, photograph("obama.jpg")], TEMPLATE, lambda _: ())
    assert seen.looks[0] == Look()
    assert seen.looks[1].faces == 1


def test_only_what_is_wanted_is_compared(faces: SocketFaces) -> None:
    frames = [photograph(name) for name in ("obama.jpg", "obama2.jpg", "biden.jpg")]
    measures = faces.measure(frames, TEMPLATE, lambda looks: [0, len(looks) - 1])
    assert set(measures.to_template) == {0, 2}
    assert set(measures.between) == {(0, 2)}
    assert measures.between[0, 2] > 0.6


def test_a_misuse_is_a_mistake_of_ours_not_an_outage(faces: SocketFaces) -> None:
    with pytest.raises(ValueError, match="512 bytes"):
        faces.measure([b"x"], b"short", lambda _: ())
    with pytest.raises(ValueError, match="12 frames"):
        faces.measure([b"x"] * (FRAMES + 1), TEMPLATE, lambda _: ())
    with pytest.raises(ValueError, match="5 photographs"):
        faces.enrol([b"x"] * (PICTURES + 1), lambda _: ())
    with pytest.raises(ValueError, match="does not take"):
        faces.measure([b"no face here"], TEMPLATE, lambda _: [0])


def test_an_error_of_the_caller_while_choosing_passes_through(faces: SocketFaces) -> None:
    def fail(_: tuple[Look, ...]) -> list[int]:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        faces.measure([b"x"], TEMPLATE, fail)
    assert faces.ping().workers == 2


def test_a_command_can_bring_its_own_face_process() -> None:
    with local_faces() as own:
        enrolment = own.enrol([photograph("obama.jpg")], lambda _: ())
        assert own.ping().workers == 1
    assert enrolment.looks[0].faces == 1
    with pytest.raises(ServiceError, match=r"faces\.unreachable"):
        own.ping()


def test_a_face_process_ends_with_the_command_that_was_killed_and_leaves_nothing(tmp_path: Path) -> None:
    code = (
        "import time; from backend.gateways.faces import local_faces\n"
        "with local_faces() as own: print(own._path, flush=True); time.sleep(60)"
    )
    command = Popen([sys.executable, "-c", code], stdout=PIPE, text=True)
    with command:
        assert command.stdout is not None
        path = Path(command.stdout.readline().strip())
        assert SocketFaces(path).ping().workers == 1
        command.kill()
    until(lambda: not path.parent.exists())


def test_a_socket_in_a_deep_folder_is_reached(tmp_path: Path) -> None:
    deep = tmp_path / ("very-deep-" * 10) / "face.sock"
    deep.parent.mkdir()

    def answer(one: socket.socket) -> None:
        one.recv(1)
        send_head(one, _status())

    with _server(deep, answer):
        assert SocketFaces(deep).ping().workers == 1


def test_the_gateway_loads_no_face_library() -> None:
    code = "import sys, backend.gateways.faces; print({'dlib', 'numpy', 'PIL'} & set(sys.modules))"
    done = run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def _keeps_the_protocol(faces: SocketFaces) -> Faces:
    return faces


def _status() -> dict[str, int]:
    return dict.fromkeys(("workers", "busy", "waiting", "jobs", "restarts"), 1)


def _every_call(faces: SocketFaces) -> list[Callable[[], object]]:
    return [
        faces.ping,
        lambda: faces.measure([b"x"], TEMPLATE, lambda _: ()),
        lambda: faces.enrol([b"x"], lambda _: ()),
    ]


@contextmanager
def _server(path: Path, behave: Callable[[socket.socket], object]) -> Iterator[None]:
    """Something on the other end that answers one connection in its own way."""
    listener = socket.socket(socket.AF_UNIX)
    with address(path) as name:
        listener.bind(name)
    listener.listen(1)

    def answer() -> None:
        connection, _ = listener.accept()
        with connection:
            behave(connection)

    thread = threading.Thread(target=answer)
    thread.start()
    try:
        yield
    finally:
        thread.join(60)
        listener.close()
