"""The tables of working days over HTTP."""

from typing import Any

from marshmallow import fields, validate

from schemas.base import BeijingTime, Day, RequestSchema, ResponseSchema

MOST_DAYS = 100
_DAYS = {
    "holidays": {
        "description": "全部放假日期（含周末） / every day off, weekends within a holiday included",
        "example": ["2026-01-01", "2026-01-02", "2026-01-03"],
    },
    "make_up_days": {
        "description": "调休上班的周末 / weekend days that are worked",
        "example": ["2026-01-04"],
    },
}


def _days(name: str, **more: Any) -> fields.List[Any]:
    return fields.List(Day(), required=True, metadata=_DAYS[name], **more)


class CalendarPut(RequestSchema):
    """A whole year as the State Council announced it; it takes the mark `provisional` away."""

    holidays = _days("holidays", validate=validate.Length(1, MOST_DAYS))
    make_up_days = _days("make_up_days", validate=validate.Length(0, MOST_DAYS))
    source = fields.String(
        required=True,
        validate=validate.Length(1, 200),
        metadata={
            "description": "依据的通知文号 / the notice it is taken from",
            "example": "国办发明电〔2025〕7号",
        },
    )
    replaces = fields.Integer(
        load_default=None,
        allow_none=True,
        validate=validate.Range(0, 1_000_000),
        metadata={
            "description": "据以修改的版本，首次为 0；与现行版本不符则拒绝 / the version it was made from, 0 for none; refused"
            " when another one is in force",
            "example": 0,
        },
    )


class CalendarYear(ResponseSchema):
    """What a year's working days rest on."""

    year = fields.Integer(required=True, metadata={"example": 2026})
    provisional = fields.Boolean(
        required=True,
        metadata={
            "description": "是否暂定：节假日安排尚未公布 / true while no holidays are announced",
            "example": False,
        },
    )
    calendar_version = fields.String(
        required=True,
        metadata={"description": "版本 / which table it is", "example": "2026=chinesecalendar-1.11.0"},
    )
    holidays = _days("holidays")
    make_up_days = _days("make_up_days")
    version = fields.Integer(
        required=True,
        allow_none=True,
        metadata={
            "description": "人工录入的版本，没有为空 / version put in by staff; null when there is none",
            "example": 1,
        },
    )
    source = fields.String(
        required=True,
        allow_none=True,
        metadata={
            "description": "依据的通知文号 / the notice it is taken from",
            "example": "国办发明电〔2025〕7号",
        },
    )
    put_at = BeijingTime(
        required=True, allow_none=True, metadata={"description": "录入时间 / when it was put in"}
    )
    put_by_name = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "录入人 / who put it in", "example": "数据管理员甲"},
    )


class CalendarYears(ResponseSchema):
    items = fields.List(fields.Nested(CalendarYear), required=True)
