"""Reading pictures from strangers: JPEG and PNG only, whole, of bounded size, upright, at most 640 px."""

import warnings
from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFile, ImageOps, PngImagePlugin

from schemas.jpeg import has_endless_scans, is_read_in_rows

Pixels = NDArray[np.uint8]

FRAME_SIDE = 640
"""A verification frame is worked on at most at this size: a phone sends 480x640."""
PHOTO_SIDE = 1280
"""A photograph on file may show the face smaller in a wider picture."""
JPEG_PIXELS = 24_000_000
"""A telephone's photograph; what is read row by row is shrunk while it is decoded, so it costs little memory."""
WHOLE_PIXELS = 6_000_000
"""PNG and a JPEG of several scans are held whole before they can be shrunk: 6 million pixels are about 40 MB."""
TEXT_CHARACTERS = 1024 * 1024
"""What a PNG may say beside its pixels; a few kilobytes unpack to the library's own limit, which is 64 times as much."""


class Unreadable(Exception):
    """Not a whole JPEG or PNG of a bearable size."""


def be_strict() -> None:
    """Set the imaging library for hostile input; `face_recognition` loosens it, so call this after that import."""
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    Image.MAX_IMAGE_PIXELS = JPEG_PIXELS
    PngImagePlugin.MAX_TEXT_MEMORY = TEXT_CHARACTERS
    warnings.simplefilter("error", Image.DecompressionBombWarning)


def read(data: bytes, longest: int) -> Pixels:
    """RGB pixels `[height, width, 3]`, turned as the EXIF orientation says, the longer side at most `longest` px.

    Mutated files raise a dozen kinds of exception inside the decoders, so every one means `Unreadable`.
    """
    try:
        return np.asarray(_upright(_opened(data, longest), longest))
    except Exception as error:
        raise Unreadable from error


def _opened(data: bytes, longest: int) -> Any:
    image = Image.open(BytesIO(data), formats=("JPEG", "PNG"))
    most_pixels = JPEG_PIXELS if is_read_in_rows(data) else WHOLE_PIXELS
    if image.width * image.height > most_pixels or has_endless_scans(data):
        raise Unreadable
    # In its own proportions: to fit a square it would be shrunk by its shorter side only, and a strip not at all.
    width, height = (max(1, side * longest // max(image.size)) for side in image.size)
    image.draft("RGB", (width, height))
    return image


def _upright(image: Any, longest: int) -> Image.Image:
    upright: Image.Image = ImageOps.exif_transpose(image).convert("RGB")
    upright.thumbnail((longest, longest))
    return upright
