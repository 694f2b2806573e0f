"""The numbers of a face, by the `face_recognition` package with its 5-point model.

Importing this module loads the models (about 0.2 s): the supervisor does it once and its workers share the pages.
"""

import importlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache, partial
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

import dlib
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from backend.face import pictures
from backend.face.pictures import Pixels
from schemas.faces import Look

Encoding = NDArray[np.float64]
Box = tuple[int, int, int, int]

_FIVE_POINTS = "shape_predictor_5_face_landmarks.dat"
_MODELS = {
    "pose_predictor_model": _FIVE_POINTS,
    "pose_predictor_five_point_model": _FIVE_POINTS,
    "face_recognition_model": "dlib_face_recognition_resnet_model_v1.dat",
    "cnn_face_detector_model": "mmod_human_face_detector.dat",
}
FINDER = Path(__file__).parent / "data" / "frontal_face_detector.svm"


@contextmanager
def _loaded_from_files() -> Iterator[None]:
    """While the package is imported: dlib's finder of faces comes from `FINDER`, and a model asked for twice is read once.

    dlib carries its finder as a packed text in its code, which takes 0.7 s to unpack at each start. The file is that finder as
    `dlib.get_frontal_face_detector().save(…)` writes it: 2 ms. tests/backend/face/test_pictures.py compares the two to the byte.
    """
    unpacked, predictor = dlib.get_frontal_face_detector, dlib.shape_predictor
    dlib.get_frontal_face_detector = lambda: dlib.fhog_object_detector(str(FINDER))
    dlib.shape_predictor = cache(predictor)
    try:
        yield
    finally:
        dlib.get_frontal_face_detector, dlib.shape_predictor = unpacked, predictor


def _models() -> ModuleType:
    """`face_recognition_models`, which says where the models are, made here: its own code loads `pkg_resources` to know that, a
    quarter of all that a start takes, and ends the process where it is absent.

    The 68-point model, which no product may use (docs/security.md), is loaded at import even when nobody asks for it; pointed
    at the 5-point file the package never opens the other one, which also saves 60 MB.
    """
    spec = find_spec("face_recognition_models")
    if spec is None or not spec.submodule_search_locations:
        raise ImportError("face_recognition needs face-recognition-models")
    folder = Path(spec.submodule_search_locations[0], "models")
    made = ModuleType(spec.name)
    for asked, name in _MODELS.items():
        setattr(made, f"{asked}_location", partial(str, folder / name))
    return made


def _package() -> Any:
    """`face_recognition` with the models that it is to have."""
    sys.modules["face_recognition_models"] = _models()
    with _loaded_from_files():
        package = importlib.import_module("face_recognition")
    pictures.be_strict()
    return package


face_recognition = _package()

_GRID = 64
_ALIGNED = 150


@dataclass(frozen=True)
class Seen:
    """A picture after the cheap look: its pixels and the box of its widest face (None without one)."""

    look: Look
    pixels: Pixels | None = None
    box: Box | None = None
    grid: NDArray[np.float32] | None = None


def see(data: bytes, *, longest: int = pictures.FRAME_SIDE) -> Seen:
    """The cheap numbers of one picture: decode, find faces, five points; never raises for a bad picture."""
    try:
        pixels = pictures.read(data, longest)
    except pictures.Unreadable:
        return Seen(Look())
    boxes = sorted(face_recognition.face_locations(pixels, number_of_times_to_upsample=0), key=_width)
    grid = np.asarray(Image.fromarray(pixels).convert("L").resize((_GRID, _GRID), Image.Resampling.BOX))
    seen = Seen(Look(readable=True, faces=len(boxes)), pixels, None, grid.astype(np.float32))
    return _with_face(seen, pixels, boxes) if boxes else seen


def encode(seen: Seen) -> Encoding:
    """128 numbers of the widest face."""
    return _encoded(seen, 1)


def encode_well(seen: Seen, copies: int) -> Encoding:
    """The mean over so many slightly moved copies, an even number (0.07 s each).

    Two at a time: the network keeps the memory of its largest batch for good.
    """
    pairs = [_encoded(seen, 2) for _ in range(copies // 2)]
    return np.asarray(np.mean(pairs, axis=0), dtype=np.float64)


def _encoded(seen: Seen, jitters: int) -> Encoding:
    encodings = face_recognition.face_encodings(seen.pixels, [seen.box], jitters, "small")
    return np.asarray(encodings[0], dtype=np.float64)


def with_changes(seen: list[Seen]) -> list[Seen]:
    """Fill in how much each picture differs from the one most like it."""
    return [replace(one, look=replace(one.look, change=_change(one, seen))) for one in seen]


def _change(own: Seen, seen: list[Seen]) -> float:
    if own.grid is None:
        return 0.0
    others = [one.grid for one in seen if one is not own and one.grid is not None]
    return round(min((float(np.abs(grid - own.grid).mean()) for grid in others), default=255.0), 3)


def _width(box: Box) -> int:
    return box[1] - box[3]


def _with_face(seen: Seen, pixels: Pixels, boxes: list[Box]) -> Seen:
    box = boxes[-1]
    top, right, bottom, left = box
    height, width = pixels.shape[:2]
    brightness, sharpness = _light(pixels[top:bottom, left:right])
    yaw, pitch = _pose(pixels, box)
    look = replace(
        seen.look,
        width=_width(box),
        second=round(_width(boxes[-2]) / _width(box), 3) if len(boxes) > 1 else 0.0,
        cut_off=top <= 0 or left <= 0 or bottom >= height or right >= width,
        brightness=brightness,
        sharpness=sharpness,
        yaw=yaw,
        pitch=pitch,
    )
    return replace(seen, look=look, box=box)


def _light(face: Pixels) -> tuple[float, float]:
    """Mean grey of the face, and the variance of its Laplacian at 150x150."""
    image = Image.fromarray(face).convert("L")
    grey = np.asarray(image.resize((_ALIGNED, _ALIGNED), Image.Resampling.BILINEAR), dtype=np.float32)
    middle = grey[1:-1, 1:-1]
    laplacian = grey[:-2, 1:-1] + grey[2:, 1:-1] + grey[1:-1, :-2] + grey[1:-1, 2:] - 4 * middle
    return round(float(grey.mean()), 1), round(float(laplacian.var()), 1)


def _pose(pixels: Pixels, box: Box) -> tuple[float, float]:
    """Nose base against the middle of the eyes, along and across the eye axis, in outer-eye distances.

    The package names the eyes by their side in the picture; in an unmirrored picture the right one of the picture is
    the resident's left, so a turn to the own left moves the nose toward it: positive yaw.
    """
    (points,) = face_recognition.face_landmarks(pixels, [box], model="small")
    left, right = np.array(points["left_eye"], float), np.array(points["right_eye"], float)
    across = right.mean(axis=0) - left.mean(axis=0)
    length = float(np.linalg.norm(across))
    if length == 0:
        return 0.0, 0.0
    axis = across / length
    span = float(np.ptp(np.vstack([left, right]) @ axis))
    nose = np.array(points["nose_tip"][0], float) - (left.mean(axis=0) + right.mean(axis=0)) / 2
    return round(float(nose @ axis) / span, 4), round(float(nose @ np.array([-axis[1], axis[0]])) / span, 4)
