"""What every step of staff has in common: the article as it was seen, the step, and the line about it."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from backend.audit import service as audit
from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.common.mongo import Retry
from backend.news import errors, rules
from backend.news.model import Act, Article
from backend.news.store import articles
from schemas.terms import NewsAct, NewsState, Role

EDITORS = (Role.NEWS_EDITOR, Role.ADMIN)
WRITERS = (*EDITORS, Role.SYSTEM)
"""The system writes the demonstration's articles and publishes what is due."""


def seen(deps: Deps, actor: Actor, article_id: str, version: int | None = None) -> Article:
    """The article for who may work on it. Raises 404 `news.not_found`, 409 `news.stale` when it is not the `version` they saw."""
    actor.require(*WRITERS)
    article = articles.find(deps.db, article_id)
    if article is None:
        raise errors.not_found()
    if version is not None and article.version != version:
        raise errors.stale(article.version)
    return article


def after(article: Article, act: NewsAct) -> NewsState:
    """The state after `act`. Raises 409 `news.changed` where it cannot be done now."""
    state = rules.step(article.state, act, live=article.live_revision is not None)
    if state is None:
        raise errors.changed(article.state)
    return state


def saved(
    deps: Deps,
    actor: Actor,
    article: Article,
    act: NewsAct,
    *,
    reason: str | None = None,
    about: int | None = None,
    **changes: Any,
) -> Article:
    """Take the step on the version that was read, with its lines in history and audit log, in the caller's transaction.

    `about`: the revision that the step is about, where that is not the newest.
    """
    now = deps.now()
    made = replace(article, state=after(article, act), changed_at=now, **changes)
    if not articles.put(deps.db, made):
        raise Retry(article.id)
    made = replace(made, version=article.version + 1)
    told = replace(made, revision=about or made.revision)
    articles.insert_act(deps.db, line(actor, told, act, now, reason))
    audit.record(deps, actor, f"news.{act.value}", article.id, revision=told.revision, version=told.version)
    return made


def line(actor: Actor, article: Article, act: NewsAct, now: datetime, reason: str | None = None) -> Act:
    """One line of the history, about the article as it is after `act`."""
    return Act(
        id=f"{article.id}:{article.version}",
        article_id=article.id,
        version=article.version,
        at=now,
        act=act,
        state=article.state,
        revision=article.revision,
        by_id=actor.id,
        by_name=actor.name,
        reason=reason,
        publish_at=article.publish_at,
    )
