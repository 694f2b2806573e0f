"""The benefit manager's side: campaigns, their stock, and figures that add up."""

from flask.views import MethodView

from backend.benefits import errors, service
from backend.benefits.model import Terms
from backend.web.api import blueprint
from backend.web.auth import actor, deps
from schemas import benefits as wire
from schemas.terms import BenefitState
from schemas.text import Text

blp = blueprint("benefits_staff", "/staff/benefits", "权益管理 running campaigns")

CHANGED = errors.changed(BenefitState.CLOSED)
INVALID = errors.invalid([("ends_at", Text("结束时间须晚于开始时间", "The window must end after it starts"))])


@blp.route("")
class Benefits(MethodView):
    @blp.arguments(wire.StaffBenefitListQuery, location="query")
    @blp.response(200, wire.StaffBenefitPage)
    def get(self, query):
        """List the campaigns with their figures, newest first

        全部权益活动及库存去向，最新的在前。
        """
        return service.listed_for_staff(deps(), actor(), **query)

    @blp.idempotent
    @blp.arguments(wire.BenefitCreate)
    @blp.response(201, wire.StaffBenefit)
    @blp.refuses(INVALID)
    def post(self, body):
        """Start a campaign

        创建权益活动并备好库存。有误的各项一次说明。
        """
        return service.create(deps(), actor(), wanted=Terms.given(body))


@blp.route("/<benefit_id>")
class Benefit(MethodView):
    @blp.response(200, wire.StaffBenefit)
    @blp.refuses(errors.not_found)
    def get(self, benefit_id):
        """Read a campaign with its history and where every unit of its stock is

        活动详情、经过，以及每一份库存的去向。
        """
        return service.find_for_staff(deps(), actor(), benefit_id=benefit_id)

    @blp.arguments(wire.BenefitPut)
    @blp.response(200, wire.StaffBenefit)
    @blp.refuses(errors.not_found, CHANGED, errors.stale(2), INVALID)
    def put(self, body, benefit_id):
        """Change a campaign for claims to come; stock can only grow

        修改活动，只影响以后的领取；库存只增不减。
        """
        version = body.pop("version")
        return service.change(
            deps(), actor(), benefit_id=benefit_id, version=version, wanted=Terms.given(body)
        )


@blp.route("/<benefit_id>/pause")
class Paused(MethodView):
    @blp.arguments(wire.BenefitReason)
    @blp.response(200, wire.StaffBenefit)
    @blp.refuses(errors.not_found, CHANGED)
    def post(self, body, benefit_id):
        """Pause claiming; what was claimed can be redeemed

        暂停领取；已领取的仍可核销。
        """
        return service.pause(deps(), actor(), benefit_id=benefit_id, **body)


@blp.route("/<benefit_id>/resume")
class Resumed(MethodView):
    @blp.arguments(wire.BenefitResume)
    @blp.response(200, wire.StaffBenefit)
    @blp.refuses(errors.not_found, CHANGED)
    def post(self, body, benefit_id):
        """Let a paused campaign be claimed again

        恢复领取。
        """
        return service.resume(deps(), actor(), benefit_id=benefit_id, **body)


@blp.route("/<benefit_id>/close")
class Closed(MethodView):
    @blp.arguments(wire.BenefitReason)
    @blp.response(200, wire.StaffBenefit)
    @blp.refuses(errors.not_found, CHANGED)
    def post(self, body, benefit_id):
        """Close a campaign for good; live claims stay valid until they expire

        结束活动，不可恢复；已领取的在有效期内仍可使用。
        """
        return service.close(deps(), actor(), benefit_id=benefit_id, **body)
