"""News to read: by category, by what is searched for, and each article on its own page."""

import marshmallow as ma
from flask import Response, request

from backend.common.errors import Kind, ServiceError
from backend.common.pages import Page
from backend.news import service
from backend.news.service import Shown
from backend.pages.edge import page
from backend.web.auth import deps
from backend.web.pages import Pages
from schemas import news as wire
from schemas.terms import NewsCategory

blp = Pages("news", __name__)

A_PAGE = 12
ASKED = ("category", "q", "cursor")


@blp.get("/news")
def articles() -> Response:
    """What is published. A filter that does not exist, or a link to a next page that is no more, begins at the top."""
    typed = {name: value for name in ASKED if (value := request.args.get(name, "").strip())}
    try:
        asked = wire.NewsListQuery().load(typed | {"limit": A_PAGE})
        found = service.listed(deps(), **asked)
    except ma.ValidationError:
        return _shown({}, service.listed(deps(), limit=A_PAGE), typed, 422)
    except ServiceError as refusal:
        if refusal.kind is not Kind.INVALID:
            raise
        return _shown({}, service.listed(deps(), limit=A_PAGE), typed, 422)
    return _shown(asked, found, typed)


@blp.get("/news/<news_id>")
def article(news_id: str) -> Response:
    """One article; who asks for one that was taken down reads why."""
    return page("news/article.html", one=service.find(deps(), news_id=news_id), site=deps().settings.site)


def _shown(asked: dict[str, object], found: Page[Shown], typed: dict[str, str], code: int = 200) -> Response:
    return page(
        "news/list.html",
        code,
        category=asked.get("category"),
        q=typed.get("q"),
        found=found,
        first="cursor" not in typed,
        categories=list(NewsCategory),
        unknown=code != 200,
        longest=wire.QUERY_CHARACTERS,
    )
