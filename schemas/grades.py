"""A grade, its reasons, and the published rules it follows from, over HTTP."""

from typing import Any

from marshmallow import fields

from schemas.base import ResponseSchema, Said, TermField
from schemas.terms import Category, GradeValue, Nature, RuleEffect, SourceMark, SubjectKind


def _about(zh: str, en: str, **more: Any) -> dict[str, Any]:
    return {"description": f"{zh} {en}", **more}


class Reason(ResponseSchema):
    """Why the grade is what it is: a rule of the published set, and the record it speaks of."""

    code = fields.String(
        required=True, metadata=_about("原因代码", "For programs", example="grade.general_recent")
    )
    text = Said(
        required=True,
        metadata=_about("文字说明", "In words", example="有一般失信信息，行为尚未终止或终止未满两年"),
    )
    rule = fields.String(
        required=True,
        allow_none=True,
        metadata=_about("所依据的规则", "The rule; null where none applies", example="general_recent"),
    )
    record_id = fields.String(
        required=True,
        allow_none=True,
        metadata=_about(
            "所依据的信用记录，因没有记录而得出时为空",
            "The record; null where it is the absence of records that speaks",
        ),
    )
    article = Said(required=True, allow_none=True)
    decisive = fields.Boolean(
        required=True,
        metadata=_about("是否决定了等级", "Whether the grade is what it is because of this one"),
    )


class Grade(ResponseSchema):
    """`value` is null where there is no grade; the reason says why. For `no_record`, `floor` is the grade as which benefits
    treat the person: no record is not a bad record. `left_out`: contested records, which do not count meanwhile.
    """

    value = TermField(GradeValue, required=True, allow_none=True)
    value_label = Said(
        required=True, allow_none=True, metadata=_about("等级名称", "The grade in words", example="良好")
    )
    floor = TermField(
        GradeValue,
        required=True,
        allow_none=True,
        metadata=_about(
            "没有记录时按哪一等级对待，其他情形为空", "As which grade a newcomer is treated; else null"
        ),
    )
    floor_label = Said(
        required=True, allow_none=True, metadata=_about("该等级的名称", "That grade in words", example="良好")
    )
    rule_version = fields.String(required=True, allow_none=True, metadata={"example": "shanghai-2026-1"})
    reasons = fields.List(fields.Nested(Reason), required=True)
    left_out = fields.List(
        fields.Nested(Reason),
        required=True,
        metadata=_about("因异议处理中而未计入的记录", "Records that do not count while they are contested"),
    )
    notice = Said(
        required=True,
        allow_none=True,
        metadata=_about("等级的用途，以及如何提出异议", "What a grade is for, and how it can be contested"),
    )


class Bilingual(ResponseSchema):
    """A sentence in both languages, whatever the reader speaks."""

    zh = fields.String(required=True, metadata={"example": "有轻微失信信息，终止未满一年"})
    en = fields.String(
        required=True, metadata={"example": "Minor adverse information that ended within a year"}
    )


class Statement(ResponseSchema):
    sentence = fields.Nested(Bilingual, required=True)
    article = fields.Nested(Bilingual, required=True)
    source_mark = TermField(
        SourceMark,
        required=True,
        metadata=_about("条款来源的可靠程度", "How well the source is known"),
    )


class When(ResponseSchema):
    """A rule's condition; an empty list asks nothing of that word. The age counts by Shanghai's date from the end of the act,
    for a good deed from its day; what has not ended is always recent."""

    nature = fields.List(
        TermField(Nature), required=True, metadata=_about("信息性质", "Natures, one of which it must be")
    )
    category = fields.List(
        TermField(Category),
        required=True,
        metadata=_about("信息类别，不限为空", "Categories, one of which it must be; empty: any"),
    )
    severity = fields.List(
        fields.String(),
        required=True,
        attribute="severities",
        metadata=_about(
            "严重程度；unset 表示未定", "Severities; unset: none was set", example=["minor", "unset"]
        ),
    )
    within_months = fields.Integer(
        required=True,
        allow_none=True,
        metadata=_about("终止后多少个月以内（含尚未终止）", "No more than so many months ago", example=24),
    )
    after_months = fields.Integer(
        required=True,
        allow_none=True,
        metadata=_about("终止后超过多少个月", "More than so many months ago", example=None),
    )
    at_least = fields.Integer(
        required=True, metadata=_about("至少多少条", "At least so many records", example=1)
    )


class Rule(ResponseSchema):
    id = fields.String(required=True, metadata={"example": "general_recent"})
    when = fields.Nested(When, required=True, metadata=_about("适用条件", "When it applies"))
    effect = TermField(RuleEffect, required=True)
    grade = TermField(GradeValue, required=True, attribute="value")
    said = fields.Nested(
        Statement, required=True, metadata=_about("说明与依据", "In words, with its article")
    )


class Version(ResponseSchema):
    """One published version of the rules. `active`: in force today for its kind of subject."""

    version = fields.String(required=True, metadata={"example": "shanghai-2026-1"})
    kind = TermField(SubjectKind, required=True)
    title = fields.Nested(Bilingual, required=True)
    in_force_from = fields.Date(
        required=True,
        metadata=_about("生效日期", "In force from", example="2026-04-01"),
    )
    in_force_until = fields.Date(
        required=True,
        allow_none=True,
        metadata=_about(
            "最后有效日期，未定为空", "The last day in force; null while none follows", example=None
        ),
    )
    active = fields.Boolean(required=True, metadata=_about("现行有效", "Whether it is in force today"))
    digest = fields.String(
        required=True,
        metadata=_about("规则内容的摘要（SHA-256）", "SHA-256 of what the rules say"),
    )


class VersionList(ResponseSchema):
    """Every version ever published; none is taken away, so that old decisions can be worked out again."""

    items = fields.List(fields.Nested(Version), required=True)


class RuleSet(Version):
    """A version whole, in both languages."""

    legal_basis = fields.List(
        fields.Nested(Bilingual),
        required=True,
        metadata=_about("法律依据", "What it rests on"),
    )
    base = TermField(
        GradeValue,
        required=True,
        metadata=_about("没有规则适用时的等级", "The grade where no rule applies"),
    )
    base_said = fields.Nested(Statement, required=True, metadata=_about("其说明", "That in words"))
    floor = TermField(
        GradeValue,
        required=True,
        metadata=_about("没有记录时按哪一等级对待", "As which grade a newcomer without records is treated"),
    )
    floor_said = fields.Nested(Statement, required=True, metadata=_about("其说明", "That in words"))
    rules = fields.List(fields.Nested(Rule), required=True)
