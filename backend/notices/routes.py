"""The resident's inbox."""

from flask.views import MethodView

from backend.notices import service
from backend.web.api import blueprint
from backend.web.auth import actor, deps
from schemas import notices as wire

blp = blueprint("notices", "/me/notices", "消息 notices")


@blp.route("")
class Notices(MethodView):
    @blp.arguments(wire.NoticeListQuery, location="query")
    @blp.response(200, wire.NoticePage)
    def get(self, query):
        """Read the own notices, newest first

        本人的消息，最新的在前。
        """
        return service.inbox(deps(), actor(), **query)


@blp.route("/<notice_id>/read")
class NoticeRead(MethodView):
    @blp.response(200, wire.Notice)
    def post(self, notice_id):
        """Mark a notice as read

        把一条消息标为已读，重复操作结果相同。
        """
        return service.read(deps(), actor(), notice_id=notice_id)
