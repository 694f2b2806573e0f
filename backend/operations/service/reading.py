"""The figures of a year: the months that are over as they are kept, the running one as of now."""

from backend.audit import service as audit
from backend.catalogue import service as catalogue
from backend.common.actor import Actor
from backend.common.clock import shanghai_date
from backend.common.deps import Deps
from backend.operations import errors, rules, store
from backend.operations.model import Month, MonthLine, Span, Year
from backend.operations.service.counting import counted, settled_until
from schemas.terms import MonthState, Role
from schemas.text import Text

READERS = (Role.AUDITOR, Role.DATA_STEWARD, Role.ADMIN, Role.SYSTEM)


def year(deps: Deps, actor: Actor, *, year: int | None = None) -> Year:
    """The tables of a year, this one unless said. Raises 422 `operations.wrong_year` for one that has not begun, or lies
    before the platform."""
    actor.require(*READERS)
    this_year = shanghai_date(deps.now()).year
    wanted = this_year if year is None else year
    if not rules.FIRST_YEAR <= wanted <= this_year:
        raise errors.wrong_year(rules.FIRST_YEAR, this_year)
    spans = rules.months_of(wanted)
    months = _months(deps, spans)
    tables = rules.tables(months, _units(deps))
    newest = next((one for one in reversed(months) if one is not None), None)
    return Year(
        year=wanted,
        years=tuple(range(_first_year(deps, this_year, wanted), this_year + 1)),
        as_of=deps.now(),
        months=tuple(_line(deps, *one) for one in zip(spans, months, strict=True)),
        totals=rules.totals(tables, newest),
        tables=tables,
    )


def _months(deps: Deps, spans: tuple[Span, ...]) -> tuple[Month | None, ...]:
    """Where no sweep has kept a month that is over, whoever reads it first does; nothing is counted before the log began."""
    kept = {one.id: one for one in store.list_by_id(deps.db, [one.id for one in spans])}
    began_at = audit.began_at(deps)
    return tuple(
        kept[one.id]
        if one.id in kept
        else _counted(deps, one)
        if began_at is not None and began_at < one.ends_at and one.begins_at <= deps.now()
        else None
        for one in spans
    )


def _counted(deps: Deps, month: Span) -> Month:
    made = counted(deps, month)
    if month.ends_at <= settled_until(deps):
        store.insert(deps.db, made)
    return made


def _line(deps: Deps, month: Span, found: Month | None) -> MonthLine:
    if month.begins_at > deps.now():
        return MonthLine(month.id, MonthState.AHEAD, None)
    state = MonthState.CLOSED if month.ends_at <= settled_until(deps) else MonthState.RUNNING
    return MonthLine(month.id, state, found.counted_at if found else None)


def _units(deps: Deps) -> dict[str, Text]:
    return {code: unit.name for code, unit in catalogue.units_by_code(deps).items()}


def _first_year(deps: Deps, this_year: int, wanted: int) -> int:
    began_at = audit.began_at(deps)
    return min(wanted, shanghai_date(began_at).year if began_at else this_year)
