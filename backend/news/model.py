"""Articles: what staff work on, every revision of it, and what readers see, each in a place of its own."""

from dataclasses import dataclass, field
from datetime import datetime

from schemas.terms import NewsAct, NewsCategory, NewsState


@dataclass(frozen=True)
class Content:
    """What is written; Markdown in `body` and `body_en`. English is there whole (title and body) or not at all."""

    category: NewsCategory
    title: str
    body: str
    summary: str | None = None
    title_en: str | None = None
    body_en: str | None = None
    summary_en: str | None = None
    cover_id: str | None = None


@dataclass(frozen=True)
class Revision:
    """One state of the text, never changed again. `id` is `article:number`; numbers count from 1."""

    id: str
    article_id: str
    number: int
    content: Content
    by_id: str
    by_name: str | None
    at: datetime


@dataclass(frozen=True)
class Article:
    """The work on an article. `state` is that of its newest revision (`revision`); `live_revision` is the one before readers.

    `author_ids`: whoever wrote any revision. `publish_at`: of a scheduled one. `version` counts the writes, each of which is a
    compare-and-set on it.
    """

    id: str
    state: NewsState
    category: NewsCategory
    title: str
    revision: int
    author_ids: tuple[str, ...]
    created_at: datetime
    changed_at: datetime
    live_revision: int | None = None
    publish_at: datetime | None = None
    approved_by_id: str | None = None
    version: int = 1


@dataclass(frozen=True)
class Act:
    """One line of an article's history, written with version `version` of it; `id` is `article:version`."""

    id: str
    article_id: str
    version: int
    at: datetime
    act: NewsAct
    state: NewsState
    revision: int
    by_id: str
    by_name: str | None
    reason: str | None = None
    publish_at: datetime | None = None


@dataclass(frozen=True)
class Headline:
    """A published article as lists show it. `published_at` orders it and stays while it is before readers; `updated_at` is when
    this revision came before them."""

    id: str
    revision: int
    category: NewsCategory
    title: str
    title_en: str | None
    summary: str
    summary_en: str | None
    cover_id: str | None
    published_at: datetime
    updated_at: datetime


@dataclass(frozen=True)
class Published(Headline):
    """All of it. `picture_ids`: the pictures that readers may load because of it, its cover among them."""

    body: str
    body_en: str | None
    picture_ids: tuple[str, ...]


@dataclass(frozen=True)
class Withdrawn:
    """What is told of an article that was before readers and is not any more."""

    id: str
    at: datetime
    reason: str
    reason_en: str | None


@dataclass(frozen=True)
class Picture:
    """A picture as we made it anew from what was uploaded: JPEG, sRGB, without metadata."""

    id: str
    article_id: str
    width: int
    height: int
    sha256: str
    by_id: str
    at: datetime
    content: bytes = field(repr=False, default=b"")


@dataclass(frozen=True)
class Edition:
    """Which state of all that is published: `version` counts every change that readers can see."""

    version: int
    changed_at: datetime


@dataclass(frozen=True)
class Found:
    """A search result: where all that is asked for stands (3 the title, 2 with the summary, 1 the whole), and what it is."""

    score: int
    headline: Headline


@dataclass(frozen=True)
class Findable:
    """A text as the search keeps it: the words it is found by, and its folded form, in which they are then looked for."""

    terms: tuple[str, ...]
    folded: str


@dataclass(frozen=True)
class Searchable:
    """What is kept for the search beside a published article. Each part holds the one before it: the title; with the summary;
    the whole."""

    title: Findable
    lead: Findable
    whole: Findable


@dataclass(frozen=True)
class Query:
    """What is asked for (`runs`), the words of the index that all of it needs, and what the text itself must hold beyond them."""

    runs: tuple[str, ...]
    terms: tuple[str, ...]
    phrases: tuple[str, ...]
