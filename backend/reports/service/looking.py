"""The access log as the subject reads it."""

from collections import Counter
from collections.abc import Iterable

from backend.audit import service as audit
from backend.audit.model import Entry, Onlookers
from backend.common.actor import Actor
from backend.common.clock import shanghai_date
from backend.common.deps import Deps
from backend.common.pages import Page
from backend.common.periods import add_months, end_of
from backend.records import service as records
from backend.reports import texts
from backend.reports.model import Look, Onlooker
from schemas.terms import Role
from schemas.text import Text

YEAR = 12
"""So many months back `onlookers` looks."""


def access_log(
    deps: Deps, actor: Actor, *, limit: int, cursor: str | None = None, others: bool = False
) -> Page[Look]:
    """Every look at the caller's information, newest first, own looks included (Regulation 34); or only those of `others`."""
    page = audit.looks(deps, actor.require_subject(), limit=limit, cursor=cursor, others=others)
    return Page(shown_looks(deps, page.items), page.next_cursor)


def onlookers(deps: Deps, actor: Actor) -> tuple[Onlooker, ...]:
    """Who other than the caller has looked within the last twelve months: each once, who looked most first."""
    today = shanghai_date(deps.now())
    since = end_of(
        add_months(today, -YEAR)
    )  # the year ends with today, so it begins with the day after that one
    counts: Counter[Text] = Counter()
    for one in audit.onlookers(deps, actor.require_subject(), since=since):
        counts[_group(deps, one)] += one.count
    return tuple(Onlooker(who, count) for who, count in counts.most_common())


def shown_looks(deps: Deps, entries: Iterable[Entry]) -> tuple[Look, ...]:
    return tuple(_shown(deps, entry) for entry in entries)


def _shown(deps: Deps, entry: Entry) -> Look:
    actor, own = _who(entry)
    return Look(
        id=entry.id,
        at=entry.at,
        actor=actor,
        own=own,
        unit=_unit(deps, entry),
        role=entry.actor_role,
        channel=entry.channel,
        purpose=Text(entry.purpose.zh, entry.purpose.en) if entry.purpose else None,
        scope=Text(entry.scope.zh, entry.scope.en) if entry.scope else None,
    )


def _group(deps: Deps, one: Onlookers) -> Text:
    """Whom a sentence names: the unit rather than its clerks, a merchant by name, the centre's own staff by what they do."""
    if one.shared:
        return texts.LINK_HOLDER
    if one.unit is not None:
        return records.unit_name(deps, one.unit).name
    if one.role is Role.MERCHANT and one.name:
        return Text(one.name, one.name)
    return one.role.label


def _who(entry: Entry) -> tuple[Text, bool]:
    """The name the log shows, and whether it was the subject."""
    if entry.action == audit.SHARED:
        return texts.LINK_HOLDER, False
    if audit.is_own(entry):
        return texts.SELF_NAME, True
    name = entry.actor_name
    return (Text(name, name) if name else entry.actor_role.label), False


def _unit(deps: Deps, entry: Entry) -> Text | None:
    if entry.actor_unit is None:
        return None
    return records.unit_name(deps, entry.actor_unit).name
