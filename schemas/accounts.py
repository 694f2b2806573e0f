"""What signing in and the own account say over HTTP."""

from typing import Any

from marshmallow import fields, validate

from schemas.base import BeijingTime, RequestSchema, ResponseSchema, TermField
from schemas.terms import Level


def _about(zh: str, en: str, **more: Any) -> dict[str, Any]:
    return {"description": f"{zh} {en}", **more}


PHONE = _about("中国大陆手机号码", "Mainland mobile number", example="13900001111")
LANGUAGES = ("zh", "en")


class CodeRequest(RequestSchema):
    phone = fields.String(required=True, validate=validate.Length(1, 64), metadata=PHONE)


class CodeSent(ResponseSchema):
    """The same for every phone, known or not."""

    expires_in = fields.Integer(
        required=True, metadata=_about("验证码有效秒数", "Seconds the code lasts", example=300)
    )
    resend_after = fields.Integer(
        required=True,
        metadata=_about("可重新获取前的秒数", "Seconds until another may be asked for", example=60),
    )


class SignIn(RequestSchema):
    phone = fields.String(required=True, validate=validate.Length(1, 64), metadata=PHONE)
    code = fields.String(
        required=True,
        validate=validate.Length(1, 32),
        metadata=_about("短信验证码", "Code from the text message", example="402917"),
    )


class Refresh(RequestSchema):
    refresh_token = fields.String(
        required=True,
        validate=validate.Length(1, 256),
        metadata=_about("刷新令牌，只能使用一次", "Refresh token, works once", example="0v5k…"),
    )


class Tokens(ResponseSchema):
    """`refresh_token` works once; the answer to it holds the next one."""

    access_token = fields.String(
        required=True, metadata=_about("访问令牌", "Access token", example="eyJhbGciOiJFZERTQSIs…")
    )
    refresh_token = fields.String(
        required=True, metadata=_about("刷新令牌", "Refresh token", example="0v5k…")
    )
    expires_in = fields.Integer(
        required=True,
        metadata=_about("访问令牌有效秒数", "Seconds the access token lasts", example=600),
    )
    level = TermField(
        Level,
        required=True,
        allow_none=True,
        metadata=_about("核验等级；工作人员为空", "How far proved; null for staff"),
    )


class Profile(ResponseSchema):
    id = fields.String(required=True)
    phone = fields.String(
        required=True, metadata=_about("打码的手机号", "Phone, masked", example="139****1111")
    )
    level = TermField(Level, required=True)
    verified_until = BeijingTime(
        required=True,
        allow_none=True,
        metadata=_about("本人核验有效至", "Until when the proof of identity holds"),
    )
    subject_bound = fields.Boolean(
        required=True, metadata=_about("是否已实名", "Whether name and number are bound")
    )
    subject_id = fields.String(required=True, allow_none=True)
    language = fields.String(required=True, validate=validate.OneOf(LANGUAGES), metadata={"example": "zh"})
    created_at = BeijingTime(required=True)


class LanguageChoose(RequestSchema):
    language = fields.String(
        required=True,
        validate=validate.OneOf(LANGUAGES),
        metadata=_about("消息语言", "Language of messages", example="en"),
    )
