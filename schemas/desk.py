"""The desk over HTTP."""

from marshmallow import fields

from schemas.base import BeijingTime, QuerySchema, ResponseSchema, Said, TermField
from schemas.calendars import CalendarYear
from schemas.terms import CaseKind, Role


class Queue(ResponseSchema):
    """One queue: how many cases wait, how many of them are late, and when the first of all is (or was) due."""

    name = fields.String(
        required=True, metadata={"description": "队列代码 / name of the queue", "example": "questions"}
    )
    label = Said(required=True)
    count = fields.Integer(required=True)
    overdue = fields.Integer(
        required=True, metadata={"description": "已逾期的数量 / how many are late", "example": 0}
    )
    nearest_due_on = fields.Date(
        required=True,
        allow_none=True,
        metadata={
            "description": "最早的到期日（含已逾期），没有为空 / the earliest due day, late cases too; null when none",
            "example": "2026-12-11",
        },
    )
    nearest_due_at = BeijingTime(
        required=True,
        allow_none=True,
        metadata={
            "description": "最早的到期时间（当日24时），没有为空 / 24:00 of that day; null when none is due"
        },
    )


class Desk(ResponseSchema):
    """Everything that waits for the caller's role; for providers it is their unit's."""

    role = TermField(Role, required=True)
    role_label = Said(required=True)
    unit = fields.String(required=True, allow_none=True)
    queues = fields.List(
        fields.Nested(Queue), required=True, metadata={"description": "待办队列 / the queues"}
    )
    unread_notices = fields.Integer(
        required=True,
        metadata={"description": "未读工作消息的数量 / notices that nobody has read", "example": 2},
    )


class CalendarPutQuery(QuerySchema):
    dry_run = fields.Boolean(
        load_default=False,
        metadata={"description": "只校验，不写入 / only check, and write nothing"},
    )


class Moved(ResponseSchema):
    """The cases of one kind whose date moved. Not `finished`: the worker goes on with the rest."""

    kind = TermField(CaseKind, required=True)
    label = Said(required=True)
    count = fields.Integer(required=True)
    finished = fields.Boolean(
        required=True,
        metadata={
            "description": "是否已全部重算，否则由后台继续 / false while the worker has some left",
            "example": True,
        },
    )


class PutYear(ResponseSchema):
    """A year's working days as they stand now, and what they moved."""

    year = fields.Nested(CalendarYear, required=True)
    moved = fields.List(
        fields.Nested(Moved),
        required=True,
        allow_none=True,
        metadata={
            "description": "到期日有变动的案件；仅校验（dry_run）时不计算，为 null"
            " / the cases whose date moved; null in a dry run, which does not work it out"
        },
    )
