"""The audit log over HTTP, for auditors."""

from flask.views import MethodView

from backend.audit import errors, service
from backend.common.pages import bad_cursor
from backend.web.api import blueprint
from backend.web.auth import actor, deps
from schemas import audit as wire

blp = blueprint("audit", "/staff/audit", "审计日志 audit log")


@blp.route("")
class Audit(MethodView):
    @blp.arguments(wire.AuditQuery, location="query")
    @blp.response(200, wire.AuditPage)
    @blp.refuses(errors.bad_period, bad_cursor)
    def get(self, query):
        """Search the log of who did and saw what, newest first; the search is written down as well

        按时间、操作、操作者、对象、角色和渠道检索审计日志，最新的在前；检索本身也记入日志。不能按证件号码检索：日志中没有证件号码。
        """
        return service.search(deps(), actor(), **query)
