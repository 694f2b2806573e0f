"""The inbox of a desk: what happened to the cases that its people work on."""

from flask.views import MethodView

from backend.notices import errors, service
from backend.web.api import blueprint
from backend.web.auth import actor, deps
from schemas import notices as wire

blp = blueprint("desk_notices", "/staff/notices", "工作消息 desk notices")


@blp.route("")
class DeskNotices(MethodView):
    @blp.arguments(wire.NoticeListQuery, location="query")
    @blp.response(200, wire.DeskNoticePage)
    def get(self, query):
        """Read the notices of the own desk, newest first

        本岗位（提供单位为本单位）的工作消息，最新的在前。
        """
        return service.desk_inbox(deps(), actor(), **query)


@blp.route("/<notice_id>/read")
class DeskNoticeRead(MethodView):
    @blp.response(200, wire.DeskNotice)
    @blp.refuses(errors.not_found)
    def post(self, notice_id):
        """Mark a notice as read for the whole desk

        把一条工作消息标为已读，全岗位有效；重复操作结果相同，保留最先阅读的人。
        """
        return service.desk_read(deps(), actor(), notice_id=notice_id)
