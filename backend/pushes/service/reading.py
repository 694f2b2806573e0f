"""Pushes as staff read them, and what the worker asks about them."""

from collections.abc import Collection
from datetime import datetime

from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.common.pages import Page, Position
from backend.deliveries import service as deliveries
from backend.deliveries.model import Words
from backend.deliveries.rules import is_quiet
from backend.news import service as news
from backend.pushes import errors, rules, store
from backend.pushes.model import Progress, Push, Shown, progress_of
from backend.pushes.service.choosing import EDITORS
from schemas.terms import PushState
from schemas.text import Text


def find(deps: Deps, actor: Actor, *, push_id: str) -> Shown:
    """A push with its history and its figures as they are now."""
    actor.require(*EDITORS)
    push = store.find(deps.db, push_id)
    if push is None:
        raise errors.not_found()
    return shown(deps, push)


def listed(deps: Deps, actor: Actor, *, limit: int, cursor: str | None = None) -> Page[Shown]:
    """All pushes, newest first."""
    actor.require(*EDITORS)
    found = store.list_newest(deps.db, after=deps.cursors.read(cursor, "pushes"), limit=limit + 1)
    page = deps.cursors.page(found, limit, "pushes", lambda push: Position(push.created_at, push.id))
    return Page(tuple(shown(deps, push) for push in page.items), page.next_cursor)


def shown(deps: Deps, push: Push) -> Shown:
    """`held_until` only while it would go out otherwise."""
    held = held_until(deps) if push.state is PushState.RUNNING else None
    return Shown(push, progress(deps, push), held)


def held_until(deps: Deps) -> datetime | None:
    """Until when a push that began now would be held back by the quiet hours; None outside of them."""
    return rules.held_until(deps.now())


def progress(deps: Deps, push: Push) -> Progress:
    """Counted now, or as it was closed."""
    complete = push.expanded_at is not None or push.state is PushState.CANCELLED
    if push.closed_at is not None and push.totals is not None:
        return Progress(**push.totals, complete=complete)
    return progress_of(dict(deliveries.counts(deps, push.id)), complete=complete)


def queues(deps: Deps) -> list[str]:
    """The pushes that may be sent at this moment, the oldest first; none in the quiet hours, and none whose article readers
    cannot open any more, though `advance` pauses it only a second later."""
    if is_quiet(deps.now()):
        return []
    running = store.list_running(deps.db)
    named = {news_id for news_id in running.values() if news_id is not None}
    opened = news.published_among(deps, named) if named else set()
    return [push_id for push_id, news_id in running.items() if news_id is None or news_id in opened]


def can_be_opened(deps: Deps, push: Push) -> bool:
    """Whether readers can open the article that it names, if it names one."""
    return push.wish.news_id is None or news.is_published(deps, push.wish.news_id)


def words(deps: Deps, push_ids: Collection[str]) -> dict[str, Words]:
    """What these pushes say; Chinese stands for English where none was given."""
    return (
        {push.id: _words(deps, push) for push in store.list_by_id(deps.db, list(push_ids))}
        if push_ids
        else {}
    )


def _words(deps: Deps, push: Push) -> Words:
    wish = push.wish
    url = None if wish.news_id is None else f"{deps.settings.site}/news/{wish.news_id}"
    title, body = Text(wish.title, wish.title_en or wish.title), Text(wish.body, wish.body_en or wish.body)
    return Words(title, body, url)
