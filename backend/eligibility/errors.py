"""Refusals of deposit-free services, passes and checks."""

from collections.abc import Sequence
from datetime import timedelta

from backend.common.errors import Kind, ServiceError, by_field
from backend.eligibility.model import Fault
from backend.limits.errors import wait
from schemas.terms import ContestState, PassState, ServiceState
from schemas.text import Text

NOT_USABLE = "eligibility.code_not_usable"


def service_not_found() -> ServiceError:
    return ServiceError(
        Kind.NOT_FOUND,
        "eligibility.service_not_found",
        "没有找到该免押服务",
        "There is no such deposit-free service",
    )


def service_not_open() -> ServiceError:
    return ServiceError(
        Kind.CONFLICT,
        "eligibility.service_not_open",
        "该免押服务目前未开放；仍可按押金方式办理",
        "This service is not open without a deposit at the moment; the way with a deposit remains",
    )


def service_changed(version: int) -> ServiceError:
    """What the resident has read is not what would be consented to: `data.version` is the one in force."""
    return ServiceError(
        Kind.CONFLICT,
        "eligibility.service_changed",
        "该服务的内容已更新，请重新阅读后再生成通行码",
        "This service has changed; please read it again before you make a pass",
        data={"version": version},
    )


def invalid_service(faults: Sequence[Fault]) -> ServiceError:
    """Every fault at once: `data.errors` names each field with its sentence in both languages."""
    return ServiceError(
        Kind.INVALID,
        "eligibility.invalid_service",
        "免押服务内容有误：" + "；".join(f"{one.field}：{one.text.zh}" for one in faults),
        "The service cannot be put down like this: "
        + "; ".join(f"{one.field}: {one.text.en}" for one in faults),
        data=by_field(faults),
    )


def stale(version: int) -> ServiceError:
    """Somebody was faster: `data.version` is the one in force."""
    return ServiceError(
        Kind.CONFLICT,
        "eligibility.stale",
        "该服务已被他人修改，请刷新后在最新版本上再改",
        "Somebody changed this service meanwhile; please look at it again and change the newest version",
        data={"version": version},
    )


def changed(state: ServiceState) -> ServiceError:
    return ServiceError(
        Kind.CONFLICT,
        "eligibility.changed",
        f"该服务目前为“{state.zh}”，不能进行此项操作，请刷新后查看",
        f"This service is now “{state.en}”, where this cannot be done; please look at it again",
        data={"state": state.value},
    )


def too_many_passes(retry_after: int) -> ServiceError:
    left = wait(retry_after)
    return ServiceError(
        Kind.TOO_MANY,
        "eligibility.too_many_passes",
        f"您近期生成的通行码过多，请{left.zh}后再试；也可按押金方式办理",
        f"You have made too many passes lately; please wait {left.en}, or take the way with a deposit",
        retry_after=retry_after,
    )


def pass_not_found() -> ServiceError:
    return ServiceError(
        Kind.NOT_FOUND, "eligibility.pass_not_found", "没有找到该通行码", "There is no such pass of yours"
    )


def pass_over(state: PassState) -> ServiceError:
    """A consent can be withdrawn until it was used; `data.state` says what became of it."""
    return ServiceError(
        Kind.CONFLICT,
        "eligibility.pass_over",
        f"该通行码{state.zh}，无须或不能撤回；查询情况见“我的核验”",
        f"This pass is over ({state.en.lower()}) and cannot be withdrawn; your checks show what it was used for",
        data={"state": state.value},
    )


def code_not_usable() -> ServiceError:
    """One answer for a code that was guessed, used, withdrawn, replaced, cut off, is past its time, or was made for another
    service or merchant, or for this one before it was changed."""
    return ServiceError(
        Kind.CONFLICT,
        NOT_USABLE,
        "通行码无效、已使用、已过期或不适用于本服务，请顾客重新生成；也可按押金方式办理",
        "This code is not valid, was used, is past its two minutes, or is for another service; the customer can make a new one,"
        " or take the way with a deposit",
    )


class Outdated(ServiceError):
    """A right code whose service staff have changed since: told as `code_not_usable`, but nobody guessed, so it counts against
    nobody. It never leaves the use case."""

    def __init__(self) -> None:
        super().__init__(Kind.CONFLICT, "eligibility.pass_outdated", *code_not_usable().text)


def locked(retry_after: int) -> ServiceError:
    left = wait(retry_after)
    return ServiceError(
        Kind.TOO_MANY,
        "eligibility.too_many_wrong_codes",
        f"无效通行码过多，核验已暂停，请{left.zh}后再试；期间请按押金方式办理",
        f"Too many codes that were no good: checks are stopped for {left.en}; please take deposits meanwhile",
        retry_after=retry_after,
    )


def check_not_found() -> ServiceError:
    return ServiceError(
        Kind.NOT_FOUND, "eligibility.check_not_found", "没有找到该次核验", "There is no such check of yours"
    )


def contest_not_found() -> ServiceError:
    return ServiceError(
        Kind.NOT_FOUND,
        "eligibility.contest_not_found",
        "没有找到该复核申请",
        "There is no such request for a review",
    )


def contest_changed(state: ContestState) -> ServiceError:
    """Somebody was faster: `data.state` says where the case stands."""
    return ServiceError(
        Kind.CONFLICT,
        "eligibility.contest_changed",
        f"该复核申请目前为“{state.zh}”，不能再次答复",
        f"This request for a review is now “{state.en}” and cannot be answered again",
        data={"state": state.value},
    )


def too_many_contests(retry_after: int) -> ServiceError:
    left = wait(retry_after)
    return ServiceError(
        Kind.TOO_MANY,
        "eligibility.too_many_contests",
        f"您近期申请的复核过多，请{left.zh}后再提；急需的请拨打 12345",
        f"You have asked for too many reviews lately; please wait {left.en}, or call 12345 if it is urgent",
        retry_after=retry_after,
    )


EXAMPLES = (
    Fault("title_en", Text("应为英文，不含汉字", "must be English, without Chinese characters")),
    Fault("max_days", Text("“雨伞”最长可借1至30天", "for “Umbrellas” it is between 1 and 30 days")),
)
"""For the documentation."""
LOCKED_S = int(timedelta(minutes=15).total_seconds())
