"""One real face process for the whole test session, and the photographs it is shown."""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache, partial
from pathlib import Path
from subprocess import Popen
from tempfile import TemporaryDirectory
from zipfile import ZipFile

import pytest

from backend.facechecks import rules
from backend.facechecks.rules import Verdict
from backend.gateways import faces as gateway
from backend.gateways.faces import SocketFaces
from schemas.faces import FaceStep
from tests.support.drawn import drawn
from tests.support.pictures import picture

ORDER = (FaceStep.TURN_LEFT, FaceStep.TURN_RIGHT)


class FaceProcess:
    """A face process of its own for tests that hurt it."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.socket = folder / "face.sock"
        self.process: Popen[bytes] = gateway.start_face_process(self.socket, settings)
        self.faces = SocketFaces(self.socket)
        gateway.wait_until_ready(self.faces, self.process)

    def workers(self) -> list[int]:
        return [
            int(one)
            for one in Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        ]

    def end(self) -> None:
        gateway.end_face_process(self.process)


@pytest.fixture(scope="session")
def face_socket() -> Iterator[Path]:
    """The socket of a face process that all tests of this worker share."""
    with TemporaryDirectory(prefix="face-tests-") as folder:
        running = FaceProcess(Path(folder), FACE_WORKERS="2")
        yield running.socket
        running.end()


@pytest.fixture
def faces(face_socket: Path) -> SocketFaces:
    return SocketFaces(face_socket)


@pytest.fixture
def new_face_process(tmp_path: Path) -> Iterator[Callable[..., FaceProcess]]:
    """Start a face process with settings of one's own; it is ended with the test."""
    started: list[FaceProcess] = []

    def start(**settings: str) -> FaceProcess:
        folder = tmp_path / str(len(started))
        started.append(FaceProcess(folder, **settings))
        return started[-1]

    yield start
    for one in started:
        one.end()


@lru_cache(maxsize=16)
def photograph(name: str) -> bytes:
    return picture(name).read_bytes()


def steps_of(actions: Sequence[FaceStep] = ORDER) -> list[FaceStep]:
    """Eight frames: each action between frames that look straight."""
    first, second = actions
    straight = FaceStep.NEUTRAL
    return [straight, straight, first, straight, second, straight, straight, straight]


def verdict(
    faces: SocketFaces, frames: Sequence[bytes], template: bytes, actions: Sequence[FaceStep] = ORDER,
    steps: Sequence[FaceStep] | None = None,
) -> Verdict:  # fmt: skip
    """Measure and judge, as the challenge service does."""
    taken = steps or steps_of(actions)
    measures = faces.measure(frames, template, partial(rules.frames_to_encode, actions, taken))
    return rules.judge(actions, taken, measures)


def template_of(faces: SocketFaces, *names: str) -> bytes:
    enrolled = rules.judge_enrolment(
        faces.enrol([photograph(name) for name in names], rules.pictures_to_enrol)
    )
    assert enrolled.template is not None, enrolled
    return enrolled.template


def in_background(work: Callable[[], object]) -> tuple[threading.Thread, list[object]]:
    """Run beside the test; the list holds what it returned or raised."""
    ended: list[object] = []

    def run() -> None:
        try:
            ended.append(work())
        except Exception as error:
            ended.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    return thread, ended


def until(seen: Callable[[], bool], seconds: float = 5.0) -> None:
    deadline = time.monotonic() + seconds
    while not seen():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.01)


def kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)


@lru_cache(maxsize=8)
def acted(name: str, actions: tuple[FaceStep, ...] = ORDER) -> tuple[bytes, ...]:
    """Eight frames of the person on a photograph, following the prompts."""

    def draw(path: Path) -> None:
        from tests.support import motion  # loads dlib: only where frames are made

        with ZipFile(path, "w") as frames:
            for place, frame in enumerate(motion.movement(photograph(name), steps_of(actions))):
                frames.writestr(f"{place}.jpg", frame)

    with ZipFile(drawn(f"{name} {' '.join(actions)}.zip", draw)) as frames:
        return tuple(map(frames.read, frames.namelist()))


@lru_cache(maxsize=8)
def _template(socket: Path, names: tuple[str, ...]) -> bytes:
    return template_of(SocketFaces(socket), *names)


@pytest.fixture
def resident(face_socket: Path) -> bytes:
    """The template of a resident whose photograph on file is none of those that `acted` is shown."""
    return _template(face_socket, ("obama.jpg",))
