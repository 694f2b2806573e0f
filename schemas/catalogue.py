"""The published catalogue on the wire: who provides what, how open it is, for how long, and on which legal ground."""

from marshmallow import fields

from schemas.base import BeijingTime, QuerySchema, ResponseSchema, Said, TermField
from schemas.terms import (
    Category,
    FieldType,
    Nature,
    Openness,
    Severity,
    SubjectKind,
    UnitKind,
)


class CatalogueUnit(ResponseSchema):
    """An information provider."""

    code = fields.String(required=True, attribute="id", metadata={"example": "HRSS"})
    name = Said(required=True, metadata={"type": "string", "example": "上海市人力资源和社会保障局"})
    kind = TermField(UnitKind, required=True)


class CatalogueBasis(ResponseSchema):
    """A legal ground; `article` is empty when the whole document is meant."""

    document = fields.String(required=True, metadata={"example": "《上海市公共信用信息归集和使用管理办法》"})
    article = fields.String(required=True, metadata={"example": "第十二条第（四）项"})


class CatalogueChoice(ResponseSchema):
    """One value of a choice field."""

    value = fields.String(required=True, metadata={"example": "fine"})
    label = Said(required=True, metadata={"type": "string", "example": "罚款"})


class CatalogueField(ResponseSchema):
    """A field of the item's content and how it is written in JSON."""

    name = fields.String(required=True, metadata={"example": "decided_on"})
    type = TermField(FieldType, required=True)
    label = Said(required=True, metadata={"type": "string", "example": "处罚决定日期"})
    required = fields.Boolean(required=True)
    max_length = fields.Integer(
        required=True, metadata={"description": "文本最大字数 Most characters of a text"}
    )
    choices = fields.List(fields.Nested(CatalogueChoice), required=True)
    future = fields.Boolean(
        required=True,
        metadata={
            "description": "日期可否在未来（如有效期） Whether a date may lie ahead, as the end of a licence does"
        },
    )
    minimum = fields.Integer(
        required=True,
        allow_none=True,
        metadata={
            "description": "数字最小值；无则为空 The least a number may be; null: none",
            "example": 7,
        },
    )
    not_before = fields.String(
        required=True,
        allow_none=True,
        metadata={
            "description": "不得早于的日期字段；无则为空 The date field that this date may not precede; null: none",
            "example": "period_from",
        },
    )


class CatalogueSummary(ResponseSchema):
    """An item as the list shows it."""

    code = fields.String(required=True, metadata={"example": "HRSS-P-03"})
    title = Said(required=True, metadata={"type": "string", "example": "社会保险费欠缴信息"})
    unit_code = fields.String(required=True, metadata={"example": "HRSS"})
    subject_kind = TermField(SubjectKind, required=True)
    nature = TermField(Nature, required=True)
    category = TermField(Category, required=True)
    openness = TermField(Openness, required=True)
    severity = TermField(Severity, required=True, allow_none=True)
    query_years = fields.Integer(
        required=True,
        allow_none=True,
        metadata={
            "description": "查询期限（年，自行为或事件终止之日起）Years from the end of the act; null: no limit"
        },
    )
    display_months = fields.Integer(
        required=True,
        allow_none=True,
        metadata={
            "description": "公示期限（月，自文书日期起）Months on public pages; null: no limit, or never shown"
        },
    )
    withdrawable = fields.Boolean(
        required=True,
        metadata={"description": "本人可申请删除 The subject may have it dropped (Measures 27)"},
    )


class CatalogueItem(CatalogueSummary):
    """An item with its fields and legal grounds."""

    year = fields.Integer(required=True, metadata={"example": 2026})
    version = fields.Integer(required=True, metadata={"example": 1})
    unit = fields.Nested(CatalogueUnit, required=True, allow_none=True)
    disclosed = fields.Boolean(
        required=True,
        metadata={
            "description": "是否属于行政许可、行政处罚“双公示”事项（七个工作日内公示）"
            " Whether it is a licence or penalty, published within seven working days of its decision"
        },
    )
    decided_in = fields.String(
        required=True,
        allow_none=True,
        metadata={
            "description": "记载决定日期（文书日期）的字段；没有时公示期限自发生之日起算"
            " The field that holds the day of decision, the document's date;"
            " without one the display counts from the day it happened",
            "example": "decided_on",
        },
    )
    lasts = fields.Boolean(
        required=True,
        metadata={
            "description": "所记之事可否持续（如欠缴、列入名单）；不可持续的失信信息未报终止日期的，视为发生当日终止"
            " Whether what it tells of can last, as arrears do; an adverse act that cannot ended"
            " on the day it happened where no end is handed in"
        },
    )
    basis = fields.List(fields.Nested(CatalogueBasis), required=True)
    fields_ = fields.List(fields.Nested(CatalogueField), required=True, attribute="fields", data_key="fields")


class CatalogueRelease(ResponseSchema):
    """One publication of a year's catalogue."""

    year = fields.Integer(required=True, metadata={"example": 2026})
    version = fields.Integer(required=True, metadata={"example": 1})
    published_at = BeijingTime(required=True)
    digest = fields.String(
        required=True, metadata={"description": "SHA-256 of every item, whatever their order"}
    )


class Catalogue(CatalogueRelease):
    """A year's catalogue with its units; the items as summaries, each in full at /catalogue/items/{code}."""

    items = fields.List(fields.Nested(CatalogueSummary), required=True)
    units = fields.List(fields.Nested(CatalogueUnit), required=True)
    releases = fields.List(fields.Nested(CatalogueRelease), required=True)


class CatalogueQuery(QuerySchema):
    """Filters of the list; without any, everything."""

    subject_kind = TermField(SubjectKind)
    nature = TermField(Nature)
    category = TermField(Category)
    openness = TermField(Openness)
    unit = fields.String(metadata={"example": "HRSS"})


class CatalogueItemQuery(QuerySchema):
    """Which year's wording of the item; without it, the one in force."""

    year = fields.Integer(metadata={"example": 2026})
