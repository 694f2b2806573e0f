"""Articles as editors see them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.common.pages import Page, Position
from backend.news import errors, rules
from backend.news.model import Act, Article, Content, Picture, Revision
from backend.news.service.acting import EDITORS
from backend.news.store import articles, pictures
from schemas.terms import NewsAct, NewsCategory, NewsState
from schemas.text import Text

HISTORY = 200
"""Lines of an article's history that are shown with it; all are kept."""


@dataclass(frozen=True)
class ShownLine:
    """One article in the list of editors."""

    id: str
    state: NewsState
    category: NewsCategory
    title: str
    revision: int
    live_revision: int | None
    publish_at: datetime | None
    created_at: datetime
    changed_at: datetime
    version: int
    may_approve: bool

    @property
    def state_label(self) -> Text:
        return self.state.label


@dataclass(frozen=True)
class ShownAct:
    """One line of the history, without who it was by id."""

    at: datetime
    act: NewsAct
    state: NewsState
    revision: int
    by_name: str | None
    reason: str | None
    publish_at: datetime | None

    @property
    def act_label(self) -> Text:
        return self.act.label


@dataclass(frozen=True)
class ShownArticle(ShownLine):
    """All of it: the newest revision, how it looks, its pictures, what happened, newest first, and what can be done now."""

    content: Content
    body_html: str
    body_en_html: str | None
    pictures: tuple[Picture, ...]
    history: tuple[ShownAct, ...]
    may: tuple[NewsAct, ...]


@dataclass(frozen=True)
class Preview:
    """How a text would look."""

    body_html: str
    body_en_html: str | None


@dataclass(frozen=True)
class ShownRevision:
    """One revision and how it looks; `content` and what is made of it only where a single one is asked for."""

    number: int
    title: str
    by_name: str | None
    at: datetime
    content: Content
    body_html: str
    body_en_html: str | None


def listed_for_staff(
    deps: Deps, actor: Actor, *, state: NewsState | None = None, limit: int, cursor: str | None = None
) -> Page[ShownLine]:
    """Every article in whatever state, newest first."""
    actor.require(*EDITORS)
    scope = f"staff-news:{state or ''}"
    found = articles.list_newest(deps.db, state, after=deps.cursors.read(cursor, scope), limit=limit + 1)
    page = deps.cursors.page(found, limit, scope, lambda one: Position(one.created_at, one.id))
    return Page(tuple(_line(deps, actor, one) for one in page.items), page.next_cursor)


def find_for_staff(deps: Deps, actor: Actor, *, article_id: str) -> ShownArticle:
    actor.require(*EDITORS)
    return shown(deps, actor, _known(deps, article_id))


def revisions(
    deps: Deps, actor: Actor, *, article_id: str, limit: int, cursor: str | None = None
) -> Page[Revision]:
    """Every revision, newest first."""
    actor.require(*EDITORS)
    _known(deps, article_id)
    scope = f"staff-news-revisions:{article_id}"
    after = deps.cursors.read(cursor, scope)
    found = articles.list_revisions(deps.db, article_id, after=after, limit=limit + 1)
    return deps.cursors.page(found, limit, scope, lambda one: Position(one.at, one.id))


def revision(deps: Deps, actor: Actor, *, article_id: str, number: int) -> ShownRevision:
    """One revision as it was, whatever became of it. Raises 404 `news.revision_not_found`."""
    actor.require(*EDITORS)
    _known(deps, article_id)
    found = articles.find_revision(deps.db, article_id, number)
    if found is None:
        raise errors.revision_not_found()
    content = found.content
    html, html_en = _previews(article_id, content)
    return ShownRevision(found.number, content.title, found.by_name, found.at, content, html, html_en)


def preview(actor: Actor, *, body: str, body_en: str | None, pictures: str) -> Preview:
    """How a text would look to readers, kept or not; its pictures are fetched from below `pictures`."""
    actor.require(*EDITORS)
    english = None if body_en is None else rules.render(body_en, pictures)
    return Preview(rules.render(body, pictures), english)


def picture_for_staff(deps: Deps, actor: Actor, *, article_id: str, picture_id: str) -> Picture:
    """A picture of the article, shown or not. Raises 404 `news.picture_not_found`."""
    actor.require(*EDITORS)
    found = pictures.find_of(deps.db, article_id, picture_id)
    if found is None:
        raise errors.picture_not_found()
    return found


def took_part(deps: Deps, actor: Actor, article: Article) -> bool:
    """Whether the actor wrote any revision of the article or uploaded a picture that its newest one shows."""
    if actor.id in article.author_ids:
        return True
    found = articles.find_revision(deps.db, article.id, article.revision)
    return found is not None and actor.id in pictures.uploaders(deps.db, set(_pictures_in(found.content)))


def shown(deps: Deps, actor: Actor, article: Article) -> ShownArticle:
    """The article for an editor, in the caller's transaction if there is one."""
    found = articles.find_revision(deps.db, article.id, article.revision)
    if found is None:
        raise errors.revision_not_found()
    html, html_en = _previews(article.id, found.content)
    line = _line(deps, actor, article)
    return ShownArticle(
        **vars(line),
        content=found.content,
        body_html=html,
        body_en_html=html_en,
        pictures=tuple(pictures.list_of(deps.db, article.id)),
        history=tuple(map(_shown_act, articles.list_acts(deps.db, article.id, HISTORY))),
        may=tuple(act for act in NewsAct if _may(article, act, line)),
    )


def _known(deps: Deps, article_id: str) -> Article:
    article = articles.find(deps.db, article_id)
    if article is None:
        raise errors.not_found()
    return article


def _line(deps: Deps, actor: Actor, article: Article) -> ShownLine:
    may = (
        article.state is NewsState.SUBMITTED and actor.role in EDITORS and not took_part(deps, actor, article)
    )
    return ShownLine(
        id=article.id,
        state=article.state,
        category=article.category,
        title=article.title,
        revision=article.revision,
        live_revision=article.live_revision,
        publish_at=article.publish_at,
        created_at=article.created_at,
        changed_at=article.changed_at,
        version=article.version,
        may_approve=may,
    )


def _may(article: Article, act: NewsAct, line: ShownLine) -> bool:
    """Whether this can be done now, by who asks."""
    if act is NewsAct.APPROVE:
        return line.may_approve
    return rules.step(article.state, act, live=article.live_revision is not None) is not None


def _shown_act(act: Act) -> ShownAct:
    return ShownAct(act.at, act.act, act.state, act.revision, act.by_name, act.reason, act.publish_at)


def _previews(article_id: str, content: Content) -> tuple[str, str | None]:
    below = f"/api/v1/staff/news/{article_id}/pictures/"
    english = None if content.body_en is None else rules.render(content.body_en, below)
    return rules.render(content.body, below), english


def _pictures_in(content: Content) -> Iterator[str]:
    if content.cover_id is not None:
        yield content.cover_id
    for body in (content.body, content.body_en):
        yield from (one for one in rules.pictures_of(body or "") if one is not None)
