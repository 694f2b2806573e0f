"""What is drawn from the photographs: seconds of dlib's work each, so it is done once for all test workers and runs."""

import fcntl
import hashlib
from collections.abc import Callable
from functools import cache
from pathlib import Path

HERE = Path(__file__).parent
KEPT = HERE.parents[1] / ".cache" / "drawn"
_DRAWN_BY = ("motion.py", "camera.py", "face.py")


def drawn(name: str, draw: Callable[[Path], object]) -> Path:
    """The file that `draw` makes where it is told; a changed way of drawing makes another."""
    path = KEPT / f"{_way_of_drawing()} {name}"
    KEPT.mkdir(parents=True, exist_ok=True)
    with path.with_name(f"{path.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not path.exists():
            unfinished = path.with_name(f"{path.name}.unfinished")
            draw(unfinished)
            unfinished.rename(path)
    return path


@cache
def _way_of_drawing() -> str:
    return hashlib.sha256(b"".join((HERE / name).read_bytes() for name in _DRAWN_BY)).hexdigest()[:12]
