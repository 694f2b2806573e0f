"""Which records of a subject may be shown now. Nothing here is logged: whoever shows them writes the look down first."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time

from backend.common.deps import Deps
from backend.common.handles import Part
from backend.common.pages import Page, Position
from backend.records import rules, store
from backend.records.model import Outline, Record
from schemas.terms import Category, Nature, Openness


@dataclass(frozen=True)
class Counts:
    """How many records may be shown, by each of three divisions; every word of a division is there, zero included."""

    total: int
    by_nature: dict[Nature, int]
    by_category: dict[Category, int]
    by_openness: dict[Openness, int]


def of_subject(deps: Deps, subject_id: str) -> tuple[Record, ...]:
    """What is open to queries now, newest first, words still sealed."""
    return open_now(deps, store.list_of_subject(deps.db, subject_id, deps.now()))


def part_of(
    deps: Deps, held: Sequence[Record], *, scope: str, limit: int, cursor: str | None
) -> Page[Record]:
    """One part of a list of somebody's records, so that no more of them are opened than are shown; from its top when the record
    that the cursor names is not shown any more. Raises 422 `list.bad_cursor`."""
    after = deps.cursors.read(cursor, scope)
    begin = next((place for place, one in enumerate(held, 1) if after and one.id == after.id), 0)
    return deps.cursors.page(held[begin : begin + limit + 1], limit, scope, _position)


def _position(record: Record) -> Position:
    return Position(datetime.combine(record.occurred_on, time(), UTC), record.id)


def one_reading(deps: Deps) -> Part[Record]:
    """The same as one part of a joined read, to be given to `open_now`."""
    return store.of_subject(deps.now())


def open_now(deps: Deps, found: Sequence[Record]) -> tuple[Record, ...]:
    """Those of the records that may be shown at this instant, newest first."""
    now = deps.now()
    return rules.newest_first([rules.timely(record, now) for record in found if rules.visible(record, now)])


def adverse_of(deps: Deps, subject_ids: Collection[str]) -> tuple[Record, ...]:
    """The adverse records of several subjects that are open to queries now, words still sealed."""
    now = deps.now()
    found = store.list_adverse(deps.db, subject_ids, now)
    return tuple(rules.timely(record, now) for record in found if rules.visible(record, now))


def find_own(deps: Deps, subject_id: str, record_id: str) -> Record | None:
    """One record of this subject, if it may be shown now."""
    now = deps.now()
    record = store.find_own(deps.db, subject_id, record_id, now)
    return rules.timely(record, now) if record is not None and rules.visible(record, now) else None


def count(deps: Deps, subject_id: str) -> Counts:
    """How many records may be shown now, without reading their words."""
    now = deps.now()
    return counts(o for o in store.list_outlines(deps.db, subject_id, now) if rules.visible(o, now))


def counts(records: Iterable[Record | Outline]) -> Counts:
    held = list(records)
    nature, category = Counter(r.nature for r in held), Counter(r.category for r in held)
    openness = Counter(r.openness for r in held)
    return Counts(
        total=len(held),
        by_nature={term: nature[term] for term in Nature},
        by_category={term: category[term] for term in Category},
        by_openness={term: openness[term] for term in Openness},
    )
