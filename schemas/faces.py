"""What the services and the face process say to each other: the words, the numbers, and the wire between them.

The face process may import nothing of the backend and the backend nothing of it, so their common language is here.
No face number ever reaches a client: a distance told to an attacker is a hill to climb.
"""

import json
import os
import socket
import struct
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from schemas.terms import Term

FRAME_BYTES = 400 * 1024
"""The most one verification frame may weigh; a phone's 480x640 JPEG weighs about 52 KB."""
FRAMES = 12
"""The most frames of one verification."""
PICTURE_BYTES = 10 * 1024 * 1024
"""The most one enrolment photograph may weigh."""
PICTURES = 5
"""The most photographs of one enrolment."""
TEMPLATE_BYTES = 512
"""128 little-endian float32: the mean encoding of the photographs on file."""
MEDIA_TYPES = ("image/jpeg", "image/png")

_HEAD_BYTES = 64 * 1024
_ADDRESS_BYTES = 100


class FaceStep(Term):
    """What a frame shows. Left and right are the resident's own, in pictures that are not mirrored."""

    NEUTRAL = "neutral", "请正对屏幕", "Look straight at the phone"
    TURN_LEFT = "turn_left", "请向您的左侧轻轻转头", "Turn your head a little to your left"
    TURN_RIGHT = "turn_right", "请向您的右侧轻轻转头", "Turn your head a little to your right"


class FaceReason(Term):
    """Why a verification or a photograph was refused, with the sentence for the resident.

    One sentence for every failure of identity and of linkage between frames: it must not say which one it was.
    """

    UNREADABLE = (
        "face.unreadable",
        "无法读取照片，请用相机重新拍摄",
        "That picture could not be read. Please take it again with the camera.",
    )
    NO_FACE = (
        "face.no_face",
        "没有看到您的脸，请将手机举到与眼睛齐平的高度",
        "We can't see your face. Hold the phone at eye level.",
    )
    SEVERAL_FACES = (
        "face.several_faces",
        "画面中不止一张脸，请确保只有您一人",
        "More than one face is visible. Please be alone in the picture.",
    )
    TOO_FAR = "face.too_far", "请靠近一些", "Come a little closer."
    OFF_CENTRE = "face.off_centre", "请将脸移到画面中央", "Centre your face."
    TOO_DARK = "face.too_dark", "光线太暗，请面向光源", "Too dark. Face a light."
    TOO_BRIGHT = "face.too_bright", "光线太亮，请避开直射光", "Too bright. Turn from the light."
    BLURRED = "face.blurred", "画面模糊，请保持不动并擦拭镜头", "Blurred. Hold still and wipe the lens."
    NOT_FRONTAL = "face.not_frontal", "请正对手机", "Look straight at the phone."
    STILL = (
        "face.still",
        "画面没有变化，请用摄像头现场拍摄",
        "The pictures do not change. Please use the live camera.",
    )
    TURNED_TOO_FAR = (
        "face.turned_too_far",
        "转头幅度过大，请只轻轻转动",
        "You turned too far. A small turn is enough.",
    )
    STEP_NOT_MET = (
        "face.step_not_met",
        "未看到要求的动作，请按提示顺序再做一次，幅度稍大一些",
        "We did not see the movement. Please follow the prompts in order and turn a little further.",
    )
    NOT_CONFIRMED = (
        "face.not_confirmed",
        "未能确认是您本人，请改善光线后重试，或改用其他方式",
        "We couldn't confirm it's you. Try better light or use another way.",
    )
    PICTURES_DISAGREE = (
        "face.pictures_disagree",
        "这些照片看起来不是同一个人",
        "These photographs do not look like the same person.",
    )
    NOT_AGREED = (
        "face.not_agreed",
        "本人已删除人脸模板，重新同意前不再生成",
        "This person had the face template erased; none is made before they agree anew.",
    )


@dataclass(frozen=True)
class Look:
    """The cheap numbers of one picture (a few ms each, no encoding); all zero when it was not readable.

    `width` px of the widest face, the picture scaled to at most 640 px (a photograph on file to 1280); `second` the
    next widest face relative to it; `cut_off` the face touches the border; `brightness` mean grey of the face, 0-255;
    `sharpness` variance of the Laplacian on the face at 150x150; `yaw` and `pitch` the nose base against the middle of
    the eyes, along and across the eye axis, in outer-eye distances (yaw grows as the resident turns to the own left);
    `change` the smallest mean grey difference to any other picture of the same request, 0-255 (0 = the same again).
    """

    readable: bool = False
    faces: int = 0
    width: int = 0
    second: float = 0.0
    cut_off: bool = False
    brightness: float = 0.0
    sharpness: float = 0.0
    yaw: float = 0.0
    pitch: float = 0.0
    change: float = 0.0


@dataclass(frozen=True)
class Measures:
    """Numbers of one verification: a look per frame, and distances for those frames that were encoded.

    `to_template` by frame; `between` by pair of frames, the smaller index first. Euclidean, 0 is the same face.
    """

    looks: tuple[Look, ...]
    to_template: Mapping[int, float]
    between: Mapping[tuple[int, int], float]


@dataclass(frozen=True)
class Enrolment:
    """A look per photograph, the mean template of the `used` ones (None when none was), their `widest` distance."""

    looks: tuple[Look, ...]
    used: tuple[int, ...]
    template: bytes | None
    widest: float


@dataclass(frozen=True)
class FaceStatus:
    """How the face process is doing; `restarts` counts workers that crashed or overran their time."""

    workers: int
    busy: int
    waiting: int
    jobs: int
    restarts: int


class WireError(Exception):
    """The other side closed the connection or did not keep to the wire."""


def look_from(values: Mapping[str, Any]) -> Look:
    return Look(**values)


def look_to(look: Look) -> dict[str, Any]:
    return asdict(look)


def send_head(to: socket.socket, head: Mapping[str, Any], blobs: Sequence[bytes] = ()) -> None:
    """A message: 4 bytes of length, a JSON object, then the blobs whose sizes it gives."""
    body = json.dumps({**head, "sizes": [len(blob) for blob in blobs]}).encode()
    to.sendall(struct.pack(">I", len(body)) + body)
    for blob in blobs:
        to.sendall(blob)


def receive_head(source: socket.socket) -> dict[str, Any]:
    """The JSON object of the next message; the blobs follow and are for the caller to take with `receive_blob`."""
    (length,) = struct.unpack(">I", receive_blob(source, 4))
    if length > _HEAD_BYTES:
        raise WireError("head too long")
    try:
        head = json.loads(receive_blob(source, length))
    except ValueError as error:
        raise WireError("head is not JSON") from error
    if not isinstance(head, dict):
        raise WireError("head is not an object")
    return head


def receive_blob(source: socket.socket, size: int) -> bytes:
    """Exactly `size` bytes, or `WireError` when the other side ends before."""
    held = bytearray(size)
    view, filled = memoryview(held), 0
    while filled < size:
        got = source.recv_into(view[filled:])
        if got == 0:
            raise WireError("closed early")
        filled += got
    return bytes(held)


@contextmanager
def address(path: Path) -> Iterator[str]:
    """A name for a Unix socket that the kernel takes (it allows 107 bytes), however deep the folder lies."""
    if len(os.fsencode(path)) <= _ADDRESS_BYTES:
        yield str(path)
        return
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)
