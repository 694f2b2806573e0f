"""Faces: how alike a resident's frames are to the template on file, and how the head moved.

The Protocol is wider than yes or no, because matching is not liveness: the decision is made in `facechecks.rules`.
A certified vendor's service goes behind the same Protocol by filling the same numbers (docs/security.md).
"""

import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from backend.common.errors import Kind, ServiceError
from schemas.faces import (
    FRAME_BYTES,
    FRAMES,
    PICTURE_BYTES,
    PICTURES,
    TEMPLATE_BYTES,
    Enrolment,
    FaceStatus,
    Look,
    Measures,
    WireError,
    address,
    look_from,
    receive_blob,
    receive_head,
    send_head,
)

Wanted = Callable[[tuple[Look, ...]], Sequence[int]]
"""From the cheap looks, which pictures to encode: none to stop, because a gate has failed already."""

_ROOT = Path(__file__).resolve().parents[2]
_START_SECONDS = 20.0
_STOP_SECONDS = 15.0


class Faces(Protocol):
    """Raises `ServiceError`: TOO_MANY `faces.busy`; UNAVAILABLE `faces.unreachable`, `faces.timed_out`,
    `faces.crashed`. None of them says anything about the resident, so no attempt may be counted for them."""

    def ping(self) -> FaceStatus:
        """How the matcher is doing; for `/readyz`."""

    def measure(self, frames: Sequence[bytes], template: bytes, wanted: Wanted) -> Measures:
        """Look at at most 12 frames, then encode the wanted ones and compare them to the 512-byte template."""

    def enrol(self, pictures: Sequence[bytes], wanted: Wanted) -> Enrolment:
        """Look at at most 5 photographs and make one template of the wanted ones."""


class SocketFaces:
    """The face process of this project, over its Unix socket; one connection a call, safe to share by threads."""

    def __init__(self, path: Path, timeout: float = 20.0, enrol_timeout: float = 40.0) -> None:
        self._path = path
        self._timeout = timeout
        self._enrol_timeout = enrol_timeout

    def ping(self) -> FaceStatus:
        with self._call(b"P", 2.0) as call:
            return FaceStatus(**{name: int(value) for name, value in call.hear().items() if name != "sizes"})

    def measure(self, frames: Sequence[bytes], template: bytes, wanted: Wanted) -> Measures:
        if len(frames) > FRAMES or len(template) != TEMPLATE_BYTES:
            raise ValueError("at most 12 frames and a template of 512 bytes")
        with self._call(b"M", self._timeout) as call:
            looks = call.looks(frames, FRAME_BYTES)
            places = list(wanted(looks))
            call.say({"encode": places}, [template] if places else [])
            answer = call.hear()
        return Measures(
            looks,
            dict(answer["to_template"]),
            {(one, other): distance for one, other, distance in answer["between"]},
        )

    def enrol(self, pictures: Sequence[bytes], wanted: Wanted) -> Enrolment:
        if len(pictures) > PICTURES:
            raise ValueError("at most 5 photographs")
        with self._call(b"E", self._enrol_timeout) as call:
            looks = call.looks(pictures, PICTURE_BYTES)
            places = tuple(wanted(looks))
            call.say({"encode": places})
            answer = call.hear()
            template = call.take(answer["sizes"][0])
        return Enrolment(looks, places, template or None, answer["widest"])

    @contextmanager
    def _call(self, kind: bytes, timeout: float) -> Iterator["_Call"]:
        with socket.socket(socket.AF_UNIX) as connection:
            try:
                connection.settimeout(timeout)
                with address(self._path) as name:
                    connection.connect(name)
                connection.sendall(kind)
                yield _Call(connection, time.monotonic() + timeout)
            except TimeoutError as error:
                raise _unavailable("faces.timed_out") from error
            except (OSError, WireError) as error:
                raise _unavailable("faces.unreachable") from error


class _Call:
    """One conversation: go, pictures, looks, what to encode, the numbers; the whole within one deadline."""

    def __init__(self, connection: socket.socket, deadline: float) -> None:
        self._connection = connection
        self._deadline = deadline

    def looks(self, pictures: Sequence[bytes], most: int) -> tuple[Look, ...]:
        """Too heavy a picture is not sent: nothing stands in its place, which comes back as unreadable."""
        self.hear()
        self.say({}, [picture if len(picture) <= most else b"" for picture in pictures])
        return tuple(look_from(one) for one in self.hear()["looks"])

    def say(self, head: dict[str, Any], blobs: Sequence[bytes] = ()) -> None:
        self._keep_time()
        try:
            send_head(self._connection, head, blobs)
        except (BrokenPipeError, ConnectionResetError):
            self.hear()  # whoever closed may have said why before
            raise

    def hear(self) -> dict[str, Any]:
        self._keep_time()
        head = receive_head(self._connection)
        if head.get("error") == "busy":
            raise _busy()
        if head.get("error") == "refused":
            raise ValueError("the face process does not take this request")
        if "error" in head:
            raise _unavailable("faces.timed_out" if head["error"] == "timeout" else "faces.crashed")
        return head

    def take(self, size: int) -> bytes:
        self._keep_time()
        return receive_blob(self._connection, size)

    def _keep_time(self) -> None:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self._connection.settimeout(left)


@contextmanager
def local_faces(workers: int = 1, *, quiet: bool = False) -> Iterator[SocketFaces]:
    """A face process of one's own for a command that runs while none is listening; ended with the block.

    `quiet` drops its log, which would run through a command's progress bar.

    Raises `ServiceError` UNAVAILABLE `faces.unreachable` when it does not come up within 20 s.
    """
    with tempfile.TemporaryDirectory(prefix="face-") as folder:
        path = Path(folder) / "face.sock"
        process = start_face_process(path, {"FACE_WORKERS": str(workers)}, quiet=quiet)
        try:
            faces = SocketFaces(path)
            wait_until_ready(faces, process)
            yield faces
        finally:
            end_face_process(process)


def start_face_process(
    path: Path, settings: dict[str, str], *, quiet: bool = False
) -> subprocess.Popen[bytes]:
    """Spawn `python -m backend.face` on `path` with these settings and nothing else in its environment.

    It holds the other end of a pipe from us, so it ends when we do, even when we are killed; the folder of `path` goes with
    it, if nothing else lies there.
    """
    environ = {"FACE_SOCKET": str(path.absolute()), "FACE_ENDS_WITH_INPUT": "1", **settings}
    return subprocess.Popen(
        [sys.executable, "-m", "backend.face"],
        cwd=_ROOT,
        env=environ,
        stdin=subprocess.PIPE,
        stderr=subprocess.DEVNULL if quiet else None,
    )


def wait_until_ready(faces: SocketFaces, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while True:
        try:
            faces.ping()
            return
        except ServiceError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise
            time.sleep(0.05)


def end_face_process(process: subprocess.Popen[bytes]) -> None:
    """Ask it to stop, jobs under way finished; kill it when it does not."""
    process.terminate()
    if process.stdin:
        process.stdin.close()
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _busy() -> ServiceError:
    return ServiceError(
        Kind.TOO_MANY,
        "faces.busy",
        "刷脸核验的人较多，请稍后再试",
        "Many people are verifying at the moment; please try again shortly",
        retry_after=3,
    )


def _unavailable(reason: str) -> ServiceError:
    return ServiceError(
        Kind.UNAVAILABLE,
        reason,
        "刷脸核验暂时不可用，请稍后再试或改用服务窗口核验码；本次不计入次数",
        "Face verification is not available at the moment; try again shortly or use a code from a service window. "
        "This attempt was not counted",
        retry_after=5,
    )
