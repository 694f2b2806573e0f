"""Refusals of the registry."""

from backend.common.errors import Kind, ServiceError


def no_subject() -> ServiceError:
    return ServiceError(
        Kind.NOT_FOUND, "registry.no_subject", "没有找到该信息主体", "There is no such information subject"
    )
