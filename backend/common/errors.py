"""One kind of exception for every refusal; edges decide how to say it (HTTP status, chat text, retry)."""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Any

from schemas.text import Text


class Kind(StrEnum):
    """What sort of refusal it is; the web edge maps each to one HTTP status."""

    INVALID = "invalid"
    UNAUTHENTICATED = "unauthenticated"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not_found"
    CONFLICT = "conflict"
    TOO_LARGE = "too_large"
    UNSUPPORTED = "unsupported"
    LOCKED = "locked"
    TOO_MANY = "too_many"
    UNAVAILABLE = "unavailable"


class ServiceError(Exception):
    """A refusal with a stable dotted `reason` for programs and a `text` ready to show to people.

    `data` holds facts (never personal data); `retry_after` is in seconds, for TOO_MANY, LOCKED and UNAVAILABLE.
    """

    def __init__(
        self,
        kind: Kind,
        reason: str,
        zh: str,
        en: str,
        *,
        data: dict[str, Any] | None = None,
        retry_after: int | None = None,
    ) -> None:
        super().__init__(reason)
        self.kind = kind
        self.reason = reason
        self.text = Text(zh, en)
        self.data = data
        self.retry_after = retry_after


def by_field(faults: Iterable[tuple[str, Text]]) -> dict[str, Any]:
    """The `data` of a refusal of what somebody put down: every field with what is wrong with it, in both languages."""
    return {"errors": [{"field": name, "zh": text.zh, "en": text.en} for name, text in faults]}


def invalid(reason: str, faults: Sequence[tuple[str, Text]]) -> ServiceError:
    """Everything that is wrong with what somebody put down, at once and in both languages."""
    return ServiceError(
        Kind.INVALID,
        reason,
        "；".join(text.zh for _, text in faults),
        "; ".join(text.en for _, text in faults),
        data=by_field(faults),
    )


def not_signed_in() -> ServiceError:
    return ServiceError(Kind.UNAUTHENTICATED, "auth.required", "请先登录", "Please sign in first")


def not_allowed() -> ServiceError:
    return ServiceError(
        Kind.FORBIDDEN, "auth.not_allowed", "您没有办理这项业务的权限", "You have no right to do this"
    )


def verification_required() -> ServiceError:
    return ServiceError(
        Kind.FORBIDDEN,
        "identity.verification_required",
        "请先完成本人核验（刷脸或服务窗口核验码均可），核验有效期十分钟",
        "Please prove who you are first, by face or with a code from a service window; it lasts ten minutes",
    )


def binding_and_verification_required() -> ServiceError:
    """The same reason, since the same right is missing; the sentence names the step that comes before."""
    return ServiceError(
        Kind.FORBIDDEN,
        "identity.verification_required",
        "请先绑定姓名和身份证号，再完成本人核验（刷脸或服务窗口核验码均可）",
        "Please bind your name and identity number first, then prove who you are, by face or with a code from a service window",
    )


def real_name_required() -> ServiceError:
    return ServiceError(
        Kind.FORBIDDEN,
        "identity.real_name_required",
        "请先绑定姓名和身份证号",
        "Please bind your name and identity number first",
    )


def database_unavailable() -> ServiceError:
    return ServiceError(
        Kind.UNAVAILABLE,
        "database.unavailable",
        "系统暂时无法访问数据，请稍后再试",
        "The data store cannot be reached at the moment; please try again shortly",
        retry_after=5,
    )
