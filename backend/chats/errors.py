"""Refusals of binding a chat."""

from backend.common.errors import Kind, ServiceError
from backend.limits.errors import wait

WRONG_CODE = "chats.code_not_valid"


def code_not_valid() -> ServiceError:
    """One answer for a code that is mistyped, used, expired, or of another channel."""
    return ServiceError(
        Kind.NOT_FOUND,
        WRONG_CODE,
        "绑定码无效：可能输错、已使用或已过期（十分钟内有效）。请在“信用上海”App 或网页重新获取",
        "This binding code does not work: it may be mistyped, used or expired (it lasts ten minutes). Please get a new one in the"
        " Credit Shanghai app or website",
    )


def too_many_codes(retry_after: int) -> ServiceError:
    left = wait(retry_after)
    return ServiceError(
        Kind.TOO_MANY,
        "chats.too_many_codes",
        f"输错的绑定码过多，请{left.zh}后再试",
        f"Too many wrong binding codes; please try again in {left.en}",
        retry_after=retry_after,
    )


def not_found() -> ServiceError:
    return ServiceError(Kind.NOT_FOUND, "chats.not_found", "没有找到已绑定的聊天", "There is no such chat")


def busy() -> ServiceError:
    """So much of one chat waits to be handled that nothing more is taken in."""
    return ServiceError(
        Kind.UNAVAILABLE,
        "chats.busy",
        "消息较多，正在逐条处理，请稍候再发",
        "Your messages are being handled one by one; please wait a moment",
        retry_after=5,
    )
