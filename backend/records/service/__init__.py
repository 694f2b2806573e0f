"""Use cases of the records: reading what may be shown, showing it, and importing."""

from backend.records.service.importing import import_records
from backend.records.service.marking import find_by_row, hide, mark, suspend
from backend.records.service.reading import Counts, count, counts, find_own, of_subject
from backend.records.service.showing import ShownRecord, UnitName, show
from backend.records.service.words import opened, sealed_words

__all__ = [
    "Counts",
    "ShownRecord",
    "UnitName",
    "count",
    "counts",
    "find_by_row",
    "find_own",
    "hide",
    "import_records",
    "mark",
    "of_subject",
    "opened",
    "sealed_words",
    "show",
    "suspend",
]
