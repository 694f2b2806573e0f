"""Refusals about pushes."""

from collections.abc import Sequence

from backend.common import errors
from backend.common.errors import Kind, ServiceError
from backend.pushes.model import NOT_OPEN, Fault
from schemas.terms import PushState


def not_found() -> ServiceError:
    return ServiceError(Kind.NOT_FOUND, "pushes.not_found", "没有找到该推送", "There is no such push")


def changed(state: PushState) -> ServiceError:
    return ServiceError(
        Kind.CONFLICT,
        "pushes.changed",
        f"该推送现为“{state.zh}”，不能这样操作",
        f"This push is now: {state.en}; that cannot be done with it",
        data={"state": state.value},
    )


def not_open() -> ServiceError:
    return ServiceError(Kind.CONFLICT, "pushes.article_not_open", *NOT_OPEN)


def invalid(faults: Sequence[Fault]) -> ServiceError:
    """Everything that is wrong with a push, at once and in both languages."""
    return errors.invalid("pushes.invalid", faults)
