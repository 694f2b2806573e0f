"""What may be handed in, how the rows that were not taken are told, and the report as it is read."""

import csv
import io
import json
import zlib
from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from pathlib import PurePath
from typing import Any

from backend.batches.model import Late, Refused, Report
from backend.intake.quality import Refusal
from schemas.text import Text

MOST_BYTES = 5_000_000
"""About twenty thousand rows; a larger delivery is several files, or the operator's `manage import-records`."""
LEASE = timedelta(minutes=1)
ATTEMPTS = 5
REFUSED_KEPT = 20_000
NAME_CHARACTERS = 120
ENDINGS = (".csv", ".jsonl", ".ndjson")
HEADER = ("行号 line", "原因代码 reason", "原因", "why")
BYTE_ORDER_MARK = "\ufeff"
"""Without it Excel reads the Chinese of a CSV file wrongly."""


def has_right_ending(name: str) -> bool:
    return PurePath(name).suffix.lower() in ENDINGS


def safe_name(name: str) -> str:
    """The last part of it, printable and short, with its ending."""
    plain = "".join(one if one.isprintable() else "_" for one in PurePath(name.replace("\\", "/")).name)
    ending = PurePath(plain).suffix.lower()
    return plain[: len(plain) - len(ending)][: NAME_CHARACTERS - len(ending)] + ending


class Refusals:
    """The rows that were not taken, in the order in which they were met; as many as are kept."""

    def __init__(self) -> None:
        self._kept: list[Refusal] = []

    @property
    def count(self) -> int:
        return len(self._kept)

    def add(self, refusal: Refusal) -> None:
        if len(self._kept) < REFUSED_KEPT:
            self._kept.append(refusal)

    def packed(self) -> bytes | None:
        """By line, as a packed CSV file: where and why, and nothing of what stood in the row."""
        if not self._kept:
            return None
        out = io.StringIO()
        writer = csv.writer(out)
        writer.writerow(HEADER)
        for one in sorted(self._kept, key=lambda refusal: refusal.line):
            writer.writerow((one.line, one.reason, one.text.zh, one.text.en))
        return zlib.compress((BYTE_ORDER_MARK + out.getvalue()).encode())


def packed(told: Mapping[str, Any]) -> bytes:
    """A report or the like as it is kept: small, before it is sealed."""
    return zlib.compress(json.dumps(told, ensure_ascii=False).encode())


def told(kept: bytes) -> Any:
    """What was packed."""
    return json.loads(zlib.decompress(kept))


def unpacked(file: bytes) -> bytes:
    """The file of the rows that were not taken."""
    return zlib.decompress(file)


def report(told: Mapping[str, Any]) -> Report:
    """The report as it was kept, in the words of the model."""
    counted = ("rows", "accepted", "new", "changed", "unchanged", "refused", "linked", "linked_share")
    return Report(
        **{name: told[name] for name in counted},
        refused_by_reason=tuple(_refused(told["refused_by_reason"])),
        timeliness=_late(told["timeliness"]),
    )


def _refused(by_reason: Mapping[str, Any]) -> Iterator[Refused]:
    found: Iterable[Refused] = (
        Refused(reason, Text(one["zh"], one["en"]), one["count"], tuple(one["lines"]))
        for reason, told in by_reason.items()
        for one in told["sentences"]
    )
    return iter(sorted(found, key=lambda one: -one.count))


def _late(told: Mapping[str, Any] | None) -> Late | None:
    if told is None:
        return None
    counted = ("days", "judged", "late", "provisional", "undated")
    basis = Text(told["basis"]["zh"], told["basis"]["en"])
    return Late(**{name: told[name] for name in counted}, basis=basis, late_lines=tuple(told["late_lines"]))
