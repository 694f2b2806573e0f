"""How a command speaks: progress that suits a terminal or a script, and one line for what went wrong."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from tqdm import tqdm

from backend.common.errors import ServiceError
from backend.intake.quality import Quality

EVERY_S = 10.0
LINES_NAMED = 10


def say(line: str) -> None:
    """To the error stream, so that what a command answers can be piped."""
    print(line, file=sys.stderr, flush=True)


@contextmanager
def progress(what: str, total: int, *, in_bytes: bool) -> Iterator[Callable[[int], object]]:
    """Something to tell how much is done so far; a bar on a terminal, else a line every ten seconds."""
    if not sys.stderr.isatty():
        yield _Lines(what, total).tell
        return
    unit: dict[str, Any] = {"unit": "B", "unit_scale": True, "unit_divisor": 1024} if in_bytes else {}
    with tqdm(desc=what, total=total, leave=False, file=sys.stderr, **unit) as bar:
        yield lambda done: bar.update(done - bar.n)


class _Lines:
    def __init__(self, what: str, total: int) -> None:
        self._what = what
        self._total = total or 1
        self._said_at = time.monotonic()

    def tell(self, done: int) -> None:
        now = time.monotonic()
        if now - self._said_at >= EVERY_S:
            self._said_at = now
            say(f"{self._what}: {100 * done // self._total} %")


def one_line(text: str) -> str:
    return " ".join(text.split())


def refusal(error: ServiceError) -> str:
    """The sentence in both languages, and what a refusal of several things names, a line each."""
    lines = [f"{error.text.zh} / {error.text.en}"]
    problems = (error.data or {}).get("problems", [])
    lines += [f"  {one['of']} {one['where']}: {one['zh']} / {one['en']}" for one in problems[:LINES_NAMED]]
    lines += [f"  … and {len(problems) - LINES_NAMED} more"] if len(problems) > LINES_NAMED else []
    return "\n".join(lines)


def outcome(quality: Quality) -> str:
    """What became of a file, a line for each reason."""
    told = quality.told()
    counts = ", ".join(f"{told[name]} {name}" for name in ("new", "changed", "unchanged", "refused"))
    linked = "-" if told["linked_share"] is None else f"{told['linked_share']:.2%}"
    lines = [f"{told['rows']} rows: {counts}; linked to a subject: {linked}; {told['seconds']} s"]
    for reason, kind in told["refused_by_reason"].items():
        lines += [f"  {reason} {_where(one)}: {one['zh']} / {one['en']}" for one in kind["sentences"]]
    if (timely := told["timeliness"]) is not None:
        lines.append(
            f"  published in time ({timely['days']} working days from the decision): {timely['judged']} new rows judged,"
            f" {timely['late']} late, {timely['provisional']} by provisional days; {timely['undated']} tell no day of decision"
        )
    lines += [f"  note {name} {_where(kind)}" for name, kind in told["notes"].items()]
    return "\n".join(lines)


def _where(kind: dict[str, Any]) -> str:
    named = ", ".join(map(str, kind["lines"][:LINES_NAMED]))
    return f"× {kind['count']} (line {named}{', …' if kind['count'] > LINES_NAMED else ''})"
