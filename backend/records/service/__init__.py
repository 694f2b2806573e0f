"""Use cases of the records: reading what may be shown, showing it, importing, and what may happen to a record."""

from backend.records.rules import contested as is_contested
from backend.records.service.correcting import check_correction, correct
from backend.records.service.holding import hold
from backend.records.service.importing import import_records
from backend.records.service.marking import (
    existing,
    find_any,
    find_by_row,
    find_tombstone,
    mark,
    plan_unmark,
    unmark,
)
from backend.records.service.reading import (
    Counts,
    adverse_of,
    count,
    counts,
    find_own,
    of_subject,
    one_reading,
    open_now,
    part_of,
)
from backend.records.service.removing import erase, hide, withdraw
from backend.records.service.rippling import Consumer, ripple, touched_since
from backend.records.service.showing import Detail, ShownMark, ShownRecord, UnitName, show, unit_name
from backend.records.service.suspending import plan_suspension, release, suspend
from backend.records.service.words import opened, sealed_words

__all__ = [
    "Consumer",
    "Counts",
    "Detail",
    "ShownMark",
    "ShownRecord",
    "UnitName",
    "adverse_of",
    "check_correction",
    "correct",
    "count",
    "counts",
    "erase",
    "existing",
    "find_any",
    "find_by_row",
    "find_own",
    "find_tombstone",
    "hide",
    "hold",
    "import_records",
    "is_contested",
    "mark",
    "of_subject",
    "one_reading",
    "open_now",
    "opened",
    "part_of",
    "plan_suspension",
    "plan_unmark",
    "release",
    "ripple",
    "sealed_words",
    "show",
    "suspend",
    "touched_since",
    "unit_name",
    "unmark",
    "withdraw",
]
