"""QR codes in tests: read off a page by the decoder that the till serves, and held before a camera that is a file."""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import numpy as np
import segno
from numpy.typing import NDArray
from PIL import Image
from playwright.sync_api import Page

from tests.support import rawfilm

WIDTH, HEIGHT, FRAMES = 640, 480, 10
SIDE = 240
"""How wide the code stands before the camera, in its pixels."""
_READ = """async (selector) => {
  const { decodeQR } = await import("/static/vendor/qr/decode.js");
  const text = new XMLSerializer().serializeToString(document.querySelector(selector));
  const image = new Image(600, 600);
  image.src = "data:image/svg+xml," + encodeURIComponent(text);
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 600;
  const context = canvas.getContext("2d");
  context.drawImage(image, 0, 0, 600, 600);
  return decodeQR(context.getImageData(0, 0, 600, 600));
}"""
Picture = NDArray[np.uint8]
"""Levels of grey."""


def read(page: Page, selector: str = ".qr svg") -> str:
    """What a scanner reads off the drawing."""
    return str(page.evaluate(_READ, selector))


def symbol(text: str) -> Picture:
    """`text` as a QR code of our own."""
    rows = np.array(list(segno.make(text, error="q", micro=False).matrix_iter(scale=8, border=4)), np.uint8)
    return np.where(rows == 1, 0, 255).astype(np.uint8)


def shown(page: Page, selector: str = ".qr") -> Picture:
    """What the screen shows there."""
    picture = Image.open(BytesIO(page.locator(selector).screenshot())).convert("L")
    picture.thumbnail((SIDE, SIDE))
    return np.asarray(picture)


def film(target: Path, picture: Picture) -> Path:
    """A phone that shows `picture`, held before a camera: grey room, a little noise, not quite in the middle."""
    height, width = picture.shape
    lit = np.interp(picture, (0, 255), (25, 235)).astype(np.int16)
    noise = np.random.default_rng(6)

    def pictures() -> Iterator[bytes]:
        for number in range(FRAMES):
            luma = np.full((HEIGHT, WIDTH), 110, np.int16)
            top, left = 90 + number, 190 + 2 * number
            luma[top : top + height, left : left + width] = lit
            luma += noise.integers(-12, 13, luma.shape, np.int16)
            yield np.clip(luma, 0, 255).astype(np.uint8).tobytes() + rawfilm.grey(WIDTH * HEIGHT)

    return rawfilm.write(target, pictures(), rate=10, size=(WIDTH, HEIGHT))
