"""What may happen to an article in which state, and what is wrong with a text before anybody reviews it."""

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta

from backend.news.model import Content
from backend.news.rules import markdown
from schemas.terms import NewsAct, NewsState
from schemas.text import Text

FURTHEST = timedelta(days=366)
"""How far ahead something may be scheduled: a mistyped year is found."""
Fault = tuple[str, Text]

_ANY = frozenset(NewsState)
_STEPS: dict[NewsAct, tuple[frozenset[NewsState], NewsState]] = {
    NewsAct.CREATE: (frozenset(), NewsState.DRAFT),
    # Whatever was approved, was approved as it stood: every change begins the review anew.
    NewsAct.CHANGE: (_ANY, NewsState.DRAFT),
    NewsAct.SUBMIT: (frozenset({NewsState.DRAFT, NewsState.UNPUBLISHED}), NewsState.SUBMITTED),
    NewsAct.RETURN: (
        frozenset({NewsState.SUBMITTED, NewsState.APPROVED, NewsState.SCHEDULED}),
        NewsState.DRAFT,
    ),
    NewsAct.APPROVE: (frozenset({NewsState.SUBMITTED}), NewsState.APPROVED),
    NewsAct.SCHEDULE: (frozenset({NewsState.APPROVED, NewsState.SCHEDULED}), NewsState.SCHEDULED),
    NewsAct.CANCEL: (frozenset({NewsState.SCHEDULED}), NewsState.APPROVED),
    NewsAct.PUBLISH: (frozenset({NewsState.APPROVED, NewsState.SCHEDULED}), NewsState.PUBLISHED),
}


def step(state: NewsState, act: NewsAct, *, live: bool) -> NewsState | None:
    """The state after `act`; None where it cannot be done. `live`: some revision is before readers."""
    if act is NewsAct.UNPUBLISH:
        return _unpublished(state) if live else None
    allowed, after = _STEPS[act]
    return after if state in allowed else None


def _unpublished(state: NewsState) -> NewsState:
    """What is taken down does not come back by itself: a schedule ends, and the revision that was up needs another review."""
    if state is NewsState.PUBLISHED:
        return NewsState.UNPUBLISHED
    return NewsState.APPROVED if state is NewsState.SCHEDULED else state


def check(content: Content, picture_ids: Collection[str]) -> Iterator[Fault]:
    """Everything that is wrong with a text; `picture_ids` are the pictures of its article."""
    if (content.title_en is None) != (content.body_en is None):
        yield "body_en", Text("英文版须同时有标题和正文", "English needs both a title and a text")
    if content.title_en is None and content.summary_en is not None:
        yield (
            "summary_en",
            Text("没有英文正文，不能有英文摘要", "Without a text in English there is no summary"),
        )
    if content.cover_id is not None and content.cover_id not in picture_ids:
        yield "cover_id", Text("封面须是本文已上传的图片", "The cover is a picture uploaded to this article")
    for name, body in (("body", content.body), ("body_en", content.body_en)):
        if body is None:
            continue
        if not markdown.plain(body).strip():
            yield name, Text("正文没有可见的文字", "The text says nothing")
        for source in markdown.pictures_of(body):
            if source is None or source not in picture_ids:
                yield name, _FOREIGN
                break


_FOREIGN = Text(
    "正文中的图片须先上传到本文，写作 ![说明](picture:图片编号)；不能引用其他网站的图片",
    "Pictures in the text are uploaded to this article and written ![what it shows](picture:its-id); none of other sites",
)


def check_time(publish_at: datetime, now: datetime) -> bool:
    """Whether something may be scheduled for this instant."""
    return now < publish_at <= now + FURTHEST
