"""Refusals of staff accounts and staff sign-in."""

from backend.common.errors import Kind, ServiceError


def wrong_credentials() -> ServiceError:
    """One answer for an unknown name, a wrong password and a wrong, missing or used code."""
    return ServiceError(
        Kind.UNAUTHENTICATED,
        "staff.wrong_credentials",
        "用户名、密码或动态口令不正确",
        "The user name, password or one-time code is not right",
    )


def locked(retry_after: int) -> ServiceError:
    minutes = -(-retry_after // 60)
    return ServiceError(
        Kind.LOCKED,
        "staff.locked",
        f"登录失败次数过多，该用户名已锁定，请约 {minutes} 分钟后再试",
        f"Too many failed tries; this user name is locked, please try again in about {minutes} minutes",
        retry_after=retry_after,
    )


def totp_required() -> ServiceError:
    return ServiceError(
        Kind.FORBIDDEN,
        "staff.totp_required",
        "正式环境的工作人员必须启用动态口令，请联系管理员",
        "In production staff must have a one-time code generator; please ask an administrator",
    )


def taken(name: str) -> ServiceError:
    return ServiceError(
        Kind.CONFLICT,
        "staff.name_taken",
        f"用户名“{name}”已被使用",
        f"The user name {name!r} is taken",
    )


def invalid_name() -> ServiceError:
    return ServiceError(
        Kind.INVALID,
        "staff.invalid_name",
        "用户名须为1至64个字符，不能含有控制字符",
        "A user name has 1 to 64 characters and no control characters",
    )


def invalid_role() -> ServiceError:
    return ServiceError(
        Kind.INVALID, "staff.invalid_role", "这不是工作人员的角色", "This is not a role of staff"
    )


def unit_required() -> ServiceError:
    return ServiceError(
        Kind.INVALID,
        "staff.unit_required",
        "信息提供单位的账号必须指明所属单位",
        "A provider's account must name its unit",
    )


def weak_password(shortest: int, longest: int) -> ServiceError:
    return ServiceError(
        Kind.INVALID,
        "staff.weak_password",
        f"密码须为 {shortest} 至 {longest} 个字符，不能是用户名或原密码，也不能是同一个字符的重复",
        f"A password has {shortest} to {longest} characters and is neither the user name, nor the old password, nor one character"
        " over and over",
    )


def not_found() -> ServiceError:
    return ServiceError(
        Kind.NOT_FOUND, "staff.not_found", "没有找到该工作人员", "There is no such member of staff"
    )


def wrong_password() -> ServiceError:
    """Of somebody who is signed in and changes the own one."""
    return ServiceError(
        Kind.FORBIDDEN,
        "staff.wrong_password",
        "原密码不正确，密码未修改",
        "The old password is not right; nothing was changed",
    )
