"""QR codes in tests: read off a page by the decoder that the till serves, and held before a camera that is a file."""

from pathlib import Path

import numpy as np
import segno
from playwright.sync_api import Page

CAMERA = ("--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream")
WIDTH, HEIGHT, FRAMES = 640, 480, 10
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


def read(page: Page, selector: str = ".qr svg") -> str:
    """What a scanner reads off the drawing."""
    return str(page.evaluate(_READ, selector))


def film(folder: Path, text: str) -> Path:
    """A phone that shows `text` as a QR code, held before a camera: grey room, a little noise, not quite in the middle."""
    symbol = np.array(list(segno.make(text, error="q", micro=False).matrix_iter(scale=8, border=4)), np.uint8)
    side = len(symbol)
    noise = np.random.default_rng(6)
    target = folder / "camera.y4m"
    chroma = np.full(WIDTH * HEIGHT // 2, 128, np.uint8).tobytes()
    with target.open("wb") as file:
        file.write(f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F10:1 Ip A1:1 C420jpeg\n".encode())
        for number in range(FRAMES):
            luma = np.full((HEIGHT, WIDTH), 110, np.int16)
            top, left = 90 + number, 190 + 2 * number
            luma[top : top + side, left : left + side] = np.where(symbol == 1, 25, 235)
            luma += noise.integers(-12, 13, luma.shape, np.int16)
            file.write(b"FRAME\n" + np.clip(luma, 0, 255).astype(np.uint8).tobytes() + chroma)
    return target
