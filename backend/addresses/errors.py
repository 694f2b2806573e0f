"""The refusal of an address that asks too much."""

from backend.common.errors import Kind, ServiceError


def too_many(retry_after: int) -> ServiceError:
    return ServiceError(
        Kind.TOO_MANY,
        "limits.address",
        "来自您网络的请求过多，请稍后再试",
        "Too many requests from your network; please try again shortly",
        retry_after=retry_after,
    )
