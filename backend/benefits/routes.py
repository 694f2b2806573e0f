"""Red packets for everybody, for the resident who claims, and for the till that redeems."""

from flask import request
from flask.views import MethodView

from backend.benefits import errors, rules, service, texts
from backend.limits.errors import too_many
from backend.web.api import blueprint
from backend.web.auth import actor, address, deps
from backend.web.replays import KEY_HEADER
from schemas import benefits as wire

blp = blueprint("benefits", "", "信用小红包 red packets")

NOT_OPEN = [errors.not_open(why, text) for why, text in rules.HINDRANCES.items()]
BELOW = [{"code": "benefits.below_minimum", "text": texts.BELOW.zh.format(grade="良好")}]


@blp.route("/benefits")
class Benefits(MethodView):
    @blp.arguments(wire.BenefitListQuery, location="query")
    @blp.response(200, wire.BenefitPage)
    def get(self, query):
        """List what can be claimed now or soon, with what is left

        正在进行和即将开始的权益活动及剩余数量，人人可看，内容相同。
        """
        return service.listed(deps(), **query)


@blp.route("/benefits/<benefit_id>")
class Benefit(MethodView):
    @blp.response(200, wire.Benefit)
    @blp.refuses(errors.not_found)
    def get(self, benefit_id):
        """Read one benefit: who gets what, where, until when, and how the record is used

        权益活动详情，含申领时如何使用信用信息的说明。
        """
        return service.find(deps(), benefit_id=benefit_id)


@blp.route("/benefits/<benefit_id>/claims")
class Claims(MethodView):
    @blp.idempotent
    @blp.response(201, wire.BenefitClaim)
    @blp.refuses(
        errors.not_found,
        *NOT_OPEN,
        errors.out_of_stock,
        errors.already_claimed("…"),
        errors.not_entitled(BELOW, "shanghai-2026-1"),
        too_many(3600),
    )
    def post(self, benefit_id):
        """Claim a benefit for oneself

        领取一份权益。要求等级的须先完成本人核验，人人可领的只须绑定姓名和身份证号。按公布的等级规则即时核定，查看记录的情况
        记入查询记录；不符合条件的，逐条说明所依据的规则和记录。
        """
        key = request.headers.get(KEY_HEADER)
        return service.claim(deps(), actor(), benefit_id=benefit_id, idempotency_key=key)


@blp.route("/me/claims")
class MyClaims(MethodView):
    @blp.arguments(wire.BenefitListQuery, location="query")
    @blp.response(200, wire.BenefitClaimPage)
    def get(self, query):
        """List the own claims with their codes, newest first

        我领到的红包，含权益码、有效期和可再次领取的；未符合条件的申领在完成本人核验后显示。
        """
        return service.mine(deps(), actor(), **query)


@blp.route("/me/claims/<claim_id>")
class MyClaim(MethodView):
    @blp.response(200, wire.BenefitClaimWithReasons)
    @blp.refuses(errors.claim_not_found)
    def get(self, claim_id):
        """Read one own claim and why it came out so

        一次申领的详情和所依据的规则、记录；须先完成本人核验。
        """
        return service.one_of_mine(deps(), actor(), claim_id=claim_id)


@blp.route("/me/claims/<claim_id>/replay")
class Replayed(MethodView):
    @blp.response(200, wire.BenefitReplay)
    @blp.refuses(errors.claim_not_found, errors.decision_not_found)
    def post(self, claim_id):
        """Have the decision that a claim came out of worked out again, by the rules and facts of its day

        按当时的规则和依据重新计算一次申领的等级决定；须先完成本人核验。
        """
        return service.replay(deps(), actor(), claim_id=claim_id)


@blp.route("/me/claims/<claim_id>/decisions/<decision_id>/replay")
class ReplayedDecision(MethodView):
    @blp.response(200, wire.BenefitReplay)
    @blp.refuses(errors.claim_not_found, errors.decision_not_found)
    def post(self, claim_id, decision_id):
        """Have any decision behind a claim worked out again, also one that another took the place of

        重新计算一次申领的任一等级决定，包括已被替代的；须先完成本人核验。
        """
        return service.replay(deps(), actor(), claim_id=claim_id, decision_id=decision_id)


@blp.route("/merchant/redemptions")
class Redemptions(MethodView):
    @blp.idempotent
    @blp.arguments(wire.Redemption)
    @blp.response(200, wire.RedemptionReceipt)
    @blp.refuses(errors.code_not_valid, errors.locked(900))
    def post(self, body):
        """Redeem a code, once

        核销权益码。有误、已用、过期或不适用于本店的，答复都一样并计入锁定；同一收银台用同一 Idempotency-Key 重试，得到同一
        结果。商户只得到优惠内容和核销编号。
        """
        key = request.headers.get(KEY_HEADER)
        return service.redeem(deps(), actor(), **body, idempotency_key=key, address=address())
