"""Four eyes: who had any part in writing an article does not approve it."""

from backend.clocks.model import Queue
from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.common.mongo import atomic
from backend.news import errors, texts
from backend.news.service.acting import EDITORS, after, saved, seen
from backend.news.service.staffing import ShownArticle, shown, took_part
from backend.news.store import articles
from schemas.terms import NewsAct


@atomic
def submit(deps: Deps, actor: Actor, *, article_id: str, version: int | None = None) -> ShownArticle:
    """Hand the newest revision in for review."""
    article = seen(deps, actor, article_id, version)
    return shown(deps, actor, saved(deps, actor, article, NewsAct.SUBMIT, approved_by_id=None))


@atomic
def return_(
    deps: Deps, actor: Actor, *, article_id: str, reason: str, version: int | None = None
) -> ShownArticle:
    """Send it back to be changed, also after it was approved and before it is published."""
    article = seen(deps, actor, article_id, version)
    made = saved(deps, actor, article, NewsAct.RETURN, reason=reason, approved_by_id=None, publish_at=None)
    return shown(deps, actor, made)


@atomic
def approve(deps: Deps, actor: Actor, *, article_id: str, version: int | None = None) -> ShownArticle:
    """Approve the newest revision. Raises 403 `news.four_eyes` for whoever wrote any revision of the article or uploaded a
    picture in it, so that two who change each other's text cannot approve it for each other.

    With `version` only what the caller saw is approved: a change in between is 409 `news.stale`.
    """
    actor.require(*EDITORS)
    article = seen(deps, actor, article_id, version)
    after(article, NewsAct.APPROVE)
    if took_part(deps, actor, article):
        raise errors.four_eyes()
    return shown(deps, actor, saved(deps, actor, article, NewsAct.APPROVE, approved_by_id=actor.id))


def queues(deps: Deps, actor: Actor) -> tuple[Queue, ...]:
    """What waits for the caller's role: articles to be reviewed. No clock runs on them."""
    if actor.role not in EDITORS:
        return ()
    return (Queue("news", texts.QUEUE, articles.count_submitted(deps.db), 0, None),)
