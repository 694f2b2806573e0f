"""Refusals of the audit log."""

from backend.common.errors import Kind, ServiceError


def not_written() -> ServiceError:
    return ServiceError(
        Kind.UNAVAILABLE,
        "audit.not_written",
        "查询记录未能写入，为保护您的信息，本次未返回任何内容，请稍后再试",
        "This look could not be written down, so nothing was shown, to protect you; please try again shortly",
        retry_after=2,
    )


def act_not_written() -> ServiceError:
    """The same for an act, of which nobody can say here whether anything was done before its line."""
    return ServiceError(
        Kind.UNAVAILABLE,
        "audit.not_written",
        "操作记录未能写入，请稍后再试",
        "What you did could not be written down; please try again shortly",
        retry_after=2,
    )


def bad_period() -> ServiceError:
    return ServiceError(
        Kind.INVALID,
        "audit.bad_period",
        "结束时间须晚于开始时间",
        "The time must end after it begins",
    )
