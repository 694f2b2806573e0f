"""Merchants over HTTP: what staff put down about them, keys and clerks, and what a merchant is told about itself."""

from typing import Any

from marshmallow import ValidationError, fields, validate

from schemas.base import FILL_IN, BeijingTime, QuerySchema, RequestSchema, ResponseSchema, Said, TermField
from schemas.staff import StaffSignIn
from schemas.terms import MerchantAct, MerchantDoor, MerchantFigure, MerchantKind, MerchantState
from schemas.text import Text, says_something

LEAST_RATE, USUAL_RATE, MOST_RATE = 10, 120, 600
REASON_CHARACTERS = 500
MONTH = r"^[0-9]{4}-(0[1-9]|1[0-2])$"
_CONTROL = Text("不能含有换行等控制字符", "Line breaks and other control characters are not allowed here")
_STATE_LABEL: dict[str, Any] = {
    "type": "string",
    "description": "状态名称 / the state in words",
    "example": "正常",
}
_NAME = {
    "description": "对居民显示的名称，连锁店请注明门店 / the name residents see; with the branch",
    "example": "良友超市（淮海中路店）",
}
_KINDS = {"description": "经营类别 / what it does", "example": ["supermarket"]}
_DISTRICT = {
    "description": "所在区；填代码或全称，保存为全称 / the district: its code or full name, kept as the name",
    "example": "黄浦区",
}
_USCC = {
    "description": "统一社会信用代码，校验后按标准写法保存 / unified social credit code, checked",
    "example": "9131019990000009XP",
}
_CONTACT_NAME = {"description": "联系人，加密保存 / the person to contact; sealed", "example": "周莉"}
_CONTACT_PHONE = {
    "description": "联系电话，手机或带区号的固话，加密保存 / telephone, mobile or landline; sealed",
    "example": "021-63210000",
}
_RATE = {
    "description": "每分钟最多多少次请求，全部收银台合计 / requests a minute, all its tills together",
    "example": USUAL_RATE,
}
_VERSION = {
    "description": "资料版本；修改时须写明所依据的版本 / the version; a change names the one it was made from",
    "example": 1,
}
_LABEL = {"description": "密钥用途说明 / what the key is for", "example": "一号收银台"}
_KEY_ID = {
    "description": "密钥编号（密钥中 mk_ 之后的12位） / the 12 letters behind mk_",
    "example": "3q8v1m7zq3ew",
}
_USERNAME = {
    "description": "登录用户名，在所有商户和工作人员中唯一 / user name, unique over all merchants and staff",
    "example": "liangyou.zhou",
}
_ONCE = "仅此一次显示，重复提交的答复中为空 / shown this once; null in a repeated answer"


def _line(value: str) -> None:
    """One visible line of text."""
    if not says_something(value):
        raise ValidationError([FILL_IN])
    if not value.isprintable():
        raise ValidationError([_CONTROL])


def _text(most: int, metadata: dict[str, Any], **more: Any) -> fields.String:
    return fields.String(validate=[validate.Length(1, most), _line], metadata=metadata, **more)


def _maybe(most: int, metadata: dict[str, Any]) -> fields.String:
    return _text(most, metadata, load_default=None, allow_none=True)


def _reason(**more: Any) -> fields.String:
    metadata = {"description": "原因，工作人员可见 / why; staff read it", "example": "门店装修停业。"}
    return _text(REASON_CHARACTERS, metadata, **more)


class MerchantCreate(RequestSchema):
    """Everything about a new merchant."""

    name = _text(80, _NAME, required=True)
    kinds = fields.List(
        TermField(MerchantKind),
        required=True,
        validate=validate.Length(1, len(MerchantKind)),
        metadata=_KINDS,
    )
    district = _maybe(40, _DISTRICT)
    uscc = _maybe(40, _USCC)
    contact_name = _text(80, _CONTACT_NAME, required=True)
    contact_phone = _text(40, _CONTACT_PHONE, required=True)
    rate_per_minute = fields.Integer(
        load_default=USUAL_RATE, strict=True, validate=validate.Range(LEAST_RATE, MOST_RATE), metadata=_RATE
    )


class MerchantPut(MerchantCreate):
    """Everything about a merchant as it shall be; what is left out is empty, or the usual."""

    version = fields.Integer(
        required=True, strict=True, validate=validate.Range(1, 1_000_000_000), metadata=_VERSION
    )


class MerchantPause(RequestSchema):
    reason = _reason(required=True)


class MerchantResume(RequestSchema):
    reason = _reason(load_default=None, allow_none=True)


class MerchantClose(RequestSchema):
    reason = _reason(required=True)


class MerchantListQuery(QuerySchema):
    state = TermField(MerchantState, load_default=None)
    kind = TermField(MerchantKind, load_default=None)
    limit = fields.Integer(load_default=20, validate=validate.Range(1, 100))
    cursor = fields.String(load_default=None, validate=validate.Length(max=400))


class MerchantEvent(ResponseSchema):
    """One line of a merchant's history."""

    at = BeijingTime(required=True)
    act = TermField(MerchantAct, required=True, metadata={"description": "发生了什么 / what happened"})
    label = Said(required=True, metadata={"type": "string", "example": "签约入驻"})
    state = TermField(
        MerchantState, required=True, metadata={"description": "此后的状态 / the state after it"}
    )
    by_name = fields.String(
        required=True, allow_none=True, metadata={"description": "由谁 / by whom", "example": "song.hui"}
    )
    reason = fields.String(
        required=True, allow_none=True, metadata={"description": "原因 / why", "example": "门店装修停业。"}
    )


class Merchant(ResponseSchema):
    """A merchant as staff read it."""

    id = fields.String(required=True)
    name = fields.String(required=True, metadata=_NAME)
    kinds = fields.List(TermField(MerchantKind), required=True, metadata=_KINDS)
    district = fields.String(required=True, allow_none=True, metadata=_DISTRICT)
    uscc = fields.String(required=True, allow_none=True, metadata=_USCC)
    contact_name = fields.String(required=True, allow_none=True, metadata=_CONTACT_NAME)
    contact_phone = fields.String(
        required=True, allow_none=True, metadata={**_CONTACT_PHONE, "example": "+862163210000"}
    )
    rate_per_minute = fields.Integer(required=True, metadata=_RATE)
    state = TermField(MerchantState, required=True)
    state_label = Said(required=True, metadata=_STATE_LABEL)
    created_at = BeijingTime(required=True, metadata={"description": "入驻时间 / when it was taken on"})
    created_by_name = fields.String(
        required=True, allow_none=True, metadata={"description": "经办人 / by whom", "example": "song.hui"}
    )
    version = fields.Integer(required=True, metadata=_VERSION)
    history = fields.List(
        fields.Nested(MerchantEvent),
        required=True,
        metadata={"description": "经过，最早的在前 / what happened, the first first"},
    )
    may = fields.List(
        TermField(MerchantAct),
        required=True,
        metadata={"description": "现在可以做什么 / what can be done now", "example": ["pause", "close"]},
    )


class ListedMerchant(ResponseSchema):
    """A merchant in a list: nothing of the person to contact."""

    id = fields.String(required=True)
    name = fields.String(required=True, metadata=_NAME)
    kinds = fields.List(TermField(MerchantKind), required=True, metadata=_KINDS)
    district = fields.String(required=True, allow_none=True, metadata=_DISTRICT)
    state = TermField(MerchantState, required=True)
    state_label = Said(required=True, metadata=_STATE_LABEL)
    rate_per_minute = fields.Integer(required=True, metadata=_RATE)
    created_at = BeijingTime(required=True, metadata={"description": "入驻时间 / when it was taken on"})


class MerchantPage(ResponseSchema):
    items = fields.List(fields.Nested(ListedMerchant), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class MerchantKeyCreate(RequestSchema):
    label = _text(60, _LABEL, required=True)


class NewMerchantKey(ResponseSchema):
    """A key just made."""

    id = fields.String(required=True, metadata=_KEY_ID)
    label = fields.String(required=True, metadata=_LABEL)
    created_at = BeijingTime(required=True)
    key = fields.String(
        required=True,
        allow_none=True,
        metadata={
            "description": f"接口密钥。{_ONCE}",
            "example": "mk_3q8v1m7zq3ew6rxgeha0cw4hhgb5r01m7zq3ew6rxgehk8ha",
        },
    )


class MerchantKey(ResponseSchema):
    """A key as it is listed; the key itself is not kept anywhere."""

    id = fields.String(required=True, metadata=_KEY_ID)
    label = fields.String(required=True, metadata=_LABEL)
    created_at = BeijingTime(required=True)
    created_by_name = fields.String(
        required=True, allow_none=True, metadata={"description": "经办人 / by whom", "example": "song.hui"}
    )
    last_used_at = BeijingTime(
        required=True,
        allow_none=True,
        metadata={"description": "最近使用时间，精确到分钟，未用过为空 / last used, to the minute"},
    )
    revoked_at = BeijingTime(
        required=True,
        allow_none=True,
        metadata={"description": "吊销时间，有效为空 / when it was revoked; null while it works"},
    )
    revoked_by_name = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "吊销人 / who revoked it", "example": "song.hui"},
    )


class MerchantKeyListQuery(QuerySchema):
    limit = fields.Integer(load_default=20, validate=validate.Range(1, 100))
    cursor = fields.String(load_default=None, validate=validate.Length(max=400))


class MerchantKeyPage(ResponseSchema):
    items = fields.List(fields.Nested(MerchantKey), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class MerchantClerkCreate(RequestSchema):
    username = _text(64, _USERNAME, required=True)
    password = fields.String(
        load_default=None,
        allow_none=True,
        validate=validate.Length(1, 128),
        metadata={
            "description": "密码，不填则自动生成；12（演示环境 8）至 128 个字符，不能是用户名，也不能是同一个字符的重复 / the"
            " password, made up when left out; 12 (in a demonstration 8) to 128 characters, neither the user name nor one"
            " character over and over",
            "minLength": 8,
            "example": "correct horse battery staple",
        },
    )
    totp = fields.Boolean(
        load_default=False,
        metadata={"description": "是否启用动态口令 / with one-time codes", "example": False},
    )


class NewMerchantClerk(ResponseSchema):
    """A clerk's account just made."""

    id = fields.String(required=True)
    username = fields.String(required=True, metadata=_USERNAME)
    name = fields.String(required=True, metadata={"example": "liangyou.zhou"})
    created_at = BeijingTime(required=True)
    password = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": f"密码。{_ONCE}", "example": "correct horse battery staple"},
    )
    totp_secret = fields.String(
        required=True,
        allow_none=True,
        metadata={
            "description": f"动态口令的密钥（base32），未启用为空。{_ONCE}",
            "example": "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ",
        },
    )
    totp_uri = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": f"验证器扫描用的地址，未启用为空。{_ONCE}", "example": "otpauth://totp/…"},
    )


class MerchantClerk(ResponseSchema):
    """A clerk who works there."""

    id = fields.String(required=True)
    username = fields.String(required=True, metadata=_USERNAME)
    name = fields.String(required=True, metadata={"example": "liangyou.zhou"})
    created_at = BeijingTime(required=True)
    signed_in_at = BeijingTime(
        required=True,
        allow_none=True,
        metadata={"description": "最近登录时间，未登录过为空 / when they last signed in"},
    )


class MerchantClerks(ResponseSchema):
    items = fields.List(fields.Nested(MerchantClerk), required=True)


class MerchantFiguresQuery(QuerySchema):
    month = fields.String(
        load_default=None,
        validate=validate.Regexp(MONTH),
        metadata={
            "description": "月份，写作 YYYY-MM，缺省为本月 / the month, YYYY-MM; this one by default",
            "example": "2026-11",
        },
    )


class MerchantFigureCount(ResponseSchema):
    what = TermField(MerchantFigure, required=True, metadata={"description": "统计项 / what is counted"})
    label = Said(required=True, metadata={"type": "string", "example": "资格核验次数"})
    count = fields.Integer(required=True, metadata={"example": 214})


class MerchantFigures(ResponseSchema):
    """The numbers of a calendar month; nothing about anybody."""

    month = fields.String(required=True, metadata={"description": "月份 / the month", "example": "2026-11"})
    final = fields.Boolean(
        required=True,
        metadata={"description": "该月是否已结束 / whether the month is over", "example": False},
    )
    figures = fields.List(
        fields.Nested(MerchantFigureCount),
        required=True,
        metadata={"description": "各项数量 / the numbers"},
    )


class MerchantSignIn(StaffSignIn):
    """A clerk's user name and password, and the one-time code where the account has one."""


class MerchantThrough(ResponseSchema):
    """The key or the clerk by which this request came in."""

    kind = TermField(MerchantDoor, required=True, metadata={"description": "密钥或店员 / key or clerk"})
    id = fields.String(required=True)
    label = fields.String(
        required=True,
        metadata={
            "description": "密钥用途或店员用户名 / the key's label, or the clerk",
            "example": "一号收银台",
        },
    )


class MerchantMe(ResponseSchema):
    """Who the caller is."""

    id = fields.String(required=True)
    name = fields.String(required=True, metadata=_NAME)
    kinds = fields.List(TermField(MerchantKind), required=True, metadata=_KINDS)
    state = TermField(MerchantState, required=True)
    state_label = Said(required=True, metadata=_STATE_LABEL)
    rate_per_minute = fields.Integer(required=True, metadata=_RATE)
    rate_left = fields.Integer(
        required=True,
        metadata={"description": "本分钟内还可请求多少次 / requests left in this minute", "example": 119},
    )
    through = fields.Nested(
        MerchantThrough, required=True, metadata={"description": "本次请求的来路 / how it came in"}
    )
