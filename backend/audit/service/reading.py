"""Reading a person's own part of the log, and the single lines that others need."""

from datetime import datetime

from backend.audit import store
from backend.audit.model import Entry, Onlookers
from backend.audit.service.chains import ACTS, LOOKS, looks_of
from backend.common.deps import Deps
from backend.common.handles import Part
from backend.common.pages import Page, Position


def newest_looks(deps: Deps, subject_id: str, *, limit: int, before: int | None = None) -> tuple[Entry, ...]:
    """The latest looks at a subject's information (or those before a `seq`), newest first; the first one's `seq` is the
    number of all up to it."""
    return tuple(store.list_newest(deps.db, looks_of(subject_id), before=before, limit=limit))


def one_reading(limit: int) -> Part[Entry]:
    """The latest looks at a subject's information as one part of a joined read."""
    return store.newest(LOOKS, limit)


def one_reading_of_acts(limit: int) -> Part[Entry]:
    """The latest acts about a subject as one part of a joined read."""
    return store.newest(ACTS, limit)


def looks(
    deps: Deps, subject_id: str, *, limit: int, cursor: str | None = None, others: bool = False
) -> Page[Entry]:
    """Every look at a subject's information, newest first, in pages; or only the `others`, which were not the subject's own."""
    scope = f"access-log{'-others' if others else ''}:{subject_id}"
    after = deps.cursors.read(cursor, scope)
    before = int(after.id) if after else None
    listed = store.list_others if others else store.list_newest
    found = listed(deps.db, looks_of(subject_id), before=before, limit=limit + 1)
    return deps.cursors.page(found, limit, scope, lambda entry: Position(entry.at, str(entry.seq)))


def newest_other(deps: Deps, subject_id: str) -> Entry | None:
    """The last look that was not the subject's own."""
    return next(iter(store.list_others(deps.db, looks_of(subject_id), before=None, limit=1)), None)


def onlookers(deps: Deps, subject_id: str, *, since: datetime) -> tuple[Onlookers, ...]:
    """Who other than the subject has looked since then, and how often; who looked most comes first."""
    return tuple(store.onlookers(deps.db, looks_of(subject_id), since))


def count_looks(deps: Deps, subject_id: str, *, action: str, since: datetime) -> int:
    return store.count_in(deps.db, looks_of(subject_id), action, since)


def find_look(deps: Deps, subject_id: str, entry_id: str) -> Entry | None:
    """One line of a subject's own log."""
    return store.find_in(deps.db, looks_of(subject_id), entry_id)


def find_report(deps: Deps, report_no: str) -> Entry | None:
    """The look that a report with this number was, if there is one (`details["report_no"]`)."""
    return store.find_report(deps.db, report_no)
