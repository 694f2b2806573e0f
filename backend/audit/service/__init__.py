"""Use cases of the audit log: writing a line, reading one's own, searching and counting all, closing and proving it."""

from backend.audit.model import SHARED
from backend.audit.rules import is_own
from backend.audit.service.counting import began_at, each_of, tally
from backend.audit.service.reading import (
    count_looks,
    find_look,
    find_report,
    looks,
    newest_looks,
    newest_other,
    one_reading,
    one_reading_of_acts,
    onlookers,
)
from backend.audit.service.sealing import SETTLING, closed_until, seal_log, verify_log
from backend.audit.service.searching import actions, search
from backend.audit.service.writing import look, look_once, record, record_behind

__all__ = [
    "SETTLING",
    "SHARED",
    "actions",
    "began_at",
    "closed_until",
    "count_looks",
    "each_of",
    "find_look",
    "find_report",
    "is_own",
    "look",
    "look_once",
    "looks",
    "newest_looks",
    "newest_other",
    "one_reading",
    "one_reading_of_acts",
    "onlookers",
    "record",
    "record_behind",
    "seal_log",
    "search",
    "tally",
    "verify_log",
]
