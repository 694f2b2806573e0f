"""Binding, consents, the way without a face, and leaving, over HTTP."""

from flask.views import MethodView

from backend.common.numbers import InvalidNumber, NumberProblem
from backend.identity import errors, service
from backend.web.api import blueprint
from backend.web.auth import actor, address, deps
from schemas import identity as wire
from schemas.text import Text

blp = blueprint("identity", "", "实名与核验 identity")

_MISTYPED = InvalidNumber(
    NumberProblem.CHECK_DIGIT, Text("身份证号末位校验码不符", "The last place does not fit")
)


@blp.route("/me/identity")
class MyIdentity(MethodView):
    @blp.refuses(
        errors.no_match,
        errors.taken,
        errors.already_bound,
        errors.under_age,
        errors.invalid_number(_MISTYPED),
    )
    @blp.arguments(wire.IdentityBind)
    @blp.response(200, wire.Identity)
    def put(self, body):
        """Bind the account to the person with this name and identity number

        绑定姓名和身份证号。查无此人与姓名不符的答复完全相同；未满十八周岁不能办理。
        """
        return service.bind(deps(), actor(), address=address(), **body)


@blp.route("/consent-notices")
class ConsentNotices(MethodView):
    @blp.response(200, wire.ConsentNotices)
    def get(self):
        """Read the notices in force, in both languages, before agreeing to anything

        同意之前请先阅读：各项用途现行的告知书，中英文全文和版本。
        """
        return {"items": service.current_notices()}


@blp.route("/me/consents")
class MyConsents(MethodView):
    @blp.response(200, wire.Consents)
    def get(self):
        """List the own consents, ended ones included

        本人作出过的同意，包括已撤回的。
        """
        return {"items": service.list_consents(deps(), actor())}

    @blp.refuses(errors.outdated_notice("1"))
    @blp.idempotent
    @blp.arguments(wire.ConsentGive)
    @blp.response(201, wire.Consent)
    def post(self, body):
        """Agree, separately and informed, to one purpose under the notice in force

        就一项用途单独作出知情同意；版本须是现行告知书的版本。
        """
        return service.give_consent(deps(), actor(), **body)


@blp.route("/me/consents/<consent_id>")
class MyConsent(MethodView):
    @blp.refuses(errors.no_such_consent)
    @blp.response(204)
    def delete(self, consent_id):
        """Withdraw a consent; the face template is erased with it, and none is made again before a new consent

        撤回同意；人脸模板随即删除，重新同意前不再生成，以后可以改用服务窗口核验码。
        """
        service.withdraw_consent(deps(), actor(), consent_id=consent_id)


@blp.route("/me/window-codes/redeem")
class WindowCodes(MethodView):
    @blp.refuses(errors.wrong_code, errors.code_used, errors.code_expired)
    @blp.arguments(wire.WindowCodeRedeem)
    @blp.response(200, wire.Proof)
    def post(self, body):
        """Become `verified` with a code from a service window: the way without a face

        用服务窗口工作人员发放的一次性核验码完成本人核验，与刷脸同等效力，有效十分钟。
        """
        return service.redeem_window_code(deps(), actor(), **body)


@blp.route("/me")
class MyAccount(MethodView):
    @blp.response(204)
    def delete(self):
        """Close the account: sessions end, phone and face template are erased, the person may register again

        注销账号：所有登录失效，手机号和人脸模板一并删除，重新同意前不再生成模板；本人可以重新注册。
        """
        service.close_account(deps(), actor())


@blp.route("/identity/parity")
class Parity(MethodView):
    @blp.arguments(wire.ParityQuery, location="query")
    @blp.response(200, wire.Parity)
    def get(self, query):
        """See how both ways of verification did in a year: how many passed and failed

        公开刷脸与窗口核验码两种方式一年中通过和未通过的次数，用于检验两种方式是否同等可用。
        """
        return service.parity(deps(), **query)
