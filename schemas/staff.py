"""What staff sign-in says over HTTP; its answer is `schemas.accounts.Tokens`."""

from typing import Any

from marshmallow import fields, validate

from schemas.base import BeijingTime, RequestSchema, ResponseSchema, TermField
from schemas.terms import Role


def _about(zh: str, en: str, **more: Any) -> dict[str, Any]:
    return {"description": f"{zh} {en}", **more}


class StaffSignIn(RequestSchema):
    username = fields.String(
        required=True,
        validate=validate.Length(1, 64),
        metadata=_about("用户名", "User name", example="窗口甲"),
    )
    password = fields.String(
        required=True,
        validate=validate.Length(1, 128),
        metadata=_about("密码", "Password", example="correct horse battery staple"),
    )
    totp = fields.String(
        load_default=None,
        allow_none=True,
        validate=validate.Length(max=16),
        metadata=_about(
            "动态口令（正式环境必填）", "One-time code; required in production", example="492039"
        ),
    )


class PasswordChange(RequestSchema):
    password = fields.String(
        required=True,
        validate=validate.Length(1, 128),
        metadata=_about("原密码", "The old password", example="correct horse battery staple"),
    )
    new_password = fields.String(
        required=True,
        validate=validate.Length(1, 128),
        metadata=_about(
            "新密码：12（演示环境 8）至 128 个字符，不能是用户名或原密码，也不能是同一个字符的重复",
            "The new one: 12 (in a demonstration 8) to 128 characters, neither the user name, nor the old one, nor one"
            " character over and over",
            example="a wholly different sentence",
            minLength=8,
        ),
    )


class Staff(ResponseSchema):
    """The own staff account."""

    id = fields.String(required=True)
    username = fields.String(required=True, metadata={"example": "窗口甲"})
    name = fields.String(required=True, metadata={"example": "窗口甲"})
    role = TermField(Role, required=True, metadata={"example": "window_clerk"})
    unit = fields.String(
        required=True,
        allow_none=True,
        metadata=_about("所属单位代码", "Code of the unit", example="HRSS"),
    )
    created_at = BeijingTime(required=True)
