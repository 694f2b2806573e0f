"""What a subject reads about the own record: the report, the counts, and when adverse information is forgotten."""

from datetime import UTC, datetime

from backend.audit import service as audit
from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.common.handles import Ahead
from backend.common.pages import MAX_LIMIT, Page, Position
from backend.records import rules as record_rules
from backend.records import service as records
from backend.records.model import Record
from backend.records.service import Counts, ShownRecord
from backend.reports import texts
from backend.reports.model import Forgetting, Report
from backend.reports.service.drawing import draw
from backend.reports.service.sheets import Again, Occasion
from schemas.terms import Nature, ReportView

SHOWN_AGAIN = Again("reports.show_again", texts.SHOW_AGAIN_PURPOSE)
LISTED_LOOKS = 5  # on the page; all have one of their own
NEVER = datetime.max.replace(tzinfo=UTC)


def mine(deps: Deps, actor: Actor, ahead: Ahead | None = None) -> Report:
    """The own report, under a new number; every one is logged and counted, none is refused for the count.

    `ahead`: what was read with the session of `actor`.
    """
    subject_id = actor.require_verified(deps.now())
    return draw(deps, actor, Occasion(subject_id, ReportView.OWN, texts.OWN_PURPOSE), ahead)


def current(deps: Deps, actor: Actor, ahead: Ahead | None = None) -> Report:
    """The own report as a page shows it: the same one, with its number and time, as long as the proof lasts, nothing of the
    record changed, nobody else looked and the day is the same. Each showing is a look of its own, written down before anything
    leaves; only the first is counted as a report.
    """
    subject_id = actor.require_verified(deps.now())
    occasion = Occasion(subject_id, ReportView.OWN, texts.OWN_PURPOSE, looks=LISTED_LOOKS, again=SHOWN_AGAIN)
    return draw(deps, actor, occasion, ahead)


def summary(deps: Deps, actor: Actor) -> Counts:
    """How many records there are, by nature, category and openness, without a title.

    Restricted records are counted too, so this is a look at restricted information and is logged as one.
    """
    subject_id = actor.require_subject()
    counts = records.count(deps, subject_id)
    audit.look(
        deps,
        actor,
        "reports.summary",
        subject_id=subject_id,
        purpose=texts.SUMMARY_PURPOSE,
        scope=texts.COUNTS,
        records=counts.total,
    )
    return counts


def forgetting_calendar(
    deps: Deps, actor: Actor, *, limit: int = MAX_LIMIT, cursor: str | None = None
) -> Page[Forgetting]:
    """Every adverse record and its windows, the one that is forgotten next first."""
    subject_id = actor.require_verified(deps.now())
    scope = f"forgetting-calendar:{subject_id}"
    after = deps.cursors.read(cursor, scope)
    held = [r for r in records.of_subject(deps, subject_id) if r.nature is Nature.ADVERSE]
    entry = audit.look(
        deps,
        actor,
        "reports.calendar",
        subject_id=subject_id,
        purpose=texts.CALENDAR_PURPOSE,
        scope=texts.ADVERSE,
        records=len(held),
    )
    pairs = zip(held, records.show(deps, held), strict=True)
    found = sorted((_forgetting(record, shown, entry.at) for record, shown in pairs), key=_turn)
    rest = [line for line in found if after is None or _turn(line) > (after.at, after.id)]
    return deps.cursors.page(rest, limit, scope, lambda line: Position(*_turn(line)))


def _turn(line: Forgetting) -> tuple[datetime, str]:
    """What the calendar is sorted by."""
    return line.next_at or NEVER, line.record_id


def _forgetting(record: Record, shown: ShownRecord, at: datetime) -> Forgetting:
    return Forgetting(
        record_id=shown.id,
        item_code=shown.item_code,
        item_title=shown.item_title,
        title=shown.title,
        unit=shown.unit,
        severity=shown.severity,
        occurred_on=shown.occurred_on,
        ended_on=shown.ended_on,
        public_until=shown.public_until,
        query_until=shown.query_until,
        next_at=record_rules.next_forgetting(record, at),
        earliest_restoration_on=shown.earliest_restoration_on,
        restoration=shown.restoration,
        article=texts.QUERY_ARTICLE,
        public_article=texts.PUBLIC_ARTICLE if shown.public_until else None,
        legal_basis=shown.legal_basis,
    )
