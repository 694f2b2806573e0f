"""The subject's side of removals."""

from flask.views import MethodView

from backend.removals import errors, service
from backend.web.api import blueprint
from backend.web.auth import actor, deps
from schemas import removals as wire

blp = blueprint("removals", "/me", "信息移除 removals")


@blp.route("/records/<record_id>")
class OwnRecord(MethodView):
    @blp.response(202, wire.Removal)
    @blp.refuses(errors.record_not_found, errors.not_withdrawable, errors.contested, errors.changed)
    def delete(self, record_id):
        """Drop an own commendation, volunteering or donation

        撤下本人的表彰奖励、志愿服务或捐赠信息（《办法》第二十七条，两个工作日内），当即办理并告知信息提供单位；须先完成本人核验。
        """
        return service.withdraw(deps(), actor(), record_id=record_id)


@blp.route("/removals")
class OwnRemovals(MethodView):
    @blp.arguments(wire.RemovalListQuery, location="query")
    @blp.response(200, wire.RemovalPage)
    def get(self, query):
        """See what was hidden, erased or dropped of the own record, with reasons and proofs

        本人信息被隐去、删除或撤下的情况：依据、期限、理由和凭证，不含信息内容。
        """
        return service.mine(deps(), actor(), **query)
