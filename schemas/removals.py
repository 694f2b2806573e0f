"""The three deletions of a record over HTTP, each with its clock, its reason and its proof."""

from marshmallow import fields, validate

from schemas.base import BeijingTime, Day, QuerySchema, RequestSchema, ResponseSchema, Said, TermField
from schemas.clocks import Clock
from schemas.records import Unit
from schemas.reports import SomeText
from schemas.terms import RemovalKind

_ITEM_CODE = validate.Length(1, 60)
_DOCUMENT_NO = {
    "description": "书面通知或证明的文号 / number of the written notice or proof",
    "example": "沪府复决〔2026〕第88号",
}
_NOTICED_ON = {
    "description": "收到书面通知之日，次日起算 / day of the written notice; counted from the day after",
    "example": "2026-11-19",
}
_REASON = {
    "description": "撤销的情况，不得写入被删除信息的内容 / why it was annulled, without a word of what is erased",
    "example": "经行政复议，原决定认定事实不清，予以撤销。",
}


class RemovalListQuery(QuerySchema):
    limit = fields.Integer(load_default=20, validate=validate.Range(1, 100))
    cursor = fields.String(load_default=None, validate=validate.Length(max=400))


class Erasure(RequestSchema):
    """The written notice that the decision behind a record was annulled."""

    document_no = SomeText(required=True, validate=validate.Length(1, 120), metadata=_DOCUMENT_NO)
    noticed_on = Day(required=True, metadata=_NOTICED_ON)
    reason = SomeText(required=True, validate=validate.Length(1, 500), metadata=_REASON)


class RowErasure(Erasure):
    """The same by the provider, with the row as it was handed in."""

    item_code = SomeText(required=True, validate=_ITEM_CODE)
    subject_number = SomeText(
        required=True,
        validate=validate.Length(1, 40),
        metadata={
            "description": "身份证号或统一社会信用代码 / identity number or unified social credit code",
            "example": "31010119900101008X",
        },
    )
    doc_no = SomeText(required=True, validate=validate.Length(1, 120))


class UnitRemoval(ResponseSchema):
    """A removal as the provider sees it: a row that must not be handed in again, and not whose it was."""

    id = fields.String(required=True)
    kind = TermField(
        RemovalKind,
        required=True,
        metadata={"description": "三种删除之一 / which of the three deletions"},
    )
    kind_label = Said(
        required=True,
        metadata={
            "type": "string",
            "description": "删除方式名称 / the kind in words",
            "example": "应本人要求撤下",
        },
    )
    batch_id = fields.String(required=True)
    line = fields.Integer(required=True)
    reason = Said(required=True)
    article = Said(required=True)
    document_no = fields.String(required=True, allow_none=True, metadata=_DOCUMENT_NO)
    asked_at = BeijingTime(required=True)
    due_on = fields.Date(
        required=True,
        allow_none=True,
        metadata={
            "description": "最迟应完成之日；依案件期限办理的为空 / the last day for it; null where a case's clocks count",
            "example": "2026-11-24",
        },
    )
    clocks = fields.List(
        fields.Nested(Clock), required=True, metadata={"description": "期限 / its time limit"}
    )
    done_at = BeijingTime(required=True, metadata={"description": "完成时间 / when it was done"})


class Removal(ResponseSchema):
    """A removal as its subject sees it. `proof_id` is the line of the audit log that proves it; no word of the record stays."""

    id = fields.String(required=True)
    kind = TermField(
        RemovalKind,
        required=True,
        metadata={"description": "三种删除之一 / which of the three deletions"},
    )
    kind_label = Said(
        required=True,
        metadata={
            "type": "string",
            "description": "删除方式名称 / the kind in words",
            "example": "应本人要求撤下",
        },
    )
    record_id = fields.String(required=True)
    unit = fields.Nested(Unit, required=True)
    reason = Said(required=True)
    article = Said(required=True)
    note = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "办理方的说明，无则为空 / what the deciding side wrote", "example": None},
    )
    document_no = fields.String(required=True, allow_none=True, metadata=_DOCUMENT_NO)
    noticed_on = fields.Date(required=True, allow_none=True, metadata=_NOTICED_ON)
    case_id = fields.String(required=True, allow_none=True)
    asked_at = BeijingTime(required=True)
    due_on = fields.Date(
        required=True,
        allow_none=True,
        metadata={
            "description": "最迟应完成之日；依案件期限办理的为空 / the last day for it; null where a case's clocks count",
            "example": "2026-11-24",
        },
    )
    clocks = fields.List(
        fields.Nested(Clock), required=True, metadata={"description": "期限 / its time limit"}
    )
    done_at = BeijingTime(required=True, metadata={"description": "完成时间 / when it was done"})
    proof_id = fields.String(
        required=True, metadata={"description": "审计日志中的凭证编号 / id of the line of the audit log"}
    )


class RemovalPage(ResponseSchema):
    items = fields.List(fields.Nested(Removal), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class UnitRemovalPage(ResponseSchema):
    items = fields.List(fields.Nested(UnitRemoval), required=True)
    next_cursor = fields.String(required=True, allow_none=True)
