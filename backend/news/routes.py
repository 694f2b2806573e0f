"""News for everybody; nobody signs in to read."""

from datetime import UTC, datetime

from flask import Response, request
from flask.views import MethodView

from backend.common.pages import bad_cursor
from backend.news import errors, service
from backend.web.api import blueprint
from backend.web.auth import deps
from backend.web.conditional import kept
from backend.web.downloads import SCHEMA, shown_picture
from schemas import news as wire
from schemas.base import speaking

blp = blueprint("news", "/news", "信用资讯 news")

GONE = errors.unpublished(datetime(2026, 11, 21, tzinfo=UTC), "内容有误。", "It had a mistake.")


@blp.route("")
class News(MethodView):
    @blp.arguments(wire.NewsListQuery, location="query")
    @blp.response(200, wire.NewsPage)
    @blp.remembers
    @blp.refuses(bad_cursor)
    def get(self, query):
        """List what is published, newest first; with `q` search it, best first

        已发布的资讯，最新的在前，可按栏目看；带 `q` 为全文检索，标题中有的排在前面。没有英文版的以中文显示。
        """
        return _kept(lambda: service.listed(deps(), **query))


@blp.route("/feed")
class Feed(MethodView):
    @blp.arguments(wire.NewsFeedQuery, location="query")
    @blp.response(200, SCHEMA, content_type=wire.ATOM)
    @blp.remembers
    def get(self, query):
        """Subscribe: the newest thirty as an Atom feed (RFC 4287)

        Atom 订阅源，最新三十篇，可按栏目和语言订阅。
        """
        language = query.pop("lang") or speaking()
        return _kept(lambda: Response(service.feed(deps(), language=language, **query), mimetype=wire.ATOM))


@blp.route("/pictures/<picture_id>")
class Picture(MethodView):
    @blp.response(200, SCHEMA, content_type=wire.JPEG)
    @blp.remembers
    @blp.refuses(errors.picture_not_found)
    def get(self, picture_id):
        """Load a picture that a published article shows

        已发布资讯中的图片；资讯撤下后不再提供。
        """
        found = service.picture(deps(), picture_id=picture_id)
        return shown_picture(found.content, found.sha256, request, public=True)


@blp.route("/<news_id>")
class Article(MethodView):
    @blp.response(200, wire.NewsArticle)
    @blp.remembers
    @blp.refuses(errors.not_found, GONE)
    def get(self, news_id):
        """Read an article

        资讯正文。已撤下的，答复中说明原因（`news.unpublished`）。
        """
        edition = service.edition(deps())
        found = service.find(deps(), news_id=news_id)
        return kept((found.revision, found.updated_at), edition.changed_at, lambda: found, shared=True)


def _kept(make):
    """The answer, or 304 when nothing that readers see has changed since the caller's."""
    edition = service.edition(deps())
    return kept((edition.version, edition.changed_at), edition.changed_at, make, shared=True)
