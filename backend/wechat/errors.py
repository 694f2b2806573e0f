"""Refusals of what is not WeChat's, or is not meant for this account. WeChat itself never meets them."""

from backend.common.errors import Kind, ServiceError


def not_set_up() -> ServiceError:
    return ServiceError(
        Kind.NOT_FOUND,
        "wechat.not_set_up",
        "本系统未接入微信公众号",
        "This installation has no WeChat account",
    )


def bad_signature() -> ServiceError:
    return ServiceError(Kind.FORBIDDEN, "wechat.bad_signature", "签名不正确", "The signature is wrong")


def stale() -> ServiceError:
    return ServiceError(Kind.FORBIDDEN, "wechat.stale", "时间戳已过期", "The timestamp is out of date")


def replayed() -> ServiceError:
    return ServiceError(
        Kind.FORBIDDEN,
        "wechat.replayed",
        "此随机数或消息编号已用于另一条消息",
        "This nonce or message number came with another message",
    )


def wrong_mode() -> ServiceError:
    return ServiceError(
        Kind.FORBIDDEN,
        "wechat.wrong_mode",
        "消息加解密方式与公众号设置不一致",
        "The body is not sealed as the account is set up",
    )


def unreadable() -> ServiceError:
    return ServiceError(Kind.INVALID, "wechat.unreadable", "消息内容无法读取", "The message cannot be read")
