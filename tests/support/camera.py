"""What stands before the camera of a real browser: the film of a head that turns, and somebody who follows what the page asks."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Playwright

from schemas.faces import FaceStep
from tests.support import browser as browsing
from tests.support.browser import Visit
from tests.support.drawn import drawn
from tests.support.face import photograph

Films = Callable[[str], Path]
POSES = (FaceStep.NEUTRAL, FaceStep.TURN_LEFT, FaceStep.NEUTRAL, FaceStep.TURN_RIGHT) * 3
RATE, EACH = 4, 10
SIZE = (480, 640)
SHADES = {FaceStep.NEUTRAL: 128, FaceStep.TURN_LEFT: 245, FaceStep.TURN_RIGHT: 10}
"""`motion.PATCH`, without loading dlib."""
ALLOWED = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")
"""A camera of Chromium's own, and nobody is asked whether it may be used."""
TRIES = 3
# Says that the pose is there as soon as the film has come to the one of this shade.
AS_IT_COMES = """(shade) => {
  const view = document.getElementById("view"), canvas = new OffscreenCanvas(8, 8), pen = canvas.getContext("2d");
  if (!view.videoWidth) return false;
  pen.drawImage(view, 0, 0, view.videoWidth * 0.05, view.videoHeight * 0.04, 0, 0, 8, 8);
  const now = Math.abs(pen.getImageData(4, 4, 1, 1).data[0] - shade) < 40;
  const came = now && window.shown === false;
  window.shown = now;
  if (came) document.getElementById("act").click();
  return came;
}"""


@pytest.fixture(scope="session")
def films() -> Films:
    """The film of the person on a photograph (`obama2.jpg`), of the photograph itself (`obama2.jpg still`), of that person and
    another (`obama2.jpg and biden.jpg`), or of one grey that never moves (`grey 120`)."""
    return lambda name: drawn(f"{name}.y4m", partial(_make, name))


def _make(name: str, path: Path) -> Path:
    if name.startswith("grey "):
        return _plain(path, int(name.partition(" ")[2]))
    from tests.support import motion  # loads dlib: only where frames are made

    person, _, more = name.partition(" ")
    data = photograph(person)
    if more == "still":
        shots = motion.still_film(data, frames=RATE)
    elif more:
        shots = motion.film_of_two(data, photograph(more.removeprefix("and ")), POSES, each=EACH)
    else:
        shots = motion.film(data, POSES, each=EACH)
    return motion.y4m(shots, path, rate=RATE)


def _plain(path: Path, light: int) -> Path:
    width, height = SIZE
    frame = b"FRAME\n" + bytes([light]) * (width * height) + bytes([128]) * (width * height // 2)
    head = f"YUV4MPEG2 W{width} H{height} F{RATE}:1 Ip A1:1 C420jpeg\n"
    path.write_bytes(head.encode() + frame * RATE)
    return path


@contextmanager
def seeing(playwright: Playwright, film: Path) -> Iterator[Browser]:
    """A browser whose camera shows this film from the moment it is switched on; until then it need not be there."""
    started = playwright.chromium.launch(
        executable_path=browsing.CHROMIUM,
        args=[*browsing.ARGUMENTS, *ALLOWED, f"--use-file-for-fake-video-capture={film}"],
    )
    try:
        yield started
    finally:
        started.close()


def follow(visit: Visit) -> None:
    """At the own pace: each time the page asks for a pose, wait until the film shows it, and say so."""
    page = visit.page
    page.check("#own-pace")
    page.click("#act")
    for place in range(1, 6):
        page.wait_for_selector(f"#face[data-stage=running] #step:has-text('第 {place} 步')")
        step = FaceStep(page.get_attribute("#face", "data-turn") or "")
        page.evaluate("window.shown = undefined")
        page.wait_for_function(AS_IT_COMES, arg=SHADES[step], polling=50)


def ended(visit: Visit, *, within_ms: int = 20_000) -> str:
    visit.page.wait_for_selector("#face[data-stage=ended], #face[data-stage=passed]", timeout=within_ms)
    return visit.page.inner_text("#say")


def passed(visit: Visit) -> None:
    """As people do: once more where a picture came while the head still turned."""
    for _ in range(TRIES):
        follow(visit)
        if "已确认是您本人" in (said := ended(visit)):
            return
    raise AssertionError(said)
