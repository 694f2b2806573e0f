"""The figures of operations, as auditors and data stewards read them."""

from typing import Any

from marshmallow import fields, validate

from schemas.base import BeijingTime, QuerySchema, ResponseSchema, Said, TermField
from schemas.terms import MonthState, OperationsTable


def _about(zh: str, en: str, **more: Any) -> dict[str, Any]:
    return {"description": f"{zh} / {en}", **more}


def _count(zh: str, en: str) -> fields.Integer:
    return fields.Integer(required=True, metadata=_about(zh, en))


class OperationsQuery(QuerySchema):
    year = fields.Integer(
        load_default=None,
        validate=validate.Range(1, 9999),
        metadata=_about("年份，默认为今年", "this year unless said", example=2026),
    )


class OperationsMonth(ResponseSchema):
    month = fields.String(required=True, metadata=_about("月份", "the month", example="2026-11"))
    state = TermField(MonthState, required=True)
    state_label = Said(
        required=True,
        metadata={"type": "string", **_about("月份状态名称", "whether it may still change, in words")},
    )
    counted_at = BeijingTime(
        required=True,
        allow_none=True,
        metadata=_about("统计时间", "when it was counted; null where nothing was"),
    )


class OperationsRow(ResponseSchema):
    """One figure through the year."""

    row = fields.String(required=True, metadata=_about("行", "the row", example="report"))
    row_label = Said(required=True, metadata={"type": "string", **_about("行名", "name of the row")})
    column = fields.String(
        required=True,
        metadata=_about("列，可为空", "the column, empty where there is one only", example="page"),
    )
    column_label = Said(
        required=True, allow_none=True, metadata={"type": "string", **_about("列名", "name of the column")}
    )
    months = fields.List(
        fields.Integer(), required=True, metadata=_about("一至十二月", "the twelve months from January on")
    )
    total = _count("全年", "of the year")


class OperationsTableOf(ResponseSchema):
    table = TermField(OperationsTable, required=True)
    label = Said(required=True)
    rows = fields.List(fields.Nested(OperationsRow), required=True)


class OperationsTotals(ResponseSchema):
    queries = _count("自查次数", "self-queries")
    objections = _count("收到异议", "objections that came in")
    objections_ended = _count("办结异议", "objections that ended")
    objections_in_time = _count("按时办结异议", "of these in time")
    restorations = _count("收到修复申请", "restorations applied for")
    restorations_ended = _count("办结修复申请", "restorations that ended")
    restorations_in_time = _count("按时办结修复申请", "of these in time")
    rows = _count("报送行数", "rows handed in")
    accepted = _count("采纳行数", "rows taken")
    refused = _count("未采纳行数", "rows not taken")
    linked = _count("关联入库行数", "rows linked to a subject")
    new_accounts = _count("新增账户", "new accounts")
    bound_now = _count("实名绑定次数", "bindings to a person")
    proofs = _count("身份核验通过次数", "proofs of identity")
    messages = _count("聊天消息", "messages in chats")
    accounts = _count("账户总数（末月统计时）", "open accounts when the last month was counted")
    bound = _count("其中已实名", "of these bound to a person")


class Operations(ResponseSchema):
    """A year: its months, what it comes to, and every table."""

    year = fields.Integer(required=True)
    years = fields.List(
        fields.Integer(), required=True, metadata=_about("可查年份", "years there are figures of")
    )
    as_of = BeijingTime(required=True, metadata=_about("统计至", "as of when"))
    months = fields.List(fields.Nested(OperationsMonth), required=True)
    totals = fields.Nested(OperationsTotals, required=True)
    tables = fields.List(fields.Nested(OperationsTableOf), required=True)
