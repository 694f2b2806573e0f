"""One real face process for the whole test session, and the photographs it is shown."""

import hashlib
import os
import pickle
import signal
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache, partial
from pathlib import Path
from subprocess import Popen
from tempfile import TemporaryDirectory
from typing import Any
from zipfile import ZipFile

import pytest

from backend.facechecks import rules
from backend.facechecks.rules import Verdict
from backend.gateways import faces as gateway
from backend.gateways.faces import Faces, SocketFaces, Wanted
from schemas.faces import Enrolment, FaceStatus, FaceStep, Measures
from tests.support.drawn import drawn
from tests.support.pictures import picture

ORDER = (FaceStep.TURN_LEFT, FaceStep.TURN_RIGHT)
FIVE_STEPS = (FaceStep.NEUTRAL, ORDER[0], FaceStep.NEUTRAL, ORDER[1], FaceStep.NEUTRAL)
"""The fewest that are judged, which is what the page of the site sends."""
SIDES = {"obama3.jpg": (27, 27), "biden.jpg": (24, 24)}
"""How many degrees the head on a photograph turns to its left and right. The first one passes (`test_verification.py`); the face
of the other is lost before so wide a turn is seen."""


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


class Remembering:
    """A face process that is asked once by all workers about the same pictures, for tests that judge what it says of them.

    Whatever makes its answer is part of the name under which that is kept (`drawn`)."""

    def __init__(self, begun: Callable[[], SocketFaces]) -> None:
        self._begun = begun

    def ping(self) -> FaceStatus:
        return self._begun().ping()

    def measure(self, frames: Sequence[bytes], template: bytes, wanted: Wanted) -> Measures:
        def ask() -> Measures:
            return self._begun().measure(frames, template, wanted)

        known: Measures = _remembered([*frames, template], ask)
        return known if set(wanted(known.looks)) == set(known.to_template) else ask()

    def enrol(self, pictures: Sequence[bytes], wanted: Wanted) -> Enrolment:
        def ask() -> Enrolment:
            return self._begun().enrol(pictures, wanted)

        known: Enrolment = _remembered(pictures, ask)
        return known if tuple(wanted(known.looks)) == known.used else ask()


def _remembered(pictures: Sequence[bytes], ask: Callable[[], object]) -> Any:
    digest = hashlib.sha256(b"".join(hashlib.sha256(one).digest() for one in pictures)).hexdigest()
    kept = drawn(f"{digest[:24]}.measured", lambda path: path.write_bytes(pickle.dumps(ask())))
    return pickle.loads(kept.read_bytes())


@pytest.fixture
def known_faces(request: pytest.FixtureRequest) -> Remembering:
    """Of the process that all share, which is begun when there is something that nobody asked yet."""
    return Remembering(lambda: request.getfixturevalue("faces"))


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
    faces: Faces, frames: Sequence[bytes], template: bytes, actions: Sequence[FaceStep] = ORDER,
    steps: Sequence[FaceStep] | None = None,
) -> Verdict:  # fmt: skip
    """Measure and judge, as the challenge service does."""
    taken = steps or steps_of(actions)
    measures = faces.measure(frames, template, partial(rules.frames_to_encode, actions, taken))
    return rules.judge(actions, taken, measures)


def template_of(faces: Faces, *names: str) -> bytes:
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
    from_photograph = f"{name} {' '.join(actions)}.zip"
    return _frames(
        from_photograph, lambda motion: motion.movement(photograph(name), steps_of(actions), SIDES[name])
    )


@lru_cache(maxsize=8)
def flat(name: str) -> tuple[bytes, ...]:
    """Five frames of somebody who holds up the photograph and turns the paper, as far as it helps."""
    return _frames(f"{name} flat.zip", lambda motion: motion.flat_movement(photograph(name), FIVE_STEPS))


def five(frames: Sequence[Any]) -> list[Any]:
    """Those of eight that are `FIVE_STEPS`, or of their steps."""
    return [frames[place] for place in (0, 2, 3, 4, 5)]


def _frames(name: str, movement: Callable[[Any], Iterable[bytes]]) -> tuple[bytes, ...]:
    def draw(path: Path) -> None:
        from tests.support import motion  # loads dlib: only where frames are made

        with ZipFile(path, "w") as frames:
            for place, frame in enumerate(movement(motion)):
                frames.writestr(f"{place}.jpg", frame)

    with ZipFile(drawn(name, draw)) as frames:
        return tuple(map(frames.read, frames.namelist()))


@pytest.fixture
def resident(known_faces: Remembering) -> bytes:
    """The template of a resident whose photograph on file is none of those that `acted` is shown."""
    return template_of(known_faces, "obama.jpg")


@pytest.fixture
def somebody_else(known_faces: Remembering) -> bytes:
    """The template of another one than the `resident`."""
    return template_of(known_faces, "biden.jpg")
