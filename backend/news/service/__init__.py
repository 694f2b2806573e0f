"""The use cases of news, by verb family."""

from backend.news.service.publishing import publish, publish_due, unpublish
from backend.news.service.reading import (
    Shown,
    ShownWhole,
    edition,
    feed,
    find,
    is_published,
    listed,
    picture,
    published_among,
)
from backend.news.service.reviewing import approve, queues, return_, submit
from backend.news.service.staffing import (
    Preview,
    ShownArticle,
    ShownLine,
    ShownRevision,
    find_for_staff,
    listed_for_staff,
    picture_for_staff,
    preview,
    revision,
    revisions,
)
from backend.news.service.writing import add_picture, change, create

__all__ = [
    "Preview",
    "Shown",
    "ShownArticle",
    "ShownLine",
    "ShownRevision",
    "ShownWhole",
    "add_picture",
    "approve",
    "change",
    "create",
    "edition",
    "feed",
    "find",
    "find_for_staff",
    "is_published",
    "listed",
    "listed_for_staff",
    "picture",
    "picture_for_staff",
    "preview",
    "publish",
    "publish_due",
    "published_among",
    "queues",
    "return_",
    "revision",
    "revisions",
    "submit",
    "unpublish",
]
