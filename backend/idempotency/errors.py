"""Refusals of repeated requests."""

from backend.common.errors import Kind, ServiceError


def bad_key() -> ServiceError:
    return ServiceError(
        Kind.INVALID,
        "idempotency.bad_key",
        "Idempotency-Key 应为 1 到 200 个可打印的 ASCII 字符",
        "Idempotency-Key must be 1 to 200 printable ASCII characters",
    )


def mismatch() -> ServiceError:
    return ServiceError(
        Kind.CONFLICT,
        "idempotency.mismatch",
        "这个 Idempotency-Key 已用于另一份内容，请换一个新的",
        "This Idempotency-Key was used with other content; please use a new one",
    )


def sent_before(**where: str) -> ServiceError:
    """The same for who knows of no key: a form that was sent, changed and sent again; `where` is the id of what it had made."""
    return ServiceError(
        Kind.CONFLICT,
        "idempotency.mismatch",
        "这一份已经提交过；这次的改动没有提交",
        "This was sent before; what you changed since was not submitted",
        data=where or None,
    )


def in_progress(retry_after: int = 1) -> ServiceError:
    return ServiceError(
        Kind.CONFLICT,
        "idempotency.in_progress",
        "相同的请求正在办理，请稍后再试",
        "The same request is being handled at this moment; please try again shortly",
        retry_after=retry_after,
    )
