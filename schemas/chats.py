"""Chats bound to an account."""

from typing import Any

from marshmallow import ValidationError, fields

from schemas.base import BeijingTime, QuerySchema, RequestSchema, ResponseSchema, Said, TermField
from schemas.terms import Way

CHATS = (Way.TELEGRAM, Way.WECHAT)


def _chat(value: Way) -> None:
    if value not in CHATS:
        raise ValidationError(["telegram / wechat"])


def _channel(**more: Any) -> TermField:
    about = {"description": "聊天渠道 / the chat channel", "enum": [way.value for way in CHATS]}
    return TermField(Way, validate=_chat, metadata=about, **more)


class ChatBind(RequestSchema):
    channel = _channel(required=True)


class ChatUnbindQuery(QuerySchema):
    channel = _channel(load_default=None)


class NewChatCode(ResponseSchema):
    """A code that binds one chat; it is shown once."""

    code = fields.String(
        required=True,
        metadata={
            "description": "在聊天中发送，十分钟内有效，只能使用一次 / send it in the chat",
            "example": "3k7m9q2w",
        },
    )
    channel = TermField(Way, required=True)
    deep_link = fields.String(
        required=True,
        allow_none=True,
        metadata={
            "description": "打开即带绑定码的链接；微信的须扫码打开；渠道暂不能提供时为空，绑定码仍可使用"
            " / opens the chat with the code in it; WeChat's works when it is scanned; null while there is none, the code works"
        },
    )
    qr_svg = fields.String(
        required=True,
        allow_none=True,
        metadata={
            "description": "该链接的二维码（SVG），没有链接时为空 / the link as a QR code (SVG); null without a link"
        },
    )
    expires_at = BeijingTime(required=True)
    instruction = Said(
        required=True,
        metadata={"type": "string", "description": "如何在聊天中使用 / what to do with it in the chat"},
    )


class Chat(ResponseSchema):
    """A chat of the account; who it is in the channel is never told."""

    id = fields.String(required=True)
    channel = TermField(Way, required=True)
    channel_label = Said(required=True)
    bound_at = BeijingTime(required=True, metadata={"description": "绑定时间 / since when"})
    last_used_at = BeijingTime(
        required=True, metadata={"description": "最近使用，精确到分钟 / the last use, to the minute"}
    )


class Chats(ResponseSchema):
    items = fields.List(fields.Nested(Chat), required=True)
