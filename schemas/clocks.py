"""The legal clock on a case over HTTP: both sides see the same."""

from marshmallow import fields

from schemas.base import BeijingTime, ResponseSchema, Said, TermField
from schemas.terms import ClockState, DayUnit, MoveCause, SourceMark


class Move(ResponseSchema):
    """One change of the due day and why; null stands for a paused clock, which has none."""

    at = BeijingTime(required=True)
    cause = TermField(
        MoveCause,
        required=True,
        metadata={"description": "为何变动 / why it moved"},
    )
    cause_label = Said(
        required=True,
        metadata={
            "type": "string",
            "description": "变动原因名称 / the cause in words",
            "example": "经批准延长",
        },
    )
    from_on = fields.Date(
        required=True,
        allow_none=True,
        metadata={"description": "变动前的到期日 / the last day before", "example": "2027-01-05"},
    )
    to_on = fields.Date(
        required=True,
        allow_none=True,
        metadata={"description": "变动后的到期日 / the last day since", "example": "2027-01-06"},
    )
    calendar_version = fields.String(
        required=True,
        metadata={
            "description": "按哪一版节假日安排 / by which tables of holidays",
            "example": "2027=staff-1",
        },
    )


class Clock(ResponseSchema):
    """One time limit of a case: its article, the days counted, when it ends, and every move of that end."""

    name = fields.String(
        required=True, metadata={"description": "期限代码 / name of the limit", "example": "decide"}
    )
    label = Said(required=True, metadata={"type": "string", "example": "市信用中心作出处理"})
    state = TermField(ClockState, required=True, metadata={"description": "计时状态 / what it is doing"})
    state_label = Said(
        required=True,
        metadata={"type": "string", "description": "计时状态名称 / the state in words", "example": "计时中"},
    )
    started_at = BeijingTime(
        required=True, metadata={"description": "起算时间，当日不计 / from when; that day is not counted"}
    )
    due_on = fields.Date(
        required=True,
        allow_none=True,
        metadata={
            "description": "到期日，暂停时为空 / the last day; null while paused",
            "example": "2026-11-27",
        },
    )
    due_at = BeijingTime(
        required=True,
        allow_none=True,
        metadata={"description": "到期日24时，暂停时为空 / 24:00 of the last day; null while paused"},
    )
    article = Said(
        required=True, metadata={"type": "string", "example": "《上海市社会信用条例》第三十六条第一项"}
    )
    source_mark = TermField(
        SourceMark,
        required=True,
        metadata={"description": "期限来源的可靠程度 / how well the source is known"},
    )
    limit_days = fields.Integer(
        required=True, metadata={"description": "期限天数 / days of the limit", "example": 5}
    )
    unit = TermField(
        DayUnit, required=True, metadata={"description": "工作日或自然日 / working or calendar days"}
    )
    extended_days = fields.Integer(
        required=True, metadata={"description": "经批准延长的天数 / days granted on top", "example": 0}
    )
    counted_days = fields.List(
        fields.Date(),
        required=True,
        metadata={
            "description": "计入期限的每一天 / every day that is counted",
            "example": ["2026-11-23", "2026-11-24"],
        },
    )
    calendar_version = fields.String(
        required=True,
        metadata={
            "description": "按哪一版节假日安排 / by which tables of holidays",
            "example": "2026=chinesecalendar-1.11.0;2027=provisional",
        },
    )
    provisional = fields.Boolean(
        required=True,
        metadata={
            "description": "是否暂定：涉及年份的节假日安排尚未公布 / true while a year it touches has no announced holidays",
            "example": False,
        },
    )
    paused_at = BeijingTime(
        required=True,
        allow_none=True,
        metadata={"description": "自何时暂停，未暂停为空 / paused since; null while it runs"},
    )
    ended_at = BeijingTime(
        required=True,
        allow_none=True,
        metadata={"description": "何时办结或终止 / when it was met or stopped; null while open"},
    )
    overdue = fields.Boolean(
        required=True,
        metadata={"description": "已过期限仍未办结 / past its end and not done", "example": False},
    )
    late = fields.Boolean(
        required=True, metadata={"description": "办结时已过期限 / was done past its end", "example": False}
    )
    moves = fields.List(
        fields.Nested(Move),
        required=True,
        metadata={"description": "到期日的每次变动 / every change of the last day"},
    )
