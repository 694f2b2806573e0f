"""Red packets over HTTP: what everybody reads, claims, redemptions, and what staff put down."""

from typing import Any

from marshmallow import fields, validate

from schemas.base import (
    BeijingTime,
    Guessed,
    QuerySchema,
    RequestSchema,
    ResponseSchema,
    Said,
    TermField,
    one_line,
)
from schemas.grades import Reason
from schemas.terms import (
    BenefitAct,
    BenefitState,
    ClaimState,
    GradeValue,
    ReplayOutcome,
    RippleCause,
    ValueKind,
)

REASON_CHARACTERS = 500
TITLE_CHARACTERS = 80


def _about(zh: str, en: str, **more: Any) -> dict[str, Any]:
    return {"description": f"{zh} / {en}", **more}


def _text(most: int, metadata: dict[str, Any], **more: Any) -> fields.String:
    return fields.String(validate=[validate.Length(1, most), one_line], metadata=metadata, **more)


def _number(metadata: dict[str, Any], **more: Any) -> fields.Integer:
    """Any whole number of nine digits; what makes sense is told with the other faults, all at once."""
    bounds = validate.Range(-999_999_999, 999_999_999)
    return fields.Integer(strict=True, validate=bounds, metadata=metadata, **more)


_VALUE = _about("优惠：分，或减免百分比", "in fen, or percent off", example=20)
_KIND = _about("优惠的含义", "what the value means")


class BenefitTierWish(RequestSchema):
    minimum_grade = TermField(
        GradeValue, required=True, metadata=_about("要求的等级", "the grade it asks for")
    )
    value = _number(_VALUE, required=True)


class BenefitCreate(RequestSchema):
    """Everything about a campaign. What is wrong is told all at once (`benefits.invalid`, `data.errors`)."""

    title = _text(
        TITLE_CHARACTERS, _about("名称", "title in Chinese", example="守信惠民购物券"), required=True
    )
    title_en = _text(
        TITLE_CHARACTERS, _about("英文名称", "title in English", example="Shopping voucher"), required=True
    )
    value_kind = TermField(ValueKind, required=True, metadata=_KIND)
    tiers = fields.List(
        fields.Nested(BenefitTierWish),
        load_default=list,
        validate=validate.Length(max=10),
        metadata=_about("从高等级到低等级的各档", "from the highest grade down"),
    )
    floor = _number(
        _about("人人可享的普惠优惠", "what everybody gets; null: only the tiers", example=10),
        load_default=None,
        allow_none=True,
    )
    stock = _number(_about("库存", "stock", example=500), required=True)
    reserve = _number(
        _about(
            "更正预留：因记录有误而失去机会的，由此补发",
            "kept for those who lost it through a mistake",
            example=10,
        ),
        load_default=0,
    )
    per_person = _number(_about("每人限领", "limit a person", example=1), load_default=1)
    starts_at = BeijingTime(required=True, metadata=_about("开始时间", "when claiming begins"))
    ends_at = BeijingTime(
        required=True,
        metadata=_about("结束时间（此刻起不能领取）", "when claiming ends; from this instant on it is over"),
    )
    valid_days = _number(
        _about("领取后几日内有效，至末日24时", "days after the day of claiming, until 24:00", example=14),
        load_default=14,
    )
    districts = fields.List(
        fields.String(validate=validate.Length(1, 20)),
        load_default=list,
        validate=validate.Length(max=50),
        metadata=_about(
            "限定居住区的代码，空为全市", "codes of districts; empty: the whole city", example=["310101"]
        ),
    )
    partner_ids = fields.List(
        fields.String(validate=validate.Length(1, 64)),
        required=True,
        validate=validate.Length(max=1000),
        metadata=_about("可核销的商户", "merchants that redeem"),
    )


class BenefitPut(BenefitCreate):
    """Everything about a campaign as it shall be, and the version it was made from."""

    version = fields.Integer(required=True, strict=True, validate=validate.Range(1, 1_000_000_000))


class BenefitReason(RequestSchema):
    reason = _text(
        REASON_CHARACTERS, _about("原因", "why; staff read it", example="预算调整。"), required=True
    )


class BenefitResume(RequestSchema):
    reason = _text(
        REASON_CHARACTERS, _about("原因", "why; staff read it"), load_default=None, allow_none=True
    )


class BenefitListQuery(QuerySchema):
    limit = fields.Integer(load_default=20, validate=validate.Range(1, 100))
    cursor = fields.String(load_default=None, validate=validate.Length(max=400))


class StaffBenefitListQuery(BenefitListQuery):
    state = TermField(BenefitState, load_default=None)


class BenefitTier(ResponseSchema):
    """Who gets what; without a grade it is for everybody."""

    minimum_grade = TermField(GradeValue, required=True, allow_none=True)
    minimum_grade_label = Said(
        required=True,
        allow_none=True,
        metadata=_about("要求的等级名称", "that grade in words", type="string", example="优秀"),
    )
    value = fields.Integer(required=True, metadata=_VALUE)


class BenefitPartner(ResponseSchema):
    """A shop that redeems."""

    id = fields.String(required=True)
    name = fields.String(required=True, metadata=_about("商户名称", "its name", example="良友超市"))
    district = fields.String(
        required=True,
        allow_none=True,
        metadata=_about("所在区，未登记的为空", "its district, null where none is on file", example="徐汇区"),
    )
    open = fields.Boolean(
        required=True, metadata=_about("现在能否核销", "whether it redeems now; false while it is paused")
    )


_RULE_VERSION = _about(
    "所依据的等级规则版本；不查看信用记录的为空",
    "the published rules for grades; null where no record is looked at",
    example="shanghai-2026-1",
)


class Benefit(ResponseSchema):
    """A campaign as everybody reads it, the same for everybody."""

    id = fields.String(required=True)
    title = Said(required=True)
    state = TermField(BenefitState, required=True)
    state_label = Said(
        required=True, metadata=_about("状态名称", "the state in words", type="string", example="待使用")
    )
    value_kind = TermField(ValueKind, required=True, metadata=_KIND)
    tiers = fields.List(fields.Nested(BenefitTier), required=True)
    per_person = fields.Integer(required=True, metadata=_about("每人限领", "limit a person"))
    starts_at = BeijingTime(required=True, metadata=_about("开始时间", "when claiming begins"))
    ends_at = BeijingTime(
        required=True,
        metadata=_about("结束时间（此刻起不能领取）", "when claiming ends; from this instant on it is over"),
    )
    valid_days = fields.Integer(
        required=True, metadata=_about("领取后几日内有效", "days after the day of claiming")
    )
    districts = fields.List(
        fields.String(),
        required=True,
        metadata=_about("限定居住区的代码，空为全市", "districts; empty: the whole city"),
    )
    partner_ids = fields.List(
        fields.String(), required=True, metadata=_about("合作商户编号", "ids of the partner merchants")
    )
    partners = fields.List(
        fields.Nested(BenefitPartner),
        required=True,
        metadata=_about("可核销的商户，不含已终止合作的", "merchants that redeem, without closed ones"),
    )
    stock = fields.Integer(required=True, metadata=_about("库存", "stock"))
    remaining = fields.Integer(required=True, metadata=_about("剩余", "what is left now"))
    claimable = fields.Boolean(
        required=True, metadata=_about("现在能否领取", "whether it can be claimed now")
    )
    hindrance = Said(
        required=True,
        allow_none=True,
        metadata=_about(
            "现在不能领取的原因（售罄除外）",
            "why it cannot be claimed now, stock apart; else null",
            type="string",
            example="该活动尚未开始",
        ),
    )
    rule_version = fields.String(
        required=True,
        allow_none=True,
        metadata=_about(
            "现行等级规则版本，申领按申领时的现行版本核定；人人可领的为空",
            "the rules in force, by which a claim of now would be decided; null where no grade is asked for",
            example="shanghai-2026-1",
        ),
    )
    purpose = Said(
        required=True,
        metadata=_about("申领时如何使用您的信用信息", "how your record is used when you claim"),
    )


class BenefitPage(ResponseSchema):
    items = fields.List(fields.Nested(Benefit), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class BenefitClaim(ResponseSchema):
    """An own claim. `code` is there while it can be used, for who is bound to the person."""

    id = fields.String(required=True)
    benefit_id = fields.String(required=True, metadata=_about("权益活动编号", "id of the benefit"))
    title = Said(required=True)
    state = TermField(ClaimState, required=True)
    state_label = Said(
        required=True, metadata=_about("状态名称", "the state in words", type="string", example="待使用")
    )
    value_kind = TermField(ValueKind, required=True, metadata=_KIND)
    value = fields.Integer(required=True, allow_none=True, metadata=_VALUE)
    code = fields.String(
        required=True, allow_none=True, metadata=_about("权益码", "the code", example="7K2M-9QXA-41TD")
    )
    created_at = BeijingTime(required=True, metadata=_about("创建时间", "when it was made"))
    claimed_at = BeijingTime(
        required=True, allow_none=True, metadata=_about("领取时间", "when it was claimed")
    )
    expires_at = BeijingTime(
        required=True,
        allow_none=True,
        metadata=_about("有效期至（此刻起失效）", "when it ends; from this instant on it is void"),
    )
    redeemed_at = BeijingTime(required=True, allow_none=True, metadata=_about("使用时间", "when it was used"))
    rule_version = fields.String(required=True, allow_none=True, metadata=_RULE_VERSION)
    makes_good_id = fields.String(
        required=True,
        allow_none=True,
        metadata=_about(
            "为哪一次少得优惠的申领补发；其他的为空",
            "the used claim whose shortfall this one makes good; else null",
        ),
    )


class BenefitDecision(ResponseSchema):
    """One decision by grade behind a claim, with what it rested on."""

    id = fields.String(required=True)
    decided_at = BeijingTime(required=True, metadata=_about("作出时间", "when it was made"))
    on = fields.Date(required=True, metadata=_about("按哪一天的情况核定", "the day whose facts it judges"))
    value = TermField(GradeValue, required=True, metadata=_about("等级", "the grade"))
    floor = TermField(
        GradeValue,
        required=True,
        allow_none=True,
        metadata=_about("没有记录时按哪一等级对待", "as which grade a newcomer is treated; else null"),
    )
    rule_version = fields.String(
        required=True, metadata=_about("等级规则版本", "the published rules", example="shanghai-2026-1")
    )
    catalogue_version = fields.String(
        required=True, metadata=_about("目录版本", "versions of the catalogue", example="2026=1")
    )
    calendar_version = fields.String(
        required=True, metadata=_about("工作日历版本", "versions of the calendar", example="2026=package")
    )
    reasons = fields.List(fields.Nested(Reason), required=True)
    gave = fields.Boolean(
        required=True, metadata=_about("申领结果是否由此得出", "whether the claim came out of this one")
    )
    superseded_at = BeijingTime(
        required=True,
        allow_none=True,
        metadata=_about("何时被替代", "when another took its place; else null"),
    )
    superseded_by = TermField(
        RippleCause,
        required=True,
        allow_none=True,
        metadata=_about("因记录的何种变动被替代", "which change of a record brought that about; else null"),
    )
    superseded_by_label = Said(
        required=True,
        allow_none=True,
        metadata=_about("该变动的名称", "that change in words", type="string", example="更正"),
    )
    replay = TermField(
        ReplayOutcome, required=True, metadata=_about("复算结果", "what working it out again says")
    )


class BenefitReplay(ResponseSchema):
    """A decision behind a claim, worked out again from what was kept of it, by the rules and facts of its day."""

    claim_id = fields.String(required=True, metadata=_about("申领编号", "id of the claim"))
    decision_id = fields.String(required=True, metadata=_about("决定编号", "id of the decision"))
    at = BeijingTime(required=True, metadata=_about("复算时间", "when it was worked out again"))
    outcome = TermField(ReplayOutcome, required=True)
    outcome_label = Said(
        required=True,
        metadata=_about("复算结果名称", "the outcome in words", type="string", example="重新计算，结果一致"),
    )
    rule_version = fields.String(
        required=True, metadata=_about("等级规则版本", "the published rules", example="shanghai-2026-1")
    )
    value = TermField(
        GradeValue,
        required=True,
        allow_none=True,
        metadata=_about(
            "复算所得等级，不能复算时为空", "the grade; null where it cannot be worked out again"
        ),
    )
    floor = TermField(
        GradeValue,
        required=True,
        allow_none=True,
        metadata=_about("没有记录时按哪一等级对待", "as which grade a newcomer is treated; else null"),
    )
    same_grade = fields.Boolean(
        required=True,
        allow_none=True,
        metadata=_about(
            "与当时等级是否一致，不能复算时为空", "whether it is the grade of then; null where there is none"
        ),
    )
    proved = TermField(
        ReplayOutcome,
        required=True,
        allow_none=True,
        metadata=_about(
            "依据删除前最后一次复算的结果", "what the last replay said before facts were deleted"
        ),
    )


class BenefitClaimWithReasons(BenefitClaim):
    """An own claim and why it came out so, rule by rule, with every decision behind it, the newest first."""

    reasons = fields.List(fields.Nested(Reason), required=True)
    decisions = fields.List(fields.Nested(BenefitDecision), required=True)
    replay = TermField(
        ReplayOutcome,
        required=True,
        allow_none=True,
        metadata=_about(
            "复算结果；未查看记录的为空", "what working it out again says; null where no record was looked at"
        ),
    )


class BenefitClaimPage(ResponseSchema):
    items = fields.List(fields.Nested(BenefitClaim), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class Redemption(RequestSchema):
    code = Guessed(
        longest=200,
        metadata=_about(
            "顾客出示的权益码，大小写、空格和横线不限",
            "the code; any case, blanks and dashes",
            example="7K2M-9QXA-41TD",
        ),
    )


class RedemptionReceipt(ResponseSchema):
    """All that a shop learns of it; nothing about the person."""

    receipt_no = fields.String(required=True, metadata=_about("核销编号", "number to ask by"))
    title = Said(required=True)
    value_kind = TermField(ValueKind, required=True, metadata=_KIND)
    value = fields.Integer(required=True, metadata=_VALUE)
    redeemed_at = BeijingTime(required=True, metadata=_about("使用时间", "when it was used"))


class BenefitStaffTier(ResponseSchema):
    """A tier as staff put it down."""

    minimum_grade = TermField(GradeValue, required=True, allow_none=True)
    value = fields.Integer(required=True, metadata=_VALUE)


class BenefitTerms(ResponseSchema):
    """A campaign as staff put it down; the last tier without a grade is the floor."""

    title = fields.String(required=True, attribute="title_zh")
    title_en = fields.String(required=True, metadata=_about("英文名称", "title in English"))
    value_kind = TermField(ValueKind, required=True)
    tiers = fields.List(fields.Nested(BenefitStaffTier), required=True)
    stock = fields.Integer(required=True, metadata=_about("库存", "stock"))
    reserve = fields.Integer(required=True, metadata=_about("更正预留", "kept for corrections"))
    per_person = fields.Integer(required=True, metadata=_about("每人限领", "limit a person"))
    starts_at = BeijingTime(required=True, metadata=_about("开始时间", "when claiming begins"))
    ends_at = BeijingTime(
        required=True,
        metadata=_about("结束时间（此刻起不能领取）", "when claiming ends; from this instant on it is over"),
    )
    valid_days = fields.Integer(
        required=True, metadata=_about("领取后几日内有效", "days after the day of claiming")
    )
    districts = fields.List(
        fields.String(),
        required=True,
        metadata=_about("限定居住区的代码，空为全市", "districts; empty: the whole city"),
    )
    partner_ids = fields.List(
        fields.String(), required=True, metadata=_about("可核销的商户", "merchants that redeem")
    )


class BenefitFigures(ResponseSchema):
    """Where every unit is now. `balanced`: they make up exactly what was put in."""

    stock = fields.Integer(required=True, metadata=_about("库存", "stock"))
    reserve = fields.Integer(required=True, metadata=_about("更正预留", "kept for corrections"))
    extra = fields.Integer(
        required=True, metadata=_about("预留用完后为更正加发", "cut when the reserve was gone")
    )
    remaining = fields.Integer(required=True, metadata=_about("剩余", "what is left now"))
    reserve_left = fields.Integer(
        required=True, metadata=_about("更正预留剩余", "what is left of the reserve")
    )
    held = fields.Integer(required=True, metadata=_about("办理中", "held by requests at this moment"))
    offered = fields.Integer(
        required=True, metadata=_about("为更正保留、待领取", "kept for persons after a correction")
    )
    live = fields.Integer(required=True, metadata=_about("已领待用", "claimed and not used"))
    redeemed = fields.Integer(required=True, metadata=_about("已使用", "used"))
    refused = fields.Integer(
        required=True, metadata=_about("未符合条件的人数", "persons who were not entitled")
    )
    balanced = fields.Boolean(
        required=True, metadata=_about("各项合计与投放数一致", "the parts make up what was put in")
    )


class BenefitEvent(ResponseSchema):
    """One line of a campaign's history."""

    at = BeijingTime(required=True, metadata=_about("时间", "when"))
    act = TermField(BenefitAct, required=True)
    label = Said(required=True)
    state = TermField(BenefitState, required=True)
    by_name = fields.String(required=True, allow_none=True, metadata=_about("由谁", "by whom"))
    reason = fields.String(required=True, allow_none=True, metadata=_about("原因", "why"))


class StaffBenefit(ResponseSchema):
    id = fields.String(required=True)
    terms = fields.Nested(BenefitTerms, required=True)
    state = TermField(BenefitState, required=True)
    state_label = Said(
        required=True, metadata=_about("状态名称", "the state in words", type="string", example="待使用")
    )
    created_at = BeijingTime(required=True, metadata=_about("创建时间", "when it was made"))
    version = fields.Integer(required=True, metadata=_about("版本", "the version"))
    unserved_at = BeijingTime(
        required=True,
        allow_none=True,
        metadata=_about("自何时起没有可核销的商户", "since when no partner redeems; else null"),
    )
    partners = fields.List(
        fields.Nested(BenefitPartner),
        required=True,
        metadata=_about("可核销的商户，不含已终止合作的", "merchants that redeem, without closed ones"),
    )
    history = fields.List(fields.Nested(BenefitEvent), required=True)
    figures = fields.Nested(BenefitFigures, required=True)
    may = fields.List(
        TermField(BenefitAct),
        required=True,
        metadata=_about("现在可以做什么", "what can be done with it now"),
    )


class StaffBenefitPage(ResponseSchema):
    items = fields.List(fields.Nested(StaffBenefit), required=True)
    next_cursor = fields.String(required=True, allow_none=True)
