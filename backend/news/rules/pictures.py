"""Pictures from editors: read strictly, drawn anew. What we serve was written by us; nothing of the file that came is left."""

import hashlib
from dataclasses import dataclass
from io import BytesIO
from typing import Literal

from PIL import Image, ImageOps, PngImagePlugin

from schemas.jpeg import has_endless_scans, is_read_in_rows
from schemas.news import PICTURE_BYTES

# What a PNG may say beside its pixels; a few kilobytes unpack to the library's own limit, which is 64 times as much.
PngImagePlugin.MAX_TEXT_MEMORY = 1024 * 1024

LONGEST = 1600
SHORTEST = 160
"""Pixels of a side: less shows nothing on a telephone."""
JPEG_PIXELS = 48_000_000
"""A telephone's photograph; what is read row by row is shrunk while it is decoded."""
WHOLE_PIXELS = 16_000_000
"""PNG and a JPEG of several scans are held whole before they can be shrunk."""
RATIO = 4
QUALITY = 85
_STARTS = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")

Why = Literal["too_large", "not_supported", "unreadable", "bad_size"]


class Refused(Exception):
    """`why` is the name of the refusal in `news.errors`, after `picture_`."""

    def __init__(self, why: Why) -> None:
        super().__init__(why)
        self.why: Why = why


@dataclass(frozen=True)
class Drawn:
    """A JPEG of our own making."""

    content: bytes
    width: int
    height: int
    sha256: str


def drawn(upload: bytes) -> Drawn:
    """The picture turned upright, its longer side at most `LONGEST`, transparency on white, without metadata. Raises `Refused`.

    A mutated file raises a dozen kinds of exception inside the decoders, so every one means that it cannot be read.
    """
    if len(upload) > PICTURE_BYTES:
        raise Refused("too_large")
    if not upload.startswith(_STARTS):
        raise Refused("not_supported")
    try:
        picture = _opened(upload)
        made = _flat(ImageOps.exif_transpose(picture))
    except Refused:
        raise
    except Exception as error:
        raise Refused("unreadable") from error
    made.thumbnail((LONGEST, LONGEST))
    out = BytesIO()
    made.save(out, "JPEG", quality=QUALITY, optimize=True)
    content = out.getvalue()
    return Drawn(content, made.width, made.height, hashlib.sha256(content).hexdigest())


def _opened(upload: bytes) -> Image.Image:
    picture = Image.open(BytesIO(upload), formats=("JPEG", "PNG"))
    most_pixels = JPEG_PIXELS if is_read_in_rows(upload) else WHOLE_PIXELS
    width, height = picture.size
    if width * height > most_pixels or min(width, height) < SHORTEST:
        raise Refused("bad_size")
    if has_endless_scans(upload):
        raise Refused("unreadable")
    if max(width, height) > RATIO * min(width, height):
        raise Refused("bad_size")
    # In its own proportions: to fit a square it would be shrunk by its shorter side only, and a strip not at all.
    picture.draft("RGB", (width * LONGEST // max(picture.size), height * LONGEST // max(picture.size)))
    picture.load()
    return picture


def _flat(picture: Image.Image) -> Image.Image:
    """New pixels without a palette, transparency or anything that hangs on the old picture."""
    coloured = picture.convert("RGBA")
    flat = Image.new("RGB", coloured.size, "white")
    flat.paste(coloured, mask=coloured.getchannel("A"))
    return flat
