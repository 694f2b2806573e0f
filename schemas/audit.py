"""The audit log as auditors search it."""

from typing import Any

from marshmallow import fields, validate

from schemas.base import BeijingTime, QuerySchema, ResponseSchema, Said, TermField, one_line
from schemas.terms import Channel, Role

ACTION = r"^[a-z_]{1,40}(\.[a-z_]{0,40})?$"
ID_CHARACTERS = 100


def _about(zh: str, en: str, **more: Any) -> dict[str, Any]:
    return {"description": f"{zh} / {en}", **more}


def _id(metadata: dict[str, Any]) -> fields.String:
    return fields.String(
        load_default=None, validate=[validate.Length(1, ID_CHARACTERS), one_line], metadata=metadata
    )


class AuditQuery(QuerySchema):
    """Everything that is given must hold. There is no search by identity number: the log holds none."""

    since = BeijingTime(
        load_default=None,
        metadata=_about(
            "自何时（含），默认为结束前三十天", "from when on; thirty days before the end unless said"
        ),
    )
    until = BeijingTime(
        load_default=None, metadata=_about("至何时（不含），默认为现在", "until before when; now unless said")
    )
    action = fields.String(
        load_default=None,
        validate=validate.Regexp(ACTION, error="须为操作代码或其开头 / must be an action or its beginning"),
        metadata=_about("操作代码或其开头", "an action, or how it begins", example="objections."),
    )
    actor_id = _id(_about("操作者编号", "id of who did it"))
    target_id = _id(
        _about("对象编号（案件、批次、链接等）", "id of what it was done to: a case, a batch, a link")
    )
    role = TermField(Role, load_default=None, metadata=_about("操作者的角色", "role of who did it"))
    channel = TermField(Channel, load_default=None, metadata=_about("渠道", "by which door"))
    limit = fields.Integer(load_default=20, validate=validate.Range(1, 100))
    cursor = fields.String(load_default=None, validate=validate.Length(max=400))


class AuditLine(ResponseSchema):
    """One line: who did what, when, by which door and why. Nothing of what was seen is in the log."""

    id = fields.String(required=True)
    at = BeijingTime(required=True)
    actor_id = fields.String(required=True, metadata=_about("操作者编号", "id of who did it"))
    actor_role = TermField(Role, required=True)
    actor_role_label = Said(
        required=True, metadata={"type": "string", **_about("操作者角色名称", "name of that role")}
    )
    actor_name = fields.String(
        required=True, allow_none=True, metadata=_about("工作人员用户名", "user name of staff")
    )
    actor_unit = fields.String(
        required=True, allow_none=True, metadata=_about("操作者所属单位", "their unit")
    )
    channel = TermField(Channel, required=True)
    channel_label = Said(required=True)
    action = fields.String(
        required=True, metadata=_about("操作", "what was done", example="objections.decide")
    )
    look = fields.Boolean(
        required=True,
        metadata=_about("是否为查看受限信息", "whether it was a look at restricted information"),
    )
    subject_id = fields.String(
        required=True,
        allow_none=True,
        metadata=_about("涉及的信息主体的编号", "whose information it touched"),
    )
    target_id = fields.String(
        required=True, allow_none=True, metadata=_about("对象编号", "what it was done to")
    )
    purpose = Said(required=True, allow_none=True)
    scope = Said(required=True, allow_none=True)
    details = fields.Dict(
        keys=fields.String(),
        values=fields.Raw(),
        required=True,
        metadata=_about("不含个人信息的事实", "facts without personal data"),
    )


class AuditPage(ResponseSchema):
    items = fields.List(fields.Nested(AuditLine), required=True)
    next_cursor = fields.String(required=True, allow_none=True)
