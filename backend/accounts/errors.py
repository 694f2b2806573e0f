"""Refusals of signing in."""

from backend.common.errors import Kind, ServiceError


def invalid_phone() -> ServiceError:
    return ServiceError(
        Kind.INVALID,
        "accounts.invalid_phone",
        "请填写11位中国大陆手机号码，不能是座机，也不能含有字母",
        "Please give a mainland mobile number of 11 digits; landlines and letters are not accepted",
    )


def wrong_code() -> ServiceError:
    """One answer for a wrong, a late, a used and a never asked-for code, so that nobody learns which it was."""
    return ServiceError(
        Kind.UNAUTHENTICATED,
        "auth.wrong_code",
        "验证码不正确或已失效，请核对或重新获取",
        "This code is wrong or has run out; please check it or ask for a new one",
    )


def invalid_refresh() -> ServiceError:
    return ServiceError(
        Kind.UNAUTHENTICATED,
        "auth.invalid_refresh",
        "登录已失效，请重新登录",
        "This sign-in cannot be renewed; please sign in again",
    )


def refresh_reused() -> ServiceError:
    return ServiceError(
        Kind.UNAUTHENTICATED,
        "auth.refresh_reused",
        "登录凭证被重复使用，为保护您的账号，本次登录已退出，请重新登录",
        "This sign-in was renewed twice with one token; to protect you it was ended. Please sign in again",
    )


def session_ended() -> ServiceError:
    return ServiceError(
        Kind.UNAUTHENTICATED,
        "auth.session_ended",
        "登录已退出或过期，请重新登录",
        "This sign-in has ended; please sign in again",
    )
