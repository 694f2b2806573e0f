"""Refusals of reports, their links, and questions about the access log."""

from backend.common.errors import Kind, ServiceError
from backend.limits.errors import wait
from schemas.terms import LinkRefusal, QuestionState
from schemas.text import Text


def no_subject() -> ServiceError:
    return ServiceError(
        Kind.NOT_FOUND,
        "reports.no_subject",
        "没有找到您的信用主体信息，请联系 12345",
        "Your entry in the registry was not found; please call 12345",
    )


def link_gone(why: LinkRefusal | None = None) -> ServiceError:
    """One answer for expired, used up, switched off, never made, and made by somebody else; `why` for who may know."""
    text = why or Text(
        "该报告链接已失效（过期、已用完、已停用或不存在）",
        "This report link does not work (expired, used up, switched off, or never made)",
    )
    facts = {"why": why.value} if why else None
    return ServiceError(Kind.NOT_FOUND, "reports.link_gone", text.zh, text.en, data=facts)


def link_not_found() -> ServiceError:
    return ServiceError(
        Kind.NOT_FOUND, "reports.link_not_found", "没有找到该报告链接", "There is no such report link"
    )


def purpose_personal() -> ServiceError:
    return ServiceError(
        Kind.INVALID,
        "reports.purpose_personal",
        "用途会写入查询记录，请勿填写姓名、证件号码或电话号码",
        "The purpose is written into the access log; please leave out names, identity numbers and phone numbers",
    )


def too_many_chat_links(retry_after: int) -> ServiceError:
    left = wait(retry_after)
    return ServiceError(
        Kind.TOO_MANY,
        "limits.too_many",
        f"您刚才取得的报告链接已经很多了，请{left.zh}后再要新的；之前发给您的那一条，没有用过、没有过期的仍可打开",
        f"You have asked for many report links just now; please wait {left.en} for a new one. The last one that you got"
        " still opens, unless it was used or has expired",
        retry_after=retry_after,
    )


def entry_not_found() -> ServiceError:
    return ServiceError(
        Kind.NOT_FOUND,
        "reports.entry_not_found",
        "没有找到这条查询记录",
        "There is no such line in your access log",
    )


def question_not_found() -> ServiceError:
    return ServiceError(
        Kind.NOT_FOUND, "reports.question_not_found", "没有找到这条疑问", "There is no such question"
    )


def question_changed(state: QuestionState) -> ServiceError:
    """Somebody else was faster; `state` is how it stands now."""
    return ServiceError(
        Kind.CONFLICT,
        "reports.question_changed",
        f"该疑问的状态已变更（{state.zh}），请刷新后再处理",
        f"This question has changed meanwhile ({state.en.lower()}); please look at it again",
        data={"state": state.value},
    )


def own_look() -> ServiceError:
    return ServiceError(
        Kind.CONFLICT,
        "reports.own_look",
        "被询问的查询是您本人所为，请由其他审计员核实",
        "The look in question was your own; somebody else has to find out about it",
    )


def too_many_questions(retry_after: int) -> ServiceError:
    left = wait(retry_after)
    return ServiceError(
        Kind.TOO_MANY,
        "reports.too_many_questions",
        f"您近期提出的疑问过多，请{left.zh}后再提；如怀疑账号被他人使用，可随时退出全部登录，或拨打 12345",
        f"You have asked too many questions lately; please wait {left.en}. If you fear that somebody uses your account, you"
        " can sign out everywhere at any time, or call 12345",
        retry_after=retry_after,
    )
