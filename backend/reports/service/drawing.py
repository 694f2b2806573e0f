"""Drawing a report: read, write the look down, and only then open the words."""

from collections.abc import Sequence
from datetime import datetime

from backend.audit import service as audit
from backend.audit.model import Entry, Scalar
from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.common.handles import Ahead
from backend.common.numbers import mask
from backend.grades import service as grades
from backend.records import service as records
from backend.records.service import ShownRecord
from backend.registry import service as registry
from backend.registry.model import Subject
from backend.reports import rules, texts
from backend.reports.model import Annotation, Report, Section, SubjectShown
from backend.reports.service.looking import shown_looks
from backend.reports.service.sheets import Again, Occasion, Sheet, find_drawn, read_sheet
from schemas.terms import Nature, ReportView, SubjectKind

READ = "reports.read"


def draw(deps: Deps, actor: Actor, occasion: Occasion, read: Ahead | None = None) -> Report:
    """The report of this instant. The look is on the majority's disks before a word is opened; if it cannot be written,
    `audit.not_written` is raised and nothing is shown (Measures 19, 26).
    """
    return drawn(deps, actor, occasion, read_sheet(deps, actor, occasion, read))


def drawn(deps: Deps, actor: Actor, occasion: Occasion, sheet: Sheet) -> Report:
    """The same from what was read before."""
    first, entry = write_down(deps, actor, occasion, sheet)
    shown = _shown(deps, sheet, occasion.view)
    own = occasion.view is ReportView.OWN
    looks = _latest(deps, entry, sheet.newest) if own else ()
    return Report(
        view=occasion.view,
        report_no=sheet.number,
        generated_at=first.at,
        subject=_subject(deps, sheet.subject, occasion.view),
        grade=grades.assess(deps, sheet.subject.kind, sheet.held) if own else grades.not_shared(),
        sections=tuple(Section(n, tuple(r for r in shown if r.nature is n)) for n in Nature),
        annotations=_annotations(shown),
        access_log=shown_looks(deps, looks[: occasion.looks]) if own else None,
        access_log_total=looks[0].seq if own else None,
        free_reports_used=_used(deps, occasion.subject_id, looks, entry.at) if own else None,
        free_reports_right=rules.FREE_REPORTS_RIGHT if own else None,
        verify_url=f"{deps.settings.site}/verify/{sheet.number}?code={sheet.code}",
        notices=texts.NOTICES[occasion.view],
        purpose=occasion.shared_for,
        again=None if occasion.again is None else first is not entry,
    )


def write_down(deps: Deps, actor: Actor, occasion: Occasion, sheet: Sheet) -> tuple[Entry, Entry]:
    """Write this look down. The look that drew the report first, which has its number, and this one; they are the same the first
    time. Of two that are first at the same moment one is, and the other is told so by the log."""
    if occasion.again is None:
        entry = _drawn_now(deps, actor, occasion, sheet)
        return entry, entry
    if sheet.first is not None:
        return sheet.first, _once_more(deps, actor, occasion.again, sheet, sheet.newest)
    drawn_now = audit.look_once(
        deps,
        actor,
        READ,
        subject_id=occasion.subject_id,
        purpose=occasion.purpose,
        scope=texts.WHOLE,
        newest=sheet.newest,
        report_no=sheet.number,
        **_particulars(deps, occasion, sheet),
    )
    if drawn_now is not None:
        return drawn_now, drawn_now
    first = find_drawn(deps, occasion.subject_id, sheet.number)
    if first is None:
        raise AssertionError(f"two reports are called {sheet.number}")
    return first, _once_more(deps, actor, occasion.again, sheet, None)


def _drawn_now(deps: Deps, actor: Actor, occasion: Occasion, sheet: Sheet) -> Entry:
    return audit.look(
        deps,
        actor,
        READ if occasion.view is ReportView.OWN else audit.SHARED,
        subject_id=occasion.subject_id,
        purpose=occasion.purpose,
        scope=texts.WHOLE,
        target_id=occasion.link_id,
        newest=sheet.newest,
        report_no=sheet.number,
        **_particulars(deps, occasion, sheet),
    )


def _particulars(deps: Deps, occasion: Occasion, sheet: Sheet) -> dict[str, Scalar]:
    """What proves later which report it was, without a word of it."""
    return {
        "code_hash": rules.code_hash(report_key(deps), sheet.code).hex(),
        "snapshot": rules.snapshot(sheet.held),
        "records": len(sheet.held),
        "form": occasion.form.value,
    }


def _once_more(deps: Deps, actor: Actor, again: Again, sheet: Sheet, newest: Sequence[Entry] | None) -> Entry:
    return audit.look(
        deps,
        actor,
        again.action,
        subject_id=sheet.subject.id,
        purpose=again.purpose,
        scope=texts.WHOLE,
        newest=newest,
        again=sheet.number,
        records=len(sheet.held),
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
