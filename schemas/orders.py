"""Orders over HTTP: what a merchant reports, and the order as it and the borrower read it."""

from typing import Any

from marshmallow import fields, validate

from schemas.base import BeijingTime, QuerySchema, RequestSchema, ResponseSchema, Said, TermField
from schemas.terms import OrderAct, OrderEnd, OrderState

MOST_FEN = 1_000_000_00
MOST_DAYS = 366


def _about(zh: str, en: str, **more: Any) -> dict[str, Any]:
    return {"description": f"{zh} / {en}", **more}


_ORDER_NO = _about(
    "商户自己的订单号，不得含顾客个人信息",
    "The merchant's own number; nothing of the customer's may be in it",
    example="LIB-20261121-0007",
)
_CHECK_ID = _about("核验编号", "The number of the check")
_DAYS = _about("借几天", "For how many days", example=14)
_CHARGED = _about("实际收取的费用，单位为分", "What was charged, in fen", example=0)


class OrderCreate(RequestSchema):
    """An order from a check."""

    order_no = fields.String(required=True, validate=validate.Length(1, 64), metadata=_ORDER_NO)
    check_id = fields.String(required=True, validate=validate.Length(1, 64), metadata=_CHECK_ID)
    days = fields.Integer(
        load_default=None,
        allow_none=True,
        strict=True,
        validate=validate.Range(1, MOST_DAYS),
        metadata={**_DAYS, "description": "借几天，不填为最长天数 / for how many days; the most without it"},
    )


class OrderSettle(RequestSchema):
    charged_fen = fields.Integer(
        load_default=0, strict=True, validate=validate.Range(0, MOST_FEN), metadata=_CHARGED
    )


class OrderListQuery(QuerySchema):
    state = TermField(OrderState, load_default=None)
    limit = fields.Integer(load_default=20, validate=validate.Range(1, 100))
    cursor = fields.String(load_default=None, validate=validate.Length(max=400))


class OrderEvent(ResponseSchema):
    """One line of an order's course."""

    at = BeijingTime(required=True, metadata=_about("时间", "When"))
    act = TermField(OrderAct, required=True)
    label = Said(required=True, metadata={"type": "string", **_about("发生了什么", "What", example="已交付")})


class Order(ResponseSchema):
    """An order. It is known to the merchant and the borrower alone and never becomes part of a credit record."""

    id = fields.String(required=True, metadata=_about("编号", "Its number here"))
    order_no = fields.String(required=True, metadata=_ORDER_NO)
    check_id = fields.String(required=True, metadata=_CHECK_ID)
    service_id = fields.String(required=True, metadata=_about("服务编号", "Which service"))
    service_title = Said(
        required=True,
        metadata={"type": "string", **_about("服务名称", "What is lent", example="图书免押借阅")},
    )
    merchant = fields.String(required=True, metadata=_about("商户名称", "The merchant"))
    deposit_fen = fields.Integer(required=True, metadata=_about("免收的押金", "The deposit waived, in fen"))
    days = fields.Integer(required=True, metadata=_DAYS)
    state = TermField(OrderState, required=True)
    state_label = Said(
        required=True,
        metadata={"type": "string", **_about("状态名称", "The state in words", example="借用中")},
    )
    created_at = BeijingTime(required=True, metadata=_about("建立时间", "When it was made"))
    begin_by = BeijingTime(
        required=True, metadata=_about("在此之前未交付的视为取消", "Not begun by then, it is cancelled")
    )
    due_at = BeijingTime(
        required=True,
        allow_none=True,
        metadata=_about("应还时间，交付前为空", "When it is due; null until it begins"),
    )
    charged_fen = fields.Integer(required=True, allow_none=True, metadata=_CHARGED)
    ended_for = TermField(
        OrderEnd,
        required=True,
        allow_none=True,
        metadata=_about("未结清而终结的原因", "Why it ended though nobody settled it"),
    )
    ended_for_label = Said(
        required=True,
        allow_none=True,
        metadata={"type": "string", **_about("终结原因名称", "The same in words", example="商户已终止合作")},
    )
    timeline = fields.List(
        fields.Nested(OrderEvent), required=True, metadata=_about("经过", "What happened, the first first")
    )
    may = fields.List(
        TermField(OrderAct),
        required=True,
        metadata=_about("商户现在可以做什么", "What the merchant can report now"),
    )


class OrderPage(ResponseSchema):
    items = fields.List(fields.Nested(Order), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class OpenOrders(ResponseSchema):
    """How many of a merchant's orders are not over: they end with it when it is closed. Numbers only."""

    created = fields.Integer(required=True, metadata=_about("待交付", "Made, nothing handed out yet"))
    active = fields.Integer(required=True, metadata=_about("借用中", "On loan"))
    overdue = fields.Integer(required=True, metadata=_about("已逾期", "Overdue"))
    returned = fields.Integer(required=True, metadata=_about("已归还未结清", "Returned, not settled"))
