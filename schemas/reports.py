"""The report, its links, its verification, the access log and the forgetting calendar over HTTP."""

from typing import Any

from marshmallow import fields, validate

from schemas.base import BeijingTime, QuerySchema, RequestSchema, ResponseSchema, Said, TermField
from schemas.clocks import Clock
from schemas.grades import Grade
from schemas.records import LegalBasis, Record, Restoration, Unit
from schemas.terms import (
    Audience,
    Channel,
    LinkState,
    Nature,
    QuestionFinding,
    QuestionState,
    RecordMark,
    ReportView,
    Role,
    Severity,
    SubjectKind,
)
from schemas.text import says_something


def _about(zh: str, en: str, **more: Any) -> dict[str, Any]:
    return {"description": f"{zh} {en}", **more}


class SomeText(fields.String):
    """A text that says something: trimmed, and not empty afterwards; what nobody sees is empty."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = str(super()._deserialize(value, attr, data, **kwargs)).strip()
        return text if says_something(text) else ""


class Tongue(fields.String):
    """A language by its first subtag, so that `zh-CN` and `en-GB` are understood as in Accept-Language."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = str(super()._deserialize(value, attr, data, **kwargs))
        return text.replace("_", "-").partition("-")[0].lower()


class ReportQuery(QuerySchema):
    lang = Tongue(
        load_default=None,
        validate=validate.OneOf(("zh", "en")),
        metadata=_about(
            "报告语言，优先于 Accept-Language", "Language of the report; goes before Accept-Language"
        ),
    )


class PageQuery(QuerySchema):
    limit = fields.Integer(load_default=20, validate=validate.Range(1, 100))
    cursor = fields.String(load_default=None, validate=validate.Length(max=400))


class LookQuery(PageQuery):
    others = fields.Boolean(
        load_default=False,
        truthy={"true"},
        falsy={"false"},
        metadata=_about("只看别人的查询，不含本人", "Only the looks of others, without the own"),
    )


class CalendarQuery(PageQuery):
    limit = fields.Integer(load_default=100, validate=validate.Range(1, 100))


class Subject(ResponseSchema):
    name = fields.String(required=True, metadata={"example": "王小明"})
    number_masked = fields.String(required=True, metadata={"example": "310***********008X"})
    kind = TermField(SubjectKind, required=True)


class Section(ResponseSchema):
    nature = TermField(Nature, required=True)
    label = Said(required=True)
    count = fields.Integer(required=True)
    records = fields.List(fields.Nested(Record), required=True)


class Annotation(ResponseSchema):
    record_id = fields.String(required=True)
    kind = TermField(RecordMark, required=True)
    label = Said(required=True)
    since = BeijingTime(required=True)
    statement = fields.String(required=True, allow_none=True)


class Look(ResponseSchema):
    """A line of the access log: who looked at what, when, through which door, and why."""

    id = fields.String(required=True)
    at = BeijingTime(required=True)
    actor = Said(required=True, metadata={"example": "本人"})
    own = fields.Boolean(required=True)
    unit = Said(required=True, allow_none=True)
    role = TermField(Role, required=True)
    role_label = Said(required=True)
    channel = TermField(Channel, required=True)
    channel_label = Said(required=True)
    purpose = Said(required=True)
    scope = Said(required=True)


class LookPage(ResponseSchema):
    items = fields.List(fields.Nested(Look), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class Report(ResponseSchema):
    """The credit report of one instant. `access_log` holds the latest 50 looks, this one first; `access_log_total` counts
    all. In the third-party view the access log and the free-report count are null and the name is masked.
    """

    view = TermField(ReportView, required=True)
    view_label = Said(required=True)
    report_no = fields.String(required=True, metadata={"example": "SH20261121-7K3M-9Q2W-8CXP-T"})
    generated_at = BeijingTime(required=True)
    subject = fields.Nested(Subject, required=True)
    grade = fields.Nested(Grade, required=True)
    sections = fields.List(fields.Nested(Section), required=True)
    annotations = fields.List(fields.Nested(Annotation), required=True)
    access_log = fields.List(fields.Nested(Look), required=True, allow_none=True)
    access_log_total = fields.Integer(required=True, allow_none=True)
    free_reports_used = fields.Integer(
        required=True,
        allow_none=True,
        metadata=_about("本年度已查询本人报告次数（含本次）", "Own reports this year, with this"),
    )
    free_reports_right = fields.Integer(required=True, allow_none=True, metadata={"example": 2})
    verify_url = fields.String(required=True)
    notices = fields.List(Said(), required=True)
    purpose = fields.String(
        required=True,
        allow_none=True,
        metadata=_about("授权用途（第三方查看）", "Authorised purpose (third-party view)"),
    )


class Verification(ResponseSchema):
    authentic = fields.Boolean(required=True)
    generated_at = BeijingTime(required=True, allow_none=True)


class VerificationQuery(QuerySchema):
    code = fields.String(load_default="", validate=validate.Length(max=64))


class ReportLinkMake(RequestSchema):
    purpose = SomeText(required=True, validate=validate.Length(1, 200), metadata={"example": "应聘入职"})
    audience = TermField(Audience, required=True)
    minutes = fields.Integer(
        load_default=None,
        allow_none=True,
        strict=True,
        validate=validate.Range(1, 7 * 24 * 60),
        metadata=_about(
            "有效分钟数，默认本人 30、第三方 1440",
            "Minutes it lasts; by default 30 (self), 1440 (third party)",
        ),
    )
    max_opens = fields.Integer(
        load_default=None,
        allow_none=True,
        strict=True,
        validate=validate.Range(1, 20),
        metadata=_about(
            "最多打开次数，默认本人 1、第三方 3", "How often it opens; by default 1 (self), 3 (third party)"
        ),
    )


class NewReportLink(ResponseSchema):
    """`url` is shown this once: its code is not kept in clear."""

    id = fields.String(required=True)
    url = fields.String(required=True)
    audience = TermField(Audience, required=True)
    purpose = fields.String(required=True)
    expires_at = BeijingTime(required=True)
    max_opens = fields.Integer(required=True)


class ReportLink(ResponseSchema):
    id = fields.String(required=True)
    audience = TermField(Audience, required=True)
    purpose = fields.String(
        required=True,
        allow_none=True,
        metadata=_about(
            "用途；供本人使用的，须本人核验后查看，未核验为空",
            "What it is for; of one for oneself, for who has proved who they are, else null",
            example="应聘入职",
        ),
    )
    state = TermField(LinkState, required=True)
    created_at = BeijingTime(required=True)
    expires_at = BeijingTime(required=True)
    max_opens = fields.Integer(required=True)
    opens = fields.Integer(required=True)
    last_opened_at = BeijingTime(required=True, allow_none=True)
    killed_at = BeijingTime(required=True, allow_none=True)


class ReportLinkPage(ResponseSchema):
    items = fields.List(fields.Nested(ReportLink), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class QuestionAsk(RequestSchema):
    statement = SomeText(
        load_default=None,
        validate=validate.Length(1, 1000),
        metadata=_about(
            "疑问，不填即“这次查询不是我”",
            "The question; left out, it says that it was not me",
            example="这次查询不是我本人",
        ),
    )
    end_sessions = fields.Boolean(
        load_default=False,
        truthy={True},
        falsy={False},
        metadata=_about("同时退出全部登录", "Also sign out everywhere"),
    )


class ListedQuestion(ResponseSchema):
    """A question in the auditor's queue: when it was asked and until when it must be answered."""

    id = fields.String(required=True)
    state = TermField(QuestionState, required=True)
    state_label = Said(required=True, metadata=_about("状态名称", "The state in words", example="待核实"))
    asked_at = BeijingTime(required=True)
    clocks = fields.List(fields.Nested(Clock), required=True, metadata=_about("办理期限", "Its time limits"))
    finding = TermField(
        QuestionFinding,
        required=True,
        allow_none=True,
        metadata=_about("核实结论，未答复为空", "What was found out; null until it is answered"),
    )
    answered_at = BeijingTime(
        required=True,
        allow_none=True,
        metadata=_about("答复时间，未答复为空", "When it was answered; null until then"),
    )


class ListedQuestionPage(ResponseSchema):
    items = fields.List(fields.Nested(ListedQuestion), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class Question(ListedQuestion):
    """A question with its words, and with the line of the access log that it is about. The words are masked (null) unless the
    resident has just proved who they are."""

    entry_id = fields.String(required=True)
    statement = fields.String(
        required=True,
        allow_none=True,
        metadata=_about(
            "疑问，须本人核验后查看，未核验为空",
            "What was asked, for who has proved who they are; else null",
            example="这次查询不是我本人",
        ),
    )
    look = fields.Nested(
        Look, required=True, allow_none=True, metadata=_about("被询问的查询记录", "The look in question")
    )
    explanation = fields.String(
        required=True,
        allow_none=True,
        metadata=_about(
            "答复说明，须本人核验后查看；未核验或未答复为空",
            "The answer in words, for who has proved who they are; else, and until it is answered, null",
            example="该次查询由您授权的招聘单位通过报告链接进行。",
        ),
    )


class StaffQuestion(Question):
    """The same for the auditor, with the handle of whom it is about; never a name or a number."""

    subject_id = fields.String(required=True)


class QuestionPage(ResponseSchema):
    items = fields.List(fields.Nested(Question), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class QuestionListQuery(PageQuery):
    state = TermField(QuestionState, load_default=QuestionState.OPEN)
    overdue = fields.Boolean(load_default=False, metadata=_about("只看已逾期的", "Only those that are late"))


class QuestionAnswer(RequestSchema):
    finding = TermField(QuestionFinding, required=True, metadata=_about("核实结论", "What was found out"))
    explanation = SomeText(
        required=True,
        validate=validate.Length(1, 1000),
        metadata=_about(
            "向当事人说明是谁、为何查询",
            "Tells the person who looked and why",
            example="该次查询由您授权的招聘单位通过报告链接进行。",
        ),
    )


class Forgetting(ResponseSchema):
    """When an adverse record is forgotten. `next_at` is the next instant at which less of it is shown, null when no
    window is running; `article` is the law behind `query_until`, `public_article` behind `public_until`.
    """

    record_id = fields.String(required=True)
    item_code = fields.String(required=True)
    item_title = Said(required=True)
    title = fields.String(required=True)
    unit = fields.Nested(Unit, required=True)
    severity = TermField(Severity, required=True, allow_none=True)
    occurred_on = fields.Date(required=True)
    ended_on = fields.Date(required=True, allow_none=True)
    public_until = BeijingTime(required=True, allow_none=True)
    query_until = BeijingTime(required=True, allow_none=True)
    next_at = BeijingTime(required=True, allow_none=True)
    earliest_restoration_on = fields.Date(required=True, allow_none=True)
    restoration = fields.Nested(Restoration, required=True)
    article = Said(required=True)
    public_article = Said(required=True, allow_none=True)
    legal_basis = fields.List(fields.Nested(LegalBasis), required=True)


class ForgettingCalendar(ResponseSchema):
    items = fields.List(fields.Nested(Forgetting), required=True)
    next_cursor = fields.String(required=True, allow_none=True)
