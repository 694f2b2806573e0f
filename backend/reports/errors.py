"""Refusals of reports, their links, and questions about the access log."""

from backend.common.errors import Kind, ServiceError


def no_subject() -> ServiceError:
    return ServiceError(
        Kind.NOT_FOUND,
        "reports.no_subject",
        "没有找到您的信用主体信息，请联系 12345",
        "Your entry in the registry was not found; please call 12345",
    )


def link_gone() -> ServiceError:
    """One answer for expired, used up, switched off, never made, and made by somebody else."""
    return ServiceError(
        Kind.NOT_FOUND,
        "reports.link_gone",
        "该报告链接已失效（过期、已用完、已停用或不存在）",
        "This report link does not work (expired, used up, switched off, or never made)",
    )


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


def entry_not_found() -> ServiceError:
    return ServiceError(
        Kind.NOT_FOUND,
        "reports.entry_not_found",
        "没有找到这条查询记录",
        "There is no such line in your access log",
    )
