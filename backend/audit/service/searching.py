"""Searching the log by what was done, by whom, to what, in which role and by which door.

There is no search by an identity number: the log does not hold any, and a page that took one would put it into addresses,
histories and the log of the search itself. Who needs the lines about one person comes from a case, which names its target.
"""

from datetime import datetime, timedelta

from backend.audit import errors, rules, store
from backend.audit.model import Line, Wanted
from backend.audit.service.writing import record
from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.common.mongo import atomic
from backend.common.pages import DEFAULT_LIMIT, Page, Position
from schemas.terms import Channel, Role

READERS = (Role.AUDITOR, Role.ADMIN)
USUAL = timedelta(days=30)
"""How far back a search goes that does not say."""


def search(
    deps: Deps,
    actor: Actor,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    action: str | None = None,
    actor_id: str | None = None,
    target_id: str | None = None,
    role: Role | None = None,
    channel: Channel | None = None,
    limit: int = DEFAULT_LIMIT,
    cursor: str | None = None,
) -> Page[Line]:
    """Lines of the log from `since` until before `until`, newest first; the search is itself a line of the log.

    `action` is an action or its beginning. Raises 422 `audit.bad_period` when the time ends before it begins.
    """
    actor.require(*READERS)
    ends_at = until or deps.now() + timedelta(milliseconds=1)
    begins_at = since or (until or deps.now()) - USUAL
    if begins_at >= ends_at:
        raise errors.bad_period()
    filters = {
        "action": action,
        "actor_id": actor_id,
        "target_id": target_id,
        "role": role,
        "channel": channel,
    }
    scope = rules.scope(actor.id, since, until, filters)
    after = deps.cursors.read(cursor, scope)
    wanted = Wanted(begins_at, ends_at, actor_id, target_id, role, channel, _spelled(deps, action))
    found = store.search(deps.db, wanted, after=after, limit=limit + 1)
    page = deps.cursors.page(found, limit, scope, lambda entry: Position(entry.at, entry.id))
    _write_down(deps, actor, wanted, action, shown=len(page.items))
    return Page(tuple(rules.line(entry) for entry in page.items), page.next_cursor)


def actions(deps: Deps, actor: Actor) -> tuple[str, ...]:
    """Every action that the log knows, for who chooses one."""
    actor.require(*READERS)
    return tuple(store.actions(deps.db, ""))


def _spelled(deps: Deps, beginning: str | None) -> tuple[str, ...] | None:
    """The whole actions that begin so: of each the index holds its lines in the order of time."""
    return None if not beginning else tuple(store.actions(deps.db, beginning))


@atomic
def _write_down(deps: Deps, actor: Actor, wanted: Wanted, beginning: str | None, *, shown: int) -> None:
    record(
        deps,
        actor,
        "audit.search",
        wanted.target_id,
        since=wanted.begins_at.isoformat(timespec="seconds"),
        until=wanted.ends_at.isoformat(timespec="seconds"),
        sought_action=beginning,
        sought_actor=wanted.actor_id,
        sought_role=wanted.role.value if wanted.role else None,
        sought_channel=wanted.channel.value if wanted.channel else None,
        shown=shown,
    )
