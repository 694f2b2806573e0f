"""The refusal of one who tries too often."""

from backend.common.errors import Kind, ServiceError
from schemas.text import Text


def too_many(retry_after: int) -> ServiceError:
    left = wait(retry_after)
    return ServiceError(
        Kind.TOO_MANY,
        "limits.too_many",
        f"操作过于频繁，请{left.zh}后再试",
        f"Too many tries; please try again in {left.en}",
        retry_after=retry_after,
    )


def wait(seconds: int) -> Text:
    """How long to wait, for a sentence: rounded up."""
    for unit, zh, en in ((86_400, "天", "day"), (3_600, "小时", "hour"), (60, "分钟", "minute")):
        if seconds >= unit:
            count = -(-seconds // unit)
            return Text(f"约 {count} {zh}", f"about {count} {en}{'s' if count > 1 else ''}")
    return Text(f" {seconds} 秒", f"{seconds} second{'s' if seconds > 1 else ''}")
