"""What stands before the camera of a real browser: the film of a head that turns, and somebody who follows what the page asks."""

from collections.abc import Callable, Iterator, Sequence
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
FIRST = {
    pose: [place * EACH for place, one in enumerate(POSES) if one is pose] for pose in (POSES[1], POSES[3])
}
"""Where in the film each turn begins: the page is told at once (`AS_IT_COMES`), and takes its picture."""
SIDES = {"obama2.jpg": (39, 42)}
"""How many degrees the head on a photograph has to turn to its left and right until that is seen."""
SIZE = (480, 640)
SHADES = {FaceStep.NEUTRAL: 128, FaceStep.TURN_LEFT: 245, FaceStep.TURN_RIGHT: 10}
"""`motion.PATCH`, without loading dlib."""
ALLOWED = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")
"""A camera of Chromium's own, and nobody is asked whether it may be used."""
TRIES = 3
# Says that the pose is there as soon as the film has come to the one of this shade: each picture is looked at once, as it comes.
AS_IT_COMES = """(shade) => new Promise((done, failed) => {
  const view = document.getElementById("view");
  const pen = new OffscreenCanvas(8, 8).getContext("2d", { willReadFrequently: true });
  const late = setTimeout(() => failed(new Error(`the film never came to the pose of shade ${shade}`)), 20_000);
  let shown;
  const look = () => {
    pen.drawImage(view, 0, 0, view.videoWidth * 0.05, view.videoHeight * 0.04, 0, 0, 8, 8);
    const now = Math.abs(pen.getImageData(4, 4, 1, 1).data[0] - shade) < 40;
    const came = now && shown === false;
    shown = now;
    if (!came) return view.requestVideoFrameCallback(look);
    clearTimeout(late);
    document.getElementById("act").click();
    done();
  };
  view.requestVideoFrameCallback(look);
})"""


@pytest.fixture(scope="session")
def films() -> Films:
    """The film of the person on a photograph (`obama2.jpg`), of the photograph itself (`obama2.jpg still`), of that person and
    another (`obama2.jpg and biden.jpg`), of one grey that never moves (`grey 120`), or of several by turns, each for a second
    (`grey 100 140 170`)."""
    return lambda name: drawn(f"{name}.y4m", partial(_make, name))


def _make(name: str, path: Path) -> Path:
    if name.startswith("grey "):
        return _plain(path, [int(light) for light in name.split()[1:]])
    from tests.support import motion  # loads dlib: only where frames are made

    person, _, more = name.partition(" ")
    data = photograph(person)
    if more == "still":
        return motion.y4m(motion.still_film(data, frames=RATE), path, rate=RATE)
    heads = motion.heads(data, SIDES[person], FIRST)
    if more:
        heads = motion.with_another(heads, motion.selfie(photograph(more.removeprefix("and "))))
    return motion.y4m(motion.film(heads, POSES, each=EACH), path, rate=RATE)


def _plain(path: Path, lights: Sequence[int]) -> Path:
    width, height = SIZE
    rate = 1 if len(lights) > 1 else RATE
    head = f"YUV4MPEG2 W{width} H{height} F{rate}:1 Ip A1:1 C420jpeg\n"
    frames = [
        b"FRAME\n" + bytes([light]) * (width * height) + bytes([128]) * (width * height // 2)
        for light in lights
    ]
    path.write_bytes(head.encode() + b"".join(frames) * rate)
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
        page.evaluate(AS_IT_COMES, SHADES[step])


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
