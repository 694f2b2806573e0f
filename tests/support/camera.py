"""What stands before the camera of a real browser: the film of a head that turns when asked, and who follows the page with it."""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache, partial
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Playwright

from schemas.faces import FaceStep
from tests.support import browser as browsing
from tests.support import rawfilm
from tests.support.browser import Visit
from tests.support.drawn import drawn
from tests.support.face import photograph
from tests.support.rawfilm import HEAD, PATCH, PICTURE, SHADES, SIZE

POSES = (FaceStep.NEUTRAL, FaceStep.TURN_LEFT, FaceStep.TURN_RIGHT)
RATE, EACH = 4, 20
"""Pictures in a second, and of each pose: enough that none comes round again between two that a slow page takes of one pose."""
PLACES = {pose: range(first * EACH, (first + 1) * EACH) for first, pose in enumerate(POSES)}
"""Where among the pictures each pose lies."""
SIDES = {"obama2.jpg": (36, 41.5)}
"""How many degrees the head on a photograph has to turn to its left and right until that is seen in every picture, and no more:
a head turned by 41 to its left differs by 0.545 from the one that looked, of 0.55 that may be (`rules.LIMITS`), these by 0.53."""
MARKED = len(HEAD) + SIZE[0] * PATCH
"""Where in a picture the rows end in which the corner lies that tells its pose."""
ALLOWED = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")
"""A camera of Chromium's own, and nobody is asked whether it may be used."""
# Says that the pose is there as soon as a picture of this shade comes.
AS_IT_COMES = """(shade) => new Promise((done, failed) => {
  const view = document.getElementById("view");
  const pen = new OffscreenCanvas(8, 8).getContext("2d", { willReadFrequently: true });
  const late = setTimeout(() => failed(new Error(`the film never came to the pose of shade ${shade}`)), 20_000);
  const look = () => {
    pen.drawImage(view, 0, 0, view.videoWidth * 0.05, view.videoHeight * 0.04, 0, 0, 8, 8);
    if (Math.abs(pen.getImageData(4, 4, 1, 1).data[0] - shade) > 40) return view.requestVideoFrameCallback(look);
    clearTimeout(late);
    document.getElementById("act").click();
    done();
  };
  view.requestVideoFrameCallback(look);
})"""


class Film:
    """What a camera shows, picture after picture and then again from the first: a person, who keeps one pose until told to take
    another, however long the page takes; or what never changes."""

    def __init__(self, path: Path, poses: Path | None = None) -> None:
        self.path = path
        self._poses = poses
        if poses is not None:
            with poses.open("rb") as source:
                path.write_bytes(source.readline() + source.read(EACH * PICTURE))

    def take(self, pose: FaceStep) -> None:
        """The camera reads on meanwhile. The rows with the shade are written last, so that it lies over the new pose alone."""
        assert self._poses is not None, "nobody who could turn"
        with self._poses.open("rb") as source, self.path.open("r+b", buffering=0) as shown:
            begin = len(source.readline())
            source.seek(begin + PLACES[pose].start * PICTURE)
            for at in range(begin, begin + EACH * PICTURE, PICTURE):
                picture = source.read(PICTURE)
                os.pwrite(shown.fileno(), picture[MARKED:], at + MARKED)
                os.pwrite(shown.fileno(), picture[:MARKED], at)


Films = Callable[[str], Film]


@pytest.fixture(scope="session")
def films(tmp_path_factory: pytest.TempPathFactory) -> Films:
    """The film of the person on a photograph (`obama2.jpg`), of the photograph itself (`obama2.jpg still`), of that person and
    another (`obama2.jpg and biden.jpg`), of one grey that never moves (`grey 120`), or of several by turns, each for a second
    (`grey 100 140 170`)."""

    @cache
    def film(name: str) -> Film:
        made = drawn(f"{name}.y4m", partial(_make, name))
        return Film(tmp_path_factory.mktemp("film") / "shown.y4m", made) if _turns(name) else Film(made)

    return film


def _turns(name: str) -> bool:
    return not name.startswith("grey ") and not name.endswith(" still")


def _make(name: str, path: Path) -> Path:
    if name.startswith("grey "):
        return _plain(path, [int(light) for light in name.split()[1:]])
    from tests.support import motion  # loads dlib: only where frames are made

    person, _, more = name.partition(" ")
    data = photograph(person)
    if not _turns(name):
        return motion.y4m(motion.still_film(data, frames=RATE), path, rate=RATE)
    heads = motion.heads(data, SIDES[person], PLACES)
    if more:
        heads = motion.with_another(heads, motion.selfie(photograph(more.removeprefix("and "))))
    return motion.y4m(motion.film(heads, POSES, each=EACH), path, rate=RATE)


def _plain(path: Path, lights: Sequence[int]) -> Path:
    pixels, rate = SIZE[0] * SIZE[1], 1 if len(lights) > 1 else RATE
    pictures = [bytes([light]) * pixels + rawfilm.grey(pixels) for light in lights]
    return rawfilm.write(path, pictures * rate, rate=rate)


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


def follow(visit: Visit, film: Film) -> None:
    """At the own pace: each time the page asks for a pose, take it, and say so when the camera sees it."""
    page = visit.page
    page.check("#own-pace")
    page.click("#act")
    for place in range(1, 6):
        page.wait_for_selector(f"#face[data-stage=running] #step:has-text('第 {place} 步')")
        step = FaceStep(page.get_attribute("#face", "data-turn") or "")
        film.take(step)
        page.evaluate(AS_IT_COMES, SHADES[step])


def ended(visit: Visit, *, within_ms: int = 20_000) -> str:
    visit.page.wait_for_selector("#face[data-stage=ended], #face[data-stage=passed]", timeout=within_ms)
    return visit.page.inner_text("#say")
