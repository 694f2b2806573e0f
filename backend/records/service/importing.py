"""Importing a unit's records: check, link, write; the same file twice changes nothing, and a cut-off run may be run again.

The rows of a longer file are checked in a process of their own and written in a thread, so that checking, linking and the
database work at the same time (docs/performance.md). Every step is safe to repeat, which is what makes a run resumable.
"""

import gc
import multiprocessing
import os
import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import chain, islice
from pathlib import Path
from typing import Any

from backend.audit import service as audit
from backend.calendars import service as calendars
from backend.catalogue import service as catalogue
from backend.catalogue.model import CatalogueItem
from backend.common.actor import Actor
from backend.common.clock import shanghai_date
from backend.common.deps import Deps
from backend.common.mongo import atomic, busy
from backend.intake import errors as intake_errors
from backend.intake import files
from backend.intake.files import RawRow
from backend.intake.quality import Quality, Refusal
from backend.records import rules, store
from backend.records.model import Batch, Standing
from backend.records.service import checking, rippling, timing
from backend.records.service.checking import Checked, RowChecker, Task
from backend.records.service.timing import Due, Timing
from backend.records.service.words import sealed_words
from backend.registry import service as registry
from backend.registry.model import Matched
from schemas.terms import RippleCause, Role

IMPORTERS = (Role.SYSTEM, Role.ADMIN, Role.DATA_STEWARD)
# Each hand-over to the writing thread may wait some milliseconds for its turn: few rows a turn cost speed.
CHUNK = 4_000
CHUNKS_AHEAD = 2
NEW_OBJECTS_BEFORE_COLLECTION = 200_000
SUBJECTS_REMEMBERED = 100_000
ATTEMPTS = 6

Result = Checked | Refusal
Document = dict[str, Any]


@dataclass
class _Run:
    """One run over one file."""

    deps: Deps
    actor: Actor
    batch: Batch
    items: Mapping[str, CatalogueItem]
    timing: Timing
    quality: Quality = field(default_factory=Quality)
    subjects: dict[bytes, Matched | None] = field(default_factory=dict)
    windows: dict[tuple[str, str, str | None], catalogue.Windows] = field(default_factory=dict)
    facts: dict[str, Document] = field(default_factory=dict)


@dataclass(frozen=True)
class _Written:
    """What became of the rows of one chunk that were ready to be written."""

    new: int
    changed: int
    unchanged: int
    refused: tuple[Refusal, ...]
    known: frozenset[int] = frozenset()
    """The places of those that were not new."""


@dataclass(frozen=True)
class _Linked:
    """The documents of a chunk, and of those that must be published in time where they lie and when they were due."""

    documents: list[Document] = field(default_factory=list)
    due: list[tuple[int, Due | None]] = field(default_factory=list)


def import_records(
    deps: Deps,
    actor: Actor,
    *,
    path: Path,
    unit: str,
    told: Callable[[int], object] = lambda _: None,
) -> Quality:
    """Take in a file of a unit's records (CONTRACT 1) under the catalogue in force.

    Good rows become records; a bad one is refused with its line and reason. A row that is there already with other words is
    the provider's correction: the record is changed and says so (Regulation 34).
    """
    actor.require(*IMPORTERS)
    began = time.perf_counter()
    if unit not in catalogue.units_by_code(deps):
        raise intake_errors.wrong_unit(unit)
    intake = files.opened(path, checking.FORM, told=told)
    items = {code: item for code, item in catalogue.items_by_code(deps).items() if item.unit_code == unit}
    batch = store.begin_batch(deps.db, Batch(f"{unit}:{files.digest(path)}", unit, deps.now()))
    run = _Run(deps, actor, batch, items, Timing(items, calendars.calendar(deps)))
    run.quality.timeliness = timing.begun() if run.timing.asked else None
    task = Task(items, unit, intake.header, registry.linking_key(deps), shanghai_date(deps.now()))
    with _few_collections():
        _write_all(run, _checked(RowChecker(task), files.chunks(intake.rows, CHUNK)))
    run.quality.seconds = time.perf_counter() - began
    _finish(run)
    return run.quality


def _checked(checker: RowChecker, chunks: Iterator[list[RawRow]]) -> Iterator[list[Result]]:
    """The rows in chunks, checked, in the file's order; those of a file of one chunk right here.

    The other process is forked, so that it is ready at once. It touches nothing but its rows: no client, no lock of ours.
    """
    first = list(islice(chunks, 2))
    if len(first) < 2:
        yield from map(checker.all, first)
        return
    with ProcessPoolExecutor(1, multiprocessing.get_context("fork"), _prepare, (checker,)) as pool:
        waiting: deque[Future[list[Result]]] = deque()
        try:
            for chunk in chain(first, chunks):
                waiting.append(pool.submit(_check, chunk))
                if len(waiting) > CHUNKS_AHEAD:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


_checker: RowChecker | None = None


def _prepare(checker: RowChecker) -> None:
    """In the checking process: keep the checks, and end with the import: when it is told to stop, and when it is killed."""
    global _checker  # noqa: PLW0603 - the one way a pool's process keeps what it was started with
    _checker = checker
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """A pool's process waits for work for ever, because it holds the other end of its own queue open as well."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _check(rows: list[RawRow]) -> list[Result]:
    assert _checker is not None
    return _checker.all(rows)


@contextmanager
def _few_collections() -> Iterator[None]:
    """Rows make no cycles, and looking for some among hundreds of thousands of fresh objects took a quarter of the time."""
    usual = gc.get_threshold()
    gc.set_threshold(NEW_OBJECTS_BEFORE_COLLECTION)
    try:
        yield
    finally:
        gc.set_threshold(*usual)


def _write_all(run: _Run, chunks: Iterable[list[Result]]) -> None:
    """Link here, write in a thread; one chunk is written while the next is linked."""
    with ThreadPoolExecutor(1) as writer:
        running: Future[_Written] | None = None
        linked = _Linked()
        for chunk in chunks:
            before, linked = linked, _linked(run, chunk)
            _count(run, before, running)
            running = writer.submit(_write, run, linked.documents) if linked.documents else None
        _count(run, linked, running)


def _count(run: _Run, linked: _Linked, running: Future[_Written] | None) -> None:
    if running is None:
        return
    written = running.result()
    _judge(run, linked, written.known)
    run.quality.new += written.new
    run.quality.changed += written.changed
    run.quality.unchanged += written.unchanged
    run.quality.refuse(written.refused)


def _judge(run: _Run, linked: _Linked, known: frozenset[int]) -> None:
    """What is there already was published before, whenever it is handed in again."""
    told = run.quality.timeliness
    for place, due in linked.due:
        if told is None or place in known:
            continue
        source = linked.documents[place]["source"]
        if due is None:
            told.cannot_judge(source["line"])
        else:
            told.judge(source["line"], late=source["received_at"] >= due[0], provisional=due[1])


def _linked(run: _Run, chunk: Sequence[Result]) -> _Linked:
    """The documents of the rows whose subject is known by number and name; the others are refused."""
    run.quality.rows += len(chunk)
    run.quality.refuse(one for one in chunk if isinstance(one, Refusal))
    rows = [one for one in chunk if isinstance(one, Checked)]
    _look_up(run, rows)
    now = run.deps.now()
    linked = _Linked()
    for row in rows:
        subject = run.subjects[row.number_index]
        if subject is None:
            run.quality.refuse([rules.no_subject(row.line)])
        elif subject.name_check != row.name_check:
            run.quality.refuse([rules.name_mismatch(row.line)])
        else:
            run.quality.linked += 1
            due = run.timing.due(row.item_code, row.content)
            if due is not False:
                linked.due.append((len(linked.documents), due))
            linked.documents.append(_document(run, row, subject.id, now))
    return linked


def _look_up(run: _Run, rows: Sequence[Checked]) -> None:
    if len(run.subjects) > SUBJECTS_REMEMBERED:
        run.subjects.clear()
    unknown = {row.number_index for row in rows if row.number_index not in run.subjects}
    if unknown:
        found = registry.matched(run.deps, list(unknown))
        run.subjects.update({index: found.get(index) for index in unknown})


def _document(run: _Run, row: Checked, subject_id: str, received_at: datetime) -> Document:
    windows = _windows(run, row)
    if row.item_code not in run.facts:
        run.facts[row.item_code] = checking.facts(run.items[row.item_code])
    made = {
        "_id": run.deps.new_id(),
        "subject_id": subject_id,
        "public_until": windows.public_until,
        "query_until": windows.query_until,
        "source": checking.source(run.batch.unit_code, run.batch.id, row.line, received_at),
        "text_sealed": _sealed(run, row) if row.named else None,
    }
    return checking.document(row, run.facts[row.item_code], made)


def _sealed(run: _Run, row: Checked) -> bytes:
    return sealed_words(run.deps, doc_no=row.doc_no, title=row.title, content=row.content)


def _windows(run: _Run, row: Checked) -> catalogue.Windows:
    """Windows fall on days, of which a file has few: worked out once each."""
    asked = (row.item_code, row.occurred_on, row.ended_on)
    if asked not in run.windows:
        if len(run.windows) > SUBJECTS_REMEMBERED:
            run.windows.clear()
        run.windows[asked] = catalogue.windows(
            run.items[row.item_code],
            document_on=date.fromisoformat(row.occurred_on),
            ended_on=date.fromisoformat(row.ended_on) if row.ended_on else None,
        )
    return run.windows[asked]


def _write(run: _Run, documents: Sequence[Document]) -> _Written:
    """Insert what is new; settle what is there already. A tombstone lies under the same unique index as its record did, so
    that what was erased is found here and nowhere else, even when it is erased at this moment."""
    there = store.insert_new(run.deps.db, documents)
    if not there:
        return _Written(len(documents), 0, 0, ())
    standing = store.standing(run.deps.db, {documents[place]["subject_id"] for place in there})
    changed, unchanged, refused = 0, 0, []
    for place in there:
        document = documents[place]
        outcome, known = _settled(run, document, standing.get((document["subject_id"], document["key"])))
        line = document["source"]["line"]
        if outcome is rules.Outcome.UNCHANGED:
            unchanged += 1
        elif outcome is rules.Outcome.CHANGED:
            changed += 1
        elif known.tombstone is not None:
            refused.append(rules.buried(line, known.tombstone))
        else:
            refused.append(rules.repeated(line))
    return _Written(len(documents) - len(there), changed, unchanged, tuple(refused), frozenset(there))


def _settled(run: _Run, document: Document, known: Standing | None) -> tuple[rules.Outcome, Standing]:
    """What becomes of a row whose key is not free, and beside what; looked at again when another was faster."""
    for _ in range(ATTEMPTS):
        if known is not None:
            outcome = rules.settle(known, document["digest"], document["source"], run.batch)
            if outcome is not rules.Outcome.CHANGED:
                return outcome, known
            if _correct(run.deps, run.actor, known=known, document=document):
                return outcome, known
        known = store.stands(run.deps.db, document["subject_id"], document["key"])
    raise busy()


@atomic
def _correct(deps: Deps, actor: Actor, *, known: Standing, document: Document) -> bool:
    """Put the provider's correction into the record; false when another was faster."""
    change = rules.correction(deps.now())
    if not store.correct(deps.db, known, document, change):
        return False
    subject_id = document["subject_id"]
    rippling.begin_for(deps, known.id, subject_id, RippleCause.CORRECTED)
    audit.record(
        deps,
        actor,
        "records.correct",
        known.id,
        subject_id=subject_id,
        batch_id=document["source"]["batch_id"],
    )
    return True


def _finish(run: _Run) -> None:
    counts = {
        name: getattr(run.quality, name)
        for name in ("rows", "new", "changed", "unchanged", "refused", "linked")
    }
    if run.quality.timeliness is not None:
        counts |= {name: getattr(run.quality.timeliness, name) for name in ("judged", "late", "undated")}
    store.finish_batch(run.deps.db, run.batch.id, run.deps.now(), counts)
    audit.record(run.deps, run.actor, "records.import", run.batch.id, unit=run.batch.unit_code, **counts)
