"""Selfies in motion, made from still photographs: what a phone would send, and what an attacker would.

Nobody's face is warped convincingly here: a generic head depth map turns a photograph the way a head turns, which is
enough to exercise the measures and, as docs/security.md says, enough to pass them.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageEnhance, ImageFilter

from backend.face import matcher
from backend.face.matcher import face_recognition
from schemas.faces import FaceStep

Turn = Callable[[Image.Image, float], Image.Image]

SIZE = (480, 640)
ANGLES = (20, 22, 24, 26, 28, 30, 32, 34, 36)
"""Degrees somebody tries, a little further each time, until the phone is content."""
SEEN = 0.19
"""The change of yaw at which the resident of `movement` stops turning."""
FILM_ANGLES = range(36, 46)
# More than `LIMITS.turn` asks for, and no more: the farther the depth map turns a head, the less it is the face that looked.
FILM_SEEN = 0.205
PATCH = {FaceStep.NEUTRAL: 128, FaceStep.TURN_LEFT: 245, FaceStep.TURN_RIGHT: 10}
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
    boxes = face_recognition.face_locations(np.asarray(image), number_of_times_to_upsample=0)
    top, right, bottom, left = max(boxes, key=lambda box: box[1] - box[3])
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


def movement(data: bytes, steps: Sequence[FaceStep]) -> list[bytes]:
    """The frames of a resident who follows the prompts: a turned head for each turn, a slight sway between."""
    return _played(selfie(data), steps, turned)


def flat_movement(data: bytes, steps: Sequence[FaceStep]) -> list[bytes]:
    """The frames of somebody who holds up a printed photograph and turns the paper, as far as it helps."""
    return _played(selfie(data), steps, flat_turned)


def still(data: bytes, steps: Sequence[FaceStep]) -> list[bytes]:
    """One picture for every step, differently compressed each time."""
    return [jpeg(selfie(data), quality=92 - place) for place, _ in enumerate(steps)]


def film(data: bytes, poses: Sequence[FaceStep], *, each: int) -> Iterator[Image.Image]:
    """What a camera sees of somebody who takes these poses one after another, `each` frames long; no two frames are alike.

    A patch in the corner, far from the face, tells a test which pose is on (`PATCH`).
    """
    image = selfie(data)
    heads = {
        FaceStep.NEUTRAL: turned(image, 0.0),
        FaceStep.TURN_LEFT: _steady(image, 1),
        FaceStep.TURN_RIGHT: _steady(image, -1),
    }
    for place, pose in enumerate(pose for pose in poses for _ in range(each)):
        yield _marked(_swayed(heads[pose], place), PATCH[pose])


def film_of_two(data: bytes, other: bytes, poses: Sequence[FaceStep], *, each: int) -> Iterator[Image.Image]:
    """The same film with somebody beside the one who turns, as large as they and looking on."""
    edge, width = SIZE[0] // 4, SIZE[0] // 2
    looking_on = selfie(other).crop((edge, 0, edge + width, SIZE[1]))
    for frame in film(data, poses, each=each):
        both = beside(frame.crop((edge, 0, edge + width, SIZE[1])), looking_on)
        both.paste(frame.crop((0, 0, 40, 40)), (0, 0))
        yield both


def still_film(data: bytes, *, frames: int) -> Iterator[Image.Image]:
    """A photograph held before the camera by nobody's hand: every frame is the same."""
    for _ in range(frames):
        yield selfie(data)


def y4m(frames: Iterable[Image.Image], path: Path, *, rate: int) -> Path:
    """Frames as the raw film that Chromium takes for a camera."""
    with path.open("wb") as out:
        out.write(f"YUV4MPEG2 W{SIZE[0]} H{SIZE[1]} F{rate}:1 Ip A1:1 C420jpeg\n".encode())
        for frame in frames:
            light, blue, red = (
                plane.point(levels)
                for plane, levels in zip(frame.convert("YCbCr").split(), _VIDEO_LEVELS, strict=True)
            )
            half = (SIZE[0] // 2, SIZE[1] // 2)
            colours = [plane.resize(half, Image.Resampling.BOX).tobytes() for plane in (blue, red)]
            out.write(b"FRAME\n" + light.tobytes() + colours[0] + colours[1])
    return path


# A film's levels are narrower than a picture's (ITU-R BT.601).
_VIDEO_LEVELS = (
    [round(16 + level * 219 / 255) for level in range(256)],
    *([round(128 + (level - 128) * 224 / 255) for level in range(256)],) * 2,
)


def _marked(image: Image.Image, shade: int) -> Image.Image:
    image.paste((shade, shade, shade), (0, 0, 40, 40))
    return image


def _played(image: Image.Image, steps: Sequence[FaceStep], turn: Turn) -> list[bytes]:
    front = turn(image, 0.0)
    sides = {FaceStep.TURN_LEFT: 1, FaceStep.TURN_RIGHT: -1}
    return [
        _seen_turn(image, sides[step], turn, place) if step in sides else jpeg(_swayed(front, place))
        for place, step in enumerate(steps)
    ]


def _seen_turn(image: Image.Image, side: int, turn: Turn, place: int) -> bytes:
    """The first angle at which the turn is seen; the one that shows it most when none does."""
    front = matcher.see(png(turn(image, 0.0))).look.yaw
    best, frame = -1.0, b""
    for degrees in ANGLES:
        tried = jpeg(_swayed(turn(image, float(side * degrees)), place))
        look = matcher.see(tried).look
        shown = (look.yaw - front) * side if look.faces else -1.0
        if shown > best:
            best, frame = shown, tried
        if best >= SEEN:
            break
    return frame


def _steady(image: Image.Image, side: int) -> Image.Image:
    """Turned so far that it is seen however the head sways: nobody looks at the frames of a film one by one."""
    front = matcher.see(png(turned(image, 0.0))).look.yaw

    def least_seen(head: Image.Image) -> float:
        looks = [matcher.see(jpeg(_swayed(head, place))).look for place in range(6)]
        return min((look.yaw - front) * side if look.faces == 1 else -1.0 for look in looks)

    heads = (turned(image, float(side * degrees)) for degrees in FILM_ANGLES)
    return next(head for head in heads if least_seen(head) >= FILM_SEEN)


def turned(image: Image.Image, degrees: float) -> Image.Image:
    """The head at this angle by a depth map, whatever its angle in the photograph; 0 looks at the phone.

    Positive is the resident's own left, in an unmirrored picture.
    """
    return _turned(image.tobytes(), image.size, degrees)


@lru_cache(maxsize=48)
def _turned(content: bytes, size: tuple[int, int], degrees: float) -> Image.Image:
    pixels = np.asarray(Image.frombytes("RGB", size, content))
    middle, axis, span, own = _pose(content, size)
    rows, columns = np.mgrid[0 : size[1], 0 : size[0]].astype(np.float32)
    across, down = columns - middle[0], rows - middle[1]
    x, y = (across * axis[0] + down * axis[1]) / span, (down * axis[0] - across * axis[1]) / span
    to, since = np.radians(degrees), np.radians(own)
    head = x.copy()
    for _ in range(30):
        head = 0.6 * head + 0.4 * np.clip((x - _depth(head, y) * np.sin(to)) / np.cos(to), -3, 3)
    shown = head * np.cos(since) + _depth(head, y) * np.sin(since)
    moved = (shown - x) * _nearness(x, y) * span
    moved_columns, moved_rows = columns + moved * axis[0], rows + moved * axis[1]
    return Image.fromarray(_sampled(pixels.astype(np.float32), moved_columns, moved_rows))


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
    return png(Image.new("1", (side, side)))


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
    drift = np.random.default_rng(place)
    x, y = drift.uniform(-6, 6, size=2)
    moved = image.transform(image.size, Image.Transform.AFFINE, (1, 0, x, 0, 1, y), Image.Resampling.BICUBIC)
    light = ImageEnhance.Brightness(moved).enhance(float(drift.uniform(0.95, 1.05)))
    noisy = np.asarray(light, dtype=np.float32) + drift.normal(0, 3, size=(image.height, image.width, 1))
    return Image.fromarray(noisy.clip(0, 255).astype(np.uint8))


@lru_cache(maxsize=8)
def _pose(content: bytes, size: tuple[int, int]) -> tuple[NDArray[Any], NDArray[Any], float, float]:
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
    return middle, axis, span / float(np.cos(np.radians(own))), own


def _depth(x: NDArray[Any], y: NDArray[Any]) -> NDArray[Any]:
    """A generic head, in outer-eye distances about the middle of the eyes: an ellipsoid with a nose, eyes at zero."""
    head = 1.15 * np.sqrt(np.clip(1 - (x / 0.88) ** 2 - ((y - 0.3) / 1.5) ** 2, 0, None))
    nose = 0.55 * np.exp(-((x / 0.22) ** 2) - ((y - 0.52) / 0.30) ** 2)
    return head + nose - 1.02


def _nearness(x: NDArray[Any], y: NDArray[Any]) -> NDArray[Any]:
    """1 on the head, fading to 0 on the wall behind it."""
    radius = np.sqrt((x / 1.25) ** 2 + ((y - 0.3) / 1.7) ** 2)
    return np.clip((1.6 - radius) / 0.6, 0, 1)


def _sampled(pixels: NDArray[np.float32], x: NDArray[Any], y: NDArray[Any]) -> NDArray[np.uint8]:
    column = np.clip(np.floor(x), 0, pixels.shape[1] - 2).astype(int)
    row = np.clip(np.floor(y), 0, pixels.shape[0] - 2).astype(int)
    right, down = np.clip(x - column, 0, 1)[..., None], np.clip(y - row, 0, 1)[..., None]
    above = pixels[row, column] * (1 - right) + pixels[row, column + 1] * right
    below = pixels[row + 1, column] * (1 - right) + pixels[row + 1, column + 1] * right
    return np.asarray((above * (1 - down) + below * down).clip(0, 255), dtype=np.uint8)


def _perspective(seen: Sequence[tuple[float, float]], flat: Sequence[tuple[float, float]]) -> list[float]:
    """The eight numbers that take a seen corner back to the flat print."""
    rows: list[list[float]] = []
    for (x, y), (u, v) in zip(seen, flat, strict=True):
        rows.append([x, y, 1, 0, 0, 0, -u * x, -u * y])
        rows.append([0, 0, 0, x, y, 1, -v * x, -v * y])
    solved = np.linalg.solve(np.array(rows), np.array(flat, dtype=float).reshape(8))
    return [float(one) for one in solved]
