"""The table of phrases of the chat, and how well it understands."""

from marshmallow import fields, validate

from schemas.base import BeijingTime, QuerySchema, RequestSchema, ResponseSchema, Said, TermField
from schemas.terms import Way


class PhrasePut(RequestSchema):
    phrase = fields.String(
        required=True,
        validate=validate.Length(1, 80),
        metadata={"description": "市民在聊天中的说法 / what people write", "example": "查失信"},
    )
    action = fields.String(
        required=True,
        validate=validate.Length(1, 40),
        metadata={"description": "对应的功能 / what they mean by it", "example": "report"},
    )


class PhraseRemoveQuery(QuerySchema):
    phrase = fields.String(required=True, validate=validate.Length(1, 80))


class ChatPhrase(ResponseSchema):
    phrase = fields.String(
        required=True,
        attribute="id",
        metadata={"description": "归一后的说法 / the phrase in its folded form", "example": "查失信"},
    )
    action = fields.String(required=True)
    at = BeijingTime(required=True)
    by_name = fields.String(required=True, allow_none=True, metadata={"description": "添加人 / who added it"})


class ChatPhrases(ResponseSchema):
    """What staff added to the table that is delivered."""

    items = fields.List(fields.Nested(ChatPhrase), required=True)


class ChatFigure(ResponseSchema):
    """One channel on one day. Nothing of what was said is kept."""

    day = fields.Date(required=True, metadata={"description": "上海日期 / the day in Shanghai"})
    channel = TermField(Way, required=True)
    channel_label = Said(required=True)
    understood = fields.Integer(required=True, metadata={"description": "听懂 / texts with one meaning"})
    offered = fields.Integer(
        required=True, metadata={"description": "给出几个选项 / several meanings were offered"}
    )
    missed = fields.Integer(required=True, metadata={"description": "没有听懂 / not understood"})
    pressed = fields.Integer(required=True, metadata={"description": "点按钮 / by a button"})


class ChatFigures(ResponseSchema):
    items = fields.List(fields.Nested(ChatFigure), required=True)
