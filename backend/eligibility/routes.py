"""What is lent without a deposit, the resident's passes and checks, and the merchant's check."""

from flask import request
from flask.views import MethodView

from backend.eligibility import errors, service
from backend.grades import errors as grade_errors
from backend.web.api import blueprint
from backend.web.auth import actor, address, deps
from backend.web.evening import evened
from backend.web.replays import KEY_HEADER
from schemas import eligibility as wire
from schemas.terms import PassState

blp = blueprint("eligibility", "", "信用免押 deposit-free")


def _code_again(told, key):
    """What a repeated request may be shown of the pass that it made."""
    return service.code_again(deps(), actor(), pass_id=told["id"], idempotency_key=key)


@blp.route("/deposit-free/services")
class Services(MethodView):
    @blp.arguments(wire.DepositFreeQuery, location="query")
    @blp.response(200, wire.DepositFreePage)
    def get(self, query):
        """List what is lent without a deposit, with the rule and the notice of each

        可免押金的服务：由谁提供、免多少押金、需要什么等级，以及生成通行码前应读的告知内容。
        """
        return service.services(deps(), **query)


@blp.route("/deposit-free/services/<service_id>")
class OneService(MethodView):
    @blp.response(200, wire.DepositFreeService)
    @blp.refuses(errors.service_not_found)
    def get(self, service_id):
        """Read one of them

        一项免押服务的规则和告知内容。
        """
        return service.service(deps(), service_id=service_id)


@blp.route("/me/passes")
class Passes(MethodView):
    @blp.arguments(wire.PassListQuery, location="query")
    @blp.response(200, wire.PassPage)
    def get(self, query):
        """List the own passes, each with the consent it was and what became of it

        本人生成过的通行码和相应的同意；通行码本身不再显示。
        """
        return service.my_passes(deps(), actor(), **query)

    @blp.arguments(wire.PassMake)
    @blp.response(201, wire.NewPass)
    @blp.refuses(
        errors.service_not_found,
        errors.service_not_open,
        errors.service_changed(2),
        errors.too_many_passes(60),
        grade_errors.no_rules,
    )
    @blp.idempotent
    @blp.shows_once("code", "qr_svg")
    @blp.shows_again(_code_again)
    def post(self, body):
        """Make a one-use pass for one service; this is the consent to one check

        生成一次性通行码，即对一次核验的单独同意：两分钟内有效，只限所选商户和服务，只能使用一次。须先完成本人核验。
        """
        key = request.headers.get(KEY_HEADER)
        return service.make_pass(deps(), actor(), **body, idempotency_key=key)


@blp.route("/me/passes/<pass_id>")
class OnePass(MethodView):
    @blp.response(200, wire.Pass)
    @blp.refuses(errors.pass_not_found)
    def get(self, pass_id):
        """See whether an own pass was used

        查看一个通行码是否已使用。
        """
        return service.my_pass(deps(), actor(), pass_id=pass_id)

    @blp.response(204)
    @blp.refuses(errors.pass_not_found, errors.pass_over(PassState.USED))
    def delete(self, pass_id):
        """Withdraw the consent: the pass is void at once

        撤回同意，通行码立即失效；已使用的不能撤回。
        """
        service.withdraw_pass(deps(), actor(), pass_id=pass_id)


@blp.route("/me/checks")
class Checks(MethodView):
    @blp.arguments(wire.CheckListQuery, location="query")
    @blp.response(200, wire.CheckPage)
    def get(self, query):
        """List every check of the caller with its verdict, reasons and rule version

        商户对本人的每次核验及结论；完成本人核验后可看到原因，查看会记入查询记录。
        """
        return service.my_checks(deps(), actor(), **query)


@blp.route("/me/checks/<check_id>")
class OneCheck(MethodView):
    @blp.response(200, wire.Check)
    @blp.refuses(errors.check_not_found)
    def get(self, check_id):
        """Read one of them

        一次核验的结论、规则版本和原因。
        """
        return service.my_check(deps(), actor(), check_id=check_id)


@blp.route("/me/checks/<check_id>/replay")
class Replayed(MethodView):
    @blp.response(200, wire.CheckReplay)
    @blp.refuses(errors.check_not_found)
    def post(self, check_id):
        """Have a check worked out again, by the rules and the bar of its day

        按当时的规则和依据重新计算一次核验，须先完成本人核验。
        """
        return service.replay(deps(), actor(), check_id=check_id)


@blp.route("/me/checks/<check_id>/contests")
class Contested(MethodView):
    @blp.arguments(wire.ContestAsk)
    @blp.response(201, wire.Contest)
    @blp.refuses(errors.check_not_found, errors.too_many_contests(60))
    @blp.idempotent
    def post(self, body, check_id):
        """Ask for a person to look at a check

        对系统自动得出的核验结论申请人工复核，十个工作日内答复；同一次核验只受理一次。须先完成本人核验。
        """
        return service.contest(deps(), actor(), check_id=check_id, **body)


@blp.route("/me/contests")
class Contests(MethodView):
    @blp.arguments(wire.PassListQuery, location="query")
    @blp.response(200, wire.ContestPage)
    def get(self, query):
        """List the own requests for a review, newest first

        本人申请过的人工复核和答复；完成本人核验后可看到文字。
        """
        return service.my_contests(deps(), actor(), **query)


@blp.route("/me/contests/<contest_id>")
class OneContest(MethodView):
    @blp.response(200, wire.Contest)
    @blp.refuses(errors.contest_not_found)
    def get(self, contest_id):
        """Read one of them

        一次人工复核的期限和答复。
        """
        return service.my_contest(deps(), actor(), contest_id=contest_id)


@blp.route("/merchant/checks")
class MerchantChecks(MethodView):
    @blp.arguments(wire.CheckMake)
    @blp.response(200, wire.CheckAnswer)
    @blp.refuses(errors.code_not_usable, errors.service_not_open, errors.locked(errors.LOCKED_S))
    @blp.idempotent
    def post(self, body):
        """Check whether a customer needs no deposit: yes or no, and nothing else

        核验顾客是否可免押金，只返回“是/否”、编号和时间。通行码只能用一次；网络中断后请用同一 Idempotency-Key 重试。
        结论为“否”时须照常提供押金方式，不得拒绝服务。
        """
        key = request.headers.get(KEY_HEADER)
        return evened(
            wire.CheckAnswer,
            service.check(deps(), actor(), **body, address=address(), idempotency_key=key),
        )
