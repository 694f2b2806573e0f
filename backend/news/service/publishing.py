"""Before readers, now or by the clock, and away from them again."""

from collections.abc import Iterator
from datetime import datetime

from backend.common import sweeping
from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.common.mongo import atomic
from backend.news import errors, rules
from backend.news.model import Article, Content, Published, Revision, Withdrawn
from backend.news.service.acting import saved, seen
from backend.news.service.staffing import ShownArticle, shown
from backend.news.store import articles, published
from schemas.terms import NewsAct, NewsState, Role

LEAD_CHARACTERS, LEAD_EN_CHARACTERS = 90, 200
"""Of the text, where nobody wrote a summary."""


@atomic
def publish(
    deps: Deps,
    actor: Actor,
    *,
    article_id: str,
    publish_at: datetime | None = None,
    version: int | None = None,
) -> ShownArticle:
    """Put the approved revision before readers now, or have it done at `publish_at`; scheduled again, the new time holds.

    Raises 409 `news.changed` for one that is not approved, 422 `news.bad_time` for a time that is past or over a year away.
    """
    article = seen(deps, actor, article_id, version)
    if publish_at is None:
        return shown(deps, actor, _published(deps, actor, article))
    if not rules.check_time(publish_at, deps.now()):
        raise errors.bad_time()
    return shown(deps, actor, saved(deps, actor, article, NewsAct.SCHEDULE, publish_at=publish_at))


@atomic
def unpublish(
    deps: Deps,
    actor: Actor,
    *,
    article_id: str,
    reason: str,
    reason_en: str | None = None,
    version: int | None = None,
) -> ShownArticle:
    """Take it from readers, who are told why, and end a schedule, so that nothing comes back by itself. Its pictures are gone
    for readers with it. Raises 409 `news.not_published` when it is neither published nor scheduled."""
    article = seen(deps, actor, article_id, version)
    about = article.live_revision
    if about is not None:
        published.withdraw(deps.db, Withdrawn(article.id, deps.now(), reason, reason_en))
        published.turn(deps.db, deps.now())
        act = NewsAct.UNPUBLISH
    elif article.state is NewsState.SCHEDULED:
        act = NewsAct.CANCEL
    else:
        raise errors.not_published()
    made = saved(deps, actor, article, act, reason=reason, about=about, live_revision=None, publish_at=None)
    return shown(deps, actor, made)


def publish_due(deps: Deps, actor: Actor) -> int:
    """The sweep: publish what is scheduled for now or before; how many were. Safe twice and in two processes at once."""
    actor.require(Role.SYSTEM)
    found = articles.ids_due(deps.db, deps.now())
    return sweeping.each(found, lambda one: _publish_due(deps, actor, article_id=one))


@atomic
def _publish_due(deps: Deps, actor: Actor, *, article_id: str) -> bool:
    """Decides again: it may have been taken back, moved, or published since it was found."""
    article = articles.find(deps.db, article_id)
    if article is None or article.state is not NewsState.SCHEDULED:
        return False
    if article.publish_at is None or article.publish_at > deps.now():
        return False
    _published(deps, actor, article)
    return True


def _published(deps: Deps, actor: Actor, article: Article) -> Article:
    """The step, what readers see, and another edition, in the caller's transaction."""
    made = saved(deps, actor, article, NewsAct.PUBLISH, live_revision=article.revision, publish_at=None)
    revision = articles.find_revision(deps.db, article.id, article.revision)
    if revision is None:
        raise LookupError(f"{article.id} has no revision {article.revision}")
    before = published.find(deps.db, article.id)
    one = _one_published(revision, deps.now(), before)
    content = revision.content
    search = rules.searchable(
        "\n".join(_both(content.title, content.title_en)),
        "\n".join(_both(one.summary, one.summary_en)),
        "\n".join(rules.plain(body) for body in _both(content.body, content.body_en)),
    )
    published.put(deps.db, one, search)
    published.turn(deps.db, deps.now())
    return made


def _one_published(revision: Revision, now: datetime, before: Published | None) -> Published:
    """As readers see it; one that is up already keeps the time by which lists order it."""
    content = revision.content
    return Published(
        id=revision.article_id,
        revision=revision.number,
        category=content.category,
        title=content.title,
        title_en=content.title_en,
        summary=content.summary or _lead(content.body, LEAD_CHARACTERS),
        summary_en=content.summary_en
        or (None if content.body_en is None else _lead(content.body_en, LEAD_EN_CHARACTERS)),
        cover_id=content.cover_id,
        published_at=before.published_at if before else now,
        updated_at=now,
        body=content.body,
        body_en=content.body_en,
        picture_ids=tuple(dict.fromkeys(_shown_pictures(content))),
    )


def _shown_pictures(content: Content) -> Iterator[str]:
    if content.cover_id is not None:
        yield content.cover_id
    for body in _both(content.body, content.body_en):
        yield from (one for one in rules.pictures_of(body) if one is not None)


def _lead(body: str, most: int) -> str:
    """The beginning of the text on one line."""
    words = " ".join(rules.lead(body).split())
    return words if len(words) <= most else words[: most - 1] + "…"


def _both(zh: str, en: str | None) -> tuple[str, ...]:
    return (zh,) if en is None else (zh, en)
