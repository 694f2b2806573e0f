"""Counting a month, and keeping the figures of one that is over, so that its lines are never counted again."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from backend.accounts import service as accounts
from backend.audit import service as audit
from backend.clocks.model import CaseTally
from backend.common.actor import Actor
from backend.common.clock import shanghai_date
from backend.common.deps import Deps
from backend.dialogues import service as dialogues
from backend.objections import service as objections
from backend.operations import rules, store
from backend.operations.model import Count, Month, Span
from backend.restorations import service as restorations
from schemas.terms import OperationsTable as T
from schemas.terms import Role

_ONE_INSTANT = timedelta(milliseconds=1)


def close_months(deps: Deps, actor: Actor) -> int:
    """Count and keep every month that is over and not kept yet; how many were. Twice at once keeps each of them once."""
    actor.require(Role.SYSTEM)
    began_at = audit.began_at(deps)
    if began_at is None:
        return 0
    ended = list(rules.over(began_at, settled_until(deps)))
    kept = store.ids_of(deps.db, [one.id for one in ended])
    return sum(store.insert(deps.db, counted(deps, one)) for one in ended if one.id not in kept)


def settled_until(deps: Deps) -> datetime:
    """Before this no writer adds a line any more."""
    return deps.now() - audit.SETTLING


def counted(deps: Deps, month: Span) -> Month:
    """What a month held; of one that runs, what it holds by now."""
    standing = accounts.standing(deps)
    counts = rules.summed(_counts(deps, month))
    return Month(month.id, deps.now(), standing.accounts, standing.bound, counts)


def _counts(deps: Deps, month: Span) -> Iterator[Count]:
    between = {"begins_at": month.begins_at, "ends_at": month.ends_at}
    yield from rules.counts_of(audit.tally(deps, actions=rules.ACTIONS, **between))
    yield from _cases(T.OBJECTIONS, objections.tally(deps, **between))
    yield from _cases(T.RESTORATIONS, restorations.tally(deps, **between))
    yield from _imports(deps, month)
    yield Count(T.USERS, "created", "", accounts.created(deps, **between))
    yield from _chats(deps, month)


def _cases(table: T, tally: CaseTally) -> Iterator[Count]:
    yield Count(table, "submitted", "", tally.submitted)
    for column, ended in (("in_time", tally.in_time), ("late", tally.late)):
        for outcome, count in ended.items():
            yield Count(table, outcome, column, count)


def _imports(deps: Deps, month: Span) -> Iterator[Count]:
    """By unit, as each import wrote it down when it was through."""
    lines = audit.each_of(deps, action="records.import", begins_at=month.begins_at, ends_at=month.ends_at)
    for line in lines:
        told = {name: count for name, count in line.details.items() if isinstance(count, int)}
        unit = str(line.details.get("unit"))
        yield Count(T.IMPORTS, unit, "files", 1)
        for column in ("rows", "refused", "linked"):
            yield Count(T.IMPORTS, unit, column, told.get(column, 0))
        accepted = sum(told.get(name, 0) for name in ("new", "changed", "unchanged"))
        yield Count(T.IMPORTS, unit, "accepted", accepted)


def _chats(deps: Deps, month: Span) -> Iterator[Count]:
    first, last = shanghai_date(month.begins_at), shanghai_date(month.ends_at - _ONE_INSTANT)
    for day in dialogues.figures_between(deps, first=first, last=last):
        for row in ("understood", "offered", "missed", "pressed"):
            yield Count(T.CHATS, row, day.channel.value, getattr(day, row))
