"""Where a notice leads: the page of the case, benefit or setting that it tells about."""

from typing import NamedTuple

from backend.notices.model import Notice
from schemas.notices import NoticeKind
from schemas.text import Text


class Way(NamedTuple):
    """A page of this site, and what it is to the reader."""

    target: str
    words: Text


_BY_PAYLOAD = {
    "objection_id": ("/objections/", Text("查看这件异议", "See this objection")),
    "restoration_id": ("/restorations/", Text("查看这件修复申请", "See this application")),
    "claim_id": ("/claims/", Text("查看这份权益", "See this benefit")),
}
_QUESTIONS = Way("/report/questions", Text("查看我的疑问", "See my questions"))
_REMOVALS = Way("/report/removals", Text("查看移除记录", "See what was removed"))
_CALENDAR = Way("/report/forgetting", Text("看看什么时候被忘记", "See when it is forgotten"))
_CHECKS = Way("/checks", Text("查看免押核验", "See deposit-free checks"))
_LOANS = Way("/loans", Text("查看我的借用", "See my loans"))
_ME = Way("/me", Text("查看我的账号", "See my account"))
_CONSENTS = Way("/me/consents", Text("查看我的同意", "See what I agreed to"))
_CHATS = Way("/chats", Text("查看聊天绑定", "See bound chats"))
_PROVE = Way("/verify-me", Text("去本人核验", "Prove who I am"))
_BY_KIND = {
    NoticeKind.IDENTITY_BOUND: _ME,
    NoticeKind.CONSENT_GIVEN: _CONSENTS,
    NoticeKind.CONSENT_WITHDRAWN: _CONSENTS,
    NoticeKind.FACE_LOCKED: _PROVE,
    NoticeKind.WINDOW_CODE_USED: _ME,
    NoticeKind.SESSIONS_ENDED: _ME,
    NoticeKind.REFRESH_REUSED: _ME,
    NoticeKind.REPORT_LINK_OPENED: Way("/report/links", Text("查看我的报告链接", "See my report links")),
    NoticeKind.RESTORATION_POSSIBLE_SOON: _CALENDAR,
    NoticeKind.DISPLAY_ENDS_SOON: _CALENDAR,
    NoticeKind.QUERY_ENDS_SOON: _CALENDAR,
    NoticeKind.RECORD_WITHDRAWN: _REMOVALS,
    NoticeKind.RECORD_ERASED: _REMOVALS,
    NoticeKind.CHECK_RECORD_CHANGED: _CHECKS,
}
_BY_FAMILY = {"question": _QUESTIONS, "contest": _CHECKS, "order": _LOANS, "chat": _CHATS}


def of_notice(notice: Notice) -> Way | None:
    for name, (place, words) in _BY_PAYLOAD.items():
        if name in notice.payload:
            return Way(f"{place}{notice.payload[name]}", words)
    return _BY_KIND.get(notice.kind) or _BY_FAMILY.get(notice.kind.value.partition("_")[0])
