"""What identity says over HTTP: binding, consents, window codes, leaving."""

from typing import Any

from marshmallow import fields, validate

from schemas.base import BeijingTime, QuerySchema, RequestSchema, ResponseSchema, Said, TermField
from schemas.terms import Channel, ConsentPurpose, Level, ProofWay, Role


def _about(zh: str, en: str, **more: Any) -> dict[str, Any]:
    return {"description": f"{zh} {en}", **more}


class IdentityBind(RequestSchema):
    name = fields.String(
        required=True,
        validate=validate.Length(1, 100),
        metadata=_about("身份证上的姓名", "Name on the identity card", example="王小明"),
    )
    # An empty one is no number either, and is told so in the words of `identity.invalid_number`.
    id_number = fields.String(
        required=True,
        validate=validate.Length(max=64),
        metadata=_about("18 位身份证号", "Identity number, 18 places", example="31010119900101008X"),
    )


class Identity(ResponseSchema):
    subject_id = fields.String(required=True)
    level = TermField(Level, required=True)


class BothLanguages(ResponseSchema):
    zh = fields.String(required=True)
    en = fields.String(required=True)


class ConsentNotice(ResponseSchema):
    """The notice in force for one purpose, to be read before agreeing; whole, in both languages."""

    purpose = TermField(ConsentPurpose, required=True)
    version = fields.String(required=True, metadata={"example": "1"})
    text = fields.Nested(BothLanguages, required=True)
    withdrawal = fields.Nested(BothLanguages, required=True, metadata=_about("如何撤回", "How to withdraw"))
    storage = fields.Nested(BothLanguages, required=True, metadata=_about("如何保存", "How it is kept"))
    other_way = fields.Nested(
        BothLanguages, required=True, metadata=_about("不用人脸的方式", "The way without a face")
    )


class ConsentNotices(ResponseSchema):
    items = fields.List(fields.Nested(ConsentNotice), required=True)


class ConsentGive(RequestSchema):
    purpose = TermField(ConsentPurpose, required=True)
    notice_version = fields.String(
        required=True,
        validate=validate.Length(1, 32),
        metadata=_about("告知书版本", "Version that was read", example="1"),
    )


class Consent(ResponseSchema):
    id = fields.String(required=True)
    purpose = TermField(ConsentPurpose, required=True)
    notice_version = fields.String(required=True)
    notice_text = Said(required=True)
    given_at = BeijingTime(required=True)
    ended_at = BeijingTime(required=True, allow_none=True)
    withdrawn = fields.Boolean(
        required=True, metadata=_about("是否已撤回", "Withdrawn, rather than replaced by a newer one")
    )


class Consents(ResponseSchema):
    items = fields.List(fields.Nested(Consent), required=True)


class WindowCodeIssue(RequestSchema):
    id_number = fields.String(
        required=True, validate=validate.Length(1, 64), metadata={"example": "31010119900101008X"}
    )


class WindowCode(ResponseSchema):
    code = fields.String(required=True, metadata=_about("只显示一次", "Shown once", example="40917264"))
    expires_at = BeijingTime(required=True)


class WindowCodeRedeem(RequestSchema):
    code = fields.String(
        required=True,
        validate=validate.Length(1, 32),
        metadata=_about("窗口核验码", "Code from the window", example="4091 7264"),
    )


class Proof(ResponseSchema):
    """The session's new access token; `verified` until the instant given."""

    access_token = fields.String(required=True)
    expires_in = fields.Integer(required=True, metadata=_about("令牌有效秒数", "Seconds the token lasts"))
    level = TermField(Level, required=True)
    verified_until = BeijingTime(required=True)


class ParityQuery(QuerySchema):
    year = fields.Integer(load_default=None, validate=validate.Range(2026, 9000))


class WayFigures(ResponseSchema):
    way = TermField(ProofWay, required=True)
    passed = fields.Integer(required=True)
    failed = fields.Integer(required=True)


class Parity(ResponseSchema):
    year = fields.Integer(required=True)
    ways = fields.List(fields.Nested(WayFigures), required=True)


class ExportedLook(ResponseSchema):
    """One line of the access log, as the export carries it."""

    id = fields.String(required=True)
    at = BeijingTime(required=True)
    action = fields.String(required=True)
    actor = fields.String(required=True, attribute="actor_name", allow_none=True)
    unit = fields.String(required=True, attribute="actor_unit", allow_none=True)
    role = TermField(Role, required=True, attribute="actor_role")
    channel = TermField(Channel, required=True)
    purpose = fields.Nested(BothLanguages, required=True, allow_none=True)
    scope = fields.Nested(BothLanguages, required=True, allow_none=True)


class ExportedProfile(ResponseSchema):
    account_id = fields.String(required=True)
    phone = fields.String(required=True)
    language = fields.String(required=True)
    created_at = BeijingTime(required=True)
    masked = fields.Boolean(
        required=True,
        metadata=_about(
            "姓名和号码是否已遮掩；完成本人核验后导出完整内容",
            "Whether name and numbers are masked; whole after proving who you are",
        ),
    )
    subject_id = fields.String(required=True, allow_none=True)
    name = fields.String(required=True, allow_none=True)
    id_number = fields.String(required=True, allow_none=True)
    district = fields.String(required=True, allow_none=True)
    phone_on_file = fields.String(required=True, allow_none=True)
    face_template = fields.Boolean(
        required=True, metadata=_about("是否留有人脸模板", "Whether a face template is kept")
    )
