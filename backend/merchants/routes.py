"""The merchant's side: a clerk signs in, a till tries its key, and both see the month's figures."""

from flask.views import MethodView

from backend.merchants import errors, service
from backend.merchants.rules import FIRST_YEAR
from backend.staff import errors as staff_errors
from backend.web.api import blueprint
from backend.web.auth import actor, address, deps
from schemas import accounts
from schemas import merchants as wire
from schemas.staff import PasswordChange

blp = blueprint("merchants", "", "商户 merchants")


@blp.route("/auth/merchant-sessions")
class MerchantSessions(MethodView):
    @blp.idempotent
    @blp.refuses(staff_errors.wrong_credentials, staff_errors.locked(900))
    @blp.arguments(wire.MerchantSignIn)
    @blp.response(201, accounts.Tokens)
    def post(self, body):
        """Sign in as a merchant's clerk

        商户店员登录。连续失败五次锁定十五分钟；登录十二小时内有效，两小时不用即退出。
        """
        return service.sign_in(deps(), actor(), **body, address=address())


@blp.route("/merchant/me")
class Me(MethodView):
    @blp.refuses(errors.not_found)
    @blp.response(200, wire.MerchantMe)
    def get(self):
        """See which merchant this is, by which key or clerk, and how many requests are left

        本商户的名称、状态、请求上限和剩余次数；可用来试一个新密钥是否有效。
        """
        return service.me(deps(), actor())


@blp.route("/merchant/me/password")
class OwnPassword(MethodView):
    @blp.refuses(
        errors.not_a_clerk,
        staff_errors.not_found,
        staff_errors.wrong_password,
        staff_errors.weak_password(12, 128),
        staff_errors.locked(900),
    )
    @blp.arguments(PasswordChange)
    @blp.response(204)
    def put(self, body):
        """Change the own password as a clerk; every other session of the account ends

        店员修改自己的密码，须填原密码；其他登录即刻退出。原密码连续错五次锁定十五分钟。
        """
        service.change_password(deps(), actor(), **body, address=address())


@blp.route("/merchant/figures")
class OwnFigures(MethodView):
    @blp.arguments(wire.MerchantFiguresQuery, location="query")
    @blp.refuses(errors.invalid_month(FIRST_YEAR))
    @blp.response(200, wire.MerchantFigures)
    def get(self, query):
        """See the own figures of a month

        本商户某月的核验、订单、核销数量；不含任何个人信息。
        """
        return service.own_figures(deps(), actor(), **query)
