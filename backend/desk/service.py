"""The desk: what waits for whom, and putting in a year's working days, which moves the dates of open cases."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from backend.calendars import service as calendars
from backend.calendars.model import YearView
from backend.common import logs, mongo
from backend.common.actor import Actor, system
from backend.common.deps import Deps
from backend.common.mongo import DriverError
from backend.common.sweeping import Unfinished, place_of
from backend.desk.model import Beside, Cases, Desk, Moved, PutYear, ShownQueue
from backend.eligibility import service as eligibility
from backend.news import service as news
from backend.notices import service as notices
from backend.objections import service as objections
from backend.places import service as places
from backend.reports import service as reports
from backend.restorations import service as restorations
from schemas.terms import STAFF_ROLES, CaseKind, Role

CASES = (
    Cases(CaseKind.OBJECTION, objections.queues, objections.recompute_clocks),
    Cases(CaseKind.RESTORATION, restorations.queues, restorations.recompute_clocks),
    Cases(CaseKind.QUESTION, reports.queues, reports.recompute_clocks),
    Cases(CaseKind.CONTEST, eligibility.queues, eligibility.recompute_clocks),
    Cases(CaseKind.PLACE, places.queues, None),
    Cases(CaseKind.NEWS, news.queues, None),
)
log = logs.get("backend.desk")


def desk(deps: Deps, actor: Actor, *, cases: Sequence[Cases] = CASES) -> Desk:
    """Every queue of the caller's role, and how many notices of the desk nobody has read."""
    actor.require(*STAFF_ROLES)
    queues = [queue for one in cases for queue in one.queues(deps, actor)]
    unread = notices.desk_inbox(deps, actor, limit=1).unread
    return Desk(actor.role, actor.unit, tuple(ShownQueue(**vars(queue)) for queue in queues), unread)


def beside(deps: Deps, actor: Actor, *, kind: CaseKind, case_id: str) -> tuple[Beside, ...]:
    """The other objections and restorations about the record of this one, newest first; for officers, who have them all in their
    lists. A provider reads of a case only what was handed to its unit."""
    actor.require(Role.CASE_OFFICER)
    if kind is CaseKind.OBJECTION:
        subject_id, record_id = objections.about(deps, actor, objection_id=case_id)
    else:
        subject_id, record_id = restorations.about(deps, actor, restoration_id=case_id)
    asked = {"subject_id": subject_id, "record_id": record_id}
    found = [
        *(
            Beside(CaseKind.OBJECTION, one.id, one.state_label, one.submitted_at)
            for one in objections.of_record(deps, actor, **asked)
        ),
        *(
            Beside(CaseKind.RESTORATION, one.id, one.state_label, one.submitted_at)
            for one in restorations.of_record(deps, actor, **asked)
        ),
    ]
    others = (one for one in found if one.id != case_id)
    return tuple(sorted(others, key=lambda one: (one.submitted_at, one.id), reverse=True))


def put_year(
    deps: Deps,
    actor: Actor,
    *,
    year: int,
    holidays: Sequence[date],
    make_up_days: Sequence[date],
    source: str,
    replaces: int | None = None,
    cases: Sequence[Cases] = CASES,
) -> PutYear:
    """Put in a year's table, then work every open clock out anew; both sides of a case hear of a date that moved.

    The table is stored first and by itself. What cannot be worked out now is told as not finished, and the worker does it
    with its next sweep; so it does when this process ends in between.
    """
    table = calendars.put_year(
        deps, actor, year=year, holidays=holidays, make_up_days=make_up_days, source=source, replaces=replaces
    )
    mover = system(actor.channel, f"calendar {table.id}")
    moved = tuple(_recompute(deps, mover, one) for one in cases)
    (view,) = [view for view in calendars.tables(deps, actor).items if view.year == year]
    return PutYear(view, moved)


def preview_year(
    deps: Deps,
    actor: Actor,
    *,
    year: int,
    holidays: Sequence[date],
    make_up_days: Sequence[date],
    source: str,
    replaces: int | None = None,
) -> PutYear:
    """The year as `put_year` would leave it, or its refusal; nothing is written, and what would move is not worked out."""
    table = calendars.preview(
        deps, actor, year=year, holidays=holidays, make_up_days=make_up_days, source=source, replaces=replaces
    )
    named = f"{year}={table.as_year_table().version}"
    view = YearView(year, False, named, table.holidays, table.make_up_days, table.version, table.source)
    return PutYear(replace(view, put_at=table.put_at, put_by_name=table.put_by_name), None)


def _recompute(deps: Deps, mover: Actor, cases: Cases) -> Moved:
    if cases.recompute_clocks is None:
        return Moved(cases.kind, 0, finished=True)
    try:
        return Moved(cases.kind, cases.recompute_clocks(deps, mover), finished=True)
    except Unfinished as error:
        return Moved(cases.kind, error.done, finished=False)
    except Exception as error:
        if isinstance(error, DriverError) and mongo.is_away(error):
            raise
        log.error("desk.recompute_failed", cases=cases.kind.value, fault=place_of(error))
        return Moved(cases.kind, 0, finished=False)
