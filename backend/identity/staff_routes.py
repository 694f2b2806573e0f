"""The counter's side of identity."""

from flask.views import MethodView

from backend.identity import errors, service
from backend.web.api import blueprint
from backend.web.auth import actor, deps
from schemas import identity as wire

blp = blueprint("identity_staff", "/staff/window-codes", "服务窗口 service windows")


@blp.route("")
class WindowCodes(MethodView):
    @blp.refuses(errors.no_such_person)
    @blp.idempotent
    @blp.arguments(wire.WindowCodeIssue)
    @blp.response(201, wire.WindowCode)
    def post(self, body):
        """Hand out a one-time code after a look at the identity card; logged with clerk and unit

        窗口人员查验身份证原件后发放一次性核验码；发放人和单位记入日志。
        """
        return service.issue_window_code(deps(), actor(), **body)
