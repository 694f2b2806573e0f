"""Pushes over HTTP: what staff put down, and how far one is."""

from typing import Any

from marshmallow import fields, validate

from schemas.base import (
    BeijingTime,
    QuerySchema,
    RequestSchema,
    ResponseSchema,
    Said,
    TermField,
    many_lines,
    one_line,
)
from schemas.terms import NewsCategory, PushAct, PushState, Role, Way

TITLE_CHARACTERS, BODY_CHARACTERS, REASON_CHARACTERS = 60, 800, 500


def _about(zh: str, en: str, **more: Any) -> dict[str, Any]:
    return {"description": f"{zh} / {en}", **more}


def _title(metadata: dict[str, Any], **more: Any) -> fields.String:
    return fields.String(validate=[validate.Length(1, TITLE_CHARACTERS), one_line], metadata=metadata, **more)


def _body(metadata: dict[str, Any], **more: Any) -> fields.String:
    return fields.String(
        validate=[validate.Length(1, BODY_CHARACTERS), many_lines], metadata=metadata, **more
    )


class Audience(RequestSchema):
    """Everybody who can be reached by the push's channels and meets all that is set; empty lists set nothing."""

    districts = fields.List(
        fields.String(validate=validate.Length(1, 20)),
        load_default=list,
        validate=validate.Length(max=50),
        metadata=_about("居住区代码", "codes of districts", example=["310101"]),
    )
    follows = fields.List(
        TermField(NewsCategory),
        load_default=list,
        validate=validate.Length(max=20),
        metadata=_about("关注其中任一栏目的人", "who follows any of these topics"),
    )
    roles = fields.List(
        TermField(Role),
        load_default=list,
        validate=validate.Length(max=20),
        metadata=_about(
            "citizen 为有账号的市民，anonymous 为未绑定账号的关注者",
            "citizen: with an account; anonymous: followers without one",
            example=["citizen"],
        ),
    )


class AudienceCount(RequestSchema):
    audience = fields.Nested(Audience, load_default=lambda: {"districts": [], "follows": [], "roles": []})
    channels = fields.List(
        TermField(Way),
        required=True,
        validate=validate.Length(max=10),
        metadata=_about(
            "渠道，按尝试顺序；每人只经其中一个渠道收到一次",
            "channels in the order of trying; a person has it once, by the first that reaches them",
            example=["telegram", "app_push"],
        ),
    )


class PushCreate(AudienceCount):
    """A message to many people. What is wrong is told all at once (`pushes.invalid`, `data.errors`)."""

    title = _title(_about("标题", "title", example="本月信用资讯"), required=True)
    body = _body(_about("正文", "body", example="第四期信用资讯已发布。"), required=True)
    title_en = _title(_about("英文标题", "title in English"), load_default=None, allow_none=True)
    body_en = _body(_about("英文正文", "body in English"), load_default=None, allow_none=True)
    news_id = fields.String(
        load_default=None,
        allow_none=True,
        validate=validate.Length(1, 64),
        metadata=_about("关联的资讯，消息中附其链接", "the article it is about; the message links to it"),
    )


class PushReason(RequestSchema):
    reason = fields.String(
        load_default=None,
        allow_none=True,
        validate=[validate.Length(1, REASON_CHARACTERS), one_line],
        metadata=_about("原因", "why; staff read it", example="内容有误。"),
    )


class PushListQuery(QuerySchema):
    limit = fields.Integer(load_default=20, validate=validate.Range(1, 100))
    cursor = fields.String(load_default=None, validate=validate.Length(max=400))


_QUEUED = _about("待发送（含正在发送）", "waiting, or under way", example=60_000)
_SENT = _about("渠道已接收（含已送达）", "taken by the channel, those that arrived included", example=40_000)
_DELIVERED = _about("渠道确认送达", "the channel says that it arrived", example=39_000)
_FAILED = _about("未能送达，不再尝试", "could not be sent, and is not tried again", example=12)
_SKIPPED = _about("已关闭推送，或推送已取消", "switched off, or the push was cancelled", example=300)
_TITLES = _about("标题", "title", example="本月信用资讯")


def _number(metadata: dict[str, Any], **more: Any) -> fields.Integer:
    return fields.Integer(required=True, metadata=metadata, **more)


class Progress(ResponseSchema):
    """People by what became of it for them: queued, sent, failed and skipped together are all people so far."""

    queued = _number(_QUEUED)
    sent = _number(_SENT)
    delivered = _number(_DELIVERED)
    failed = _number(_FAILED)
    skipped = _number(_SKIPPED)
    people = _number(_about("目前名单总人数", "all people so far", example=100_312))
    complete = fields.Boolean(required=True, metadata=_about("名单已全部排队", "nobody is left to be queued"))


class AudienceShown(ResponseSchema):
    districts = fields.List(
        fields.String(),
        required=True,
        metadata=_about("居住区代码", "codes of districts", example=["310101"]),
    )
    follows = fields.List(TermField(NewsCategory), required=True, metadata=_about("关注的栏目", "topics"))
    roles = fields.List(TermField(Role), required=True, metadata=_about("对象", "who they are"))


class PushEvent(ResponseSchema):
    at = BeijingTime(required=True, metadata=_about("时间", "when"))
    act = TermField(PushAct, required=True, metadata=_about("操作", "what was done"))
    label = Said(required=True, metadata=_about("经过", "what happened", type="string", example="暂停"))
    state = TermField(PushState, required=True, metadata=_about("操作后的状态", "the state after it"))
    by_id = fields.String(required=True, metadata=_about("操作人编号", "who did it"))
    by_name = fields.String(
        required=True, allow_none=True, metadata=_about("操作人", "their name", example="zhou.li")
    )
    reason = Said(
        required=True,
        allow_none=True,
        attribute="told",
        metadata=_about("原因", "why", type="string", example="内容有误。"),
    )


class Push(ResponseSchema):
    """A push with its figures; `queued` to `skipped` stand in `progress` as well."""

    id = fields.String(required=True, metadata=_about("编号", "its id"))
    state = TermField(PushState, required=True, metadata=_about("状态", "the state"))
    state_label = Said(
        required=True,
        metadata=_about("状态名称", "the state in words", type="string", example="推送中"),
    )
    title = fields.String(required=True, metadata=_TITLES)
    body = fields.String(required=True, metadata=_about("正文", "body", example="第四期已发布。"))
    title_en = fields.String(
        required=True,
        allow_none=True,
        metadata=_about("英文标题", "title in English"),
    )
    body_en = fields.String(
        required=True,
        allow_none=True,
        metadata=_about("英文正文", "body in English"),
    )
    news_id = fields.String(
        required=True,
        allow_none=True,
        metadata=_about("关联的资讯", "the article it is about"),
    )
    audience = fields.Nested(AudienceShown, required=True, metadata=_about("对象", "who it is for"))
    channels = fields.List(
        TermField(Way),
        required=True,
        attribute="ways",
        metadata=_about("渠道，按尝试顺序", "channels in the order of trying"),
    )
    created_at = BeijingTime(required=True, metadata=_about("发起时间", "when it was started"))
    settled_at = BeijingTime(
        required=True,
        allow_none=True,
        metadata=_about("全部处理完毕的时间", "when nothing of it waited any more"),
    )
    held_until = BeijingTime(
        required=True,
        allow_none=True,
        metadata=_about(
            "夜间（22:00 至 8:00）暂不发送，至此时继续", "held back by the quiet hours until then"
        ),
    )
    progress = fields.Nested(Progress, required=True, metadata=_about("进度", "how far it is"))
    queued = _number(_QUEUED)
    sent = _number(_SENT)
    delivered = _number(_DELIVERED)
    failed = _number(_FAILED)
    skipped = _number(_SKIPPED)
    events = fields.List(
        fields.Nested(PushEvent),
        required=True,
        metadata=_about("经过", "its history"),
    )


class PushPage(ResponseSchema):
    items = fields.List(fields.Nested(Push), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class AudienceNumber(ResponseSchema):
    """How many people it would go to now, each counted at the first channel that reaches them."""

    people = _number(_about("将收到的人数", "who would have it", example=36_025))
    by_channel = fields.Dict(
        keys=fields.String(),
        values=fields.Integer(),
        required=True,
        attribute="by_way",
        metadata=_about("按渠道的人数", "people by channel", example={"telegram": 30_000, "app_push": 6_025}),
    )
    switched_off = _number(
        _about("在对象内但已关闭推送的人数", "in the audience and switched off", example=300)
    )
    complete = fields.Boolean(
        required=True, metadata=_about("false 表示人数更多，未数完", "false: there are more")
    )


class ChannelStanding(ResponseSchema):
    channel = TermField(Way, required=True, attribute="way", metadata=_about("渠道", "the channel"))
    label = Said(required=True, metadata=_about("渠道名称", "its name", type="string", example="微信"))
    configured = fields.Boolean(required=True, metadata=_about("是否已接入", "whether it is set up here"))
    waiting = _number(_about("待发送的消息数", "messages that wait for it", example=60_000))
    paused_until = BeijingTime(
        required=True,
        allow_none=True,
        metadata=_about("渠道要求暂停或连续失败，至此时再试", "left alone until then"),
    )
    paused_because = fields.String(
        required=True, allow_none=True, metadata=_about("暂停原因", "why", example="too_many")
    )


class Channels(ResponseSchema):
    items = fields.List(fields.Nested(ChannelStanding), required=True)
