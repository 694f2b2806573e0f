"""How much the face process adds to the bare library: one verification of 8 frames against the same calls in process.

    python -m bench.face [rounds]

Both sides take turns in one run, on the same JPEG bytes: decode, find faces, and the same number of encodings. Ours
adds the wire, the strict reading, the numbers of the gates and the verdict. The figure is our median over the bare
median; the issue allows 1.3.
"""

import json
import sys
from collections.abc import Callable
from functools import partial
from io import BytesIO
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

from backend.face.matcher import face_recognition
from backend.facechecks import rules
from backend.gateways.faces import SocketFaces
from tests.support.face import ORDER, FaceProcess, acted, photograph, steps_of

BUDGET = 1.3


def main(rounds: int = 15) -> dict[str, float]:
    """Print and return the medians in ms, their ratio, and the memory of the face process in MB."""
    frames, steps = acted("obama3.jpg"), steps_of()
    with TemporaryDirectory(prefix="face-bench-") as folder:
        running = FaceProcess(Path(folder), FACE_WORKERS="2")
        enrolment = running.faces.enrol([photograph("obama.jpg")], rules.pictures_to_enrol)
        template = enrolment.template or b""
        encoded = _verify(running.faces, frames, template)
        ours, bare = [], []
        for _ in range(rounds):
            ours.append(_timed(partial(_verify, running.faces, frames, template)))
            bare.append(_timed(partial(_bare, frames, encoded)))
        memory = sum(_pss(pid) for pid in (running.process.pid, *running.workers())) / 1024
        running.end()
    figures = {
        "frames": float(len(steps)),
        "encodings": float(len(encoded)),
        "ours_ms": round(median(ours), 1),
        "bare_ms": round(median(bare), 1),
        "ratio": round(median(ours) / median(bare), 3),
        "budget": BUDGET,
        "face_process_mb": round(memory, 1),
    }
    print(json.dumps(figures))
    return figures


def _verify(faces: SocketFaces, frames: tuple[bytes, ...], template: bytes) -> tuple[int, ...]:
    steps = steps_of()
    measures = faces.measure(frames, template, partial(rules.frames_to_encode, ORDER, steps))
    if not rules.judge(ORDER, steps, measures).passed:
        raise SystemExit("the frames of the measurement do not pass")
    return tuple(measures.to_template)


def _bare(frames: tuple[bytes, ...], encoded: tuple[int, ...]) -> None:
    """The library alone: what a script of ten lines would do."""
    for place, frame in enumerate(frames):
        pixels = face_recognition.load_image_file(BytesIO(frame))
        boxes = face_recognition.face_locations(pixels, number_of_times_to_upsample=0)
        if place in encoded:
            face_recognition.face_encodings(pixels, boxes, 1, "small")


def _timed(work: Callable[[], object]) -> float:
    begun = perf_counter()
    work()
    return (perf_counter() - begun) * 1000


def _pss(pid: int) -> int:
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return next(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:"))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 15)
