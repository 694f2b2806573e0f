"""What only a page refuses."""

from backend.common.errors import Kind, ServiceError

ASKED_BEFORE = "forms.asked_before"


def stale_form() -> ServiceError:
    return ServiceError(
        Kind.FORBIDDEN,
        "forms.stale",
        "这一页打开得太久了，请返回上一页刷新后再提交；您填写的内容没有被提交",
        "This page was open for too long. Go back, reload it and send it again; nothing was submitted",
    )


def signed_out() -> ServiceError:
    """The form was made for somebody who is not signed in any more."""
    return ServiceError(
        Kind.UNAUTHENTICATED,
        "auth.required",
        "已退出登录，请重新登录；您填写的内容没有被提交",
        "You are signed out. Please sign in again; nothing of what you filled in was submitted",
    )


def asked_before(question_id: str) -> ServiceError:
    """A look is asked about once: what was written beside the question that stands was not handed on."""
    return ServiceError(
        Kind.CONFLICT,
        ASKED_BEFORE,
        "您此前已就这次查询提出过疑问；这次写的内容没有提交，还在下面",
        "You asked about this look before; what you wrote now was not submitted and stands below",
        data={"question_id": question_id},
    )
