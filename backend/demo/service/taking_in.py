"""From drawn members and records to imported ones, by way of the files that units would hand in."""

import json
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, TextIO

from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.demo.model import Fate, Line, Member, Tally
from backend.demo.rules import shops
from backend.enrolment import service as enrolment
from backend.intake.quality import Quality
from backend.places import service as places
from backend.records import service as records
from backend.records.model import Record
from backend.registry import service as registry
from schemas.terms import RecordMark, RippleCause
from schemas.text import Text

_PREFIX = "building-"
_REASONS = {
    Fate.DISSENTED: Text("经核查维持，信息主体仍有异议（演示）", "Upheld after review, and the subject still objects (demo)"),
    Fate.HIDDEN: Text("信用修复完成，不再提供查询（演示）", "Restored, and no longer given out (demo)"),
}  # fmt: skip
_STATEMENT = "本人认为该信息与事实不符，相关款项已按期缴纳。"


@contextmanager
def workplace(folder: Path) -> Iterator[Path]:
    """A private folder for the files of one lot; what a killed run left there is removed."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for left in folder.glob(f"{_PREFIX}*"):
        shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=_PREFIX, dir=folder) as made:
        yield Path(made)


@dataclass(frozen=True)
class Site:
    """Where the city is built; `pictures` is the folder of photographs, if there are any.

    `meet` brings a record to its fate; without it, the fate is one of those that were settled long ago.
    """

    deps: Deps
    actor: Actor
    folder: Path
    pictures: Path | None
    tally: Tally = field(default_factory=Tally)
    meet: Callable[[Record, Fate], object] | None = None

    def take_in_subjects(self, members: Iterable[Member]) -> None:
        path = self.folder / "subjects.jsonl"
        with path.open("w") as file:
            for member in members:
                file.write(_json(_subject_row(member)))
        quality = enrolment.import_subjects(self.deps, self.actor, path=path, photos=self.pictures)
        self.tally.subjects += quality.new
        self._count(quality)
        path.unlink()

    def take_in_shops(self, year: int) -> None:
        """The list of trustworthy shops of a year, as its body hands it in."""
        path = self.folder / "shops.jsonl"
        path.write_text("".join(map(_json, shops.rows(year))))
        source = shops.SOURCE.format(year=year)
        quality = places.import_places(
            self.deps, self.actor, path=path, year=year, crs=shops.CRS, source=source
        )
        self.tally.shops += quality.new
        self._count(quality)
        path.unlink()

    def take_in_records(
        self, lines: Iterable[Line], told: Callable[[float], object] = lambda _: None
    ) -> None:
        """A file for each unit, imported one after the other; then what happened to some of the records.

        `told` gets the share of the bytes taken in so far, 0 to 1.
        """
        changed = self._write_files(lines)
        paths = sorted(self.folder.glob("*.jsonl"))
        before, whole = 0, sum(path.stat().st_size for path in paths) or 1
        for path in paths:
            size = path.stat().st_size
            self._take_in_file(path, partial(_tell_share, told, before, whole))
            before += size
        for line in changed:
            self._meet_fate(line)

    def _take_in_file(self, path: Path, told: Callable[[int], object]) -> None:
        quality = records.import_records(self.deps, self.actor, path=path, unit=path.stem, told=told)
        self.tally.records += quality.new
        self._count(quality)
        path.unlink()

    def _write_files(self, lines: Iterable[Line]) -> list[Line]:
        """The lines in their units' files; those of them that something happens to afterwards."""
        changed = []
        with ExitStack() as stack:
            files: dict[str, TextIO] = {}
            for line in lines:
                if line.unit_code not in files:
                    path = self.folder / f"{line.unit_code}.jsonl"
                    files[line.unit_code] = stack.enter_context(path.open("w"))
                files[line.unit_code].write(_json(line.row()))
                if line.fate is not None:
                    changed.append(line)
        return changed

    def _meet_fate(self, line: Line) -> None:
        subject = registry.find_by_number(self.deps, line.subject.number)
        if subject is None or line.fate is None:
            return
        record = records.find_by_row(
            self.deps,
            subject=subject,
            unit_code=line.unit_code,
            item_code=line.item_code,
            doc_no=line.doc_no,
        )
        if record is not None:
            (self.meet or self._settled)(record, line.fate)

    def _settled(self, record: Record, fate: Fate) -> None:
        """What was decided before this service began: its mark is there, and no case of ours."""
        _FATES[fate](self.deps, self.actor, record, _REASONS[fate])

    def _count(self, quality: Quality) -> None:
        told = quality.told()
        for reason, kind in told["refused_by_reason"].items():
            self.tally.refused[reason] = self.tally.refused.get(reason, 0) + kind["count"]
        for note, kind in told["notes"].items():
            self.tally.notes[note] = self.tally.notes.get(note, 0) + kind["count"]


def _dissented(deps: Deps, actor: Actor, record: Record, reason: Text) -> object:
    about = {"record_id": record.id, "subject_id": record.subject_id}
    kind = RecordMark.DISSENTED
    return records.mark(deps, actor, **about, kind=kind, case_id=None, reason=reason, statement=_STATEMENT)


def _hidden(deps: Deps, actor: Actor, record: Record, reason: Text) -> object:
    return records.hide(deps, actor, record=record, reason=reason, cause=RippleCause.RESTORED)


_FATES: dict[Fate, Callable[[Deps, Actor, Record, Text], object]] = {
    Fate.DISSENTED: _dissented,
    Fate.HIDDEN: _hidden,
}


def _subject_row(member: Member) -> dict[str, str | None]:
    return {
        "kind": member.kind.value,
        "name": member.name,
        "number": member.number,
        "phone": member.phone,
        "district": member.district,
        "photo": ";".join(member.photos) or None,
    }


def _json(row: Mapping[str, Any]) -> str:
    return json.dumps(row, ensure_ascii=False) + "\n"


def _tell_share(told: Callable[[float], object], before: int, whole: int, done: int) -> None:
    told((before + done) / whole)
