"""Why a file is not kept."""

from typing import Literal

Why = Literal["empty", "too_large", "not_supported", "unreadable", "unpacks_too_large", "protected"]


class Refused(Exception):
    """`why` is the name of the refusal in `evidence.errors`."""

    def __init__(self, why: Why) -> None:
        super().__init__(why)
        self.why: Why = why


PIXELS = 120_000_000
"""Of one picture: the largest that telephones make."""


def require_pixels(width: int, height: int, most: int = PIXELS) -> None:
    """Refuse a picture without a size, or with one that nobody could open."""
    if width < 1 or height < 1:
        raise Refused("unreadable")
    if width * height > most:
        raise Refused("unpacks_too_large")
