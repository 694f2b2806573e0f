"""The few settings of the face process, and the small environment it runs in."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_KEPT = ("PYTHONPATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "CREDIT_LOCAL_RUN")
"""The last is the mark by which `make run` finds what a killed run left behind."""


@dataclass(frozen=True)
class Options:
    """`queue` connections may wait for a worker, each at most `wait_seconds`; a job may take `job_seconds` of a worker
    (`enrol_seconds` for photographs); a worker is replaced after `recycle_after` jobs, so that leaks cannot add up.
    With `ends_with_input` it ends when its standard input does, so with whoever started it, however that one ended.
    The others stand in `Settings` as well, which this process does not load.
    """

    socket: Path
    workers: int = 2
    queue: int = 8
    job_seconds: int = 10
    enrol_seconds: int = 30
    wait_seconds: int = 5
    recycle_after: int = 500
    ends_with_input: int = 0

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> "Options":
        """FACE_SOCKET (or DATA_DIR/run/face.sock), FACE_WORKERS, FACE_QUEUE, FACE_JOB_SECONDS, FACE_ENROL_SECONDS,
        FACE_WAIT_SECONDS, FACE_RECYCLE_AFTER (whole numbers above zero, else ValueError), FACE_ENDS_WITH_INPUT (1).
        """
        folder = Path(environ.get("DATA_DIR") or ".data")
        return cls(
            socket=Path(environ.get("FACE_SOCKET") or folder / "run" / "face.sock"),
            workers=_whole(environ, "FACE_WORKERS", cls.workers),
            queue=_whole(environ, "FACE_QUEUE", cls.queue),
            job_seconds=_whole(environ, "FACE_JOB_SECONDS", cls.job_seconds),
            enrol_seconds=_whole(environ, "FACE_ENROL_SECONDS", cls.enrol_seconds),
            wait_seconds=_whole(environ, "FACE_WAIT_SECONDS", cls.wait_seconds),
            recycle_after=_whole(environ, "FACE_RECYCLE_AFTER", cls.recycle_after),
            ends_with_input=int(environ.get("FACE_ENDS_WITH_INPUT") == "1"),
        )

    def environment(self, environ: Mapping[str, str]) -> dict[str, str]:
        """All the face process needs of `environ`: no key, no database, no token survives the restart into it.

        One linear-algebra thread: more would make the fork unsafe and gain nothing on pictures of this size.
        """
        own = {f"FACE_{name.upper()}": str(value) for name, value in vars(self).items()}
        kept = {name: environ[name] for name in _KEPT if name in environ}
        return {**kept, **own, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}


def _whole(environ: Mapping[str, str], name: str, default: int) -> int:
    text = environ.get(name) or str(default)
    if not (text.isascii() and text.isdigit() and int(text) > 0):
        raise ValueError(f"{name} must be a whole number above zero")
    return int(text)
