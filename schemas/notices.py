"""Every kind of notice: its payload, and what it says in both languages.

Written by use cases (`notices.service.send`), read by the inbox and by the worker's channels, so the words stand here,
beside the kind. A payload never holds a name, a number, a phone, a code or the content of a record: the channels it may
travel through are not ours.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from marshmallow import fields, validate

from schemas import days
from schemas.base import BeijingTime, QuerySchema, ResponseSchema, TermField
from schemas.terms import CaseKind, ContestFinding, QuestionFinding, RippleCause, Term
from schemas.text import Text

Payload = Mapping[str, Any]
"""What a notice tells, as it is stored: words, numbers and instants as they are, a `date` as its ISO day, a `Text` as the
list of its two sentences, a `Term` as its value."""


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
    QUESTION_ANSWERED = "question_answered", "“不是我”申报已答复", "Your question about a look was answered"
    QUESTION_CLOCK_MOVED = (
        "question_clock_moved",
        "“不是我”申报的答复期限有变动",
        "The date of an answer has moved",
    )
    RESTORATION_POSSIBLE_SOON = (
        "restoration_possible_soon",
        "即将可以申请信用修复",
        "Restoration will soon be possible",
    )
    DISPLAY_ENDS_SOON = "display_ends_soon", "一条信息即将停止公示", "A record will soon leave public pages"
    QUERY_ENDS_SOON = "query_ends_soon", "一条信息即将停止查询", "A record will soon be forgotten"
    RECORD_WITHDRAWN = "record_withdrawn", "您的一条信息已撤下", "One of your records was dropped"
    RECORD_ERASED = "record_erased", "一条关于您的信息已删除", "A record about you was erased"
    OBJECTION_RECEIVED = "objection_received", "异议已受理，记录已标注", "Objection received, record marked"
    OBJECTION_COMPARING = "objection_comparing", "异议正在比对", "Your objection is being compared"
    OBJECTION_SUPPLEMENT = "objection_supplement", "请补充异议材料", "More is needed for your objection"
    OBJECTION_RESUMED = "objection_resumed", "异议继续办理", "Your objection goes on"
    OBJECTION_FORWARDED = (
        "objection_forwarded",
        "异议已转信息提供单位核查",
        "Your objection is with the provider",
    )
    OBJECTION_SILENT = (
        "objection_silent",
        "单位逾期未答复，记录已暂停查询",
        "No answer in time: the record is suspended",
    )
    OBJECTION_CORRECTED = "objection_corrected", "异议已办结：信息已更正", "Objection closed: corrected"
    OBJECTION_UPHELD = "objection_upheld", "异议核查结果：维持", "Finding on your objection: upheld"
    OBJECTION_DISSENTED = (
        "objection_dissented",
        "您的异议声明已附于记录",
        "Your statement stays with the record",
    )
    OBJECTION_WITHDRAWN = "objection_withdrawn", "异议已撤回", "Objection withdrawn"
    OBJECTION_CLOSED = "objection_closed", "异议已办结", "Objection closed"
    OBJECTION_VOID = "objection_void", "异议已办结，记录已删除", "Objection closed: the record was deleted"
    OBJECTION_DUE_SOON = "objection_due_soon", "期限提醒", "A date of your objection is near"
    OBJECTION_OVERDUE = "objection_overdue", "您的异议办理已逾期", "Your objection is overdue"
    OBJECTION_CLOCK_MOVED = (
        "objection_clock_moved",
        "异议办理期限有变动",
        "A date of your objection has moved",
    )
    RESTORATION_RECEIVED = (
        "restoration_received",
        "信用修复申请已收到",
        "Application for restoration received",
    )
    RESTORATION_ACCEPTED = (
        "restoration_accepted",
        "信用修复申请已受理",
        "Application for restoration accepted",
    )
    RESTORATION_DECLINED = (
        "restoration_declined",
        "信用修复申请不予受理",
        "Application for restoration not accepted",
    )
    RESTORATION_RESTORED = "restoration_restored", "一条信息已修复", "A record was restored"
    RESTORATION_REFUSED = "restoration_refused", "信用修复申请未获准", "Restoration refused"
    RESTORATION_VOID = (
        "restoration_void",
        "信用修复申请已办结，记录已删除",
        "Application for restoration closed: the record was deleted",
    )
    RESTORATION_WITHDRAWN = (
        "restoration_withdrawn",
        "信用修复申请已撤回",
        "Application for restoration withdrawn",
    )
    RESTORATION_OVERDUE = "restoration_overdue", "信用修复办理逾期", "A restoration is overdue"
    RESTORATION_CLOCK_MOVED = (
        "restoration_clock_moved",
        "信用修复办理期限有变动",
        "A due date of your restoration has moved",
    )
    BENEFIT_CLAIMED = "benefit_claimed", "权益已领取", "Benefit claimed"
    BENEFIT_REDEEMED = "benefit_redeemed", "权益已使用", "Benefit used"
    BENEFIT_EXPIRES_SOON = "benefit_expires_soon", "权益即将过期", "A benefit will soon expire"
    BENEFIT_EXPIRED = "benefit_expired", "权益已过期", "A benefit has expired"
    BENEFIT_RAISED = "benefit_raised", "您的权益已提高", "Your benefit is worth more"
    BENEFIT_OFFERED = "benefit_offered", "您可以再次领取权益", "You can claim a benefit again"
    BENEFIT_OFFER_OVER = "benefit_offer_over", "为您保留的权益已过期", "A benefit kept for you has lapsed"
    BENEFIT_MADE_GOOD = (
        "benefit_made_good",
        "为您补发权益",
        "A benefit was worth too little, and is made good",
    )
    BENEFIT_UNSERVED = "benefit_unserved", "权益暂时无法使用", "A benefit cannot be used for now"
    BENEFIT_SERVED_AGAIN = "benefit_served_again", "权益可以使用了", "A benefit can be used again"
    CONTEST_RECEIVED = "contest_received", "复核申请已受理", "Your request for a review was received"
    CONTEST_ANSWERED = "contest_answered", "免押核验已人工复核", "A person has reviewed your check"
    CONTEST_CLOCK_MOVED = "contest_clock_moved", "复核期限有变动", "The date of a review has moved"
    CHECK_RECORD_CHANGED = (
        "check_record_changed",
        "一次免押核验所依据的记录有变动",
        "A record behind a check has changed",
    )
    ORDER_BEGUN = "order_begun", "免押借用已开始", "A loan without deposit has begun"
    ORDER_DUE_SOON = "order_due_soon", "免押借用即将到期", "A loan is due soon"
    ORDER_OVERDUE = "order_overdue", "免押借用已逾期", "A loan is overdue"
    ORDER_RETURNED = "order_returned", "免押借用已归还", "A loan was returned"
    ORDER_SETTLED = "order_settled", "免押借用已结清", "A loan is settled"
    ORDER_WOUND_UP = "order_wound_up", "商户终止，免押借用已终结", "A loan ended with its merchant"
    ORDER_EXPIRED = "order_expired", "免押借用已终结", "A loan has ended"
    ORDER_CANCELLED = "order_cancelled", "免押订单已由商户取消", "The merchant has cancelled an order"
    ORDER_LAPSED = "order_lapsed", "免押订单逾时未交付，已取消", "An order was not begun in time"
    ORDER_CANCELLED_CLOSING = (
        "order_cancelled_closing",
        "商户终止，免押订单已取消",
        "An order went with its merchant",
    )
    CHAT_BOUND = "chat_bound", "聊天已绑定您的账号", "A chat was bound to your account"
    CHAT_UNBOUND = "chat_unbound", "聊天已解除绑定", "A chat was unbound from your account"


class End(datetime):
    """Marks an instant at which something ends: its midnight is told as 24:00 of the day before. The instant itself is a plain
    `datetime`."""


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
            "您生成的报告链接于 {at} 被打开（第 {opens} 次，共可打开 {max_opens} 次）。"
            "如有疑问，可到“报告链接”查看；还能打开的，可立即停用。",
            "The report link you made was opened on {at} (opening {opens} of {max_opens}). If in doubt, look at "
            "your report links; one that still opens can be switched off at once.",
        ),
        {"at": datetime, "opens": int, "max_opens": int},
        legal=True,
    ),
    NoticeKind.QUESTION_RECEIVED: NoticeForm(
        NoticeKind.QUESTION_RECEIVED.label,
        Text(
            "您对一条查询记录提出的疑问已受理，我们会核实是谁、为何查询并答复您。",
            "Your question about an entry of your access log was received; we will find out who looked and why, "
            "and answer you.",
        ),
        {},
        legal=True,
    ),
    NoticeKind.QUESTION_ANSWERED: NoticeForm(
        NoticeKind.QUESTION_ANSWERED.label,
        Text(
            "您对一次查询的疑问已核实，结论：{finding}。说明请见“我的疑问”。",
            "Your question about a look was answered: {finding}. The explanation is with your question.",
        ),
        {"finding": QuestionFinding},
        legal=True,
    ),
    NoticeKind.QUESTION_CLOCK_MOVED: NoticeForm(
        NoticeKind.QUESTION_CLOCK_MOVED.label,
        Text(
            "年度工作日安排已公布，“{clock}”的到期日由 {from_on} 变为 {to_on}。",
            "The year's working days were published, and “{clock}” is now due on {to_on} instead of {from_on}.",
        ),
        {"clock": Text, "from_on": date, "to_on": date},
        legal=True,
    ),
    NoticeKind.RESTORATION_POSSIBLE_SOON: NoticeForm(
        NoticeKind.RESTORATION_POSSIBLE_SOON.label,
        Text(
            "您有一条失信信息自 {on} 起可以申请信用修复（《信用修复管理办法》，国家发展改革委令第36号）。详见“什么时候被忘记”。",
            "From {on} you may ask for the restoration of one adverse record (Measures for credit restoration, NDRC Order 36)."
            " See “When it is forgotten”.",
        ),
        {"on": date},
    ),
    NoticeKind.DISPLAY_ENDS_SOON: NoticeForm(
        NoticeKind.DISPLAY_ENDS_SOON.label,
        Text(
            "您有一条失信信息公示至 {on} 24:00 为止，之后不再公示（《信用修复管理办法》，国家发展改革委令第36号）。"
            "详见“什么时候被忘记”。",
            "One adverse record about you is on public pages until the end of {on} and no longer (Measures for credit"
            " restoration, NDRC Order 36). See “When it is forgotten”.",
        ),
        {"on": date},
    ),
    NoticeKind.QUERY_ENDS_SOON: NoticeForm(
        NoticeKind.QUERY_ENDS_SOON.label,
        Text(
            "您有一条失信信息可查询至 {on} 24:00 为止，之后不再提供查询（《上海市社会信用条例》第三十五条）。"
            "详见“什么时候被忘记”。",
            "One adverse record about you can be queried until the end of {on} and no longer (Shanghai Social Credit"
            " Regulation, article 35). See “When it is forgotten”.",
        ),
        {"on": date},
    ),
    NoticeKind.RECORD_WITHDRAWN: NoticeForm(
        NoticeKind.RECORD_WITHDRAWN.label,
        Text(
            "您要求撤下的一条表彰奖励、志愿服务或捐赠信息已从数据库删除（《上海市公共信用信息归集和使用管理办法》第二十七条），"
            "并已告知信息提供单位。理由和凭证见“移除记录”。如非本人操作，请立即拨打 12345。",
            "A commendation, volunteering or donation that you asked to drop was deleted from the database (Measures, article"
            " 27), and its provider was told. Reason and proof are with your removals. If this was not you, please call 12345"
            " at once.",
        ),
        {},
        legal=True,
    ),
    NoticeKind.RECORD_ERASED: NoticeForm(
        NoticeKind.RECORD_ERASED.label,
        Text(
            "一条关于您的信息，其依据的决定已被撤销（书面通知 {noticed_on} 收到），现已从数据库删除（《上海市社会信用条例》"
            "第三十七条）。理由和凭证见“移除记录”。",
            "The decision behind one record about you was annulled (written notice of {noticed_on}), and the record was erased"
            " from the database (Shanghai Social Credit Regulation, article 37). Reason and proof are with your removals.",
        ),
        {"noticed_on": date},
        legal=True,
    ),
    NoticeKind.OBJECTION_RECEIVED: NoticeForm(
        NoticeKind.OBJECTION_RECEIVED.label,
        Text(
            "您的异议已受理，所涉记录已即时标注“异议处理中”，办理期间不会据此作出对您不利的决定。最迟在 "
            "{due_on} 24:00 前作出处理（《条例》第三十六条）。",
            "We received your objection and marked the record at once; no decision counts it against you "
            "meanwhile. It is handled by the end of {due_on} at the latest (Regulation, article 36).",
        ),
        {"objection_id": str, "due_on": date},
        legal=True,
    ),
    NoticeKind.OBJECTION_COMPARING: NoticeForm(
        NoticeKind.OBJECTION_COMPARING.label,
        Text(
            "工作人员已开始将您的异议与信息提供单位的数据进行比对。",
            "An officer has begun to compare your objection with the provider's data.",
        ),
        {"objection_id": str},
        legal=True,
    ),
    NoticeKind.OBJECTION_SUPPLEMENT: NoticeForm(
        NoticeKind.OBJECTION_SUPPLEMENT.label,
        Text(
            "办理您的异议需要补充材料，请在 {due_on} 24:00 前提交。此期间办理期限暂停计算；到期未补充的，按现有材料继续办理。",
            "More material is needed for your objection; please hand it in by the end of {due_on}. The clocks stand still "
            "meanwhile, and without it the case goes on with what is there.",
        ),
        {"objection_id": str, "due_on": date},
        legal=True,
    ),
    NoticeKind.OBJECTION_RESUMED: NoticeForm(
        NoticeKind.OBJECTION_RESUMED.label,
        Text(
            "您的异议继续办理，办理期限继续计算，最迟 {due_on} 24:00。",
            "Your objection goes on and its clocks run again, until the end of {due_on} at the latest.",
        ),
        {"objection_id": str, "due_on": date},
        legal=True,
    ),
    NoticeKind.OBJECTION_FORWARDED: NoticeForm(
        NoticeKind.OBJECTION_FORWARDED.label,
        Text(
            "经比对，平台信息与单位提供的一致，已转信息提供单位核查，单位应在 {due_on} 24:00 前答复（《条例》第三十六条"
            "）。逾期未答复的，该记录将自动暂停查询。",
            "Our data agree with the provider's, so the provider now checks them and must answer by the end of {due_on} "
            "(Regulation, article 36). Without an answer the record is suspended from every query.",
        ),
        {"objection_id": str, "due_on": date},
        legal=True,
    ),
    NoticeKind.OBJECTION_SILENT: NoticeForm(
        NoticeKind.OBJECTION_SILENT.label,
        Text(
            "信息提供单位至 {due_on} 24:00 未答复，该记录已暂停一切查询，待其答复后再定（《办法》第三十条）。您无需做任何事。",
            "The provider did not answer by the end of {due_on}; the record is suspended from every query until it does "
            "(Measures, article 30). There is nothing you need to do.",
        ),
        {"objection_id": str, "due_on": date},
        legal=True,
    ),
    NoticeKind.OBJECTION_CORRECTED: NoticeForm(
        NoticeKind.OBJECTION_CORRECTED.label,
        Text(
            "经核实，您的异议成立，所涉信息已更正或停止提供，异议标注已取消。据此作出的决定将重新判断。",
            "You were right: the record was corrected or is no longer shown, and the mark is gone. Decisions "
            "that used it are judged again.",
        ),
        {"objection_id": str},
        legal=True,
    ),
    NoticeKind.OBJECTION_UPHELD: NoticeForm(
        NoticeKind.OBJECTION_UPHELD.label,
        Text(
            "信息提供单位核查后维持原信息，理由可在异议详情中查看。如仍有异议，请在 {due_on} 24:00 前提交不超过500字的"
            "声明，声明将随该记录展示（《办法》第三十条）。",
            "The provider upheld the record; its reasons are in your case. If you still object, hand in a "
            "statement of up to 500 characters by the end of {due_on}; it is shown with the record (Measures, article 30).",
        ),
        {"objection_id": str, "due_on": date},
        legal=True,
    ),
    NoticeKind.OBJECTION_DISSENTED: NoticeForm(
        NoticeKind.OBJECTION_DISSENTED.label,
        Text(
            "您的异议声明已附于该记录，异议标注保留（《办法》第三十条）。",
            "Your statement is shown with the record from now on, and the mark stays (Measures, article 30).",
        ),
        {"objection_id": str},
        legal=True,
    ),
    NoticeKind.OBJECTION_WITHDRAWN: NoticeForm(
        NoticeKind.OBJECTION_WITHDRAWN.label,
        Text(
            "您已撤回异议，异议标注已取消，期限不再计算。以后如有需要可以再次提出。",
            "You withdrew your objection; the mark is gone and the clocks have stopped. You may object again later.",
        ),
        {"objection_id": str},
        legal=True,
    ),
    NoticeKind.OBJECTION_CLOSED: NoticeForm(
        NoticeKind.OBJECTION_CLOSED.label,
        Text(
            "您未在期限内提交异议声明，异议已办结，异议标注已取消。",
            "No statement was handed in within its time, so the objection is closed and the mark is gone.",
        ),
        {"objection_id": str},
        legal=True,
    ),
    NoticeKind.OBJECTION_VOID: NoticeForm(
        NoticeKind.OBJECTION_VOID.label,
        Text(
            "您提出异议的信息已从数据库删除，异议随之办结，您的陈述和材料一并删除。您无需做任何事。",
            "The record that you objected to was deleted from the database, which closes your objection; your words and files are"
            " deleted with it. You need not do anything.",
        ),
        {"objection_id": str},
        legal=True,
    ),
    NoticeKind.OBJECTION_DUE_SOON: NoticeForm(
        NoticeKind.OBJECTION_DUE_SOON.label,
        Text(
            "“{clock}”将于 {due_on} 24:00 到期，如需办理请及时提交。",
            "“{clock}” runs until the end of {due_on}; if you want to use it, please do so in time.",
        ),
        {"objection_id": str, "clock": Text, "due_on": date},
        legal=True,
    ),
    NoticeKind.OBJECTION_OVERDUE: NoticeForm(
        NoticeKind.OBJECTION_OVERDUE.label,
        Text(
            "“{clock}”应于 {due_on} 24:00 前完成而未完成，已督促承办方立即办理。所涉记录仍标注“异议处理中”。",
            "“{clock}” should have been done by the end of {due_on} and was not; whoever is responsible has been told to "
            "act at once. The record stays marked.",
        ),
        {"objection_id": str, "clock": Text, "due_on": date},
        legal=True,
    ),
    NoticeKind.OBJECTION_CLOCK_MOVED: NoticeForm(
        NoticeKind.OBJECTION_CLOCK_MOVED.label,
        Text(
            "年度工作日安排已公布，“{clock}”的到期日由 {from_on} 变为 {to_on}。",
            "The year's working days were published: “{clock}” is now due on {to_on} instead of {from_on}.",
        ),
        {"objection_id": str, "clock": Text, "from_on": date, "to_on": date},
        legal=True,
    ),
    NoticeKind.RESTORATION_RECEIVED: NoticeForm(
        NoticeKind.RESTORATION_RECEIVED.label,
        Text(
            "您的信用修复申请已收到，将于 {due_on} 24:00 前告知是否受理（国务院办公厅2025年第22号文）。",
            "Your application for restoration was received; you will be told by the end of {due_on} whether it is accepted"
            " (General Office of the State Council, no. 22 of 2025).",
        ),
        {"restoration_id": str, "due_on": date},
        legal=True,
    ),
    NoticeKind.RESTORATION_ACCEPTED: NoticeForm(
        NoticeKind.RESTORATION_ACCEPTED.label,
        Text(
            "您的信用修复申请已受理并转信息提供单位，将于 {due_on} 24:00 前反馈结果（国务院办公厅2025年第22号文）。",
            "Your application was accepted and is with the provider; you will hear the result by the end of {due_on} (General"
            " Office of the State Council, no. 22 of 2025).",
        ),
        {"restoration_id": str, "due_on": date},
        legal=True,
    ),
    NoticeKind.RESTORATION_DECLINED: NoticeForm(
        NoticeKind.RESTORATION_DECLINED.label,
        Text(
            "您的信用修复申请未予受理，理由见申请详情。条件具备后可以再次申请。",
            "Your application for restoration was not accepted; the reason is with the application. You may apply again once the"
            " conditions are met.",
        ),
        {"restoration_id": str},
        legal=True,
    ),
    NoticeKind.RESTORATION_RESTORED: NoticeForm(
        NoticeKind.RESTORATION_RESTORED.label,
        Text(
            "信息提供单位已出具修复证明，该信息已停止提供查询（《上海市社会信用条例》第三十八条）。凭证见“移除记录”。",
            "The provider proved the restoration and the record is out of every query (Shanghai Social Credit Regulation,"
            " article 38). The proof is with your removals.",
        ),
        {"restoration_id": str},
        legal=True,
    ),
    NoticeKind.RESTORATION_REFUSED: NoticeForm(
        NoticeKind.RESTORATION_REFUSED.label,
        Text(
            "信息提供单位审核后未准予修复，说明见申请详情。您可以补足条件后再次申请，或者对该信息提出异议。",
            "The provider refused the restoration; its explanation is with the application. You may apply again once the"
            " conditions are met, or object to the record.",
        ),
        {"restoration_id": str},
        legal=True,
    ),
    NoticeKind.RESTORATION_VOID: NoticeForm(
        NoticeKind.RESTORATION_VOID.label,
        Text(
            "您申请修复的信息已从数据库删除，不会再被查询，申请随之办结，您的承诺和材料一并删除。您无需做任何事。",
            "The record that you asked to have restored was deleted from the database and is in no query any more, which closes"
            " your application; your words and files are deleted with it. You need not do anything.",
        ),
        {"restoration_id": str},
        legal=True,
    ),
    NoticeKind.RESTORATION_WITHDRAWN: NoticeForm(
        NoticeKind.RESTORATION_WITHDRAWN.label,
        Text(
            "您已撤回信用修复申请，以后可以再次申请。如非本人操作，请立即拨打 12345。",
            "You withdrew your application for restoration and may apply again. If this was not you, please call 12345 at once.",
        ),
        {"restoration_id": str},
        legal=True,
    ),
    NoticeKind.RESTORATION_OVERDUE: NoticeForm(
        NoticeKind.RESTORATION_OVERDUE.label,
        Text(
            "“{clock}”应于 {due_on} 24:00 前完成而未完成，已督促承办方立即办理。",
            "“{clock}” should have been done by the end of {due_on} and was not; whoever is responsible has been told to act at"
            " once.",
        ),
        {"restoration_id": str, "clock": Text, "due_on": date},
        legal=True,
    ),
    NoticeKind.RESTORATION_CLOCK_MOVED: NoticeForm(
        NoticeKind.RESTORATION_CLOCK_MOVED.label,
        Text(
            "年度工作日安排已公布，“{clock}”的到期日由 {from_on} 变为 {to_on}。",
            "The year's working days were published: “{clock}” is now due on {to_on} instead of {from_on}.",
        ),
        {"restoration_id": str, "clock": Text, "from_on": date, "to_on": date},
        legal=True,
    ),
    NoticeKind.BENEFIT_CLAIMED: NoticeForm(
        NoticeKind.BENEFIT_CLAIMED.label,
        Text(
            "您已领取“{title}”，请在 {expires_at} 前使用；权益码在“我领到的红包”中查看，请勿转告他人。",
            "You claimed “{title}”; please use it by {expires_at}. The code is under “My red packets”; do not pass it on.",
        ),
        {"claim_id": str, "title": Text, "expires_at": End},
    ),
    NoticeKind.BENEFIT_REDEEMED: NoticeForm(
        NoticeKind.BENEFIT_REDEEMED.label,
        Text(
            "您的权益“{title}”已于 {at} 在“{shop}”使用。如非本人使用，请拨打 12345。",
            "Your benefit “{title}” was used on {at} at “{shop}”. If this was not you, please call 12345.",
        ),
        {"claim_id": str, "title": Text, "at": datetime, "shop": str},
    ),
    NoticeKind.BENEFIT_EXPIRES_SOON: NoticeForm(
        NoticeKind.BENEFIT_EXPIRES_SOON.label,
        Text(
            "您领取的“{title}”将于 {expires_at} 到期，未使用的将退回库存。",
            "“{title}”, which you claimed, is good until {expires_at}; unused it returns to stock.",
        ),
        {"claim_id": str, "title": Text, "expires_at": End},
    ),
    NoticeKind.BENEFIT_EXPIRED: NoticeForm(
        NoticeKind.BENEFIT_EXPIRED.label,
        Text(
            "您领取的“{title}”已过期并退回库存；活动仍在进行且有库存的，可以再次领取。",
            "“{title}”, which you claimed, has expired and is back in stock; while it runs and lasts you may claim it again.",
        ),
        {"claim_id": str, "title": Text},
    ),
    NoticeKind.BENEFIT_RAISED: NoticeForm(
        NoticeKind.BENEFIT_RAISED.label,
        Text(
            "您的一条信用记录已有变动，您领取的“{title}”优惠随之提高，权益码不变。",
            "One of your records changed, and “{title}”, which you claimed, is worth more now; the code is the same.",
        ),
        {"claim_id": str, "title": Text},
        legal=True,
    ),
    NoticeKind.BENEFIT_OFFERED: NoticeForm(
        NoticeKind.BENEFIT_OFFERED.label,
        Text(
            "您的一条信用记录已有变动，先前未能领取的“{title}”已为您保留一份，库存领完也不受影响，请在 {until} 前领取。",
            "One of your records changed; one “{title}”, which you could not claim before, is kept for you even if the"
            " stock is gone. Please claim it by {until}.",
        ),
        {"claim_id": str, "title": Text, "until": End},
        legal=True,
    ),
    NoticeKind.BENEFIT_OFFER_OVER: NoticeForm(
        NoticeKind.BENEFIT_OFFER_OVER.label,
        Text(
            "因信用记录变动为您保留的“{title}”逾期未领，已退回。",
            "“{title}”, which was kept for you after a change of your record, was not claimed in time and has been returned.",
        ),
        {"claim_id": str, "title": Text},
    ),
    NoticeKind.BENEFIT_MADE_GOOD: NoticeForm(
        NoticeKind.BENEFIT_MADE_GOOD.label,
        Text(
            "您使用过的“{title}”因一条有误的信用记录而少得了优惠，现为您补发一份，面额不低于少得的部分，请在 {until} 前领取。",
            "“{title}”, which you used, was worth less because of a record that was wrong. One more, worth at least what you"
            " missed, is kept for you; please claim it by {until}.",
        ),
        {"claim_id": str, "title": Text, "until": End},
        legal=True,
    ),
    NoticeKind.BENEFIT_UNSERVED: NoticeForm(
        NoticeKind.BENEFIT_UNSERVED.label,
        Text(
            "“{title}”的合作商户目前都不能核销。您的权益保留，期限延长至 {until}；有商户恢复或加入时会再通知您。",
            "No shop redeems “{title}” at present. What you have is kept and is valid until {until}; when a shop takes it again"
            " you will be told.",
        ),
        {"claim_id": str, "title": Text, "until": End},
    ),
    NoticeKind.BENEFIT_SERVED_AGAIN: NoticeForm(
        NoticeKind.BENEFIT_SERVED_AGAIN.label,
        Text(
            "“{title}”又有合作商户可以核销，您的权益有效至 {until}，可用商户请在活动页面查看。",
            "Shops redeem “{title}” again; what you have is valid until {until}. The benefit's page says which shops.",
        ),
        {"claim_id": str, "title": Text, "until": End},
    ),
    NoticeKind.CONTEST_RECEIVED: NoticeForm(
        NoticeKind.CONTEST_RECEIVED.label,
        Text(
            "您对一次免押核验的复核申请已受理，工作人员将在 {due_on} 24:00 前人工复核并答复。期间您仍可按押金方式办理。",
            "Your request for a review of a deposit-free check was received; a person will look at it and answer by the end of"
            " {due_on}. Meanwhile the way with a deposit is open.",
        ),
        {"due_on": date},
        legal=True,
    ),
    NoticeKind.CONTEST_ANSWERED: NoticeForm(
        NoticeKind.CONTEST_ANSWERED.label,
        Text(
            "您申请复核的一次免押核验已有答复：{finding}。说明请见“我的核验”。",
            "The check that you asked to have reviewed was answered: {finding}. The explanation is with your check.",
        ),
        {"finding": ContestFinding},
        legal=True,
    ),
    NoticeKind.CONTEST_CLOCK_MOVED: NoticeForm(
        NoticeKind.CONTEST_CLOCK_MOVED.label,
        Text(
            "年度工作日安排已公布，“{clock}”的到期日由 {from_on} 变为 {to_on}。",
            "The year's working days were published, and “{clock}” is now due on {to_on} instead of {from_on}.",
        ),
        {"clock": Text, "from_on": date, "to_on": date},
        legal=True,
    ),
    NoticeKind.CHECK_RECORD_CHANGED: NoticeForm(
        NoticeKind.CHECK_RECORD_CHANGED.label,
        Text(
            "{on} 的一次免押核验所依据的一条记录现已{cause}，该记录不再以原内容影响您。您可重新生成通行码再试。",
            "A record behind a deposit-free check of {on} has changed since ({cause}) and does not count against you as it did."
            " You may make a new pass and try again.",
        ),
        {"on": date, "cause": RippleCause},
        legal=True,
    ),
    NoticeKind.ORDER_BEGUN: NoticeForm(
        NoticeKind.ORDER_BEGUN.label,
        Text(
            "您免押借用的“{title}”已交付，请在 {due_on} 24:00 前归还。",
            "“{title}”, lent to you without a deposit, was handed out; please return it by the end of {due_on}.",
        ),
        {"title": Text, "due_on": date},
    ),
    NoticeKind.ORDER_DUE_SOON: NoticeForm(
        NoticeKind.ORDER_DUE_SOON.label,
        Text(
            "您免押借用的“{title}”应在 {due_on} 24:00 前归还，请留意。",
            "“{title}”, lent to you without a deposit, is due by the end of {due_on}.",
        ),
        {"title": Text, "due_on": date},
    ),
    NoticeKind.ORDER_OVERDUE: NoticeForm(
        NoticeKind.ORDER_OVERDUE.label,
        Text(
            "您免押借用的“{title}”应在 {due_on} 24:00 前归还，现已逾期。请尽快归还或与商户联系。"
            "此订单只有您和商户看得到，不会由此进入您的公共信用记录；公共图书馆依信用信息目录自行报送的借阅逾期信息是另一回事。",
            "“{title}”, lent to you without a deposit, was due by the end of {due_on}. Please return it or speak to the"
            " merchant. Only you and the merchant see this order, and nothing of it enters your public credit record; what a"
            " public library reports by itself under the catalogue of credit information is another matter.",
        ),
        {"title": Text, "due_on": date},
    ),
    NoticeKind.ORDER_RETURNED: NoticeForm(
        NoticeKind.ORDER_RETURNED.label,
        Text(
            "您免押借用的“{title}”已归还。",
            "“{title}”, lent to you without a deposit, was returned.",
        ),
        {"title": Text},
    ),
    NoticeKind.ORDER_SETTLED: NoticeForm(
        NoticeKind.ORDER_SETTLED.label,
        Text(
            "您免押借用的“{title}”已结清，商户登记的费用为 {yuan} 元。如有不符，请与商户联系。",
            "“{title}”, lent to you without a deposit, is settled; the merchant put down {yuan} yuan. If that is wrong, please"
            " speak to the merchant.",
        ),
        {"title": Text, "yuan": str},
    ),
    NoticeKind.ORDER_WOUND_UP: NoticeForm(
        NoticeKind.ORDER_WOUND_UP.label,
        Text(
            "{merchant}已终止合作，您免押借用的“{title}”在本平台的订单随之终结：不计逾期，不再提醒，也不会由此进入您的公共信用记录。"
            "物品如仍在您处，请按商户的公告或与其清算人联系归还；有争议可拨打 12345。",
            "{merchant} takes part no more, and with it the order of “{title}”, lent to you without a deposit, has ended here: it"
            " is not overdue, you are reminded no more, and nothing of it enters your public credit record. If you still have the"
            " thing, please return it as the merchant has announced or to whoever winds it up; call 12345 if you disagree.",
        ),
        {"title": Text, "merchant": str},
    ),
    NoticeKind.ORDER_EXPIRED: NoticeForm(
        NoticeKind.ORDER_EXPIRED.label,
        Text(
            "您免押借用的“{title}”三年未了结，诉讼时效已过，订单终结，并将在三十日后删除。此订单从未进入您的公共信用记录。",
            "“{title}”, lent to you without a deposit, was not settled for three years, and claims out of it are time-barred."
            " The order has ended and will be deleted after thirty days. Nothing of it ever entered your public credit record.",
        ),
        {"title": Text},
    ),
    NoticeKind.ORDER_CANCELLED: NoticeForm(
        NoticeKind.ORDER_CANCELLED.label,
        Text(
            "{merchant}已取消“{title}”的免押订单，登记为物品未交付：无须归还，不产生费用。物品如已在您处，请与商户联系。",
            "{merchant} has cancelled the order of “{title}” without a deposit, as nothing was handed out: there is nothing to"
            " return or to pay. If you have the thing all the same, please speak to the merchant.",
        ),
        {"title": Text, "merchant": str},
    ),
    NoticeKind.ORDER_LAPSED: NoticeForm(
        NoticeKind.ORDER_LAPSED.label,
        Text(
            "{merchant}在24小时内没有登记交付“{title}”，免押订单已自动取消：无须归还，不产生费用。物品如已在您处，请与商户联系。",
            "{merchant} did not report within 24 hours that “{title}” was handed out, so its order without a deposit is"
            " cancelled: there is nothing to return or to pay. If you have the thing all the same, please speak to the merchant.",
        ),
        {"title": Text, "merchant": str},
    ),
    NoticeKind.ORDER_CANCELLED_CLOSING: NoticeForm(
        NoticeKind.ORDER_CANCELLED_CLOSING.label,
        Text(
            "{merchant}已终止合作，“{title}”的免押订单尚未登记交付，已取消：无须归还，不产生费用。"
            "物品如已在您处，请按商户的公告或与其清算人联系归还；有争议可拨打 12345。",
            "{merchant} takes part no more. The order of “{title}” without a deposit, of which nothing was reported as handed"
            " out, is cancelled: there is nothing to return or to pay. If you have the thing all the same, please return it as"
            " the merchant has announced or to whoever winds it up; call 12345 if you disagree.",
        ),
        {"title": Text, "merchant": str},
    ),
    NoticeKind.CHAT_BOUND: NoticeForm(
        NoticeKind.CHAT_BOUND.label,
        Text(
            "一个聊天（{channel}）已绑定您的账号，可以在其中查看异议进度、获取报告链接和接收消息；聊天中不显示信用记录。如非"
            "本人操作，请立即在“聊天绑定”中解除。",
            "A chat ({channel}) was bound to your account: it can see how your objections stand, get links to your report and"
            " receive notices; no record is shown in it. If this was not you, unbind it under “Chats” at once.",
        ),
        {"channel": Text},
        legal=True,
    ),
    NoticeKind.CHAT_UNBOUND: NoticeForm(
        NoticeKind.CHAT_UNBOUND.label,
        Text(
            "一个聊天（{channel}）已与您的账号解除绑定，不再接收您的消息，从中生成的报告链接也已失效。",
            "A chat ({channel}) was unbound from your account: it receives nothing of yours any more, and report links made in it"
            " do not work.",
        ),
        {"channel": Text},
        legal=True,
    ),
}


class DeskNoticeKind(Term):
    """What happened to a case that the desk working on it should hear of."""

    OBJECTION_RECEIVED = "objection_received", "收到新的异议", "A new objection"
    OBJECTION_FORWARDED = "objection_forwarded", "异议已转交核查", "An objection was forwarded to you"
    OBJECTION_WITHDRAWN = "objection_withdrawn", "异议已撤回", "An objection was withdrawn"
    OBJECTION_DISSENTED = "objection_dissented", "当事人对核查结果仍有异议", "The person still objects"
    SUPPLEMENT_ARRIVED = "supplement_arrived", "补正材料已提交", "The supplement has arrived"
    SUPPLEMENT_OVERDUE = "supplement_overdue", "补正期限已过", "The time for the supplement is over"
    FINDING_ARRIVED = "finding_arrived", "提供单位已答复", "The provider's finding has arrived"
    PROVIDER_SILENT = (
        "provider_silent",
        "逾期未答复，记录已暂停查询",
        "No answer in time: the record is suspended",
    )
    RECORD_RELEASED = "record_released", "记录恢复查询", "The record is no longer suspended"
    RECORD_WITHDRAWN = (
        "record_withdrawn",
        "当事人撤下了本人的良好信息",
        "A good deed was withdrawn by its subject",
    )
    RECORD_ERASED = "record_erased", "记录已删除", "A record was erased"
    RECORD_PUT_RIGHT = (
        "record_put_right",
        "经异议，本单位的记录已更正或停止提供",
        "A record of your unit was put right after an objection",
    )
    RECORD_GONE = "record_gone", "在办案件的记录已删除", "The record of a running case was deleted"
    RESTORATION_RECEIVED = "restoration_received", "收到信用修复申请", "An application for restoration"
    RESTORATION_ACCEPTED = "restoration_accepted", "信用修复申请待出具结论", "A restoration awaits your proof"
    RESTORATION_PROVED = "restoration_proved", "提供单位已出具修复结论", "The provider's proof has arrived"
    RESTORATION_WITHDRAWN = "restoration_withdrawn", "信用修复申请已撤回", "An application was withdrawn"
    QUESTION_RECEIVED = "question_received", "市民对一次查询提出疑问", "A resident asks who looked"
    BATCH_DONE = "batch_done", "报送的文件已处理", "A file was taken in"
    BATCH_FAILED = "batch_failed", "报送的文件未能处理", "A file could not be used"
    LOOK_UNLAWFUL = "look_unlawful", "一次查询没有依据", "A look had no lawful ground"
    CLOCK_MOVED = "clock_moved", "办理期限有变动", "A due date has moved"
    CASE_DUE_SOON = "case_due_soon", "办理期限临近", "A case is due soon"
    CASE_OVERDUE = "case_overdue", "办理已逾期", "A case is overdue"
    CONTEST_RECEIVED = "contest_received", "市民申请人工复核", "A resident asks for a review by a person"
    BENEFIT_UNSERVED = "benefit_unserved", "权益活动没有可核销的商户", "No shop redeems a benefit"


def _desk(kind: DeskNoticeKind, zh: str, en: str, **told: type) -> NoticeForm:
    """The form of a desk notice; each names its case."""
    return NoticeForm(kind.label, Text(zh, en), {"case": CaseKind, "case_id": str} | told)


DESK_FORMS: Mapping[DeskNoticeKind, NoticeForm] = {
    DeskNoticeKind.OBJECTION_RECEIVED: _desk(
        DeskNoticeKind.OBJECTION_RECEIVED,
        "{case} {case_id}：已由系统自动标注，请在 {due_on} 24:00 前比对。",
        "{case} {case_id}: marked by the system; please compare it by the end of {due_on}.",
        due_on=date,
    ),
    DeskNoticeKind.OBJECTION_FORWARDED: _desk(
        DeskNoticeKind.OBJECTION_FORWARDED,
        "{case} {case_id}：请在 {due_on} 24:00 前核查并答复。逾期未答复的，该记录自动暂停查询（《办法》第三十条）。",
        "{case} {case_id}: please check it and answer by the end of {due_on}. Without an answer in time the record is suspended"
        " from every query (Measures, article 30).",
        due_on=date,
    ),
    DeskNoticeKind.OBJECTION_WITHDRAWN: _desk(
        DeskNoticeKind.OBJECTION_WITHDRAWN,
        "{case} {case_id}：当事人已撤回，不再计时。",
        "{case} {case_id}: the person withdrew it, and its clocks have stopped.",
    ),
    DeskNoticeKind.OBJECTION_DISSENTED: _desk(
        DeskNoticeKind.OBJECTION_DISSENTED,
        "{case} {case_id}：当事人提交了异议声明，声明将随该记录一并展示。",
        "{case} {case_id}: the person left a statement, which is shown with the record.",
    ),
    DeskNoticeKind.SUPPLEMENT_ARRIVED: _desk(
        DeskNoticeKind.SUPPLEMENT_ARRIVED,
        "{case} {case_id}：补正材料已提交，办理期限继续计算。",
        "{case} {case_id}: the supplement has arrived, and the clocks run on.",
    ),
    DeskNoticeKind.SUPPLEMENT_OVERDUE: _desk(
        DeskNoticeKind.SUPPLEMENT_OVERDUE,
        "{case} {case_id}：补正期限已过，请按现有材料继续办理，办理期限继续计算。",
        "{case} {case_id}: the time for the supplement is over; please go on with what is there. The clocks run on.",
    ),
    DeskNoticeKind.FINDING_ARRIVED: _desk(
        DeskNoticeKind.FINDING_ARRIVED,
        "{case} {case_id}：提供单位已提交核查结论。",
        "{case} {case_id}: the provider has given its finding.",
    ),
    DeskNoticeKind.PROVIDER_SILENT: _desk(
        DeskNoticeKind.PROVIDER_SILENT,
        "{case} {case_id}：至 {due_on} 24:00 未答复，该记录已暂停一切查询，答复后恢复（《办法》第三十条）。",
        "{case} {case_id}: there was no answer by the end of {due_on}; the record is suspended from every query until one arrives"
        " (Measures, article 30).",
        due_on=date,
    ),
    DeskNoticeKind.RECORD_RELEASED: _desk(
        DeskNoticeKind.RECORD_RELEASED,
        "{case} {case_id}：该记录已恢复查询。",
        "{case} {case_id}: the record can be queried again.",
    ),
    DeskNoticeKind.RECORD_WITHDRAWN: _desk(
        DeskNoticeKind.RECORD_WITHDRAWN,
        "{case} {case_id}：信息主体要求不再展示本人的良好信息，该记录已撤下（《办法》第二十七条），请勿再次报送。",
        "{case} {case_id}: the subject asked to drop an own good deed and it was withdrawn (Measures, article 27); please do"
        " not hand it in again.",
    ),
    DeskNoticeKind.RECORD_ERASED: _desk(
        DeskNoticeKind.RECORD_ERASED,
        "{case} {case_id}：依据撤销决定，该记录已从数据库删除（《条例》第三十七条），请勿再次报送。",
        "{case} {case_id}: its ground was annulled and the record was erased (Regulation, article 37); please do not hand it"
        " in again.",
    ),
    DeskNoticeKind.RECORD_PUT_RIGHT: _desk(
        DeskNoticeKind.RECORD_PUT_RIGHT,
        "{case} {case_id}，记录 {record_id}：{how}。请在本单位的数据中作同样处理，请勿按原内容再次报送。",
        "{case} {case_id}, record {record_id}: {how}. Please do the same in your unit's own data, and do not hand the record in"
        " again as it was.",
        record_id=str,
        how=Text,
    ),
    DeskNoticeKind.RECORD_GONE: _desk(
        DeskNoticeKind.RECORD_GONE,
        "{case} {case_id}：案件办理期间，该记录已从数据库删除，案件中的文字和材料随之删除。案件已自动办结，无须再处理。",
        "{case} {case_id}: the record was deleted from the database while the case runs, and the words and files of the case"
        " with it. The case is closed by that; nothing is left to do.",
    ),
    DeskNoticeKind.RESTORATION_RECEIVED: _desk(
        DeskNoticeKind.RESTORATION_RECEIVED,
        "{case} {case_id}：请在 {due_on} 24:00 前决定是否受理。",
        "{case} {case_id}: please decide by the end of {due_on} whether it is accepted.",
        due_on=date,
    ),
    DeskNoticeKind.RESTORATION_ACCEPTED: _desk(
        DeskNoticeKind.RESTORATION_ACCEPTED,
        "{case} {case_id}：申请已受理，请在 {due_on} 24:00 前出具修复结论。",
        "{case} {case_id}: it was accepted; please give your proof by the end of {due_on}.",
        due_on=date,
    ),
    DeskNoticeKind.RESTORATION_PROVED: _desk(
        DeskNoticeKind.RESTORATION_PROVED,
        "{case} {case_id}：提供单位已出具修复结论。",
        "{case} {case_id}: the provider has given its proof.",
    ),
    DeskNoticeKind.RESTORATION_WITHDRAWN: _desk(
        DeskNoticeKind.RESTORATION_WITHDRAWN,
        "{case} {case_id}：当事人已撤回申请。",
        "{case} {case_id}: the person withdrew the application.",
    ),
    DeskNoticeKind.QUESTION_RECEIVED: _desk(
        DeskNoticeKind.QUESTION_RECEIVED,
        "{case} {case_id}：请在 {due_on} 24:00 前查清是谁、为何查询并答复当事人。",
        "{case} {case_id}: please find out who looked and why, and answer the person by the end of {due_on}.",
        due_on=date,
    ),
    DeskNoticeKind.LOOK_UNLAWFUL: _desk(
        DeskNoticeKind.LOOK_UNLAWFUL,
        "{case} {case_id}：审计员认定该次查询没有依据，请追究责任并防止再次发生。",
        "{case} {case_id}: the auditor found that the look had no lawful ground; please see who is answerable, and that it"
        " does not happen again.",
    ),
    DeskNoticeKind.CLOCK_MOVED: _desk(
        DeskNoticeKind.CLOCK_MOVED,
        "{case} {case_id}：年度工作日安排已公布，“{clock}”的到期日由 {from_on} 变为 {to_on}。",
        "{case} {case_id}: the year's working days were published, and “{clock}” is now due on {to_on} instead of {from_on}.",
        clock=Text,
        from_on=date,
        to_on=date,
    ),
    DeskNoticeKind.CASE_DUE_SOON: _desk(
        DeskNoticeKind.CASE_DUE_SOON,
        "{case} {case_id}：“{clock}”将于 {due_on} 24:00 到期，请及时办理。",
        "{case} {case_id}: “{clock}” is due by the end of {due_on}; please see to it.",
        clock=Text,
        due_on=date,
    ),
    DeskNoticeKind.CASE_OVERDUE: _desk(
        DeskNoticeKind.CASE_OVERDUE,
        "{case} {case_id}：“{clock}”已于 {due_on} 24:00 到期，仍未办结，请立即办理。",
        "{case} {case_id}: “{clock}” was due by the end of {due_on} and is not done; please see to it at once.",
        clock=Text,
        due_on=date,
    ),
    DeskNoticeKind.CONTEST_RECEIVED: _desk(
        DeskNoticeKind.CONTEST_RECEIVED,
        "{case} {case_id}：请在 {due_on} 24:00 前人工复核该次免押核验并答复当事人。",
        "{case} {case_id}: please look at the deposit-free check yourself and answer the person by the end of {due_on}.",
        due_on=date,
    ),
    DeskNoticeKind.BATCH_DONE: _desk(
        DeskNoticeKind.BATCH_DONE,
        "{case} {case_id}：共 {rows} 行，采纳 {accepted} 行，未采纳 {refused} 行；详见质量报告。",
        "{case} {case_id}: of {rows} rows {accepted} were taken and {refused} were not; see the quality report.",
        rows=int,
        accepted=int,
        refused=int,
    ),
    DeskNoticeKind.BATCH_FAILED: _desk(
        DeskNoticeKind.BATCH_FAILED,
        "{case} {case_id}：没有任何一行被采纳。请查看原因，更正后重新报送。",
        "{case} {case_id}: no row was taken. Please see why, put it right and hand it in again.",
    ),
    DeskNoticeKind.BENEFIT_UNSERVED: _desk(
        DeskNoticeKind.BENEFIT_UNSERVED,
        "{case}“{title}”（{case_id}）：合作商户均已终止或暂停，活动已不能领取。请增加合作商户；已领取的权益会顺延，全部商户"
        "终止的即时通知持有人，暂停的满一日通知。",
        "{case} “{title}” ({case_id}): every partner is closed or paused, so nothing can be claimed. Please add partners; what"
        " was claimed is prolonged, and its holders are told at once where all are closed, after a day where some are paused.",
        title=Text,
    ),
}


def stored(form: NoticeForm, payload: Mapping[str, Any]) -> dict[str, Any]:
    """A payload as it is stored. It must have exactly the entries its form declares, of their types; else `TypeError`."""
    if payload.keys() != form.fields.keys() or not all(_fits(payload[n], t) for n, t in form.fields.items()):
        raise TypeError(f"{form.title.en}: the payload must be {dict(form.fields)}")
    return {name: _stored(value) for name, value in payload.items()}


def worded(kind: NoticeKind, payload: Payload) -> tuple[Text, Text]:
    """Title and body of a notice in both languages; days and instants are told as pages tell them."""
    return _filled(FORMS[kind], payload)


def desk_worded(kind: DeskNoticeKind, payload: Payload) -> tuple[Text, Text]:
    """Title and body of a desk notice in both languages."""
    return _filled(DESK_FORMS[kind], payload)


def _filled(form: NoticeForm, payload: Payload) -> tuple[Text, Text]:
    shown = {name: _shown(payload[name], kind) for name, kind in form.fields.items()}
    zh, en = ({name: text[place] for name, text in shown.items()} for place in (0, 1))
    return form.title, Text(form.body.zh.format(**zh), form.body.en.format(**en))


def _fits(value: Any, kind: type) -> bool:
    """A `datetime` is a `date` to Python, but not to a reader."""
    if kind is End:
        return isinstance(value, datetime)
    return isinstance(value, kind) and not (kind is date and isinstance(value, datetime))


def _stored(value: Any) -> Any:
    match value:
        case Term():
            return value.value
        case Text():
            return list(value)
        case datetime():
            return value
        case date():
            return value.isoformat()
    return value


def _shown(value: Any, kind: type) -> Text:
    if kind is Text:
        return Text(*value)
    if issubclass(kind, Term):
        return kind(value).label
    if kind is End:
        return days.until(value)
    if kind is datetime:
        return days.moment(value)
    if kind is date:
        return days.day(date.fromisoformat(value))
    return Text(str(value), str(value))


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


class DeskNotice(ResponseSchema):
    """One entry of a desk's inbox: what happened to which case; `read_by` is who of the desk has read it first."""

    id = fields.String(required=True)
    kind = TermField(DeskNoticeKind, required=True)
    case = TermField(CaseKind, required=True)
    case_id = fields.String(required=True)
    title = fields.String(required=True)
    body = fields.String(required=True)
    created_at = BeijingTime(required=True)
    read_at = BeijingTime(required=True, allow_none=True)
    read_by = fields.String(required=True, allow_none=True)


class DeskNoticePage(ResponseSchema):
    items = fields.List(fields.Nested(DeskNotice), required=True)
    next_cursor = fields.String(required=True, allow_none=True)
    unread = fields.Integer(required=True)
