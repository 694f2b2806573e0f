"""Importing a unit's records: check, link, write; the same file twice changes nothing, and a cut-off run may be run again.

The rows of a longer file are checked in a process of their own and written in a thread, so that checking, linking and the
database work at the same time (docs/performance.md). Every step is safe to repeat, which is what makes a run resumable.
"""

import gc
import multiprocessing
import signal
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import closing, contextmanager
from itertools import chain, islice
from pathlib import Path

from backend.audit import service as audit
from backend.calendars import service as calendars
from backend.catalogue import service as catalogue
from backend.common.actor import Actor
from backend.common.clock import shanghai_date
from backend.common.deps import Deps
from backend.common.parents import end_with_parent
from backend.intake import errors as intake_errors
from backend.intake import files
from backend.intake.files import RawRow, Source
from backend.intake.quality import Quality, Refusal
from backend.intake.spoken import Spoken
from backend.records import store
from backend.records.model import Batch
from backend.records.service import checking, timing
from backend.records.service.checking import RowChecker, Task
from backend.records.service.linking import Linked, Result, Run, linked_rows
from backend.records.service.timing import Timing
from backend.records.service.writing import Written, write
from backend.registry import service as registry
from schemas.terms import Role

IMPORTERS = (Role.SYSTEM, Role.ADMIN, Role.DATA_STEWARD)
# Each hand-over to the writing thread may wait some milliseconds for its turn: few rows a turn cost speed.
CHUNK = 4_000
CHUNKS_AHEAD = 2
NEW_OBJECTS_BEFORE_COLLECTION = 200_000


def import_records(
    deps: Deps,
    actor: Actor,
    *,
    path: Path | Source,
    unit: str,
    told: Callable[[int], object] = lambda _: None,
    refused: Callable[[Refusal], object] = lambda _: None,
) -> Quality:
    """Take in a file of a unit's records (CONTRACT 1) under the catalogue in force. `told` gets the bytes read so far, now and
    then, and `refused` every row that is not taken.

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
    task = Task(items, unit, intake.header, registry.linking_key(deps), shanghai_date(deps.now()))
    with closing(Spoken()) as spoken, _few_collections():
        run = Run(
            deps, actor, batch, items, Timing(items, calendars.calendar(deps)), spoken, Quality(heard=refused)
        )
        run.quality.timeliness = timing.begun() if run.timing.asked else None
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
    # A pool's process waits for work for ever, because it holds the other end of its own queue open as well.
    end_with_parent()


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


def _write_all(run: Run, chunks: Iterable[list[Result]]) -> None:
    """Link here, write in a thread; one chunk is written while the next is linked."""
    with ThreadPoolExecutor(1) as writer:
        running: Future[Written] | None = None
        linked = Linked()
        for chunk in chunks:
            before, linked = linked, linked_rows(run, chunk)
            _count(run, before, running)
            running = writer.submit(write, run, linked.documents) if linked.documents else None
        _count(run, linked, running)


def _count(run: Run, linked: Linked, running: Future[Written] | None) -> None:
    if running is None:
        return
    written = running.result()
    _judge(run, linked, written.known)
    run.quality.new += written.new
    run.quality.changed += written.changed
    run.quality.unchanged += written.unchanged
    run.quality.refuse(written.refused)


def _judge(run: Run, linked: Linked, known: frozenset[int]) -> None:
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


def _finish(run: Run) -> None:
    counts = {
        name: getattr(run.quality, name)
        for name in ("rows", "new", "changed", "unchanged", "refused", "linked")
    }
    if run.quality.timeliness is not None:
        counts |= {name: getattr(run.quality.timeliness, name) for name in ("judged", "late", "undated")}
    store.finish_batch(run.deps.db, run.batch.id, run.deps.now(), counts)
    audit.record(run.deps, run.actor, "records.import", run.batch.id, unit=run.batch.unit_code, **counts)
