"""The news editor's side: pushes to many people, their figures, and how the channels do."""

from flask.views import MethodView

from backend.deliveries import service as deliveries
from backend.pushes import errors, service
from backend.pushes.model import Audience, Wish
from backend.web.api import blueprint
from backend.web.auth import actor, deps
from schemas import pushes as wire
from schemas.terms import PushState
from schemas.text import Text

blp = blueprint("pushes", "/staff/pushes", "推送 pushes to followers")
channels_blp = blueprint("channels", "/staff/channels", "渠道状况 how the channels do")

CHANGED = errors.changed(PushState.DONE)
INVALID = errors.invalid([("channels", Text("请至少选择一个渠道", "Choose at least one channel"))])


@blp.route("")
class Pushes(MethodView):
    @blp.arguments(wire.PushListQuery, location="query")
    @blp.response(200, wire.PushPage)
    def get(self, query):
        """List the pushes with their figures, newest first

        全部推送及进度，最新的在前。
        """
        return service.listed(deps(), actor(), **query)

    @blp.idempotent
    @blp.arguments(wire.PushCreate)
    @blp.response(201, wire.Push)
    @blp.refuses(INVALID)
    def post(self, body):
        """Push a message to many people, each of whom has it at most once

        发起推送，后台分批排队发送；每人最多收到一次，22:00 至 8:00 不发送。有误的各项一次说明。
        """
        return service.create(deps(), actor(), wish=_wish(body))


@blp.route("/audience")
class AudienceOf(MethodView):
    @blp.arguments(wire.AudienceCount)
    @blp.response(200, wire.AudienceNumber)
    @blp.refuses(INVALID)
    def post(self, body):
        """Count who it would go to; nothing is sent

        发送前估算人数，不发送。
        """
        return service.count(deps(), actor(), wish=_wish(body))


@blp.route("/<push_id>")
class PushOne(MethodView):
    @blp.response(200, wire.Push)
    @blp.refuses(errors.not_found)
    def get(self, push_id):
        """Read a push with its figures as they are now

        推送详情、经过和当前进度。
        """
        return service.find(deps(), actor(), push_id=push_id)


@blp.route("/<push_id>/pause")
class Paused(MethodView):
    @blp.arguments(wire.PushReason)
    @blp.response(200, wire.Push)
    @blp.refuses(errors.not_found, CHANGED)
    def post(self, body, push_id):
        """Pause a push; what a worker is sending at this moment still goes out

        暂停推送；正在发送的一小批仍会发出。
        """
        return service.pause(deps(), actor(), push_id=push_id, **body)


@blp.route("/<push_id>/resume")
class Resumed(MethodView):
    @blp.arguments(wire.PushReason)
    @blp.response(200, wire.Push)
    @blp.refuses(errors.not_found, CHANGED, errors.not_open)
    def post(self, body, push_id):
        """Go on where it was paused; not while readers cannot open the article that it names

        从暂停处继续；所附资讯已撤下的，须重新发布后才能继续。
        """
        return service.resume(deps(), actor(), push_id=push_id, **body)


@blp.route("/<push_id>/cancel")
class Cancelled(MethodView):
    @blp.arguments(wire.PushReason)
    @blp.response(200, wire.Push)
    @blp.refuses(errors.not_found, CHANGED)
    def post(self, body, push_id):
        """Cancel a push for good; whoever has not had it is skipped

        取消推送，不可恢复；尚未发送的不再发送。
        """
        return service.cancel(deps(), actor(), push_id=push_id, **body)


@channels_blp.route("")
class Channels(MethodView):
    @channels_blp.response(200, wire.Channels)
    def get(self):
        """See what waits for each channel, and which is left alone at the moment

        各渠道待发送数量，以及暂停原因和恢复时间。
        """
        return {"items": deliveries.channels(deps(), actor())}


def _wish(body):
    audience = Audience(**{name: tuple(values) for name, values in body["audience"].items()})
    words = {name: body.get(name) for name in ("title", "body", "title_en", "body_en", "news_id")}
    return Wish(**words, audience=audience, ways=tuple(body["channels"]))
