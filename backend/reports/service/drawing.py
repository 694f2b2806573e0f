"""Drawing a report: read, write the look down, and only then open the words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from backend.audit import service as audit
from backend.audit.model import Entry
from backend.common.actor import Actor
from backend.common.clock import shanghai_date
from backend.common.deps import Deps
from backend.common.handles import Ahead, joined
from backend.common.numbers import mask
from backend.grades import service as grades
from backend.records import service as records
from backend.records.model import Record
from backend.records.service import ShownRecord
from backend.registry import service as registry
from backend.registry.model import Subject
from backend.reports import errors, rules, texts
from backend.reports.model import Annotation, Report, Section, SubjectShown
from backend.reports.service.looking import SHARED, shown_looks
from schemas.terms import Nature, QueryKind, ReportView, SubjectKind
from schemas.text import Text

READ = "reports.read"


@dataclass(frozen=True)
class Occasion:
    """Of whom a report is drawn, for whose eyes, why, and through which link."""

    subject_id: str
    view: ReportView
    purpose: Text
    link_id: str | None = None
    shared_for: str | None = None
    form: QueryKind = QueryKind.REPORT


@dataclass(frozen=True)
class Sheet:
    """What was read before the look was written down, and under which number."""

    subject: Subject
    held: tuple[Record, ...]
    newest: tuple[Entry, ...]
    number: str
    code: str


def ahead(deps: Deps) -> Ahead:
    """What a report reads of its subject."""
    return Ahead(registry.one_reading(), records.one_reading(deps), audit.one_reading(rules.LATEST_LOOKS))


def draw(deps: Deps, actor: Actor, occasion: Occasion, read: Ahead | None = None) -> Report:
    """The report of this instant. The look is on the majority's disks before a word is opened; if it cannot be written,
    `audit.not_written` is raised and nothing is shown (Measures 19, 26).
    """
    return drawn(deps, actor, occasion, read_sheet(deps, occasion.subject_id, read))


def drawn(deps: Deps, actor: Actor, occasion: Occasion, sheet: Sheet) -> Report:
    """The same from what was read before."""
    entry = _write_down(deps, actor, occasion, sheet)
    shown = _shown(deps, sheet, occasion.view)
    own = occasion.view is ReportView.OWN
    looks = _latest(deps, entry, sheet.newest) if own else ()
    return Report(
        view=occasion.view,
        report_no=sheet.number,
        generated_at=entry.at,
        subject=_subject(deps, sheet.subject, occasion.view),
        grade=grades.assess(deps, sheet.subject.kind, sheet.held) if own else grades.not_shared(),
        sections=tuple(Section(n, tuple(r for r in shown if r.nature is n)) for n in Nature),
        annotations=_annotations(shown),
        access_log=shown_looks(deps, looks) if own else None,
        access_log_total=looks[0].seq if own else None,
        free_reports_used=_used(deps, occasion.subject_id, looks, entry.at) if own else None,
        free_reports_right=rules.FREE_REPORTS_RIGHT if own else None,
        verify_url=f"{deps.settings.site}/verify/{sheet.number}?code={sheet.code}",
        notices=texts.NOTICES[occasion.view],
        purpose=occasion.shared_for,
    )


def read_sheet(deps: Deps, subject_id: str, read: Ahead | None) -> Sheet:
    """What a report of this instant is drawn from; nothing is opened yet."""
    subject, held, newest = _read(deps, subject_id) if read is None or read.found is None else read.found
    if not subject or subject[0].id != subject_id:
        raise errors.no_subject()
    return Sheet(
        subject=subject[0],
        held=records.open_now(deps, held),
        newest=tuple(newest),
        number=rules.report_number(shanghai_date(deps.now()), deps.new_code()),
        code=deps.new_code()[: rules.CODE_CHARACTERS],
    )


def _read(deps: Deps, subject_id: str) -> tuple[list[Any], ...]:
    """The same parts, where nobody's session was read with them."""
    first, *rest = ahead(deps).parts
    found = joined(deps.db, first, subject_id, "_id", rest)
    return ([],) * 3 if found is None else ([found[0]], *found[1])


def _write_down(deps: Deps, actor: Actor, occasion: Occasion, sheet: Sheet) -> Entry:
    return audit.look(
        deps,
        actor,
        READ if occasion.view is ReportView.OWN else SHARED,
        subject_id=occasion.subject_id,
        purpose=occasion.purpose,
        scope=texts.WHOLE,
        target_id=occasion.link_id,
        newest=sheet.newest,
        report_no=sheet.number,
        code_hash=rules.code_hash(report_key(deps), sheet.code).hex(),
        snapshot=rules.snapshot(sheet.held),
        records=len(sheet.held),
        form=occasion.form.value,
    )


def _shown(deps: Deps, sheet: Sheet, view: ReportView) -> tuple[ShownRecord, ...]:
    """The records, without the person's name in them where the view masks it."""
    shown = records.show(deps, sheet.held)
    if view is ReportView.OWN or sheet.subject.kind is SubjectKind.ENTITY:
        return shown
    name = registry.name_of(deps, sheet.subject)
    return tuple(rules.without_name(record, name) for record in shown)


def report_key(deps: Deps) -> bytes:
    """The key under which codes of reports and links are hashed."""
    return deps.sealer.derive("reports")


def _latest(deps: Deps, entry: Entry, newest: tuple[Entry, ...]) -> tuple[Entry, ...]:
    """This look and the ones before it; those are read again when somebody else looked in between."""
    known = newest[0].seq if newest else 0
    if entry.seq != known + 1:
        newest = audit.newest_looks(deps, entry.subject_id or "", limit=rules.LATEST_LOOKS, before=entry.seq)
    return (entry, *newest)[: rules.LATEST_LOOKS]


def _used(deps: Deps, subject_id: str, looks: Sequence[Entry], now: datetime) -> int:
    """Own reports this calendar year, this one among them; asked of the database only when the looks in hand end too soon."""
    since = rules.year_began(now)
    if not rules.covers(looks, since):
        return audit.count_looks(deps, subject_id, action=READ, since=since)
    return sum(1 for look in looks if look.action == READ and look.at >= since)


def _subject(deps: Deps, subject: Subject, view: ReportView) -> SubjectShown:
    words = registry.words_of(deps, subject)
    own = view is ReportView.OWN
    name = words.name if own else rules.masked_name(words.name, subject.kind)
    return SubjectShown(name, mask(words.number), subject.kind)


def _annotations(shown: Sequence[ShownRecord]) -> tuple[Annotation, ...]:
    return tuple(
        Annotation(record.id, mark.kind, mark.label, mark.since, mark.statement)
        for record in shown
        for mark in record.marks
    )
