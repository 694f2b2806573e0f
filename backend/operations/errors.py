"""Refusals of the figures of operations."""

from backend.common.errors import Kind, ServiceError


def wrong_year(first: int, last: int) -> ServiceError:
    return ServiceError(
        Kind.INVALID,
        "operations.wrong_year",
        f"年份须为 {first} 至 {last}",
        f"The year is one from {first} to {last}",
        data={"first": first, "last": last},
    )
