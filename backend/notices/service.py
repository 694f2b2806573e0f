"""Owing a notice, and reading the inbox."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.common.pages import Position
from backend.notices import errors, store
from backend.notices.model import DeskNotice, Notice
from schemas.notices import DESK_FORMS, FORMS, DeskNoticeKind, NoticeKind, stored
from schemas.terms import STAFF_ROLES, Role


@dataclass(frozen=True)
class DeskInbox:
    """A page of a desk's notices, newest first, and how many of all nobody has read."""

    items: tuple[DeskNotice, ...]
    next_cursor: str | None
    unread: int


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
    notice = Notice(deps.new_id(), account_id, kind, stored(FORMS[kind], payload), deps.now())
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


def read_these(deps: Deps, actor: Actor, *, notice_ids: Collection[str]) -> None:
    """Mark those of them that are the caller's own as read; for the others nothing is said or done."""
    actor.require(Role.CITIZEN)
    store.mark_these_read(deps.db, actor.id, notice_ids, deps.now())


def in_outbox(deps: Deps, *, limit: int) -> list[Notice]:
    """The oldest notices that the outbox holds."""
    return store.list_waiting(deps.db, limit=limit)


def hand_over(deps: Deps, notice_ids: Sequence[str]) -> int:
    """The channels' queues have these now; how many left the outbox by this."""
    return store.hand_over(deps.db, notice_ids, deps.now())


def let_rest(deps: Deps) -> int:
    """Everything in the outbox stays in the inboxes and goes by no channel: a history that was built, not lived."""
    return store.hand_over_all(deps.db, deps.now())


def by_id(deps: Deps, notice_ids: Collection[str]) -> dict[str, Notice]:
    return {notice.id: notice for notice in store.list_by_id(deps.db, notice_ids)}


def waiting(deps: Deps) -> int:
    """How many notices the outbox holds for the channels."""
    return store.count_waiting(deps.db)


def tell_desk(
    deps: Deps, *, role: Role, unit: str | None, kind: DeskNoticeKind, **payload: Any
) -> DeskNotice:
    """Tell a desk what happened to a case, in the transaction of the use case that calls.

    `unit` is the code of the provider's unit, and None for every other role. The payload must have exactly the entries
    of `schemas.notices.DESK_FORMS`; anything else is a programming error.
    """
    if role not in STAFF_ROLES or (role is Role.PROVIDER) != (unit is not None):
        raise TypeError(f"{role} of {unit} is no desk")
    notice = DeskNotice(deps.new_id(), role, unit, kind, stored(DESK_FORMS[kind], payload), deps.now())
    store.insert_for_desk(deps.db, notice)
    return notice


def desk_inbox(deps: Deps, actor: Actor, *, limit: int, cursor: str | None = None) -> DeskInbox:
    """The notices of the caller's desk, newest first."""
    role, unit = _desk_of(actor)
    scope = f"desk-notices:{role}:{unit}"
    found = store.list_of_desk(deps.db, role, unit, after=deps.cursors.read(cursor, scope), limit=limit + 1)
    page = deps.cursors.page(found, limit, scope, lambda notice: Position(notice.created_at, notice.id))
    return DeskInbox(page.items, page.next_cursor, store.count_unread_of_desk(deps.db, role, unit))


def desk_read(deps: Deps, actor: Actor, *, notice_id: str) -> DeskNotice:
    """Mark a notice of the caller's desk as read, for the whole desk; the first reader and instant stay."""
    role, unit = _desk_of(actor)
    by = actor.name or actor.id
    notice = store.mark_read_by_desk(deps.db, (role, unit), notice_id, at=deps.now(), by=by)
    if notice is None:
        raise errors.not_found()
    return notice


def _desk_of(actor: Actor) -> tuple[Role, str | None]:
    actor.require(*STAFF_ROLES)
    return actor.role, actor.unit if actor.role is Role.PROVIDER else None
