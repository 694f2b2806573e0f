"""Use cases of the audit log: writing a line, reading one's own, searching and counting all, closing and proving it."""

from backend.audit.service.counting import began_at, each_of, tally
from backend.audit.service.reading import (
    count_looks,
    find_look,
    find_report,
    looks,
    newest_looks,
    one_reading,
    one_reading_of_acts,
)
from backend.audit.service.sealing import SETTLING, closed_until, seal_log, verify_log
from backend.audit.service.searching import actions, search
from backend.audit.service.writing import look, record, record_behind

__all__ = [
    "SETTLING",
    "actions",
    "began_at",
    "closed_until",
    "count_looks",
    "each_of",
    "find_look",
    "find_report",
    "look",
    "looks",
    "newest_looks",
    "one_reading",
    "one_reading_of_acts",
    "record",
    "record_behind",
    "seal_log",
    "search",
    "tally",
    "verify_log",
]
