"""Selfies in motion, made from still photographs: what a phone would send, and what an attacker would.

Nobody's face is warped convincingly here: a generic head depth map turns a photograph the way a head turns, which is
enough to exercise the measures and, as docs/security.md says, enough to pass them.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from io import BytesIO
from itertools import repeat
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops, ImageEnhance, ImageFilter

from backend.face import matcher
from backend.face.matcher import face_recognition
from schemas.faces import FaceStep
from tests.backend.evidence import made
from tests.support import rawfilm
from tests.support.rawfilm import PATCH, SHADES, SIZE

Heads = Mapping[FaceStep, Image.Image]
Planes = tuple[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.uint8]]
"""Light, blue and red of one picture of a film, the colours at half the size."""

PAPER = (24, 30, 36)
"""Degrees to which somebody turns a sheet of paper; what a phone sees of it differs by no more than its noise."""
SEEN = 0.19
"""The change of yaw by which a resident turns at least: more than `LIMITS.turn` asks for, and little more, for the farther the
depth map turns a head, the less it is the face that looked."""
Sides = tuple[float, float]
"""How many degrees to the own left, and to the own right."""
SIDE = {FaceStep.NEUTRAL: 0, FaceStep.TURN_LEFT: 1, FaceStep.TURN_RIGHT: -1}
_COARSE = 4
NOSE = 0.5
"""How far the nose base stands before the eyes, in outer-eye distances, for the depth map below."""


def opened(data: bytes) -> Image.Image:
    image = Image.open(BytesIO(data)).convert("RGB")
    image.thumbnail((1600, 1600))
    return image


@lru_cache(maxsize=32)
def selfie(data: bytes, face: int = 190) -> Image.Image:
    """A 480x640 portrait cut around the widest face of a photograph, the face about `face` px wide."""
    image = opened(data)
    # Faces this large are found at half the size as well, in a quarter of the time.
    boxes = face_recognition.face_locations(np.asarray(image.reduce(2)), number_of_times_to_upsample=0)
    top, right, bottom, left = (2 * side for side in max(boxes, key=lambda box: box[1] - box[3]))
    scale = (right - left) / face
    width, height = SIZE[0] * scale, SIZE[1] * scale
    x, y = (left + right) / 2 - width / 2, (top + bottom) / 2 - height / 2
    return _cut(image, x, y, scale)


def jpeg(image: Image.Image, quality: int = 88, **extra: Any) -> bytes:
    return saved(image, "JPEG", quality=quality, **extra)


def png(image: Image.Image) -> bytes:
    return saved(image, "PNG")


def saved(image: Image.Image, kind: str, **extra: Any) -> bytes:
    out = BytesIO()
    image.save(out, kind, **extra)
    return out.getvalue()


def movement(data: bytes, steps: Sequence[FaceStep], sides: Sides) -> list[bytes]:
    """The frames of a resident who follows the prompts: a turned head for each turn, a slight sway between.

    Whoever asks knows how far this head has to turn: to try that out takes dlib longer than all else here.
    """
    heads = _turned_heads(selfie(data), sides)
    return [jpeg(_swayed(heads[step], place)) for place, step in enumerate(steps)]


def flat_movement(data: bytes, steps: Sequence[FaceStep]) -> list[bytes]:
    """The frames of somebody who holds up a printed photograph and turns the paper, as far as it helps."""
    image = selfie(data)
    return [
        _shows_most((jpeg(_swayed(flat_turned(image, side * to), place)) for to in PAPER), side)
        if (side := SIDE[step])
        else jpeg(_swayed(image, place))
        for place, step in enumerate(steps)
    ]


def still(data: bytes, steps: Sequence[FaceStep]) -> list[bytes]:
    """One picture for every step, differently compressed each time."""
    return [jpeg(selfie(data), quality=92 - place) for place, _ in enumerate(steps)]


def film(heads: Heads, poses: Sequence[FaceStep], *, each: int) -> Iterator[Planes]:
    """What a camera sees of somebody who takes these poses one after another, `each` frames long; no two frames are alike.

    A patch in the corner, far from the face, tells a test which pose is on (`SHADES`).
    """
    seen = {pose: _planes(image) for pose, image in heads.items()}
    noise = 3 * np.random.default_rng(0).standard_normal((SIZE[1], SIZE[0]), dtype=np.float32)
    for place, pose in enumerate(pose for pose in poses for _ in range(each)):
        yield _marked(_on_film(seen[pose], noise, place), SHADES[pose])


def heads(data: bytes, sides: Sides, places: Mapping[FaceStep, Iterable[int]]) -> Heads:
    """A head that looks at the camera and turns to both sides, as far as is seen in the pictures of a film at these places."""
    found = _turned_heads(selfie(data), sides)
    front = matcher.see(jpeg(found[FaceStep.NEUTRAL])).look.yaw
    for pose, head in found.items():
        for place in places.get(pose, ()):
            look = matcher.see(jpeg(_swayed(head, place))).look
            shown = (look.yaw - front) * SIDE[pose]
            assert look.faces == 1, f"{pose}: turned too far"
            assert shown >= SEEN or not SIDE[pose], f"{pose} shows {shown:.3f}: turn it farther"
    return found


def _turned_heads(image: Image.Image, sides: Sides) -> Heads:
    left, right = sides
    return {
        FaceStep.NEUTRAL: turned(image, 0.0),
        FaceStep.TURN_LEFT: turned(image, left),
        FaceStep.TURN_RIGHT: turned(image, -right),
    }


def with_another(heads: Heads, looking_on: Image.Image) -> Heads:
    """The same heads with somebody beside them, as large as they and looking on."""
    edge, width = SIZE[0] // 4, SIZE[0] // 2
    half = (edge, 0, edge + width, SIZE[1])
    return {pose: beside(head.crop(half), looking_on.crop(half)) for pose, head in heads.items()}


def still_film(data: bytes, *, frames: int) -> Iterator[Planes]:
    """A photograph held before the camera by nobody's hand: every frame is the same."""
    return repeat(_planes(selfie(data)), frames)


def y4m(frames: Iterable[Planes], path: Path, *, rate: int) -> Path:
    """Frames as the raw film that Chromium takes for a camera."""
    return rawfilm.write(path, (b"".join(plane.tobytes() for plane in frame) for frame in frames), rate=rate)


# A film's levels are narrower than a picture's (ITU-R BT.601).
_DARKEST, _RANGE = 16, 219 / 255
_VIDEO_LEVELS = (
    [round(_DARKEST + level * _RANGE) for level in range(256)],
    *([round(128 + (level - 128) * 224 / 255) for level in range(256)],) * 2,
)


def _planes(image: Image.Image) -> Planes:
    light, blue, red = (
        plane.point(levels)
        for plane, levels in zip(image.convert("YCbCr").split(), _VIDEO_LEVELS, strict=True)
    )
    half = (SIZE[0] // 2, SIZE[1] // 2)
    return (
        np.asarray(light),
        np.asarray(blue.resize(half, Image.Resampling.BOX)),
        np.asarray(red.resize(half, Image.Resampling.BOX)),
    )


def _marked(frame: Planes, shade: int) -> Planes:
    light, *colours = frame
    light[:PATCH, :PATCH] = _VIDEO_LEVELS[0][shade]
    for colour in colours:
        colour[: PATCH // 2, : PATCH // 2] = 128
    return frame


def _shows_most(frames: Iterable[bytes], side: int) -> bytes:
    """The one that a phone takes for the widest turn to this side."""

    def yaw(frame: bytes) -> float:
        look = matcher.see(frame).look
        return look.yaw * side if look.faces else -1.0

    return max(frames, key=yaw)


def turned(image: Image.Image, degrees: float) -> Image.Image:
    """The head at this angle by a depth map, whatever its angle in the photograph; 0 looks at the phone.

    Positive is the resident's own left, in an unmirrored picture.
    """
    return _turned(image.tobytes(), image.size, degrees)


@lru_cache(maxsize=48)
def _turned(content: bytes, size: tuple[int, int], degrees: float) -> Image.Image:
    """How far a point has moved is nearly that of the next one, so it is reckoned for every fourth of a row and of a column."""
    middle, axis, span, own = _pose(content, size)
    coarse = (size[0] // _COARSE, size[1] // _COARSE)
    rows, columns = _COARSE * (np.mgrid[0 : coarse[1], 0 : coarse[0]].astype(np.float32) + 0.5) - 0.5
    across, down = columns - middle[0], rows - middle[1]
    x, y = (across * axis[0] + down * axis[1]) / span, (down * axis[0] - across * axis[1]) / span
    (to_sine, to_cosine), (sine, cosine) = _direction(degrees), _direction(own)
    depth = _depth(y)
    head = x.copy()
    for _ in range(30):
        head = 0.6 * head + 0.4 * np.clip((x - depth(head) * to_sine) / to_cosine, -3, 3)
    moved = (head * cosine + depth(head) * sine - x) * _nearness(x, y) * span
    return _drawn_along(Image.frombytes("RGB", size, content), moved, axis)


def flat_turned(image: Image.Image, degrees: float) -> Image.Image:
    """A flat print turned about its vertical axis, seen from three of its widths away."""
    width, height = image.size
    sine, cosine = np.sin(np.radians(degrees)), np.cos(np.radians(degrees))
    far = 3.0 * width
    corners = []
    for u, v in ((-width, -height), (width, -height), (width, height), (-width, height)):
        nearer = far / (far + u / 2 * sine)
        corners.append((width / 2 + u / 2 * cosine * nearer, height / 2 + v / 2 * nearer))
    flat = [(0, 0), (width, 0), (width, height), (0, height)]
    return image.transform(
        image.size,
        Image.Transform.PERSPECTIVE,
        _perspective(corners, flat),
        Image.Resampling.BILINEAR,
        fillcolor=(90, 90, 90),
    )


def dark(image: Image.Image, factor: float = 0.15) -> Image.Image:
    return ImageEnhance.Brightness(image).enhance(factor)


def bright(image: Image.Image, factor: float = 3.0) -> Image.Image:
    return ImageEnhance.Brightness(image).enhance(factor)


def blurred(image: Image.Image, radius: float = 5.0) -> Image.Image:
    return image.filter(ImageFilter.GaussianBlur(radius))


def beside(one: Image.Image, other: Image.Image) -> Image.Image:
    """Two people in one picture."""
    both = Image.new("RGB", (one.width + other.width, one.height))
    both.paste(one, (0, 0))
    both.paste(other, (one.width, 0))
    return both


def far_away(image: Image.Image, share: float = 0.45) -> Image.Image:
    small = image.resize((int(image.width * share), int(image.height * share)))
    room = Image.new("RGB", image.size, (120, 120, 120))
    room.paste(small, ((image.width - small.width) // 2, (image.height - small.height) // 2))
    return room


def at_the_border(image: Image.Image) -> Image.Image:
    """Half out of the picture's left side, as far as a face is still found."""
    for shift in range(200, 40, -10):
        moved = image.transform(image.size, Image.Transform.AFFINE, (1, 0, shift, 0, 1, 0))
        look = matcher.see(png(moved)).look
        if look.cut_off and look.faces == 1:
            return moved
    raise AssertionError("no shift leaves the face at the border")


def mirrored(frame: bytes) -> Image.Image:
    """What a phone sends that mirrors the picture itself, not only its preview."""
    return opened(frame).transpose(Image.Transpose.FLIP_LEFT_RIGHT)


def nobody() -> Image.Image:
    """A wall: readable, and no face on it."""
    shades = np.random.default_rng(7).integers(60, 190, size=(SIZE[1] // 8, SIZE[0] // 8, 3), dtype=np.uint8)
    return Image.fromarray(shades).resize(SIZE, Image.Resampling.BICUBIC)


def lying(image: Image.Image) -> tuple[bytes, bytes]:
    """The same picture on its side: with the EXIF mark that says so, and without."""
    side = image.transpose(Image.Transpose.ROTATE_90)
    exif = Image.Exif()
    exif[0x0112] = 6
    return jpeg(side, exif=exif), jpeg(side)


def bomb(side: int = 9400) -> bytes:
    """A small PNG that unpacks to `side` x `side` pixels."""
    return made.png(side, side, made.packed_zeros((1 + side) * side))


def _cut(image: Image.Image, x: float, y: float, scale: float) -> Image.Image:
    return image.transform(
        SIZE,
        Image.Transform.AFFINE,
        (scale, 0, x, 0, scale, y),
        Image.Resampling.BICUBIC,
        fillcolor=(110, 110, 110),
    )


def _swayed(image: Image.Image, place: int) -> Image.Image:
    """A hand never holds still: a few pixels, a little light, and the sensor's noise, different for each frame."""
    x, y, light, drift = _sway(place)
    frame = np.asarray(ImageChops.offset(image, x, y), dtype=np.float32)
    frame *= light
    frame += 3 * drift.standard_normal((image.height, image.width, 1), dtype=np.float32)
    return Image.fromarray(frame.clip(0, 255, out=frame).astype(np.uint8))


def _on_film(planes: Planes, noise: NDArray[np.float32], place: int) -> Planes:
    """The same for one of a film's many frames, with the noise of another place on the sensor instead of a new one."""
    x, y, light, drift = _sway(place)
    first, blue, red = (
        np.roll(plane, (y // part, x // part), (0, 1)) for plane, part in zip(planes, (1, 2, 2), strict=True)
    )
    frame = (first - np.float32(_DARKEST)) * light + np.roll(noise, int(drift.integers(noise.size)))
    frame += _DARKEST
    return frame.clip(0, 255, out=frame).astype(np.uint8), blue, red


def _sway(place: int) -> tuple[int, int, np.float32, np.random.Generator]:
    drift = np.random.default_rng(place)
    x, y = (int(one) for one in drift.integers(-6, 7, size=2))
    return x, y, np.float32(drift.uniform(0.95, 1.05)), drift


@lru_cache(maxsize=8)
def _pose(
    content: bytes, size: tuple[int, int]
) -> tuple[tuple[float, float], tuple[float, float], float, float]:
    """The middle between the eyes, the direction of their axis, the distance of their outer corners, the head's angle."""
    pixels = np.asarray(Image.frombytes("RGB", size, content))
    box = max(
        face_recognition.face_locations(pixels, number_of_times_to_upsample=0), key=lambda b: b[1] - b[3]
    )
    (points,) = face_recognition.face_landmarks(pixels, [box], model="small")
    left, right = (
        np.array(points["left_eye"], float).mean(axis=0),
        np.array(points["right_eye"], float).mean(axis=0),
    )
    axis = (right - left) / np.linalg.norm(right - left)
    corners = np.array([*points["left_eye"], *points["right_eye"]], dtype=float) @ axis
    middle, span = (left + right) / 2, float(np.ptp(corners))
    yaw = float((np.array(points["nose_tip"][0]) - middle) @ axis) / span
    own = float(np.degrees(np.arcsin(np.clip(yaw / NOSE, -0.5, 0.5))))
    plain = (float(middle[0]), float(middle[1])), (float(axis[0]), float(axis[1]))
    return *plain, span / _direction(own)[1], own


def _direction(degrees: float) -> tuple[float, float]:
    """Sine and cosine, as plain numbers: numpy's own would make the arrays that they meet twice as wide."""
    return float(np.sin(np.radians(degrees))), float(np.cos(np.radians(degrees)))


def _depth(y: NDArray[np.float32]) -> Callable[[NDArray[np.float32]], NDArray[np.float32]]:
    """A generic head, in outer-eye distances about the middle of the eyes: an ellipsoid with a nose, eyes at zero. At these
    heights, by what is across."""
    of_head, of_nose = 1 - ((y - 0.3) / 1.5) ** 2, 0.55 * np.exp(-(((y - 0.52) / 0.30) ** 2))

    def across(x: NDArray[np.float32]) -> NDArray[np.float32]:
        head: NDArray[np.float32] = 1.15 * np.sqrt(np.clip(of_head - (x / 0.88) ** 2, 0, None))
        nose: NDArray[np.float32] = of_nose * np.exp(-((x / 0.22) ** 2))
        return head + nose - np.float32(1.02)

    return across


def _nearness(x: NDArray[Any], y: NDArray[Any]) -> NDArray[Any]:
    """1 on the head, fading to 0 on the wall behind it."""
    radius = np.sqrt((x / 1.25) ** 2 + ((y - 0.3) / 1.7) ** 2)
    return np.clip((1.6 - radius) / 0.6, 0, 1)


def _drawn_along(image: Image.Image, moved: NDArray[np.float32], axis: tuple[float, float]) -> Image.Image:
    """Each pixel from where it moved along the axis, by so much at every fourth of them."""
    pixels = np.array(image)
    far = np.asarray(Image.fromarray(moved).resize(image.size, Image.Resampling.BILINEAR))
    rows, columns = np.nonzero(far)  # the rest stays where it is
    far = far[rows, columns]
    x, y = (
        np.add(start, far * np.float32(part), dtype=np.float32)
        for start, part in zip((columns, rows), axis, strict=True)
    )
    pixels[rows, columns] = _sampled(pixels, x, y)
    return Image.fromarray(pixels)


def _sampled(pixels: NDArray[np.uint8], x: NDArray[np.float32], y: NDArray[np.float32]) -> NDArray[np.uint8]:
    height, width = pixels.shape[:2]
    column, row = np.clip(np.floor(x), 0, width - 2), np.clip(np.floor(y), 0, height - 2)
    right, down = np.clip(x - column, 0, 1)[:, None], np.clip(y - row, 0, 1)[:, None]
    flat = pixels.reshape(-1, 3).astype(np.float32)
    first = row.astype(np.intp) * width + column.astype(np.intp)
    above, below = (flat[place] * (1 - right) + flat[place + 1] * right for place in (first, first + width))
    return np.asarray((above * (1 - down) + below * down).clip(0, 255), dtype=np.uint8)


def _perspective(seen: Sequence[tuple[float, float]], flat: Sequence[tuple[float, float]]) -> list[float]:
    """The eight numbers that take a seen corner back to the flat print."""
    rows: list[list[float]] = []
    for (x, y), (u, v) in zip(seen, flat, strict=True):
        rows.append([x, y, 1, 0, 0, 0, -u * x, -u * y])
        rows.append([0, 0, 0, x, y, 1, -v * x, -v * y])
    solved = np.linalg.solve(np.array(rows), np.array(flat, dtype=float).reshape(8))
    return [float(one) for one in solved]
