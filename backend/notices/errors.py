"""Refusals of the inbox."""

from backend.common.errors import Kind, ServiceError


def not_found() -> ServiceError:
    return ServiceError(Kind.NOT_FOUND, "notices.not_found", "没有找到这条消息", "There is no such notice")
