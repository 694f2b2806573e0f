"""Refusals of binding, consent and proof."""

from backend.common.errors import Kind, ServiceError
from backend.common.numbers import InvalidNumber


def invalid_number(error: InvalidNumber) -> ServiceError:
    return ServiceError(
        Kind.INVALID, "identity.invalid_number", *error.text, data={"rule": error.problem.value}
    )


def empty_name() -> ServiceError:
    return ServiceError(
        Kind.INVALID, "identity.invalid_name", "请填写身份证上的姓名", "Please give the name on the card"
    )


def under_age() -> ServiceError:
    return ServiceError(
        Kind.INVALID,
        "identity.under_age",
        "未满 18 周岁暂不能使用本服务（《上海市公共信用信息归集和使用管理办法》第十条）",
        "This service is for people aged 18 or over (Measures, article 10)",
    )


def no_match() -> ServiceError:
    """One answer for an unknown person and for a wrong name, so that nobody can find out who is on file."""
    return ServiceError(
        Kind.NOT_FOUND,
        "identity.no_match",
        "姓名和身份证号与登记信息不一致，请核对；如确认无误请到服务窗口办理",
        "The name and number do not match what is on file; please check them, or visit a service window if they are right",
    )


def taken() -> ServiceError:
    return ServiceError(
        Kind.CONFLICT,
        "identity.taken",
        "此身份已绑定其他账号。如非本人操作，请拨打 12345 或到服务窗口办理",
        "This person is bound to another account. If that was not you, please call 12345 or visit a service window",
    )


def already_bound() -> ServiceError:
    return ServiceError(
        Kind.CONFLICT,
        "identity.already_bound",
        "本账号已绑定另一身份，不能更换；可注销账号后重新登记",
        "This account is bound to another person and cannot be changed; you may close it and register again",
    )


def outdated_notice(current: str) -> ServiceError:
    return ServiceError(
        Kind.CONFLICT,
        "consents.outdated_notice",
        "告知书已更新或版本不存在，请阅读现行版本后再确认",
        "This is not the notice in force; please read the current version and agree to that",
        data={"current_version": current},
    )


def no_such_consent() -> ServiceError:
    return ServiceError(Kind.NOT_FOUND, "consents.not_found", "没有找到这项同意", "There is no such consent")


def no_such_person() -> ServiceError:
    return ServiceError(
        Kind.NOT_FOUND,
        "identity.no_such_person",
        "没有此身份证号的登记信息",
        "Nobody with this identity number is on file",
    )


def wrong_code() -> ServiceError:
    return ServiceError(
        Kind.NOT_FOUND,
        "identity.window_code_wrong",
        "核验码不正确，请核对八位数字；核验码只能由领取人本人使用",
        "This code is not right; please check its eight digits. A code works only for the person it was given to",
    )


def code_used() -> ServiceError:
    return ServiceError(
        Kind.CONFLICT,
        "identity.window_code_used",
        "此核验码已使用过，请到服务窗口重新领取",
        "This code has been used already; please ask the service window for a new one",
    )


def code_expired() -> ServiceError:
    return ServiceError(
        Kind.CONFLICT,
        "identity.window_code_expired",
        "此核验码已过期，请到服务窗口重新领取",
        "This code has run out; please ask the service window for a new one",
    )


def face_locked(retry_after: int) -> ServiceError:
    return ServiceError(
        Kind.LOCKED,
        "identity.locked",
        "人脸核验连续未通过，已暂时锁定；您可到服务窗口领取核验码，使用后立即解锁",
        "Face verification failed several times in a row and is locked for now; a code from a service window works at once"
        " and unlocks it",
        retry_after=retry_after,
    )
