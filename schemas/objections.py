"""Objections over HTTP: what the resident, the officer and the provider send, and the case as each of them reads it."""

from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from schemas.base import (
    FILL_IN,
    BeijingTime,
    Day,
    QuerySchema,
    RequestSchema,
    ResponseSchema,
    Said,
    TermField,
)
from schemas.clocks import Clock
from schemas.evidence import Evidence, EvidenceFiles
from schemas.records import Record, Unit
from schemas.terms import (
    DecisionOutcome,
    FindingOutcome,
    ObjectionAct,
    ObjectionGround,
    ObjectionOutcome,
    ObjectionState,
    RemovalWish,
)
from schemas.text import Text, says_something

STATEMENT_CHARACTERS = 2_000
DISSENT_CHARACTERS = 500
NOTE_CHARACTERS = 1_000
_ENDED_OR_NOT = Text(
    "终止日期与“尚未终止”不能同时填写", "Either the day on which it ended, or that it has not"
)


def _filled(value: str) -> None:
    """Blanks, and what nobody sees, are no statement."""
    if not says_something(value):
        raise ValidationError([FILL_IN])


def _words(most: int, description: str, example: str, **more: Any) -> fields.String:
    return fields.String(
        validate=[validate.Length(1, most), _filled],
        metadata={"description": description, "example": example},
        **more,
    )


class ObjectionFiles(EvidenceFiles):
    """The evidence that may come with an objection."""


class ObjectionSubmit(RequestSchema):
    """An objection to one of the own records, as JSON, or as a form with `evidence` files beside it."""

    record_id = fields.String(
        required=True,
        validate=validate.Length(1, 64),
        metadata={"description": "对哪条信用记录提出异议 / which of the own records"},
    )
    ground = TermField(ObjectionGround, required=True)
    statement = _words(
        STATEMENT_CHARACTERS,
        f"异议理由，不超过{STATEMENT_CHARACTERS}字 / what is wrong, in your words",
        "该记录不是我本人的，当日我不在上海。",
        required=True,
    )


class ObjectionEvidenceAdd(RequestSchema):
    """Files, words, or both."""

    note = _words(
        NOTE_CHARACTERS,
        f"补充说明，不超过{NOTE_CHARACTERS}字，可与文件一并提交 / what you want to add",
        "附上缴款凭证。",
        load_default=None,
    )


class ObjectionDissent(RequestSchema):
    statement = _words(
        DISSENT_CHARACTERS,
        f"异议声明，不超过{DISSENT_CHARACTERS}字，将随该记录展示 / your statement; it is shown with the record",
        "本人从未收到该处罚决定书。",
        required=True,
    )


class Correction(RequestSchema):
    """What is put right; what is not named stays as it is. `content` names single fields, null takes one out."""

    title = fields.String(validate=[validate.Length(1, 300), _filled])
    doc_no = fields.String(validate=[validate.Length(1, 120), _filled])
    occurred_on = Day()
    ended_on = Day()
    not_ended = fields.Boolean(
        metadata={
            "description": "其实尚未终止；目录事项所记之事不能持续的不可填写"
            " / it has not ended after all; refused where the catalogue says that it cannot last",
            "example": False,
        }
    )
    content = fields.Dict(
        fields.String(validate=validate.Length(1, 64)),
        fields.Raw(allow_none=True),
        metadata={
            "description": "要改的内容项，按目录的字段名 / the fields to change, by their names in the catalogue",
            "example": {"amount_fen": 20000},
        },
    )

    @validates_schema
    def _ends_or_does_not(self, sent: dict[str, Any], **_: Any) -> None:
        if sent.get("not_ended") and "ended_on" in sent:
            raise ValidationError([_ENDED_OR_NOT], "ended_on")


class ObjectionForward(RequestSchema):
    note = _words(
        NOTE_CHARACTERS,
        "请单位核查什么；异议人可见 / what the provider should check; the resident reads it too",
        "平台数据与贵单位报送一致，请核查处罚对象。",
        required=True,
    )


class ObjectionSupplementRequest(RequestSchema):
    what = _words(
        NOTE_CHARACTERS,
        "请异议人补充什么 / what the resident should add",
        "请提供能证明当日不在上海的材料。",
        required=True,
    )


class ObjectionTakeOver(RequestSchema):
    reason = _words(NOTE_CHARACTERS, "接手理由 / why", "原经办人休假。", required=True)


class ObjectionDecide(RequestSchema):
    """A correction, or how the record leaves; exactly one of the two."""

    outcome = TermField(DecisionOutcome, required=True)
    correction = fields.Nested(Correction, load_default=None, allow_none=True)
    remove = TermField(RemovalWish, load_default=None, allow_none=True)
    reason = _words(
        NOTE_CHARACTERS,
        "理由；异议人可见 / why; the resident reads it",
        "金额与单位原始数据不一致，已更正。",
        required=True,
    )


class ObjectionFinding(RequestSchema):
    """`upheld` with an explanation, or `corrected` with what is put right or how the record leaves; with neither where the
    unit has handed the record in anew since the objection."""

    outcome = TermField(FindingOutcome, required=True)
    correction = fields.Nested(Correction, load_default=None, allow_none=True)
    remove = TermField(RemovalWish, load_default=None, allow_none=True)
    explanation = _words(
        NOTE_CHARACTERS,
        "核查说明；异议人可见 / what was found; the resident reads it",
        "经核对执法记录，处罚对象与金额无误。",
        required=True,
    )


class ObjectionListQuery(QuerySchema):
    limit = fields.Integer(load_default=20, validate=validate.Range(1, 100))
    cursor = fields.String(load_default=None, validate=validate.Length(max=400))


class ProviderObjectionListQuery(ObjectionListQuery):
    state = TermField(ObjectionState, load_default=None)
    overdue = fields.Boolean(
        load_default=None,
        metadata={"description": "只看已逾期的 / only those past a deadline"},
    )


class DeskObjectionListQuery(ProviderObjectionListQuery):
    unit = fields.String(
        load_default=None,
        validate=validate.Length(1, 40),
        metadata={"description": "信息提供单位代码 / code of the provider", "example": "METRO"},
    )


class ObjectionEvent(ResponseSchema):
    """One line of the timeline. `note` is null without words, and in answers that hold none."""

    at = BeijingTime(required=True)
    act = TermField(ObjectionAct, required=True, metadata={"description": "发生了什么 / what happened"})
    label = Said(required=True)
    state = TermField(
        ObjectionState, required=True, metadata={"description": "此后的状态 / the state after it"}
    )
    state_label = Said(
        required=True,
        metadata={"type": "string", "description": "状态名称 / the state in words", "example": "比对中"},
    )
    by = Said(
        required=True,
        metadata={"type": "string", "description": "由谁 / by whom", "example": "信息主体"},
    )
    note = fields.String(
        required=True,
        allow_none=True,
        metadata={
            "description": "随附的话，须本人核验后查看 / the words with it, for who has proved who they are",
            "example": "请提供缴款凭证。",
        },
    )
    clock = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "涉及的期限 / the clock it is about", "example": "finding"},
    )


class ObjectionPerson(ResponseSchema):
    """Whose record it is; the number is never whole."""

    name = fields.String(required=True, metadata={"example": "王小明"})
    number_masked = fields.String(required=True, metadata={"example": "310***********011X"})


class Objection(ResponseSchema):
    """A case with its clocks and its timeline. `record`, `statement` and notes are null in the answers to moves and lists, and
    for a resident who has not proved to be that person just now."""

    id = fields.String(required=True)
    record_id = fields.String(required=True)
    unit = fields.Nested(Unit, required=True)
    ground = TermField(ObjectionGround, required=True)
    ground_label = Said(
        required=True,
        metadata={
            "type": "string",
            "description": "理由名称 / the ground in words",
            "example": "信息有错误或者遗漏",
        },
    )
    state = TermField(ObjectionState, required=True)
    state_label = Said(
        required=True,
        metadata={"type": "string", "description": "状态名称 / the state in words", "example": "比对中"},
    )
    outcome = TermField(ObjectionOutcome, required=True, allow_none=True)
    outcome_label = Said(
        required=True,
        allow_none=True,
        metadata={
            "type": "string",
            "description": "结果名称 / the outcome in words",
            "example": "信息已更正",
        },
    )
    submitted_at = BeijingTime(
        required=True, metadata={"description": "收到异议的时间 / when it was received"}
    )
    closed_at = BeijingTime(
        required=True,
        allow_none=True,
        metadata={"description": "办结时间 / when it was over; null while it runs"},
    )
    suspended_at = BeijingTime(
        required=True,
        allow_none=True,
        metadata={
            "description": "因单位逾期未答复，记录自何时暂停查询 / since when the record is suspended for want of an answer"
        },
    )
    officer_name = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "经办人，仅工作人员可见 / its officer; for staff only", "example": "李经办"},
    )
    clocks = fields.List(
        fields.Nested(Clock),
        required=True,
        metadata={
            "description": "各项期限，含依据条款和逐日计数 / its clocks, each with its article and the days counted"
        },
    )
    timeline = fields.List(
        fields.Nested(ObjectionEvent),
        required=True,
        metadata={"description": "办理经过，最早的在前 / what happened, the first first"},
    )
    evidence = fields.List(
        fields.Nested(Evidence), required=True, metadata={"description": "证明材料 / the files of the case"}
    )
    may = fields.List(
        TermField(ObjectionAct),
        required=True,
        metadata={"description": "您现在可以做什么 / what you can do now", "example": ["withdraw"]},
    )
    statement = fields.String(required=True, allow_none=True)
    record = fields.Nested(
        Record, required=True, allow_none=True, metadata={"description": "所涉信用记录 / the record"}
    )
    subject = fields.Nested(
        ObjectionPerson,
        required=True,
        allow_none=True,
        metadata={"description": "记录的主体，仅工作人员可见 / whose record it is; for staff only"},
    )


class ObjectionPage(ResponseSchema):
    items = fields.List(fields.Nested(Objection), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class ListedObjection(ResponseSchema):
    """A case in a list of the desk: nothing of the record or the person."""

    id = fields.String(required=True)
    record_id = fields.String(required=True)
    unit = fields.Nested(Unit, required=True)
    ground = TermField(ObjectionGround, required=True)
    ground_label = Said(
        required=True,
        metadata={
            "type": "string",
            "description": "理由名称 / the ground in words",
            "example": "信息有错误或者遗漏",
        },
    )
    state = TermField(ObjectionState, required=True)
    state_label = Said(
        required=True,
        metadata={"type": "string", "description": "状态名称 / the state in words", "example": "比对中"},
    )
    submitted_at = BeijingTime(
        required=True, metadata={"description": "收到异议的时间 / when it was received"}
    )
    officer_name = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "经办人 / its officer", "example": "李经办"},
    )
    mine = fields.Boolean(
        required=True, metadata={"description": "是否由您经办 / whether it is yours", "example": True}
    )
    suspended_at = BeijingTime(
        required=True,
        allow_none=True,
        metadata={"description": "记录自何时暂停查询 / since when the record is suspended"},
    )
    due_at = BeijingTime(
        required=True,
        allow_none=True,
        metadata={"description": "最近的期限何时届满 / when the nearest clock ends; null when none runs"},
    )
    overdue = fields.Boolean(
        required=True, metadata={"description": "是否已逾期 / whether it is past it", "example": False}
    )
    clocks = fields.List(
        fields.Nested(Clock), required=True, metadata={"description": "各项期限 / its clocks"}
    )


class ListedObjectionPage(ResponseSchema):
    items = fields.List(fields.Nested(ListedObjection), required=True)
    next_cursor = fields.String(required=True, allow_none=True)
