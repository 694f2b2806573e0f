"""The editors' side: write, have reviewed by somebody else, publish now or by the clock, take down."""

from flask import request
from flask.views import MethodView

from backend.news import errors, service
from backend.news.model import Content
from backend.web.api import blueprint
from backend.web.auth import actor, deps
from backend.web.bodies import contents
from backend.web.downloads import SCHEMA, shown_picture
from schemas import news as wire
from schemas.terms import NewsState
from schemas.text import Text

blp = blueprint("news_staff", "/staff/news", "资讯编辑 editing news")

CHANGED = errors.changed(NewsState.DRAFT)
STALE = errors.stale(4)
INVALID = errors.invalid([("body", Text("正文没有可见的文字", "The text says nothing"))])


@blp.route("")
class News(MethodView):
    @blp.arguments(wire.StaffNewsListQuery, location="query")
    @blp.response(200, wire.StaffNewsPage)
    def get(self, query):
        """List the articles in every state, newest first

        全部资讯及其状态，最新的在前。
        """
        return service.listed_for_staff(deps(), actor(), **query)

    @blp.idempotent
    @blp.arguments(wire.NewsCreate)
    @blp.response(201, wire.StaffNews)
    @blp.refuses(INVALID)
    def post(self, body):
        """Begin an article as a draft

        起草资讯。有误的各项一次说明。
        """
        return service.create(deps(), actor(), content=Content(**body))


@blp.route("/<news_id>")
class Article(MethodView):
    @blp.response(200, wire.StaffNews)
    @blp.refuses(errors.not_found)
    def get(self, news_id):
        """Read an article: its newest revision, its pictures and its history

        最新一稿、预览、图片和经过。
        """
        return service.find_for_staff(deps(), actor(), article_id=news_id)

    @blp.arguments(wire.NewsPut)
    @blp.response(200, wire.StaffNews)
    @blp.refuses(errors.not_found, STALE, errors.too_many_revisions(500), INVALID)
    def put(self, body, news_id):
        """Write another revision; it is a draft again, whatever it was

        修改，另存一稿并回到草稿；读者看到的一稿在新稿发布前不变。
        """
        version = body.pop("version")
        return service.change(deps(), actor(), article_id=news_id, version=version, content=Content(**body))


@blp.route("/<news_id>/submit")
class Submitted(MethodView):
    @blp.arguments(wire.NewsStep)
    @blp.response(200, wire.StaffNews)
    @blp.refuses(errors.not_found, CHANGED, STALE)
    def post(self, body, news_id):
        """Hand the newest revision in for review

        提交审核。
        """
        return service.submit(deps(), actor(), article_id=news_id, **body)


@blp.route("/<news_id>/return")
class Returned(MethodView):
    @blp.arguments(wire.NewsReturn)
    @blp.response(200, wire.StaffNews)
    @blp.refuses(errors.not_found, CHANGED, STALE)
    def post(self, body, news_id):
        """Send it back to be changed, until it is published

        退回修改；审核通过后、发布之前也可以退回。
        """
        return service.return_(deps(), actor(), article_id=news_id, **body)


@blp.route("/<news_id>/approve")
class Approved(MethodView):
    @blp.arguments(wire.NewsStep)
    @blp.response(200, wire.StaffNews)
    @blp.refuses(errors.not_found, errors.four_eyes, CHANGED, STALE)
    def post(self, body, news_id):
        """Approve the newest revision; nobody may who had a part in writing it

        审核通过。写过任何一稿、传过所用图片的人不能审核；带 `version` 则只审所看到的一稿。
        """
        return service.approve(deps(), actor(), article_id=news_id, **body)


@blp.route("/<news_id>/publish")
class PublishedNow(MethodView):
    @blp.arguments(wire.NewsPublish)
    @blp.response(200, wire.StaffNews)
    @blp.refuses(errors.not_found, CHANGED, STALE, errors.bad_time)
    def post(self, body, news_id):
        """Publish the approved revision now, or schedule it

        发布；带 `publish_at` 为定时发布，到时一分钟内发出。
        """
        return service.publish(deps(), actor(), article_id=news_id, **body)


@blp.route("/<news_id>/unpublish")
class Unpublished(MethodView):
    @blp.arguments(wire.NewsUnpublish)
    @blp.response(200, wire.StaffNews)
    @blp.refuses(errors.not_found, errors.not_published, STALE)
    def post(self, body, news_id):
        """Take it from readers, who are told why; or end its schedule

        撤下，读者可见原因；未发布而已定时的，取消定时。再次发布须重新审核。
        """
        return service.unpublish(deps(), actor(), article_id=news_id, **body)


@blp.route("/<news_id>/revisions")
class Revisions(MethodView):
    @blp.arguments(wire.NewsRevisionListQuery, location="query")
    @blp.response(200, wire.NewsRevisionPage)
    @blp.refuses(errors.not_found)
    def get(self, query, news_id):
        """List every revision, newest first

        历次修订，最新的在前，永久保留。
        """
        return service.revisions(deps(), actor(), article_id=news_id, **query)


@blp.route("/<news_id>/revisions/<int:number>")
class Revision(MethodView):
    @blp.response(200, wire.NewsRevision)
    @blp.refuses(errors.not_found, errors.revision_not_found)
    def get(self, news_id, number):
        """Read one revision as it was

        某一稿的原文和预览。
        """
        return service.revision(deps(), actor(), article_id=news_id, number=number)


@blp.route("/<news_id>/pictures")
class Pictures(MethodView):
    @blp.idempotent
    @blp.upload(wire.FORM_BYTES)
    @blp.arguments(wire.NewsPictureFile, location="files")
    @blp.response(201, wire.NewsPicture)
    @blp.refuses(errors.not_found, errors.too_many_pictures(40), *errors.OF_PICTURES)
    def post(self, files, news_id):
        """Upload a picture to an article; it is drawn anew without metadata

        上传图片：重新编码，去除拍摄地点等全部附加信息。同一张再传一次，得到同一编号。
        """
        sent = list(contents([files["picture"]]))
        content = sent[0][1] if sent else b""
        return service.add_picture(deps(), actor(), article_id=news_id, content=content)


@blp.route("/<news_id>/pictures/<picture_id>")
class Picture(MethodView):
    @blp.response(200, SCHEMA, content_type=wire.JPEG)
    @blp.remembers
    @blp.refuses(errors.picture_not_found)
    def get(self, news_id, picture_id):
        """Load a picture of an article in whatever state

        资讯的图片，不论是否已发布。
        """
        found = service.picture_for_staff(deps(), actor(), article_id=news_id, picture_id=picture_id)
        return shown_picture(found.content, found.sha256, request, public=False)
