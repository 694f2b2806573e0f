"""What is made of the photographs: seconds of dlib's work each, so it is done once for all test workers and runs."""

import fcntl
import hashlib
from collections.abc import Callable
from functools import cache
from pathlib import Path

from tests.support.processes import ROOT

KEPT = ROOT / ".cache" / "drawn"
_DRAWN_BY = (
    "tests/support/motion.py", "tests/support/camera.py", "tests/support/face.py", "backend/face/matcher.py",
    "backend/face/pictures.py", "backend/face/worker.py", "backend/facechecks/rules.py", "requirements/dev.txt",
    "backend/local/pictures.py", "backend/gateways/faces.py", "schemas/faces.py", "tests/support/rawfilm.py",
)  # fmt: skip
"""How it is drawn and measured, by what, in which versions, and which photographs these are."""


def drawn(name: str, draw: Callable[[Path], object]) -> Path:
    """The file that `draw` makes where it is told; a changed way of drawing makes another, and the old one goes."""
    path = KEPT / f"{_way_of_drawing()} {name}"
    KEPT.mkdir(parents=True, exist_ok=True)
    with path.with_name(f"{path.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not path.exists():
            for old in KEPT.iterdir():
                if old.name.partition(" ")[2] == name:
                    old.unlink()
            unfinished = path.with_name(f"{path.name}.unfinished")
            draw(unfinished)
            unfinished.rename(path)
    return path


@cache
def _way_of_drawing() -> str:
    return hashlib.sha256(b"".join((ROOT / name).read_bytes() for name in _DRAWN_BY)).hexdigest()[:12]
