"""The documents of checked rows whose subject is known; one run over one file remembers what its rows have in common."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from backend.catalogue import service as catalogue
from backend.catalogue.model import CatalogueItem
from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.intake.quality import Quality, Refusal
from backend.intake.spoken import Spoken
from backend.records import rules
from backend.records.model import Batch
from backend.records.service import checking
from backend.records.service.checking import Checked
from backend.records.service.timing import Due, Timing
from backend.records.service.words import sealed_words
from backend.registry import service as registry
from backend.registry.model import Matched

SUBJECTS_REMEMBERED = 100_000

Result = Checked | Refusal
Document = dict[str, Any]


@dataclass
class Run:
    """One run over one file. `spoken`: the keys whose records a row of it met, and left as another file brought them."""

    deps: Deps
    actor: Actor
    batch: Batch
    items: Mapping[str, CatalogueItem]
    timing: Timing
    spoken: Spoken
    quality: Quality = field(default_factory=Quality)
    subjects: dict[bytes, Matched | None] = field(default_factory=dict)
    windows: dict[tuple[str, str, str | None], catalogue.Windows] = field(default_factory=dict)
    facts: dict[str, Document] = field(default_factory=dict)


@dataclass(frozen=True)
class Linked:
    """The documents of a chunk, and of those that must be published in time where they lie and when they were due."""

    documents: list[Document] = field(default_factory=list)
    due: list[tuple[int, Due | None]] = field(default_factory=list)


def linked_rows(run: Run, chunk: Sequence[Result]) -> Linked:
    """The documents of the rows whose subject is known by number and name; the others are refused."""
    run.quality.rows += len(chunk)
    run.quality.refuse(one for one in chunk if isinstance(one, Refusal))
    rows = [one for one in chunk if isinstance(one, Checked)]
    _look_up(run, rows)
    now = run.deps.now()
    linked = Linked()
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


def _look_up(run: Run, rows: Sequence[Checked]) -> None:
    if len(run.subjects) > SUBJECTS_REMEMBERED:
        run.subjects.clear()
    unknown = {row.number_index for row in rows if row.number_index not in run.subjects}
    if unknown:
        found = registry.matched(run.deps, list(unknown))
        run.subjects.update({index: found.get(index) for index in unknown})


def _document(run: Run, row: Checked, subject_id: str, received_at: datetime) -> Document:
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


def _sealed(run: Run, row: Checked) -> bytes:
    return sealed_words(run.deps, doc_no=row.doc_no, title=row.title, content=row.content)


def _windows(run: Run, row: Checked) -> catalogue.Windows:
    """Windows fall on days, of which a file has few: worked out once each."""
    asked = (row.item_code, row.dated_on, row.ended_on)
    if asked not in run.windows:
        if len(run.windows) > SUBJECTS_REMEMBERED:
            run.windows.clear()
        run.windows[asked] = catalogue.windows(
            run.items[row.item_code],
            document_on=date.fromisoformat(row.dated_on),
            ended_on=date.fromisoformat(row.ended_on) if row.ended_on else None,
        )
    return run.windows[asked]
