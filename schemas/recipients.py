"""What a resident wants to hear by which way, over HTTP."""

from typing import Any

from marshmallow import ValidationError, fields, validate

from schemas.base import BeijingTime, RequestSchema, ResponseSchema, Said, TermField
from schemas.notices import NoticeKind
from schemas.terms import NewsCategory, Way
from schemas.text import Text

PUSH = "push"
DEVICE_TOKEN_CHARACTERS = 512
_KINDS = [*(kind.value for kind in NoticeKind), PUSH]


def _about(zh: str, en: str, **more: Any) -> dict[str, Any]:
    return {"description": f"{zh} / {en}", **more}


def _visible(value: str) -> None:
    if not all("!" <= each <= "~" for each in value):
        raise ValidationError(
            [
                Text(
                    "须为字母、数字或符号，不含空格和汉字",
                    "These are letters, digits and signs, without blanks",
                )
            ]
        )


def _ways(**more: Any) -> fields.Dict:
    return fields.Dict(keys=TermField(Way), values=fields.Boolean(truthy={True}, falsy={False}), **more)


class KindChange(RequestSchema):
    kind = fields.String(
        required=True,
        validate=validate.OneOf(_KINDS),
        metadata=_about(
            "消息种类，push 为资讯推送", "a kind of notice; push is news", example="order_due_soon"
        ),
    )
    channels = _ways(
        required=True, metadata=_about("按渠道开关", "on or off by channel", example={"telegram": False})
    )


class PreferencesPut(RequestSchema):
    """What is named is switched; everything else stays as it is."""

    channels = _ways(
        load_default=dict,
        metadata=_about(
            "渠道总开关（不影响告知权利、期限和决定的消息）；sms 打开即同意接收短信",
            "all but the legal kinds by this channel; sms on is the consent to text messages",
            example={"sms": True},
        ),
    )
    kinds = fields.List(
        fields.Nested(KindChange),
        load_default=list,
        validate=validate.Length(max=len(_KINDS)),
        metadata=_about("按种类和渠道的开关", "switches by kind and channel"),
    )
    follows = fields.List(
        TermField(NewsCategory),
        load_default=None,
        allow_none=True,
        validate=validate.Length(max=20),
        metadata=_about("关注的栏目，空列表为都不关注", "topics to follow; an empty list follows none"),
    )


class WaySwitch(ResponseSchema):
    channel = TermField(Way, required=True, attribute="way", metadata=_about("渠道", "the channel"))
    label = Said(required=True, metadata=_about("渠道名称", "its name", type="string", example="短信"))
    bound = fields.Boolean(required=True, metadata=_about("是否已绑定", "whether it is there"))
    bound_at = BeijingTime(
        required=True, allow_none=True, metadata=_about("绑定时间", "since when it is there")
    )
    gone_at = BeijingTime(
        required=True,
        allow_none=True,
        metadata=_about("渠道报告已无法送达的时间", "since when the channel says that nobody is there"),
    )
    on = fields.Boolean(
        required=True,
        metadata=_about(
            "是否接收（告知权利、期限和决定的消息总会发送）", "whether all but the legal kinds go by it"
        ),
    )


class KindSwitch(ResponseSchema):
    kind = fields.String(
        required=True, metadata=_about("消息种类", "the kind of notice", example="order_overdue")
    )
    label = Said(
        required=True, metadata=_about("消息种类名称", "its name", type="string", example="免押借用已逾期")
    )
    legal = fields.Boolean(required=True, metadata=_about("不可关闭", "cannot be switched off"))
    channels = fields.Dict(
        keys=fields.String(),
        values=fields.Boolean(),
        required=True,
        attribute="ways",
        metadata=_about(
            "按渠道是否接收",
            "by channel, whether it goes by it",
            example={"app_push": True, "sms": True, "telegram": False, "wechat": True},
        ),
    )


class Preferences(ResponseSchema):
    """All switches. Every notice lies in the inbox, whatever is switched off."""

    inbox = fields.Boolean(
        required=True, metadata=_about("站内消息始终保留，恒为 true", "always true", example=True)
    )
    channels = fields.List(
        fields.Nested(WaySwitch), required=True, attribute="ways", metadata=_about("各渠道", "the channels")
    )
    kinds = fields.List(
        fields.Nested(KindSwitch), required=True, metadata=_about("各类消息", "the kinds of notices")
    )
    follows = fields.List(
        TermField(NewsCategory), required=True, metadata=_about("关注的栏目", "topics that are followed")
    )


class DeviceRegister(RequestSchema):
    token = fields.String(
        required=True,
        validate=[validate.Length(8, DEVICE_TOKEN_CHARACTERS), _visible],
        metadata=_about("设备推送标识", "the device's push token", example="APA91bHun4MxP5egoKMwt2KZFBaFUH"),
    )


class Device(ResponseSchema):
    """That this account's app pushes go to the device that was named."""

    channel = TermField(Way, required=True, attribute="way", metadata=_about("渠道", "the channel"))
    bound_at = BeijingTime(required=True, metadata=_about("登记时间", "when it was registered"))
