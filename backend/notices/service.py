"""Owing a notice, and reading the inbox."""

from dataclasses import dataclass
from typing import Any

from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.common.pages import Position
from backend.notices import errors, store
from backend.notices.model import Notice
from schemas.notices import FORMS, NoticeKind
from schemas.terms import Role


@dataclass(frozen=True)
class Inbox:
    """A page of notices, newest first, and how many of all are unread."""

    items: tuple[Notice, ...]
    next_cursor: str | None
    unread: int


def send(deps: Deps, account_id: str, kind: NoticeKind, **payload: Any) -> Notice:
    """Owe a notice to an account, in the transaction of the use case that calls.

    The payload must have exactly the entries its kind declares, of their types; anything else is a programming error.
    """
    declared = FORMS[kind].fields
    if payload.keys() != declared.keys() or any(not isinstance(payload[n], t) for n, t in declared.items()):
        raise TypeError(f"{kind}: the payload must be {dict(declared)}")
    notice = Notice(deps.new_id(), account_id, kind, payload, deps.now())
    store.insert(deps.db, notice)
    return notice


def inbox(deps: Deps, actor: Actor, *, limit: int, cursor: str | None = None) -> Inbox:
    """The caller's own notices, newest first."""
    actor.require(Role.CITIZEN)
    scope = f"notices:{actor.id}"
    found = store.list_of(deps.db, actor.id, after=deps.cursors.read(cursor, scope), limit=limit + 1)
    page = deps.cursors.page(found, limit, scope, lambda notice: Position(notice.created_at, notice.id))
    return Inbox(page.items, page.next_cursor, store.count_unread(deps.db, actor.id))


def read(deps: Deps, actor: Actor, *, notice_id: str) -> Notice:
    """Mark one of the caller's own notices as read; reading twice keeps the first instant."""
    actor.require(Role.CITIZEN)
    notice = store.mark_read(deps.db, actor.id, notice_id, deps.now())
    if notice is None:
        raise errors.not_found()
    return notice


def waiting(deps: Deps) -> int:
    """How many notices the outbox holds for the channels."""
    return store.count_waiting(deps.db)
