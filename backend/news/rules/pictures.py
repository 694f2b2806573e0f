"""Pictures from editors: read strictly, drawn anew. What we serve was written by us; nothing of the file that came is left."""

import hashlib
from dataclasses import dataclass
from io import BytesIO
from typing import Literal

from PIL import Image, ImageOps

from schemas.news import PICTURE_BYTES

LONGEST = 1600
SHORTEST = 160
"""Pixels of a side: less shows nothing on a telephone."""
JPEG_PIXELS = 48_000_000
"""A telephone's photograph; a sequential JPEG is shrunk while it is decoded."""
WHOLE_PIXELS = 16_000_000
"""PNG and progressive JPEG are held whole before they can be shrunk."""
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
    whole = picture.format == "PNG" or "progressive" in picture.info
    width, height = picture.size
    if width * height > (WHOLE_PIXELS if whole else JPEG_PIXELS) or min(width, height) < SHORTEST:
        raise Refused("bad_size")
    if max(width, height) > RATIO * min(width, height):
        raise Refused("bad_size")
    picture.draft("RGB", (LONGEST, LONGEST))
    picture.load()
    return picture


def _flat(picture: Image.Image) -> Image.Image:
    """New pixels without a palette, transparency or anything that hangs on the old picture."""
    coloured = picture.convert("RGBA")
    flat = Image.new("RGB", coloured.size, "white")
    flat.paste(coloured, mask=coloured.getchannel("A"))
    return flat
