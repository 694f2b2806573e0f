"""Raw film, which Chromium takes for a camera: YUV4MPEG2, light in full and colours at half the size (C420jpeg)."""

from collections.abc import Iterable
from pathlib import Path

from schemas.faces import FaceStep

SIZE = (480, 640)
HEAD = b"FRAME\n"
"""What stands before each picture."""
PICTURE = len(HEAD) + SIZE[0] * SIZE[1] * 3 // 2
"""So long is one of this size with its head."""
PATCH = 40
"""The side of the corner that tells which pose a picture shows."""
SHADES = {FaceStep.NEUTRAL: 128, FaceStep.TURN_LEFT: 245, FaceStep.TURN_RIGHT: 10}
"""The light of that corner."""


def grey(pixels: int) -> bytes:
    """The colours of a picture that has none."""
    return bytes([128]) * (pixels // 2)


def write(path: Path, pictures: Iterable[bytes], *, rate: int, size: tuple[int, int] = SIZE) -> Path:
    """Pictures (light, blue, red) of one size in pixels, so many a second."""
    width, height = size
    with path.open("wb") as out:
        out.write(f"YUV4MPEG2 W{width} H{height} F{rate}:1 Ip A1:1 C420jpeg\n".encode())
        for picture in pictures:
            out.write(HEAD + picture)
    return path
