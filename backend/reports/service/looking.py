"""The access log as the subject reads it."""

from collections.abc import Iterable

from backend.audit import service as audit
from backend.audit.model import Entry
from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.common.pages import Page
from backend.records import service as records
from backend.reports import texts
from backend.reports.model import Look
from schemas.terms import Role
from schemas.text import Text

SHARED = "reports.share"


def access_log(deps: Deps, actor: Actor, *, limit: int, cursor: str | None = None) -> Page[Look]:
    """Every look at the caller's information, newest first, own looks included (Regulation 34)."""
    page = audit.looks(deps, actor.require_subject(), limit=limit, cursor=cursor)
    return Page(shown_looks(deps, page.items), page.next_cursor)


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


def is_own(entry: Entry) -> bool:
    """Whether the subject looked: a citizen reaches another's record by a link only."""
    return entry.actor_role is Role.CITIZEN and entry.action != SHARED


def _who(entry: Entry) -> tuple[Text, bool]:
    """The name the log shows, and whether it was the subject."""
    if entry.action == SHARED:
        return texts.LINK_HOLDER, False
    if is_own(entry):
        return texts.SELF_NAME, True
    name = entry.actor_name
    return (Text(name, name) if name else entry.actor_role.label), False


def _unit(deps: Deps, entry: Entry) -> Text | None:
    if entry.actor_unit is None:
        return None
    return records.unit_name(deps, entry.actor_unit).name
