"""What everybody reads. Nothing here touches an article that is being worked on."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime

from backend.common.deps import Deps
from backend.common.pages import Page, Position, bad_cursor
from backend.news import errors, rules, texts
from backend.news.model import Edition, Found, Headline, Picture, Published
from backend.news.rules import Entry, Feed
from backend.news.store import pictures, published
from schemas.terms import NewsCategory
from schemas.text import Language, Text

FEED_ENTRIES = 30
NOTHING_YET = Edition(0, datetime(2018, 1, 1, tzinfo=UTC))
PICTURES = rules.PUBLIC_PICTURES


@dataclass(frozen=True)
class Shown:
    """A published article in a list; where there is no English, Chinese stands in its place and says so."""

    id: str
    category: NewsCategory
    language: Text
    title: Text
    summary: Text
    cover_url: str | None
    published_at: datetime
    updated_at: datetime

    @property
    def category_label(self) -> Text:
        return self.category.label


@dataclass(frozen=True)
class ShownWhole(Shown):
    """The whole of it; `revision` with `updated_at` tells one state of it from another."""

    body: Text
    body_html: Text
    revision: int


def listed(
    deps: Deps,
    *,
    category: NewsCategory | None = None,
    q: str | None = None,
    limit: int,
    cursor: str | None = None,
) -> Page[Shown]:
    """What is published, newest first; with `q` what holds every word of it, title before summary before text, then newest."""
    if q is not None:
        return _searched(deps, q, category, limit, cursor)
    scope = f"news:{category or ''}"
    after = deps.cursors.read(cursor, scope)
    found = published.list_newest(deps.db, category, after=after, limit=limit + 1)
    page = deps.cursors.page(found, limit, scope, lambda one: Position(one.published_at, one.id))
    return Page(tuple(map(_shown, page.items)), page.next_cursor)


def find(deps: Deps, *, news_id: str) -> ShownWhole:
    """A published article. Raises 404 `news.not_found`; `news.unpublished` with the reason for one that was taken down."""
    one = _published(deps, news_id)
    html = rules.render(one.body)
    return ShownWhole(
        **vars(_shown(one)),
        body=Text(one.body, one.body_en or one.body),
        body_html=Text(html, html if one.body_en is None else rules.render(one.body_en)),
        revision=one.revision,
    )


def is_published(deps: Deps, news_id: str) -> bool:
    """Whether readers can open this article now, for whoever refers to it (a push)."""
    return bool(published_among(deps, [news_id]))


def published_among(deps: Deps, ids: Collection[str]) -> set[str]:
    """Which of these articles readers can open now; one look for all."""
    return published.list_known(deps.db, ids)


def _published(deps: Deps, news_id: str) -> Published:
    one = published.find(deps.db, news_id)
    if one is not None:
        return one
    gone = published.find_withdrawn(deps.db, news_id)
    if gone is None:
        raise errors.not_found()
    raise errors.unpublished(gone.at, gone.reason, gone.reason_en)


def picture(deps: Deps, *, picture_id: str) -> Picture:
    """A picture that a published article shows. Raises 404 `news.picture_not_found` for every other one."""
    found = pictures.find(deps.db, picture_id) if published.shows(deps.db, picture_id) else None
    if found is None:
        raise errors.picture_not_found()
    return found


def edition(deps: Deps) -> Edition:
    """Which state of all that is published holds now; read it before what it stands for."""
    return published.find_edition(deps.db) or NOTHING_YET


def feed(deps: Deps, *, language: Language, category: NewsCategory | None = None) -> bytes:
    """The newest articles as an Atom feed. Addresses are those of `PUBLIC_URL`; ids are not."""
    site = deps.settings.site
    label = None if category is None else category.label
    title = (
        texts.FEED
        if label is None
        else Text(texts.FEED_OF.zh.format(category=label.zh), texts.FEED_OF.en.format(category=label.en))
    )
    asked = f"lang={language}" + (f"&category={category.value}" if category else "")
    head = Feed(
        about=f"feed:{language}" + (f":{category.value}" if category else ""),
        language=_tag(language),
        title=title.say(language),
        author=deps.settings.operator.say(language),
        own_url=f"{site}/api/v1/news/feed?{asked}",
        site_url=f"{site}/news",
        updated_at=edition(deps).changed_at,
    )
    found = published.list_newest(deps.db, category, after=None, limit=FEED_ENTRIES)
    return rules.feed(head, [_entry(site, one, language) for one in found])


def _searched(
    deps: Deps, q: str, category: NewsCategory | None, limit: int, cursor: str | None
) -> Page[Shown]:
    asked = rules.query(q)
    scope = f"news-search:{category or ''}:{' '.join(asked.runs)}"
    position = deps.cursors.read(cursor, scope)
    if not asked.terms:
        return Page((), None)
    found = published.search(deps.db, asked, category, after=_seen(position), limit=limit + 1)
    page = deps.cursors.page(found, limit, scope, _place)
    return Page(tuple(_shown(one.headline) for one in page.items), page.next_cursor)


def _place(found: Found) -> Position:
    """The score goes with the id, since a cursor holds an instant and a word."""
    return Position(found.headline.published_at, f"{found.score}:{found.headline.id}")


def _seen(position: Position | None) -> tuple[int, Position] | None:
    if position is None:
        return None
    score, _, ident = position.id.partition(":")
    if not score.isdecimal():
        raise bad_cursor()
    return int(score), Position(position.at, ident)


def _shown(one: Headline) -> Shown:
    return Shown(
        id=one.id,
        category=one.category,
        language=Text("zh", "zh" if one.title_en is None else "en"),
        title=Text(one.title, one.title_en or one.title),
        summary=Text(one.summary, one.summary_en or one.summary),
        cover_url=None if one.cover_id is None else PICTURES + one.cover_id,
        published_at=one.published_at,
        updated_at=one.updated_at,
    )


def _entry(site: str, one: Headline, language: Language) -> Entry:
    said = _shown(one)
    return Entry(
        id=one.id,
        language=_tag(said.language.say(language)),
        title=said.title.say(language),
        summary=said.summary.say(language),
        category=(one.category.value, one.category.label.say(language)),
        url=f"{site}/news/{one.id}",
        picture_url=None if said.cover_url is None else site + said.cover_url,
        published_at=one.published_at,
        updated_at=one.updated_at,
    )


def _tag(language: str) -> str:
    return "zh-CN" if language == "zh" else language
