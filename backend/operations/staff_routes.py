"""The figures of operations over HTTP."""

from flask.views import MethodView

from backend.operations import errors, service
from backend.web.api import blueprint
from backend.web.auth import actor, deps
from schemas import operations as wire

blp = blueprint("operations", "/staff/operations", "运行情况 operations")


@blp.route("")
class Operations(MethodView):
    @blp.arguments(wire.OperationsQuery, location="query")
    @blp.response(200, wire.Operations)
    @blp.refuses(errors.wrong_year(2014, 2026))
    def get(self, query):
        """Read the figures of a year: self-queries by month, channel and kind, objections, imports, users

        一年的运行情况：各月各渠道自查、异议和信用修复及其按时情况、数据归集、用户、信用应用、聊天。只有计数，不含个人信息。
        """
        return service.year(deps(), actor(), **query)
