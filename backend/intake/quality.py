"""The quality report of an import: what became of every row, and how many could be linked to a subject."""

import json
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from schemas.text import Text

LINES_NAMED = 1_000
SENTENCES_NAMED = 50


@dataclass(frozen=True)
class Refusal:
    """One row that was not taken: where, a stable reason, and the sentence for the unit that handed it in."""

    line: int
    reason: str
    text: Text


@dataclass
class _Lines:
    count: int = 0
    lines: list[int] = field(default_factory=list)

    def add(self, line: int) -> None:
        self.count += 1
        if len(self.lines) < LINES_NAMED:
            self.lines.append(line)


@dataclass
class _Reason:
    """The rows of one reason. Its sentences tell fields and kinds apart; beyond `SENTENCES_NAMED` a row is counted under the
    first of them."""

    all: _Lines = field(default_factory=_Lines)
    sentences: dict[Text, _Lines] = field(default_factory=dict)

    def add(self, refusal: Refusal) -> None:
        self.all.add(refusal.line)
        text = refusal.text
        if text not in self.sentences and len(self.sentences) >= SENTENCES_NAMED:
            text = next(iter(self.sentences))
        self.sentences.setdefault(text, _Lines()).add(refusal.line)

    def told(self) -> dict[str, Any]:
        first = next(iter(self.sentences))
        return {
            "count": self.all.count,
            "zh": first.zh,
            "en": first.en,
            "lines": self.all.lines,
            "sentences": [
                {"zh": text.zh, "en": text.en, "count": each.count, "lines": each.lines}
                for text, each in self.sentences.items()
            ],
        }


@dataclass
class Timeliness:
    """Whether what a unit must hand in by a limit came by it: counted for rows that are new. `undated`: rows that do not tell
    from when the limit runs; `provisional`: judged by a year whose working days are not published."""

    limit: str
    days: int
    basis: Text
    judged: int = 0
    provisional: int = 0
    _late: _Lines = field(default_factory=_Lines)
    _undated: _Lines = field(default_factory=_Lines)

    @property
    def late(self) -> int:
        return self._late.count

    @property
    def undated(self) -> int:
        return self._undated.count

    def judge(self, line: int, *, late: bool, provisional: bool) -> None:
        self.judged += 1
        self.provisional += provisional
        if late:
            self._late.add(line)

    def cannot_judge(self, line: int) -> None:
        self._undated.add(line)

    def told(self) -> dict[str, Any]:
        return {
            "limit": self.limit,
            "days": self.days,
            "basis": {"zh": self.basis.zh, "en": self.basis.en},
            "judged": self.judged,
            "late": self.late,
            "late_lines": self._late.lines,
            "provisional": self.provisional,
            "undated": self.undated,
            "undated_lines": self._undated.lines,
        }


@dataclass
class Quality:
    """Counted while a file is read. `linked`: rows whose subject was found (S0: 关联入库有效性)."""

    rows: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    linked: int = 0
    seconds: float = 0.0
    timeliness: Timeliness | None = None
    heard: Callable[[Refusal], object] = lambda _: None
    """Gets every refusal as it is counted; the report itself names the first lines of each reason."""
    _notes: dict[str, _Lines] = field(default_factory=dict)
    _refused: dict[str, _Reason] = field(default_factory=dict)

    @property
    def accepted(self) -> int:
        return self.new + self.changed + self.unchanged

    @property
    def refused(self) -> int:
        return sum(kind.all.count for kind in self._refused.values())

    def refuse(self, refusals: Iterable[Refusal]) -> None:
        """Count refused rows; the first lines of each reason are named, so that memory stays bounded."""
        for refusal in refusals:
            self._refused.setdefault(refusal.reason, _Reason()).add(refusal)
            self.heard(refusal)

    def note(self, name: str, line: int) -> None:
        """Count something worth telling that refused no row (a photograph that could not be used)."""
        self._notes.setdefault(name, _Lines()).add(line)

    def told(self) -> dict[str, Any]:
        """The report as JSON is written: counts, refusals by reason with lines, the share that was linked."""
        return {
            "rows": self.rows,
            "accepted": self.accepted,
            "new": self.new,
            "changed": self.changed,
            "unchanged": self.unchanged,
            "refused": self.refused,
            "refused_by_reason": {reason: kind.told() for reason, kind in sorted(self._refused.items())},
            "linked": self.linked,
            "linked_share": round(self.linked / self.rows, 6) if self.rows else None,
            "notes": {
                name: {"count": kind.count, "lines": kind.lines} for name, kind in sorted(self._notes.items())
            },
            "timeliness": self.timeliness.told() if self.timeliness else None,
            "seconds": round(self.seconds, 3),
        }

    def write(self, path: Path) -> None:
        """Write the report whole or not at all."""
        fresh = path.with_name(f".{path.name}.{os.getpid()}")
        fresh.write_text(json.dumps(self.told(), ensure_ascii=False, indent=1) + "\n")
        fresh.replace(path)
