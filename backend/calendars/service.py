"""Which days are working days: what staff put in, over what the package knows, and a marked guess for the rest."""

from collections.abc import Sequence
from datetime import date

from backend.audit import service as audit
from backend.calendars import errors, rules, store
from backend.calendars.model import Draft, Table, YearView, YearViews
from backend.common.actor import Actor
from backend.common.clock import shanghai_date
from backend.common.deps import Deps
from backend.common.mongo import Retry, atomic, in_transaction, notes
from backend.common.workdays import Calendar, YearTable, package_tables
from schemas.terms import STAFF_ROLES, Role


def calendar(deps: Deps) -> Calendar:
    """The working days as they stand now; read anew for every use case, so that a new table counts at once everywhere. A
    transaction sees one instant and reads them once."""
    if not in_transaction():
        return _read(deps)
    found: Calendar | None = notes().get(store.COLLECTION)
    if found is None:
        found = notes()[store.COLLECTION] = _read(deps)
    return found


@atomic
def put_year(
    deps: Deps,
    actor: Actor,
    *,
    year: int,
    holidays: Sequence[date],
    make_up_days: Sequence[date],
    source: str,
    replaces: int | None = None,
) -> Table:
    """Put in a year's table as a new version; the same days and source again change nothing.

    `replaces`: the version it was made from (0: none), refused with 409 when another one is in force; None: whichever
    is. The caller then has the open clocks worked out anew (`clocks.rules.recomputed`), which this feature cannot see.
    """
    draft = _draft(year, holidays, make_up_days, source, replaces)
    newest, table = _next(deps, actor, draft)
    if newest == table:
        return table
    if not store.insert(deps.db, table):
        raise Retry(table.id)
    notes().pop(store.COLLECTION, None)
    audit.record(
        deps,
        actor,
        "calendars.put_year",
        table.id,
        year=year,
        version=table.version,
        holidays=len(table.holidays),
        make_up_days=len(table.make_up_days),
        source=table.source,
    )
    return table


def preview(
    deps: Deps,
    actor: Actor,
    *,
    year: int,
    holidays: Sequence[date],
    make_up_days: Sequence[date],
    source: str,
    replaces: int | None = None,
) -> Table:
    """The table that `put_year` would make of this, or its refusal; nothing is written."""
    return _next(deps, actor, _draft(year, holidays, make_up_days, source, replaces))[1]


def tables(deps: Deps, actor: Actor) -> YearViews:
    """What the years around now and all that staff put in rest on, by year."""
    actor.require(*STAFF_ROLES)
    own = {table.year: table for table in store.list_newest(deps.db)}
    this_year = shanghai_date(deps.now()).year
    years = sorted({this_year - 1, this_year, this_year + 1, *own})
    return YearViews(tuple(_view(year, own.get(year), package_tables().get(year)) for year in years))


def _read(deps: Deps) -> Calendar:
    return Calendar({table.year: table.as_year_table() for table in store.list_newest(deps.db)})


def _draft(
    year: int, holidays: Sequence[date], make_up_days: Sequence[date], source: str, replaces: int | None
) -> Draft:
    return Draft(year, tuple(sorted(holidays)), tuple(sorted(make_up_days)), source.strip(), replaces)


def _next(deps: Deps, actor: Actor, draft: Draft) -> tuple[Table | None, Table]:
    """The version in force and the one the draft makes; the same one twice when it says nothing new."""
    actor.require(Role.DATA_STEWARD, Role.ADMIN)
    _require_sound(draft)
    newest = store.find_newest(deps.db, draft.year)
    said = (draft.holidays, draft.make_up_days, draft.source)
    if newest and (newest.holidays, newest.make_up_days, newest.source) == said:
        return newest, newest
    version = newest.version if newest else 0
    if draft.replaces is not None and draft.replaces != version:
        raise errors.changed(version)
    number = version + 1
    return newest, Table(
        f"{draft.year}-{number}", draft.year, number, *said, deps.now(), actor.id, actor.name
    )


def _require_sound(draft: Draft) -> None:
    if not rules.FIRST_YEAR <= draft.year <= rules.LAST_YEAR:
        raise errors.wrong_year(rules.FIRST_YEAR, rules.LAST_YEAR)
    if not draft.source:
        raise errors.no_source()
    fault = rules.fault(draft)
    if fault:
        raise errors.wrong_days(*fault.text, fault.days)
    if sum(day.year == draft.year for day in draft.holidays) < rules.least_holidays(draft.year):
        raise errors.too_few(rules.least_holidays(draft.year))


def _view(year: int, own: Table | None, package: YearTable | None) -> YearView:
    table = own.as_year_table() if own else package
    if table is None:
        return YearView(year, True, Calendar({}).describe([date(year, 1, 1)]), (), ())
    return YearView(
        year=year,
        provisional=False,
        calendar_version=f"{year}={table.version}",
        holidays=tuple(sorted(table.holidays)),
        make_up_days=tuple(sorted(table.make_up_days)),
        version=own.version if own else None,
        source=own.source if own else None,
        put_at=own.put_at if own else None,
        put_by_name=own.put_by_name if own else None,
    )
