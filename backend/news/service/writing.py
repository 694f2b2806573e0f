"""Editors write: every change is a revision of its own, and begins the review anew."""

from collections.abc import Sequence
from dataclasses import replace

from backend.audit import service as audit
from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.common.mongo import Retry, atomic
from backend.news import errors, rules
from backend.news.model import Article, Content, Picture, Revision
from backend.news.service.acting import WRITERS, line, saved, seen
from backend.news.service.staffing import ShownArticle, shown
from backend.news.store import articles, pictures
from schemas.terms import NewsAct, NewsState

MOST_REVISIONS = 500
MOST_PICTURES = 40


@atomic
def create(deps: Deps, actor: Actor, *, content: Content) -> ShownArticle:
    """Begin an article as a draft. Raises 422 `news.invalid` with every fault at once."""
    actor.require(*WRITERS)
    _require_valid(content, ())
    now = deps.now()
    article = Article(
        id=deps.new_id(),
        state=NewsState.DRAFT,
        category=content.category,
        title=content.title,
        revision=1,
        author_ids=(actor.id,),
        created_at=now,
        changed_at=now,
    )
    articles.insert(deps.db, article)
    articles.insert_act(deps.db, line(actor, article, NewsAct.CREATE, now))
    _write(deps, actor, article, content)
    audit.record(deps, actor, "news.create", article.id, revision=1, version=1)
    return shown(deps, actor, article)


@atomic
def change(deps: Deps, actor: Actor, *, article_id: str, version: int, content: Content) -> ShownArticle:
    """Write another revision, whatever state the article is in; what is before readers stays there until this one is published.

    An approval and a schedule are spent with it. Raises as `create`, 409 `news.stale`, `news.too_many_revisions`.
    """
    article = seen(deps, actor, article_id, version)
    if article.revision >= MOST_REVISIONS:
        raise errors.too_many_revisions(MOST_REVISIONS)
    _require_valid(content, [one.id for one in pictures.list_of(deps.db, article.id)])
    authors = tuple(dict.fromkeys((*article.author_ids, actor.id)))
    made = saved(
        deps,
        actor,
        article,
        NewsAct.CHANGE,
        category=content.category,
        title=content.title,
        revision=article.revision + 1,
        author_ids=authors,
        publish_at=None,
        approved_by_id=None,
    )
    _write(deps, actor, made, content)
    return shown(deps, actor, made)


def add_picture(deps: Deps, actor: Actor, *, article_id: str, content: bytes) -> Picture:
    """Draw an uploaded picture anew and keep it with the article; a revision may then show it.

    Raises `news.picture_too_large`, `picture_not_supported`, `picture_unreadable`, `picture_bad_size`, 409
    `news.too_many_pictures`.
    """
    seen(deps, actor, article_id)
    try:
        drawn = rules.drawn(content)
    except rules.Refused as refusal:
        raise getattr(errors, f"picture_{refusal.why}")() from refusal
    return _keep(deps, actor, article_id, drawn)


@atomic
def _keep(deps: Deps, actor: Actor, article_id: str, drawn: rules.Drawn) -> Picture:
    known = pictures.list_of(deps.db, article_id)
    same = next((one for one in known if (one.sha256, one.by_id) == (drawn.sha256, actor.id)), None)
    if same is not None:
        return same
    if len(known) >= MOST_PICTURES:
        raise errors.too_many_pictures(MOST_PICTURES)
    picture = Picture(
        id=deps.new_id(),
        article_id=article_id,
        width=drawn.width,
        height=drawn.height,
        sha256=drawn.sha256,
        by_id=actor.id,
        at=deps.now(),
        content=drawn.content,
    )
    if not pictures.insert(deps.db, picture):
        raise Retry(article_id)
    audit.record(deps, actor, "news.add_picture", article_id, picture_id=picture.id)
    return replace(picture, content=b"")


def _write(deps: Deps, actor: Actor, article: Article, content: Content) -> None:
    number = article.revision
    ident = f"{article.id}:{number}"
    articles.insert_revision(
        deps.db, Revision(ident, article.id, number, content, actor.id, actor.name, article.changed_at)
    )


def _require_valid(content: Content, picture_ids: Sequence[str]) -> None:
    faults = list(rules.check(content, picture_ids))
    if faults:
        raise errors.invalid(faults)
