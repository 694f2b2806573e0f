"""Deposit-free over HTTP: services, the pass of a resident, the check of a merchant, and what its subject reads of it."""

from typing import Any

from marshmallow import ValidationError, fields, validate

from schemas.base import (
    FILL_IN,
    BeijingTime,
    Guessed,
    QuerySchema,
    RequestSchema,
    ResponseSchema,
    Said,
    TermField,
)
from schemas.clocks import Clock
from schemas.grades import Reason
from schemas.terms import (
    ContestFinding,
    ContestState,
    GradeValue,
    PassState,
    ReplayOutcome,
    RippleCause,
    ServiceAct,
    ServiceKind,
    ServiceState,
    Verdict,
)
from schemas.text import says_something

REASON_CHARACTERS = 500
LONGEST_CODE = 64
_LARGEST = 1_000_000_000


def _about(zh: str, en: str, **more: Any) -> dict[str, Any]:
    return {"description": f"{zh} / {en}", **more}


def _filled(value: str) -> None:
    if not says_something(value):
        raise ValidationError([FILL_IN])


def _id(zh: str, en: str, **more: Any) -> fields.String:
    return fields.String(validate=validate.Length(1, 64), metadata=_about(zh, en), **more)


_SERVICE_ID = _about("服务编号", "Which service")
_MERCHANT_ID = _about("商户编号", "Which merchant")
_TITLE = _about("服务名称", "What is lent", example="图书免押借阅")
_MERCHANT = _about("商户名称，即接收结论者", "The merchant, who gets the answer", example="徐汇区示范图书馆")
_CONTACT = _about(
    "商户对公众的联系方式", "How the public reaches the merchant", example="服务台 021-54320000"
)
_PURPOSE = _about("使用目的", "What the check is for", example="决定借阅图书时是否免收押金。")
_DATA_USED = _about("使用哪些信息", "Which information is used")
_DATA_GIVEN = _about("商户得到什么", "What the merchant gets")
_WITHDRAWAL = _about("如何撤回", "How to withdraw")
_KEPT = _about("保存多久", "How long it is kept")
_DEPOSIT_WAY = _about("押金方式始终可用", "The way with a deposit, which is always open")
_DEPOSIT = _about("免收的押金，单位为分", "The deposit that is waived, in fen", example=20_000)
_MINIMUM = _about("最低信用等级", "The grade from which on no deposit is needed", example="good")
_NO_RECORD = _about(
    "暂无信用记录的人是否免押：没有记录不等于记录不良",
    "Whether a newcomer without records needs no deposit: no record is not a bad record",
    example=True,
)
_MAX_DAYS = _about("最长可借天数", "For how many days at most", example=30)
_VERSION = _about("内容版本", "The version of its content", example=1)
_DIGEST = _about("所示告知内容的 SHA-256", "SHA-256 of all that was shown")
_RULE_VERSION = _about(
    "所依据的等级规则版本", "The version of the rules for grades", example="shanghai-2026-1"
)


def _said(metadata: dict[str, Any], **more: Any) -> Said:
    return Said(required=True, metadata={"type": "string", **metadata}, **more)


class DepositFreeQuery(QuerySchema):
    kind = TermField(ServiceKind, load_default=None)
    merchant_id = fields.String(load_default=None, validate=validate.Length(1, 64))
    limit = fields.Integer(load_default=20, validate=validate.Range(1, 100))
    cursor = fields.String(load_default=None, validate=validate.Length(max=400))


class DepositFreeService(ResponseSchema):
    """A service that is open, its rule, and everything that is read before a pass for it is made."""

    id = fields.String(required=True, metadata=_about("编号", "Its number"))
    merchant_id = fields.String(required=True, metadata=_MERCHANT_ID)
    merchant = fields.String(required=True, metadata=_MERCHANT)
    kind = TermField(ServiceKind, required=True)
    kind_label = _said(_about("类别名称", "The kind in words", example="图书借阅"))
    title = _said(_TITLE)
    contact = fields.String(required=True, metadata=_CONTACT)
    purpose = _said(_PURPOSE)
    deposit_fen = fields.Integer(required=True, metadata=_DEPOSIT)
    minimum_grade = TermField(GradeValue, required=True, metadata=_MINIMUM)
    minimum_grade_label = _said(_about("等级名称", "The grade in words", example="良好"))
    no_record_eligible = fields.Boolean(required=True, metadata=_NO_RECORD)
    max_days = fields.Integer(required=True, metadata=_MAX_DAYS)
    rule_version = fields.String(required=True, allow_none=True, metadata=_RULE_VERSION)
    data_used = _said(_DATA_USED)
    data_given = _said(_DATA_GIVEN)
    withdrawal = _said(_WITHDRAWAL)
    kept = _said(_KEPT)
    deposit_way = _said(_DEPOSIT_WAY)
    version = fields.Integer(required=True, metadata=_VERSION)


class DepositFreePage(ResponseSchema):
    items = fields.List(fields.Nested(DepositFreeService), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class PassMake(RequestSchema):
    """One pass for one service, after its notice was read. Making it is the consent."""

    service_id = _id("哪一项服务", "Which service", required=True)
    service_version = fields.Integer(
        load_default=None,
        allow_none=True,
        strict=True,
        validate=validate.Range(1, _LARGEST),
        metadata=_about(
            "所读内容的版本；与现行版本不同时不生成通行码",
            "The version that was read; with another in force no pass is made",
        ),
    )


class NewPass(ResponseSchema):
    """The pass: shown to the merchant within two minutes, as text or as a QR code. It works once."""

    id = fields.String(required=True, metadata=_about("编号", "Its number"))
    code = fields.String(
        required=True,
        allow_none=True,
        metadata=_about(
            "通行码，大小写和连字符不限；重复提交时，仅原登录在其未用且有效期内可再次看到",
            "The code; a repeated request is shown it while it is unused and in its time, in the session that made it",
            example="4F7K-0XQ2",
        ),
    )
    qr_svg = fields.String(
        required=True, allow_none=True, metadata=_about("通行码的二维码", "The code as a QR code, SVG")
    )
    service_id = fields.String(required=True, metadata=_SERVICE_ID)
    service_title = _said(_TITLE)
    merchant = fields.String(required=True, metadata=_MERCHANT)
    contact = fields.String(required=True, metadata=_CONTACT)
    purpose = _said(_PURPOSE)
    data_used = _said(_DATA_USED)
    data_given = _said(_DATA_GIVEN)
    notice_digest = fields.String(required=True, metadata=_DIGEST)
    expires_at = BeijingTime(required=True, metadata=_about("失效时间", "When it is void"))
    rule_version = fields.String(required=True, metadata=_RULE_VERSION)


class PassListQuery(QuerySchema):
    limit = fields.Integer(load_default=20, validate=validate.Range(1, 100))
    cursor = fields.String(load_default=None, validate=validate.Length(max=400))


class Pass(ResponseSchema):
    """A consent and what became of it; the code is not shown again."""

    id = fields.String(required=True, metadata=_about("编号", "Its number"))
    service_id = fields.String(required=True, metadata=_SERVICE_ID)
    service_title = _said(_TITLE)
    merchant = fields.String(required=True, metadata=_MERCHANT)
    contact = fields.String(required=True, metadata=_CONTACT)
    purpose = _said(_PURPOSE)
    data_used = _said(_DATA_USED)
    data_given = _said(_DATA_GIVEN)
    notice_digest = fields.String(required=True, metadata=_DIGEST)
    made_at = BeijingTime(required=True, metadata=_about("生成时间", "When it was made"))
    expires_at = BeijingTime(required=True, metadata=_about("失效时间", "When it is void"))
    state = TermField(PassState, required=True)
    state_label = _said(_about("状态名称", "The state in words", example="已使用"))
    ended_at = BeijingTime(
        required=True,
        allow_none=True,
        metadata=_about("何时用掉、撤回或失效", "When it was used, withdrawn or void"),
    )
    may_withdraw = fields.Boolean(required=True, metadata=_about("能否撤回", "Whether it can be withdrawn"))


class PassPage(ResponseSchema):
    items = fields.List(fields.Nested(Pass), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class CheckMake(RequestSchema):
    """What a till asks. Whatever is wrong with the code is answered alike."""

    code = Guessed(
        longest=LONGEST_CODE,
        metadata=_about("顾客出示的通行码", "The code that the customer shows", example="4F7K-0XQ2"),
    )
    service_id = _id("本商户的哪一项服务", "Which service of this merchant", required=True)


class CheckAnswer(ResponseSchema):
    """All that a merchant learns. After a no the customer must be offered the way with a deposit. The number is drawn for
    this check alone, so that no two can be seen to be of one person; both answers have the same length and take the same time."""

    check_id = fields.String(required=True, metadata=_about("核验编号", "The number of this check"))
    verdict = TermField(Verdict, required=True)
    decided_at = BeijingTime(required=True, metadata=_about("核验时间，精确到秒", "When, to the second"))


class CheckListQuery(QuerySchema):
    verdict = TermField(Verdict, load_default=None)
    limit = fields.Integer(load_default=20, validate=validate.Range(1, 100))
    cursor = fields.String(load_default=None, validate=validate.Length(max=400))


class Check(ResponseSchema):
    """A check as its subject reads it."""

    id = fields.String(required=True, metadata=_about("编号", "Its number"))
    merchant = fields.String(required=True, metadata=_MERCHANT)
    service_id = fields.String(required=True, metadata=_SERVICE_ID)
    service_title = _said(_TITLE)
    verdict = TermField(
        Verdict,
        required=True,
        allow_none=True,
        metadata=_about("结论；完成本人核验后可见", "Null until the caller has proved who they are"),
    )
    verdict_label = _said(_about("结论名称", "The verdict in words", example="可免押金"), allow_none=True)
    decided_at = BeijingTime(required=True, metadata=_about("核验时间", "When it was answered"))
    rule_version = fields.String(required=True, metadata=_RULE_VERSION)
    service_version = fields.Integer(required=True, metadata=_VERSION)
    minimum_grade = TermField(GradeValue, required=True, metadata=_MINIMUM)
    minimum_grade_label = _said(_about("等级名称", "The grade in words", example="良好"))
    reasons = fields.List(
        fields.Nested(Reason),
        required=True,
        allow_none=True,
        metadata=_about(
            "原因；完成本人核验后可见", "The reasons; null until the caller has proved who they are"
        ),
    )
    deposit_way = _said(
        _about("未能免押时的其他方式", "After a no: the way that is open all the same"), allow_none=True
    )
    record_changed = TermField(
        RippleCause,
        required=True,
        allow_none=True,
        metadata=_about(
            "所依据的记录此后有何变动，可重新申请核验",
            "What became of a record behind it since; it may be tried again",
        ),
    )
    record_changed_at = BeijingTime(
        required=True, allow_none=True, metadata=_about("变动时间", "When it changed")
    )

    granted = fields.Boolean(
        required=True,
        allow_none=True,
        metadata=_about(
            "是否因人工复核而免押", "Whether a person had decided it, so that the rules had no say"
        ),
    )
    contest_id = fields.String(
        required=True,
        allow_none=True,
        metadata=_about("对这次核验的复核申请", "The request for a review of this check, if there is one"),
    )


class CheckPage(ResponseSchema):
    items = fields.List(fields.Nested(Check), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class ServiceOffer(RequestSchema):
    """What staff put down about a service. Every field that is wrong is named at once."""

    kind = TermField(ServiceKind, required=True)
    title_zh = fields.String(required=True, metadata=_about("名称（中文）", "Title in Chinese"))
    title_en = fields.String(required=True, metadata=_about("名称（英文）", "Title in English"))
    purpose_zh = fields.String(required=True, metadata=_about("目的（中文）", "Purpose in Chinese"))
    purpose_en = fields.String(required=True, metadata=_about("目的（英文）", "Purpose in English"))
    contact = fields.String(required=True, metadata=_CONTACT)
    deposit_fen = fields.Integer(required=True, strict=True, metadata=_DEPOSIT)
    minimum_grade = TermField(GradeValue, required=True, metadata=_MINIMUM)
    no_record_eligible = fields.Boolean(load_default=True, metadata=_NO_RECORD)
    max_days = fields.Integer(required=True, strict=True, metadata=_MAX_DAYS)


class ServiceCreate(ServiceOffer):
    merchant_id = _id("哪一家商户", "Of which merchant", required=True)


class ServicePut(ServiceOffer):
    version = fields.Integer(
        required=True, strict=True, validate=validate.Range(1, _LARGEST), metadata=_VERSION
    )


def _reason(**more: Any) -> fields.String:
    return fields.String(
        validate=[validate.Length(1, REASON_CHARACTERS), _filled],
        metadata=_about("原因，工作人员可见", "Why; staff read it", example="设备检修。"),
        **more,
    )


class ServicePause(RequestSchema):
    reason = _reason(required=True)


class ServiceResume(RequestSchema):
    reason = _reason(load_default=None, allow_none=True)


class ServiceClose(RequestSchema):
    reason = _reason(required=True)


class ServiceListQuery(QuerySchema):
    state = TermField(ServiceState, load_default=None)
    kind = TermField(ServiceKind, load_default=None)
    merchant_id = fields.String(load_default=None, validate=validate.Length(1, 64))
    limit = fields.Integer(load_default=20, validate=validate.Range(1, 100))
    cursor = fields.String(load_default=None, validate=validate.Length(max=400))


class ServiceEvent(ResponseSchema):
    """One line of a service's history."""

    at = BeijingTime(required=True, metadata=_about("时间", "When"))
    act = TermField(ServiceAct, required=True)
    label = _said(_about("发生了什么", "What happened", example="设立"))
    state = TermField(ServiceState, required=True)
    version = fields.Integer(required=True, metadata=_VERSION)
    by_name = fields.String(required=True, allow_none=True, metadata=_about("由谁", "By whom"))
    reason = fields.String(required=True, allow_none=True, metadata=_about("原因", "Why"))


class ManagedService(ResponseSchema):
    """A service as staff read it."""

    id = fields.String(required=True, metadata=_about("编号", "Its number"))
    merchant_id = fields.String(required=True, metadata=_MERCHANT_ID)
    kind = TermField(ServiceKind, required=True)
    title_zh = fields.String(required=True, metadata=_about("名称（中文）", "Title in Chinese"))
    title_en = fields.String(required=True, metadata=_about("名称（英文）", "Title in English"))
    purpose_zh = fields.String(required=True, metadata=_about("目的（中文）", "Purpose in Chinese"))
    purpose_en = fields.String(required=True, metadata=_about("目的（英文）", "Purpose in English"))
    contact = fields.String(required=True, metadata=_CONTACT)
    deposit_fen = fields.Integer(required=True, metadata=_DEPOSIT)
    minimum_grade = TermField(GradeValue, required=True, metadata=_MINIMUM)
    no_record_eligible = fields.Boolean(required=True, metadata=_NO_RECORD)
    max_days = fields.Integer(required=True, metadata=_MAX_DAYS)
    state = TermField(ServiceState, required=True)
    state_label = _said(_about("状态名称", "The state in words", example="开放"))
    created_at = BeijingTime(required=True, metadata=_about("设立时间", "When it was set up"))
    version = fields.Integer(required=True, metadata=_VERSION)
    history = fields.List(fields.Nested(ServiceEvent), required=True)
    may = fields.List(
        TermField(ServiceAct), required=True, metadata=_about("现在可以做什么", "What can be done now")
    )


class ManagedServicePage(ResponseSchema):
    items = fields.List(fields.Nested(ManagedService), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class CheckReplay(ResponseSchema):
    """A check worked out again from what was kept of it, by the rules and the bar of its day."""

    check_id = fields.String(required=True, metadata=_about("核验编号", "The number of the check"))
    at = BeijingTime(required=True, metadata=_about("复算时间", "When it was worked out again"))
    outcome = TermField(ReplayOutcome, required=True)
    outcome_label = _said(_about("复算结果", "The outcome in words", example="重新计算，结果一致"))
    rule_version = fields.String(required=True, metadata=_RULE_VERSION)
    value = TermField(
        GradeValue,
        required=True,
        allow_none=True,
        metadata=_about(
            "复算所得等级，不能复算时为空", "The grade; null where it cannot be worked out again"
        ),
    )
    floor = TermField(
        GradeValue,
        required=True,
        allow_none=True,
        metadata=_about("没有记录时按哪一等级对待", "As which grade a newcomer is treated; else null"),
    )
    verdict = TermField(
        Verdict,
        required=True,
        allow_none=True,
        metadata=_about("复算所得结论", "The verdict that follows; null where there is no grade"),
    )
    same_verdict = fields.Boolean(
        required=True,
        allow_none=True,
        metadata=_about("与当时结论是否一致", "Whether it is the one that the merchant was given"),
    )
    proved = TermField(
        ReplayOutcome,
        required=True,
        allow_none=True,
        metadata=_about(
            "依据删除前最后一次复算的结果", "What the last replay said before facts were deleted"
        ),
    )


class ContestAsk(RequestSchema):
    statement = fields.String(
        load_default=None,
        allow_none=True,
        validate=[validate.Length(1, 1000), _filled],
        metadata=_about("您的意见，可不填", "What you want the officer to know", example="该记录已更正。"),
    )


class ListedContest(ResponseSchema):
    """A request for a review in the officers' queue, without words."""

    id = fields.String(required=True, metadata=_about("编号", "Its number"))
    check_id = fields.String(required=True, metadata=_about("哪次核验", "Which check"))
    state = TermField(ContestState, required=True)
    state_label = _said(_about("状态名称", "The state in words", example="人工复核中"))
    asked_at = BeijingTime(required=True, metadata=_about("申请时间", "When it was asked"))
    clocks = fields.List(fields.Nested(Clock), required=True, metadata=_about("办理期限", "Its time limits"))
    finding = TermField(
        ContestFinding,
        required=True,
        allow_none=True,
        metadata=_about("复核结论", "What was decided; null until it is answered"),
    )
    finding_label = _said(_about("复核结论的文字", "The same in words"), allow_none=True)
    answered_at = BeijingTime(
        required=True, allow_none=True, metadata=_about("答复时间", "When it was answered; null until then")
    )
    granted_until = BeijingTime(
        required=True,
        allow_none=True,
        metadata=_about("人工决定免押的，有效至何时", "Until when a person's decision holds"),
    )


class ListedContestPage(ResponseSchema):
    items = fields.List(fields.Nested(ListedContest), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class Contest(ListedContest):
    """With the words: for the resident who has just proved who they are, for the officer while it is open."""

    statement = fields.String(required=True, allow_none=True, metadata=_about("申请人意见", "What was asked"))
    explanation = fields.String(
        required=True, allow_none=True, metadata=_about("答复说明", "The answer in words")
    )
    check = fields.Nested(
        Check,
        required=True,
        allow_none=True,
        metadata=_about("所涉核验，供办理人员", "The check, for officers"),
    )


class ContestPage(ResponseSchema):
    items = fields.List(fields.Nested(Contest), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class ContestListQuery(QuerySchema):
    state = TermField(ContestState, load_default=ContestState.OPEN)
    overdue = fields.Boolean(load_default=False, metadata=_about("只看已逾期的", "Only those that are late"))
    limit = fields.Integer(load_default=20, validate=validate.Range(1, 100))
    cursor = fields.String(load_default=None, validate=validate.Length(max=400))


class ContestAnswer(RequestSchema):
    finding = TermField(ContestFinding, required=True, metadata=_about("复核结论", "What you decide"))
    explanation = fields.String(
        required=True,
        validate=[validate.Length(1, 1000), _filled],
        metadata=_about("向当事人说明理由", "Tells the person why", example="该行为已纠正，同意免押。"),
    )
