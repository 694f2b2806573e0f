"""The benefit manager's side: taking merchants on, their keys, their clerks, and their figures."""

from flask.views import MethodView

from backend.merchants import errors, rules, service, texts
from backend.merchants.model import Fault, Particulars
from backend.staff import errors as staff_errors
from backend.web.api import blueprint
from backend.web.auth import actor, deps
from schemas import merchants as wire
from schemas.terms import MerchantState
from schemas.text import Text

blp = blueprint("merchants_staff", "/staff/merchants", "商户管理 looking after merchants")

CHANGED = errors.changed(MerchantState.CLOSED)
WRONG = (
    *(
        errors.invalid([fault])
        for fault in (
            Fault("invalid_name", "name", texts.NOT_A_LINE),
            Fault("invalid_district", "district", texts.NO_DISTRICT),
            Fault("invalid_kinds", "kinds", texts.NO_KINDS),
            Fault("invalid_phone", "contact_phone", texts.NOT_A_PHONE),
            Fault(
                "invalid_uscc",
                "uscc",
                Text(
                    "统一社会信用代码末位校验码不符，请核对是否输错",
                    "The last place of the unified social credit code does not fit; please look for a typing error",
                ),
            ),
        )
    ),
    errors.name_taken("良友超市"),
)


@blp.route("")
class Merchants(MethodView):
    @blp.arguments(wire.MerchantListQuery, location="query")
    @blp.response(200, wire.MerchantPage)
    def get(self, query):
        """List the merchants, newest first

        商户列表，可按状态和类别筛选；不含联系人。
        """
        return service.listed(deps(), actor(), **query)

    @blp.idempotent
    @blp.arguments(wire.MerchantCreate)
    @blp.response(201, wire.Merchant)
    @blp.refuses(*WRONG)
    def post(self, body):
        """Take a merchant on

        商户签约入驻，随即生效。有误的各项在 data.errors 中一并说明。
        """
        return service.create(deps(), actor(), wanted=_particulars(body))


@blp.route("/<merchant_id>")
class Merchant(MethodView):
    @blp.response(200, wire.Merchant)
    @blp.refuses(errors.not_found)
    def get(self, merchant_id):
        """Read a merchant with its contact and its history

        查看商户资料、联系人和全部经过。
        """
        return service.find(deps(), actor(), merchant_id=merchant_id)

    @blp.arguments(wire.MerchantPut)
    @blp.response(200, wire.Merchant)
    @blp.refuses(errors.not_found, CHANGED, errors.stale(2), *WRONG)
    def put(self, body, merchant_id):
        """Change a merchant's particulars

        修改商户资料，须写明所依据的版本；他人已改过的，请在最新版本上再改。
        """
        version = body.pop("version")
        return service.change(
            deps(), actor(), merchant_id=merchant_id, version=version, wanted=_particulars(body)
        )


@blp.route("/<merchant_id>/pause")
class Paused(MethodView):
    @blp.arguments(wire.MerchantPause)
    @blp.response(200, wire.Merchant)
    @blp.refuses(errors.not_found, CHANGED)
    def post(self, body, merchant_id):
        """Pause a merchant: no key and no clerk of it is let through

        暂停商户，其全部密钥和店员账号即刻不能办理业务，可恢复。
        """
        return service.pause(deps(), actor(), merchant_id=merchant_id, **body)


@blp.route("/<merchant_id>/resume")
class Resumed(MethodView):
    @blp.arguments(wire.MerchantResume)
    @blp.response(200, wire.Merchant)
    @blp.refuses(errors.not_found, CHANGED)
    def post(self, body, merchant_id):
        """Let a paused merchant go on

        恢复已暂停的商户。
        """
        return service.resume(deps(), actor(), merchant_id=merchant_id, **body)


@blp.route("/<merchant_id>/close")
class Closed(MethodView):
    @blp.arguments(wire.MerchantClose)
    @blp.response(200, wire.Merchant)
    @blp.refuses(errors.not_found, CHANGED)
    def post(self, body, merchant_id):
        """End a merchant's part for good: its keys work no more, its clerks' accounts and sessions end

        终止合作，不可恢复：密钥失效，店员账号注销并立即退出；未了结的免押订单随之终结，逐一告知借用人，不计逾期。
        事前可查看未了结的数量（open-orders）。
        """
        return service.close(deps(), actor(), merchant_id=merchant_id, **body)


@blp.route("/<merchant_id>/keys")
class Keys(MethodView):
    @blp.arguments(wire.MerchantKeyListQuery, location="query")
    @blp.response(200, wire.MerchantKeyPage)
    @blp.refuses(errors.not_found)
    def get(self, query, merchant_id):
        """List a merchant's API keys with when each was last used

        商户的接口密钥，含最近使用时间和已吊销的；密钥本身不再显示。
        """
        return service.keys(deps(), actor(), merchant_id=merchant_id, **query)

    @blp.idempotent
    @blp.shows_once("key")
    @blp.arguments(wire.MerchantKeyCreate)
    @blp.response(201, wire.NewMerchantKey)
    @blp.refuses(
        errors.not_found, CHANGED, errors.too_many_keys(rules.MOST_KEYS), errors.invalid_name("label")
    )
    def post(self, body, merchant_id):
        """Issue one more API key

        签发接口密钥。密钥只显示这一次；重复提交的答复中没有密钥，未收到的请吊销后重新签发。
        """
        return service.create_key(deps(), actor(), merchant_id=merchant_id, **body)


@blp.route("/<merchant_id>/keys/<key_id>")
class Key(MethodView):
    @blp.response(204)
    @blp.refuses(errors.not_found, errors.key_not_found)
    def delete(self, merchant_id, key_id):
        """Revoke an API key, at once and everywhere

        吊销接口密钥，立即生效。
        """
        service.revoke_key(deps(), actor(), merchant_id=merchant_id, key_id=key_id)


@blp.route("/<merchant_id>/clerks")
class Clerks(MethodView):
    @blp.response(200, wire.MerchantClerks)
    @blp.refuses(errors.not_found)
    def get(self, merchant_id):
        """List a merchant's clerks

        商户在职店员的账号，最多五十个。
        """
        return {"items": service.clerks(deps(), actor(), merchant_id=merchant_id)}

    @blp.idempotent
    @blp.shows_once("password", "totp_secret", "totp_uri")
    @blp.arguments(wire.MerchantClerkCreate)
    @blp.response(201, wire.NewMerchantClerk)
    @blp.refuses(
        errors.not_found,
        CHANGED,
        errors.too_many_clerks(rules.MOST_CLERKS),
        staff_errors.taken("liangyou.zhou"),
        staff_errors.invalid_name,
        staff_errors.weak_password(12, 128),
    )
    def post(self, body, merchant_id):
        """Open an account for a clerk

        开通店员账号。密码和动态口令密钥只显示这一次。
        """
        return service.create_clerk(deps(), actor(), merchant_id=merchant_id, **body)


@blp.route("/<merchant_id>/clerks/<clerk_id>")
class Clerk(MethodView):
    @blp.response(204)
    @blp.refuses(errors.not_found, errors.clerk_not_found)
    def delete(self, merchant_id, clerk_id):
        """Close a clerk's account; every session of it ends at once

        注销店员账号，已登录的立即退出。
        """
        service.close_clerk(deps(), actor(), merchant_id=merchant_id, clerk_id=clerk_id)


@blp.route("/<merchant_id>/figures")
class Figures(MethodView):
    @blp.arguments(wire.MerchantFiguresQuery, location="query")
    @blp.response(200, wire.MerchantFigures)
    @blp.refuses(errors.not_found, errors.invalid_month(rules.FIRST_YEAR))
    def get(self, query, merchant_id):
        """See a merchant's figures of a month

        商户某月的核验、订单、核销数量；不含任何个人信息。
        """
        return service.figures(deps(), actor(), merchant_id=merchant_id, **query)


def _particulars(body):
    return Particulars(**body | {"kinds": tuple(body["kinds"])})
