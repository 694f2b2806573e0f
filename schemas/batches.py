"""Files of records that units hand in, and the quality report of each."""

from typing import Any

from marshmallow import fields, validate

from schemas.base import BeijingTime, QuerySchema, RequestSchema, ResponseSchema, Said, TermField
from schemas.records import Unit
from schemas.terms import BatchState


def _about(zh: str, en: str, **more: Any) -> dict[str, Any]:
    return {"description": f"{zh} / {en}", **more}


def _count(zh: str, en: str, example: int) -> fields.Integer:
    return fields.Integer(required=True, metadata=_about(zh, en, example=example))


_LINES = _about("行号，最多列出一千个", "Lines, the first thousand of them", example=[3, 17])


class BatchFiles(RequestSchema):
    """One file: CSV (UTF-8, header row) or JSON lines, by its ending."""

    file = fields.List(
        fields.Raw(metadata={"type": "string", "format": "binary"}),
        load_default=list,
        metadata=_about("一个 .csv 或 .jsonl 文件", "One .csv or .jsonl file"),
    )


class BatchForm(RequestSchema):
    """Beside the file nothing is asked."""


class BatchListQuery(QuerySchema):
    limit = fields.Integer(load_default=20, validate=validate.Range(1, 100))
    cursor = fields.String(load_default=None, validate=validate.Length(max=400))
    state = TermField(BatchState, load_default=None)


class StaffBatchListQuery(BatchListQuery):
    unit = fields.String(
        load_default=None,
        validate=validate.Length(1, 40),
        metadata=_about("信息提供单位代码", "Code of the provider", example="METRO"),
    )


class BatchFault(ResponseSchema):
    """Why a whole file could not be used."""

    reason = fields.String(required=True, metadata={"example": "intake.wrong_columns"})
    message = Said(required=True, attribute="text")


class RefusedRows(ResponseSchema):
    """The rows of one reason that were not taken."""

    reason = fields.String(required=True, metadata={"example": "records.bad_date"})
    message = Said(required=True, attribute="text")
    count = _count("行数", "How many", 2)
    lines = fields.List(fields.Integer(), required=True, metadata=_LINES)


class BatchTimeliness(ResponseSchema):
    """Whether licences and penalties were published within their limit (七个工作日双公示)."""

    days = _count("期限（工作日）", "The limit in working days", 7)
    basis = Said(
        required=True,
        metadata=_about("期限的依据", "The ground of the limit", type="string", example="七个工作日内公示"),
    )
    judged = _count("可判断的行数", "Rows that could be judged", 100)
    late = _count("超期行数", "Rows that came late", 3)
    provisional = _count("按暂定日历判断的行数", "Rows judged by a provisional calendar", 0)
    undated = _count("未载明决定日期的行数", "Rows that do not tell the day of decision", 0)
    late_lines = fields.List(fields.Integer(), required=True, metadata=_LINES)


class BatchReport(ResponseSchema):
    """What became of the rows of a file."""

    rows = _count("总行数", "Rows", 120)
    accepted = _count("已采纳", "Taken: new, changed and unchanged together", 118)
    new = _count("新增", "New", 100)
    changed = _count("更正", "Corrections of what was there", 3)
    unchanged = _count("此前已有", "There already, unchanged", 15)
    refused = _count("未采纳", "Not taken", 2)
    linked = _count("已关联到信息主体", "Linked to a subject", 118)
    linked_share = fields.Float(
        required=True,
        allow_none=True,
        metadata=_about("关联率", "The share that was linked", example=0.983333),
    )
    refused_by_reason = fields.List(fields.Nested(RefusedRows), required=True)
    timeliness = fields.Nested(BatchTimeliness, required=True, allow_none=True)


class Batch(ResponseSchema):
    """A file handed in; `report` comes when it is done, `fault` when it could not be used."""

    id = fields.String(required=True)
    unit = fields.Nested(Unit, required=True)
    name = fields.String(required=True, metadata=_about("文件名", "Its name", example="2026-11.csv"))
    size = _count("字节数", "Bytes", 48_213)
    sha256 = fields.String(
        required=True, metadata=_about("文件的 SHA-256，可据以核对", "Of the file, to compare it by")
    )
    state = TermField(BatchState, required=True)
    state_label = Said(
        required=True, metadata=_about("状态名称", "The state in words", type="string", example="处理完成")
    )
    handed_in_at = BeijingTime(required=True, metadata=_about("报送时间", "When it was handed in"))
    handed_in_by_name = fields.String(
        required=True, allow_none=True, metadata=_about("报送人", "Who handed it in", example="gao.ren")
    )
    begun_at = BeijingTime(
        required=True, allow_none=True, metadata=_about("开始处理的时间", "When reading last began")
    )
    finished_at = BeijingTime(
        required=True, allow_none=True, metadata=_about("处理结束的时间", "When it was over; null until then")
    )
    progress = fields.Float(
        required=True, metadata=_about("已读取的比例", "How much of it has been read", example=0.42)
    )
    attempts = _count(
        "处理次数；大于 1 表示中断后已接续", "How often it was begun; after the first it went on", 1
    )
    fault = fields.Nested(BatchFault, required=True, allow_none=True)
    report = fields.Nested(BatchReport, required=True, allow_none=True)
    refused_kept = _count("可下载的未采纳行数", "How many of the rows not taken can be downloaded", 2)


class BatchPage(ResponseSchema):
    items = fields.List(fields.Nested(Batch), required=True)
    next_cursor = fields.String(required=True, allow_none=True)
