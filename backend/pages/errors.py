"""What only a page refuses."""

from backend.common.errors import Kind, ServiceError


def stale_form() -> ServiceError:
    return ServiceError(
        Kind.FORBIDDEN,
        "forms.stale",
        "这一页打开得太久了，请返回上一页刷新后再提交；您填写的内容没有被提交",
        "This page was open for too long. Go back, reload it and send it again; nothing was submitted",
    )
