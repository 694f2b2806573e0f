"""Signing in with a phone, and the own account."""

from flask.views import MethodView

from backend.accounts import errors, service
from backend.gateways import sms
from backend.web.api import blueprint
from backend.web.auth import actor, address, deps
from schemas import accounts as wire

blp = blueprint("accounts", "", "账号与登录 accounts")


@blp.route("/auth/codes")
class Codes(MethodView):
    @blp.idempotent
    @blp.refuses(errors.invalid_phone, sms.NotSent)
    @blp.arguments(wire.CodeRequest)
    @blp.response(202, wire.CodeSent)
    def post(self, body):
        """Send a sign-in code to a phone

        向手机发送六位登录验证码，五分钟内有效。无论该号码是否注册，答复完全相同。
        """
        return service.request_code(deps(), actor(), **body, address=address())


@blp.route("/auth/sessions")
class Sessions(MethodView):
    @blp.idempotent
    @blp.refuses(errors.invalid_phone, errors.wrong_code)
    @blp.arguments(wire.SignIn)
    @blp.response(201, wire.Tokens)
    def post(self, body):
        """Sign in with the code; the first time makes the account

        用短信验证码登录，首次登录即建立账号。验证码只能使用一次，最多可尝试五次。
        """
        return service.sign_in(deps(), actor(), **body, address=address())


@blp.route("/auth/sessions/refresh")
class SessionRefresh(MethodView):
    @blp.refuses(errors.invalid_refresh, errors.refresh_reused)
    @blp.arguments(wire.Refresh)
    @blp.response(200, wire.Tokens)
    def post(self, body):
        """Renew a sign-in with its refresh token, which works once

        刷新令牌只能使用一次；重复使用视为被复制，该次登录立即全部失效。
        """
        return service.refresh(deps(), actor(), **body)


@blp.route("/auth/sessions/current")
class SessionCurrent(MethodView):
    @blp.response(204)
    def delete(self):
        """Sign out

        退出当前登录，立即生效。
        """
        service.sign_out(deps(), actor())


@blp.route("/me")
class Me(MethodView):
    @blp.response(200, wire.Profile)
    def get(self):
        """Read the own account

        查看自己的账号、核验等级和有效期。
        """
        return service.profile(deps(), actor())


@blp.route("/me/language")
class MyLanguage(MethodView):
    @blp.arguments(wire.LanguageChoose)
    @blp.response(200, wire.Profile)
    def put(self, body):
        """Choose the language of messages

        选择消息使用的语言。
        """
        return service.set_language(deps(), actor(), **body)
