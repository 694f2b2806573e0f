"""What a report is drawn from, and under which number: a new one, or that of the same report shown before.

The same report is the same state of the record, by the same session and proof, on the same day, with no look of anybody else in
between. Its number and code follow from these facts by a key of the service, so that every process comes to the same ones without
keeping anything, and its first line in the log tells that it was shown (docs/adr/0042).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from backend.audit import service as audit
from backend.audit.model import Entry
from backend.common.actor import Actor
from backend.common.clock import shanghai_date
from backend.common.deps import Deps
from backend.common.handles import Ahead, joined
from backend.grades import service as grades
from backend.records import service as records
from backend.records.model import Record
from backend.registry import service as registry
from backend.registry.model import Subject
from backend.reports import errors, rules
from schemas.terms import QueryKind, ReportView
from schemas.text import Text


class Again(NamedTuple):
    """How it is written down that the same report is shown again."""

    action: str
    purpose: Text


@dataclass(frozen=True)
class Occasion:
    """Of whom a report is drawn, for whose eyes, why, and through which link. `looks`: so many of the latest it lists. `again`:
    it stays the same report as long as it may; None: it is one of its own each time."""

    subject_id: str
    view: ReportView
    purpose: Text
    link_id: str | None = None
    shared_for: str | None = None
    form: QueryKind = QueryKind.REPORT
    looks: int = rules.LATEST_LOOKS
    again: Again | None = None


@dataclass(frozen=True)
class Sheet:
    """What was read before the look was written down, and under which number; `first` is the look that drew the same before."""

    subject: Subject
    held: tuple[Record, ...]
    newest: tuple[Entry, ...]
    number: str
    code: str
    first: Entry | None = None


def ahead(deps: Deps) -> Ahead:
    """What a report reads of its subject."""
    return Ahead(registry.one_reading(), records.one_reading(deps), audit.one_reading(rules.LATEST_LOOKS))


def read_sheet(deps: Deps, actor: Actor, occasion: Occasion, read: Ahead | None) -> Sheet:
    """What a report of this instant is drawn from; nothing is opened yet."""
    found = _read(deps, occasion.subject_id) if read is None or read.found is None else read.found
    subject, held, newest = found
    if not subject or subject[0].id != occasion.subject_id:
        raise errors.no_subject()
    now, shown, looks = deps.now(), records.open_now(deps, held), tuple(newest)
    if occasion.again is None:
        number = rules.report_number(shanghai_date(now), deps.new_code())
        return Sheet(subject[0], shown, looks, number, deps.new_code()[: rules.CODE_CHARACTERS])
    number, code = _derived(deps, actor, subject[0], shown, looks, now)
    first = _first(deps, occasion.subject_id, number, looks, now)
    return Sheet(subject[0], shown, looks, number, code, first)


def _read(deps: Deps, subject_id: str) -> tuple[list[Any], ...]:
    """The same parts, where nobody's session was read with them."""
    first, *rest = ahead(deps).parts
    found = joined(deps.db, first, subject_id, "_id", rest)
    return ([],) * 3 if found is None else ([found[0]], *found[1])


def _derived(
    deps: Deps,
    actor: Actor,
    subject: Subject,
    shown: tuple[Record, ...],
    newest: Sequence[Entry],
    now: datetime,
) -> tuple[str, str]:
    """Number and code by whose report it is, by which proof, and everything that it is drawn from except own looks, which are
    what is being made. The language is not of it: the same report may be read in both."""
    today = shanghai_date(now)
    other = _others_look_today(deps, subject.id, newest, now)
    state = rules.state(subject, shown, today, grades.active_version(deps), other)
    until = actor.verified_until and actor.verified_until.isoformat()
    key = deps.sealer.derive("report-numbers")
    return rules.derived(key, today, subject.id, actor.id, actor.session_id, until, state)


def _others_look_today(deps: Deps, subject_id: str, newest: Sequence[Entry], now: datetime) -> str | None:
    """The last look of today that was not the subject's own. Those of days before are in no report of today's number; the
    database is asked only where so many own looks came behind that the ones in hand do not tell."""
    since = rules.day_began(now)
    found = next((look for look in newest if not audit.is_own(look)), None)
    if found is None and not rules.covers(newest, since):
        found = audit.newest_other(deps, subject_id)
    return found.id if found is not None and found.at >= since else None


def _first(deps: Deps, subject_id: str, number: str, newest: Sequence[Entry], now: datetime) -> Entry | None:
    """The look that first showed the report of this number. The database is asked only where the looks in hand begin later than
    the day that the number names."""
    for look in newest:
        if look.details.get("report_no") == number:
            return look
    if rules.covers(newest, rules.day_began(now)):
        return None
    return find_drawn(deps, subject_id, number)


def find_drawn(deps: Deps, subject_id: str, number: str) -> Entry | None:
    """The same, asked of the database."""
    found = audit.find_report(deps, number)
    return found if found is not None and found.subject_id == subject_id else None
