"""Every kind of notice: its payload, and what it says in both languages.

Written by use cases (`notices.service.send`), read by the inbox and by the worker's channels, so the words stand here,
beside the kind. A payload never holds a name, a number, a phone, a code or the content of a record: the channels it may
travel through are not ours.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from marshmallow import fields, validate

from schemas.base import BeijingTime, QuerySchema, ResponseSchema, TermField
from schemas.terms import Term
from schemas.text import Text

SHANGHAI = ZoneInfo("Asia/Shanghai")

Payload = Mapping[str, str | int | datetime]


class NoticeKind(Term):
    """What happened that the resident should hear of."""

    IDENTITY_BOUND = "identity_bound", "实名绑定成功", "Name and number bound"
    CONSENT_GIVEN = "consent_given", "已同意人脸核验", "Consent to face verification given"
    CONSENT_WITHDRAWN = "consent_withdrawn", "已撤回人脸核验同意", "Consent to face verification withdrawn"
    FACE_LOCKED = "face_locked", "人脸核验已锁定", "Face verification locked"
    WINDOW_CODE_USED = "window_code_used", "窗口核验码已使用", "Service window code used"
    SESSIONS_ENDED = "sessions_ended", "登录状态已全部退出", "All sign-ins ended"
    REFRESH_REUSED = "refresh_reused", "登录凭证被重复使用", "A sign-in was used twice"
    REPORT_LINK_OPENED = "report_link_opened", "您的报告链接被打开", "Your report link was opened"
    QUESTION_RECEIVED = "question_received", "“不是我”申报已受理", "Your question about a look was received"


@dataclass(frozen=True)
class NoticeForm:
    """How one kind reads. `fields` names the payload's entries and their types; `legal` ones cannot be switched off."""

    title: Text
    body: Text
    fields: Mapping[str, type]
    legal: bool = False


FORMS: Mapping[NoticeKind, NoticeForm] = {
    NoticeKind.IDENTITY_BOUND: NoticeForm(
        NoticeKind.IDENTITY_BOUND.label,
        Text(
            "您的账号已绑定本人姓名和身份证号。如非本人操作，请立即拨打 12345。",
            "Your account is now bound to your name and identity number. If this was not you, please call 12345 at once.",
        ),
        {},
        legal=True,
    ),
    NoticeKind.CONSENT_GIVEN: NoticeForm(
        NoticeKind.CONSENT_GIVEN.label,
        Text(
            "您已同意将人脸信息用于本人核验（告知书版本 {notice_version}）。您可随时撤回，"
            "撤回后人脸模板立即删除；服务窗口核验码始终可用。",
            "You agreed to the use of your face for verification (notice version {notice_version}). You may withdraw at any"
            " time, the template is then erased; a service window code always works instead.",
        ),
        {"notice_version": str},
        legal=True,
    ),
    NoticeKind.CONSENT_WITHDRAWN: NoticeForm(
        NoticeKind.CONSENT_WITHDRAWN.label,
        Text(
            "您已撤回人脸核验同意，人脸模板已删除。您仍可用服务窗口核验码办理全部业务。",
            "You withdrew your consent to face verification and the template was erased. A service window code still gives"
            " you every function.",
        ),
        {},
        legal=True,
    ),
    NoticeKind.FACE_LOCKED: NoticeForm(
        NoticeKind.FACE_LOCKED.label,
        Text(
            "人脸核验连续未通过，已锁定至 {until}。服务窗口核验码仍可使用。如非本人操作，请拨打 12345。",
            "Face verification failed several times in a row and is locked until {until}. A service window code still works."
            " If this was not you, please call 12345.",
        ),
        {"until": datetime},
        legal=True,
    ),
    NoticeKind.WINDOW_CODE_USED: NoticeForm(
        NoticeKind.WINDOW_CODE_USED.label,
        Text(
            "您的账号刚刚使用服务窗口核验码完成了本人核验。如非本人操作，请立即拨打 12345。",
            "A service window code was just used to verify your account. If this was not you, please call 12345 at once.",
        ),
        {},
        legal=True,
    ),
    NoticeKind.SESSIONS_ENDED: NoticeForm(
        NoticeKind.SESSIONS_ENDED.label,
        Text(
            "为保护您的账号，全部设备的登录状态已退出，请重新登录。",
            "To protect your account you were signed out on all devices. Please sign in again.",
        ),
        {},
        legal=True,
    ),
    NoticeKind.REFRESH_REUSED: NoticeForm(
        NoticeKind.REFRESH_REUSED.label,
        Text(
            "您在一台设备上的登录凭证被重复使用，可能已被他人复制，该登录已退出。如非本人操作，请立即拨打 12345。",
            "The sign-in of one of your devices was used twice and may have been copied, so it was ended. If this was not you,"
            " please call 12345 at once.",
        ),
        {},
        legal=True,
    ),
    NoticeKind.REPORT_LINK_OPENED: NoticeForm(
        NoticeKind.REPORT_LINK_OPENED.label,
        Text(
            "您生成的报告链接于 {at} 被打开（第 {opens} 次，共可打开 {max_opens} 次）。如有疑问，可立即停用该链接。",
            "The report link you made was opened at {at} (opening {opens} of {max_opens}). If in doubt, switch the link off now.",
        ),
        {"at": datetime, "opens": int, "max_opens": int},
    ),
    NoticeKind.QUESTION_RECEIVED: NoticeForm(
        NoticeKind.QUESTION_RECEIVED.label,
        Text(
            "您对一条查询记录提出的疑问已受理，我们会核实是谁、为何查询并答复您。",
            "Your question about an entry of your access log was received; we will find out who looked and why, and answer you.",
        ),
        {},
        legal=True,
    ),
}


def worded(kind: NoticeKind, payload: Payload) -> tuple[Text, Text]:
    """Title and body of a notice in both languages; instants are told in Shanghai time, to the minute."""
    form = FORMS[kind]
    return form.title, form.body.fill(**{name: _shown(value) for name, value in payload.items()})


def _shown(value: str | int | datetime) -> str:
    if isinstance(value, datetime):
        return value.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")
    return str(value)


class NoticeListQuery(QuerySchema):
    limit = fields.Integer(load_default=20, validate=validate.Range(1, 100))
    cursor = fields.String(load_default=None, validate=validate.Length(max=400))


class Notice(ResponseSchema):
    """One entry of the resident's inbox."""

    id = fields.String(required=True)
    kind = TermField(NoticeKind, required=True)
    title = fields.String(required=True)
    body = fields.String(required=True)
    created_at = BeijingTime(required=True)
    read_at = BeijingTime(required=True, allow_none=True)


class NoticePage(ResponseSchema):
    items = fields.List(fields.Nested(Notice), required=True)
    next_cursor = fields.String(required=True, allow_none=True)
    unread = fields.Integer(required=True)
