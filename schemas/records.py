"""A credit record over HTTP, as its subject reads it."""

from marshmallow import fields

from schemas.base import BeijingTime, ResponseSchema, Said, TermField
from schemas.terms import Category, Nature, Openness, RecordMark, Severity


class Unit(ResponseSchema):
    code = fields.String(required=True, metadata={"example": "METRO"})
    name = Said(required=True)


class Detail(ResponseSchema):
    """One field of a record's content; `value` as it is kept (amounts in fen), `text` as people read it."""

    name = fields.String(required=True, metadata={"example": "amount_fen"})
    label = Said(required=True)
    value = fields.Raw(required=True, allow_none=True, metadata={"example": 30000})
    text = Said(required=True)


class LegalBasis(ResponseSchema):
    document = fields.String(required=True, metadata={"example": "上海市社会信用条例"})
    article = fields.String(required=True, metadata={"example": "第十四条"})


class Source(ResponseSchema):
    """Which provider handed the record in, in which batch and line, and when it was received (Regulation 34)."""

    unit_code = fields.String(required=True)
    batch_id = fields.String(required=True)
    line = fields.Integer(required=True)
    received_at = BeijingTime(required=True)


class Change(ResponseSchema):
    """One change of the record and why (Regulation 34)."""

    at = BeijingTime(required=True)
    what = fields.String(required=True)
    reason = Said(required=True)


class Mark(ResponseSchema):
    """A note on the record: under objection, or still contested after review (Regulation 36)."""

    kind = TermField(RecordMark, required=True)
    label = Said(required=True)
    since = BeijingTime(required=True)
    case_id = fields.String(required=True, allow_none=True)
    statement = fields.String(required=True, allow_none=True)


class Restoration(ResponseSchema):
    """`reason` is null when there is an earliest day; `text` then names the rule, otherwise why there is none."""

    reason = fields.String(required=True, allow_none=True, metadata={"example": "restoration.not_ended"})
    text = Said(required=True)


class Record(ResponseSchema):
    """`title` and `content` are the provider's words; labels, unit and legal basis come from the published catalogue."""

    id = fields.String(required=True)
    item_code = fields.String(required=True, metadata={"example": "METRO-P-01"})
    item_title = Said(required=True)
    title = fields.String(required=True, metadata={"example": "轨道交通逃票信息"})
    nature = TermField(Nature, required=True)
    category = TermField(Category, required=True)
    category_label = Said(required=True)
    openness = TermField(Openness, required=True)
    openness_label = Said(required=True)
    severity = TermField(Severity, required=True, allow_none=True)
    severity_label = Said(required=True, allow_none=True)
    unit = fields.Nested(Unit, required=True)
    doc_no = fields.String(required=True)
    occurred_on = fields.Date(required=True)
    ended_on = fields.Date(required=True, allow_none=True)
    content = fields.List(fields.Nested(Detail), required=True)
    legal_basis = fields.List(fields.Nested(LegalBasis), required=True, metadata={"lasting": True})
    source = fields.Nested(Source, required=True)
    changes = fields.List(fields.Nested(Change), required=True)
    marks = fields.List(fields.Nested(Mark), required=True)
    public_until = BeijingTime(
        required=True,
        allow_none=True,
        metadata={"description": "公示截止 First instant it is no longer on public pages"},
    )
    query_until = BeijingTime(
        required=True,
        allow_none=True,
        metadata={"description": "查询截止 First instant it is no longer returned"},
    )
    earliest_restoration_on = fields.Date(required=True, allow_none=True)
    restoration = fields.Nested(Restoration, required=True)


class Counts(ResponseSchema):
    """Numbers of records that may be shown now, without any content; every word of each division is there."""

    total = fields.Integer(required=True, metadata={"example": 13})
    by_nature = fields.Dict(TermField(Nature), fields.Integer(), required=True)
    by_category = fields.Dict(TermField(Category), fields.Integer(), required=True)
    by_openness = fields.Dict(TermField(Openness), fields.Integer(), required=True)
