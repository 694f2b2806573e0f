"""Restorations over HTTP: what the resident, the officer and the provider send, and the case as each of them reads it."""

from typing import Any

from marshmallow import ValidationError, fields, validate

from schemas.base import FILL_IN, BeijingTime, QuerySchema, RequestSchema, ResponseSchema, Said, TermField
from schemas.clocks import Clock
from schemas.evidence import Evidence, EvidenceFiles
from schemas.records import Record, Unit
from schemas.terms import ProofOutcome, RestorationAct, RestorationState
from schemas.text import says_something

PLEDGE_CHARACTERS = 2_000
NOTE_CHARACTERS = 1_000
_STATE_LABEL: dict[str, Any] = {
    "type": "string",
    "description": "状态名称 / the state in words",
    "example": "已受理，待提供单位出具结论",
}
_DOCUMENT_NO = {
    "description": "修复证明的文号；准予修复时必填 / number of the document that proves the restoration",
    "example": "沪交信修〔2026〕12号",
}
_CLOCKS = {
    "description": "各项期限，含依据条款和逐日计数 / its clocks, each with its article and the days counted"
}


def _filled(value: str) -> None:
    """Blanks, and what nobody sees, say nothing."""
    if not says_something(value):
        raise ValidationError([FILL_IN])


def _words(most: int, description: str, example: str, **more: Any) -> fields.String:
    return fields.String(
        validate=[validate.Length(1, most), _filled],
        metadata={"description": description, "example": example},
        **more,
    )


class RestorationFiles(EvidenceFiles):
    """The evidence that may come with an application: that duties are met, that things were put right."""


class RestorationApply(RequestSchema):
    """An application to restore one of the own adverse records, as JSON, or as a form with `evidence` files beside it."""

    record_id = fields.String(
        required=True,
        validate=validate.Length(1, 64),
        metadata={"description": "申请修复哪条信用记录 / which of the own records"},
    )
    pledge = _words(
        PLEDGE_CHARACTERS,
        f"信用承诺和改正情况，不超过{PLEDGE_CHARACTERS}字 / your pledge, and what you have put right",
        "本人已补缴票款和罚款，承诺今后依规乘车；所提交材料真实，愿承担不实承诺的责任。",
        required=True,
    )


class RestorationAccept(RequestSchema):
    note = _words(
        NOTE_CHARACTERS,
        "给提供单位的说明；申请人可见 / a note for the provider; the resident reads it too",
        "申请材料齐全。",
        load_default=None,
        allow_none=True,
    )


class RestorationDecline(RequestSchema):
    reason = _words(
        NOTE_CHARACTERS,
        "不予受理的理由；申请人可见 / why; the resident reads it",
        "尚未提交已履行义务的证明。",
        required=True,
    )


class RestorationProof(RequestSchema):
    """What the provider answers: `restored` with the number of its proof, or `refused`, both with an explanation."""

    outcome = TermField(ProofOutcome, required=True)
    document_no = fields.String(
        load_default=None,
        allow_none=True,
        validate=[validate.Length(1, 120), _filled],
        metadata=_DOCUMENT_NO,
    )
    explanation = _words(
        NOTE_CHARACTERS,
        "审核说明；申请人可见 / what was found; the resident reads it",
        "经核实，当事人已履行全部义务，准予修复。",
        required=True,
    )


class RestorationListQuery(QuerySchema):
    limit = fields.Integer(load_default=20, validate=validate.Range(1, 100))
    cursor = fields.String(load_default=None, validate=validate.Length(max=400))


class ProviderRestorationListQuery(RestorationListQuery):
    state = TermField(RestorationState, load_default=None)
    overdue = fields.Boolean(
        load_default=None,
        metadata={"description": "只看已逾期的 / only those past a deadline"},
    )


class DeskRestorationListQuery(ProviderRestorationListQuery):
    unit = fields.String(
        load_default=None,
        validate=validate.Length(1, 40),
        metadata={"description": "信息提供单位代码 / code of the provider", "example": "METRO"},
    )


class RestorationEvent(ResponseSchema):
    """One line of the timeline. `note` is null without words, and in answers that hold none."""

    at = BeijingTime(required=True)
    act = TermField(RestorationAct, required=True, metadata={"description": "发生了什么 / what happened"})
    label = Said(required=True)
    state = TermField(
        RestorationState, required=True, metadata={"description": "此后的状态 / the state after it"}
    )
    state_label = Said(required=True, metadata=_STATE_LABEL)
    by = Said(
        required=True,
        metadata={"type": "string", "description": "由谁 / by whom", "example": "信息主体"},
    )
    note = fields.String(
        required=True,
        allow_none=True,
        metadata={
            "description": "随附的话，须本人核验后查看 / the words with it, for who has proved who they are",
            "example": "申请材料齐全。",
        },
    )
    clock = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "涉及的期限 / the clock it is about", "example": "restoration_accept"},
    )


class RestorationPerson(ResponseSchema):
    """Whose record it is; the number is never whole."""

    name = fields.String(required=True, metadata={"example": "王小明"})
    number_masked = fields.String(required=True, metadata={"example": "310***********011X"})


class RestorationCase(ResponseSchema):
    """A case with its clocks and its timeline. `record`, `pledge` and notes are null in the answers to moves and lists, and for
    a resident who has not proved to be that person just now."""

    id = fields.String(required=True)
    record_id = fields.String(required=True)
    unit = fields.Nested(Unit, required=True)
    state = TermField(RestorationState, required=True)
    state_label = Said(required=True, metadata=_STATE_LABEL)
    submitted_at = BeijingTime(
        required=True, metadata={"description": "收到申请的时间 / when it was received"}
    )
    closed_at = BeijingTime(
        required=True,
        allow_none=True,
        metadata={"description": "办结时间 / when it was over; null while it runs"},
    )
    document_no = fields.String(required=True, allow_none=True, metadata=_DOCUMENT_NO)
    removal_id = fields.String(
        required=True,
        allow_none=True,
        metadata={
            "description": "修复后移除记录的凭证编号 / id of the removal that followed",
            "example": "01m7zq3ew6rxgeha0cw4hhgb5r",
        },
    )
    clocks = fields.List(fields.Nested(Clock), required=True, metadata=_CLOCKS)
    timeline = fields.List(
        fields.Nested(RestorationEvent),
        required=True,
        metadata={"description": "办理经过，最早的在前 / what happened, the first first"},
    )
    evidence = fields.List(
        fields.Nested(Evidence), required=True, metadata={"description": "证明材料 / the files of the case"}
    )
    may = fields.List(
        TermField(RestorationAct),
        required=True,
        metadata={"description": "您现在可以做什么 / what you can do now", "example": ["withdraw"]},
    )
    pledge = fields.String(
        required=True,
        allow_none=True,
        metadata={
            "description": "信用承诺和改正情况 / the pledge",
            "example": "本人已补缴票款和罚款，承诺今后依规乘车。",
        },
    )
    record = fields.Nested(
        Record, required=True, allow_none=True, metadata={"description": "所涉信用记录 / the record"}
    )
    subject = fields.Nested(
        RestorationPerson,
        required=True,
        allow_none=True,
        metadata={"description": "记录的主体，仅工作人员可见 / whose record it is; for staff only"},
    )


class RestorationPage(ResponseSchema):
    items = fields.List(fields.Nested(RestorationCase), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class ListedRestoration(ResponseSchema):
    """A case in a list of the desk: nothing of the record or the person."""

    id = fields.String(required=True)
    record_id = fields.String(required=True)
    unit = fields.Nested(Unit, required=True)
    state = TermField(RestorationState, required=True)
    state_label = Said(required=True, metadata=_STATE_LABEL)
    submitted_at = BeijingTime(
        required=True, metadata={"description": "收到申请的时间 / when it was received"}
    )
    due_at = BeijingTime(
        required=True,
        allow_none=True,
        metadata={"description": "最近的期限何时届满 / when the nearest clock ends; null when none runs"},
    )
    overdue = fields.Boolean(
        required=True, metadata={"description": "是否已逾期 / whether it is past it", "example": False}
    )
    clocks = fields.List(fields.Nested(Clock), required=True, metadata=_CLOCKS)


class ListedRestorationPage(ResponseSchema):
    items = fields.List(fields.Nested(ListedRestoration), required=True)
    next_cursor = fields.String(required=True, allow_none=True)
