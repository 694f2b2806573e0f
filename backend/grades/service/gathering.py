"""What a decision is made from."""

import weakref
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from backend.audit import service as audit
from backend.audit.model import Entry
from backend.calendars import service as calendars
from backend.catalogue import service as catalogue
from backend.common.deps import Deps
from backend.common.handles import Part, TooLarge, beside
from backend.common.mongo import Retry
from backend.common.workdays import Calendar
from backend.grades import errors
from backend.records import service as records
from backend.records.model import Record
from backend.registry import service as registry
from backend.registry.model import Subject


@dataclass(frozen=True)
class Basis:
    """A person, the records that may be shown now, which catalogue and calendar gave them their words and days, and the last
    look at them (`looks`; None: not read)."""

    subject: Subject
    held: tuple[Record, ...]
    catalogues: Mapping[int, int]
    calendar: Calendar
    looks: Sequence[Entry] | None = None


@dataclass(frozen=True)
class _Versions:
    """The publications that somebody read last in this process, for the database it was read from."""

    deps: "weakref.ref[Deps]"
    read_at: datetime
    catalogues: Mapping[int, int]
    calendar: Calendar


_kept: dict[int, _Versions] = {}
_large: set[str] = set()
"""Persons whose records are more than one operation reads: a handful, if there is any."""


def gathered(deps: Deps, subject_id: str) -> Basis:
    """The person, the records and the last look in one operation, as a crowd of residents needs it. Which catalogue and
    calendar are in force is looked up every few seconds, as the catalogue itself is."""
    if subject_id in _large:
        return evenly(deps, subject_id)
    parts: tuple[Part[Any], ...] = (records.one_reading(deps), audit.one_reading(1))
    try:
        found = beside(deps.db, registry.one_reading(), subject_id, subject_id, parts)
    except TooLarge as error:
        _large.add(subject_id)
        raise Retry(subject_id) from error
    if found is None:
        raise errors.no_subject()
    subject, (held, looks) = found
    versions = _versions(deps)
    return Basis(subject, records.open_now(deps, held), versions.catalogues, versions.calendar, looks)


def evenly(deps: Deps, subject_id: str) -> Basis:
    """The same, one small read after the other, as docs/adr/0022 measured it for a merchant who waits."""
    subject = registry.find(deps, subject_id)
    if subject is None:
        raise errors.no_subject()
    return Basis(
        subject=subject,
        held=records.of_subject(deps, subject_id),
        catalogues=catalogue.versions(deps),
        calendar=calendars.calendar(deps),
    )


def _versions(deps: Deps) -> _Versions:
    kept, now = _kept.get(id(deps)), deps.now()
    if kept and kept.deps() is deps and timedelta() <= now - kept.read_at < catalogue.FRESH_FOR:
        return kept
    made = _Versions(weakref.ref(deps), now, catalogue.versions(deps), calendars.calendar(deps))
    for gone in [key for key, one in _kept.items() if one.deps() is None]:
        _kept.pop(gone, None)
    _kept[id(deps)] = made
    return made
